"""The page for operators is true: its commands are run in a shell and print what the page shows."""

from pathlib import Path

import pytest

from tools.run_page import render

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operator" / "permit-lists.md"


@pytest.mark.slow
@pytest.mark.timeout(600)  # some forty processes, on a busy machine
def test_every_command_of_the_page_prints_what_the_page_shows() -> None:
    text = PAGE.read_text("utf-8")
    assert text.count("```text\n") >= 15
    assert render(text, PAGE.parent / "samples") == text, (
        "run `python -m tools.run_page docs/operator/permit-lists.md`"
    )

"""The page about curl is true: its commands are pasted into a shell against a running sandbox."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "call-the-api-with-curl.md").read_text("utf-8")
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MARK = "~~ end of block ~~"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("up") / "sandbox"
    with subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "gateway", "up", "--json", "--folder", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline(), "the sandbox did not start"  # it says where everything is
        yield folder
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def last_document(text: str) -> Any:  # noqa: ANN401  # any JSON document
    """Return the last JSON document of a text that holds several."""
    found, rest = None, text.strip()
    while rest:
        found, end = json.JSONDecoder().raw_decode(rest)
        rest = rest[end:].strip()
    return found


def assert_shown(shown: Any, real: Any) -> None:  # noqa: ANN401  # any JSON values
    """Assert that everything the page shows is really there; the page may leave members out."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert name in real
            assert_shown(value, real[name])
    elif isinstance(shown, list):
        assert len(shown) == len(real)
        for one, other in zip(shown, real, strict=True):
            assert_shown(one, other)
    else:
        assert shown == real


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page needs curl")
def test_every_command_of_the_page_answers_as_the_page_says(sandbox: Path) -> None:
    blocks = BLOCK.findall(PAGE)
    script = "".join(f"{text}echo '{MARK}'\n" for kind, text in blocks if kind == "sh")
    script = script.replace("var/sandbox", str(sandbox)).replace(".venv/bin/python", sys.executable)
    nakadachi = f"{sys.executable} -m gateway"
    script = script.replace(".venv/bin/nakadachi", nakadachi)
    done = subprocess.run(  # noqa: S603  # the page's own text, as a reader's shell takes it
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = iter(done.stdout.split(MARK))
    answers = 0
    real = ""
    for kind, text in blocks:
        if kind == "sh":
            real = next(said)
        else:
            assert_shown(json.loads(text), last_document(real))
            answers += 1
    assert answers == 10

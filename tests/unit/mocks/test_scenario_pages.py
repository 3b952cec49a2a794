"""What the pages say about scenarios is true."""

import re
from pathlib import Path

from mocks.engine.loading import load_schema
from mocks.engine.scenario_graph import draw_graph, write_text
from mocks.engine.scenario_lint import lint
from tests.support.scenarios import load_text
from tools.pages.scenarios import scenarios

PAGE = Path(__file__).parents[3] / "docs" / "testers" / "scenarios.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_the_example_is_clean_and_drawn_as_shown() -> None:
    (example,) = blocks("yaml")
    loaded = load_text(example)
    assert not lint(loaded)
    (drawing,) = blocks("text")
    assert write_text(draw_graph(loaded.scenario)).endswith(drawing.rstrip("\n"))


def test_every_point_of_a_fault_is_explained() -> None:
    points = load_schema()["$defs"]["fault"]["properties"]["at"]["enum"]
    section = PAGE.read_text("utf-8").partition("## 障害の起こる時点")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == points


def test_every_kind_of_expectation_has_its_verdicts_explained() -> None:
    kinds = [name for name in load_schema()["$defs"]["expectation"]["properties"] if name != "why"]
    section = PAGE.read_text("utf-8").partition("## 期待の判定")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\w+)`", section)) >= {*kinds, "met", "broken", "open"}


def test_the_reference_names_every_key_of_the_schema() -> None:
    page = scenarios()
    for part in (load_schema(), *load_schema()["$defs"].values()):
        for name in part.get("properties", ()):
            assert f"`{name}`" in page

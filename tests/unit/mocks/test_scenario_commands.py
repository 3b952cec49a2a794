"""`nakadachi mocks scenario`."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from mocks.cli import register
from tests.support.scenarios import SMALL


def run(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["mocks", "scenario", *arguments])


def answered(*arguments: str) -> Any:  # noqa: ANN401  # what JSON says has no type
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8")
    return path


def test_shipped_scenarios_are_listed() -> None:
    rows = answered("ls")
    assert rows[3]["id"] == "S04-auto-response-prohibited"
    assert rows[3]["parties"] == {"gw": "sut", "core": "core", "prov": "agency"}
    assert run("ls").output.splitlines()[16].split()[:2] == [rows[16]["id"], "開庁時刻の集中"]


def test_everything_shipped_is_linted_without_a_name() -> None:
    reports = answered("lint")
    assert len(reports) == 17
    assert all(one == {"file": one["file"], "ok": True, "problems": []} for one in reports)


def test_a_problem_is_printed_with_its_place_and_ends_in_one(file: Path) -> None:
    file.write_text(SMALL.replace("kind: core", "kind: cores"), "utf-8")
    result = run("lint", str(file), "S01")
    assert result.exit_code == 1
    assert f"{file}:7:16: error schema.choice: cores" in result.output
    assert "S01: ok" in result.output
    refused = run("lint", str(file), "--json")
    assert refused.exit_code == 1
    (report,) = json.loads(refused.output)
    assert not report["ok"]
    assert report["problems"][0]["path"] == "parties.core.kind"


def test_a_note_is_no_failure(file: Path) -> None:
    file.write_text(SMALL.replace(', en: "a small one"', ""), "utf-8")
    result = run("lint", str(file))
    assert result.exit_code == 0
    assert "note title.en" in result.output


def test_a_scenario_is_shown_as_it_is_written(file: Path) -> None:
    assert run("show", str(file)).output == SMALL
    shown = answered("show", "S04")
    assert shown["scenario"]["parties"]["prov"]["code"] == "991031"
    assert len(shown["sha256"]) == 64


def test_a_scenario_is_drawn(file: Path) -> None:
    assert run("graph", str(file)).output.startswith("T01-small 小さな例\n")
    assert run("graph", "S04", "--format", "mermaid").output.startswith("sequenceDiagram\n")
    drawn = answered("graph", str(file))
    assert drawn["lanes"][0] == {"name": "gw", "kind": "sut", "label": "sut"}


def test_two_scenarios_are_compared(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        SMALL.replace("P3BD", "P2BD").replace("- id: cut", "- id: cat").replace("seed", ""), "utf-8"
    )
    lines = run("diff", str(file), str(other)).output.splitlines()
    assert lines[0] == 'changed  rules[hold].later[0].after: "P3BD" -> "P2BD"'
    assert lines[1].startswith("removed  rules[cut]: {")
    assert lines[2].startswith("added    rules[cat]: {")
    assert len(answered("diff", str(file), str(other))) == 3
    assert "no difference" in run("diff", "S01", "S01-permit-expired").output


def test_what_does_not_exist_is_a_mistake_of_the_caller() -> None:
    for command in ("show", "graph", "lint"):
        assert run(command, "S99").exit_code == 2


@pytest.mark.parametrize("command", ["show", "graph"])
def test_what_is_no_scenario_is_not_shown(command: str, file: Path) -> None:
    file.write_bytes(b"\xff")
    result = run(command, str(file))
    assert result.exit_code == 1
    assert "file.encoding" in result.output


def test_a_name_that_no_file_can_have_is_a_matter_of_the_environment() -> None:
    assert run("show", "x" * 5000).exit_code == 3


def test_nothing_in_a_file_moves_the_cursor(file: Path) -> None:
    file.write_text(SMALL.replace('ja: "小さな例"', 'ja: "\\e[2J"'), "utf-8")
    assert "\x1b" not in run("graph", str(file)).output


@pytest.mark.parametrize("command", ["run", "show", "graph"])
def test_what_is_wrong_with_a_file_is_json_where_that_is_wanted(
    command: str, tmp_path: Path
) -> None:
    path = tmp_path / "none.yaml"
    path.write_text("mocks: '1'\n", "utf-8")
    refused = run(command, str(path), "--json")
    assert refused.exit_code == 1
    [report] = json.loads(refused.stdout)
    assert (report["file"], report["ok"]) == (str(path), False)
    assert report["problems"][0]["code"] == "schema.missing_key"

"""Every shipped scenario but those about files passes against our gateway, as real processes."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from mocks.cli import register
from mocks.engine.loading import load_scenario
from mocks.gateway import PROGRAM
from mocks.runs.plan import find_obstacle
from mocks.runs.play import Source, play
from mocks.runs.report import RunReport
from mocks.runs.stage import RunOptions
from mocks.scenarios.library import find_shipped, list_shipped

ABOUT_FILES = {"S07", "S08", "S09", "S11"}
SAME_SEED = int(os.environ.get("SAME_SEED_RUNS", "3"))  # `make sim` takes 20


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where keys are made once and used by every run."""
    return tmp_path_factory.mktemp("scenario-keys")


def numbered(loaded_id: str) -> str:
    return loaded_id.partition("-")[0]


PLAYED = [
    numbered(one.scenario.id)
    for one in list_shipped()
    if numbered(one.scenario.id) not in ABOUT_FILES
]


def run(number: str, keys: Path, program: Sequence[str] = PROGRAM) -> RunReport:
    octets = find_shipped(number)
    assert octets is not None
    source = Source(name=number, scenario=load_scenario(octets).scenario, sha256="0" * 64)
    return asyncio.run(play(source, RunOptions(folder=keys, program=program)))


@pytest.mark.parametrize("number", PLAYED)
def test_a_shipped_scenario_passes_against_our_gateway(number: str, keys: Path) -> None:
    report = run(number, keys)
    assert report.outcome == "passed", report.as_text()


def test_what_is_about_files_says_why_it_is_not_played_yet() -> None:
    obstacles = {numbered(one.scenario.id): find_obstacle(one.scenario) for one in list_shipped()}
    assert {number for number, why in obstacles.items() if why} == ABOUT_FILES
    assert len(PLAYED) == 13


def test_the_same_seed_gives_the_same_journal(keys: Path) -> None:
    reports = [run("S06", keys) for _ in range(SAME_SEED)]
    assert [one.as_text() for one in reports if one.outcome != "passed"] == []
    assert len({one.digest for one in reports}) == 1
    assert len(reports[0].digest) == 64


def command(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["mocks", "scenario", "run", *arguments])


def test_the_command_says_everything_that_repeats_the_run(keys: Path) -> None:
    said = command("S02", "--seed", "9", "--folder", str(keys), "--json")
    assert said.exit_code == 0, said.output
    [shown] = json.loads(said.stdout)
    assert shown["sha256"] == sha256(find_shipped("S02") or b"").hexdigest()
    assert (shown["space"], shown["seed"], shown["version"]) == ("s02", 9, version("nakadachi"))
    assert shown["command"] == "nakadachi mocks scenario run S02 --seed 9 --scale 1"
    assert [one["outcome"] for one in shown["expect"]] == ["met"] * 3


def test_the_command_says_which_expectation_is_broken_and_why(keys: Path, tmp_path: Path) -> None:
    text = (find_shipped("S02") or b"").decode()
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace("inquiry: failed", "inquiry: answered"), "utf-8")
    said = command(str(path), "--folder", str(keys), "--keep")
    assert said.exit_code == 1, said.output
    assert "NG 2. eventually" in said.stdout
    assert "staff see it in their list" in said.stdout
    folder = Path(next(line.split()[-1] for line in said.stdout.splitlines() if "folder" in line))
    assert (folder / "sut.log").stat().st_size > 0
    shutil.rmtree(folder)


@pytest.mark.parametrize(("arguments", "code"), [(("S07",), 3), ((), 2), (("nobody-knows-it",), 2)])
def test_what_cannot_be_played_is_no_failure(arguments: tuple[str, ...], code: int) -> None:
    assert command(*arguments).exit_code == code


def test_a_file_that_is_no_scenario_is_not_played(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    path.write_text("mocks: '1'\n", "utf-8")
    assert command(str(path)).exit_code == 1


def test_a_gateway_that_does_not_start_is_trouble_and_no_verdict(keys: Path) -> None:
    report = run("S02", keys, program=(sys.executable, "-c", "raise SystemExit('no')"))
    assert report.outcome == "error"
    assert "GatewayFailedError" in (report.trouble or "")

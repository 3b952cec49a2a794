"""Every shipped scenario but those about files passes against our gateway, as real processes."""

import asyncio
import os
from pathlib import Path

import pytest

from mocks.engine.loading import load_scenario
from mocks.runs.plan import find_obstacle
from mocks.runs.play import Source, play
from mocks.runs.report import RunReport
from mocks.runs.stage import RunOptions
from mocks.scenarios.library import find_shipped, list_shipped

ABOUT_FILES = {"S07", "S08", "S09", "S11"}
SAME_SEED = int(os.environ.get("NAKADACHI_SAME_SEED", "3"))  # `make sim` takes 20


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


def run(number: str, keys: Path, **options: object) -> RunReport:
    octets = find_shipped(number)
    assert octets is not None
    source = Source(name=number, scenario=load_scenario(octets).scenario, sha256="0" * 64)
    return asyncio.run(play(source, RunOptions(folder=keys, **options)))  # type: ignore[arg-type]


@pytest.mark.parametrize("number", PLAYED)
def test_a_shipped_scenario_passes_against_our_gateway(number: str, keys: Path) -> None:
    report = run(number, keys)
    assert report.outcome == "passed", report.as_text()


def test_what_is_about_files_says_why_it_is_not_played_yet() -> None:
    obstacles = {numbered(one.scenario.id): find_obstacle(one.scenario) for one in list_shipped()}
    assert {number for number, why in obstacles.items() if why} == ABOUT_FILES
    assert len(PLAYED) == 13


def test_the_same_seed_gives_the_same_journal(keys: Path) -> None:
    digests = [run("S06", keys).digest for _ in range(SAME_SEED)]
    assert len(digests[0]) == 64
    assert set(digests) == {digests[0]}
    assert run("S06", keys, seed=12).digest != "", "another seed is another run"

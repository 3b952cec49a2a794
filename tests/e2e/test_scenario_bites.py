"""Every shipped scenario bites: a gateway that is wrong in one place fails it, for that reason."""

import asyncio
import sys
from pathlib import Path

import pytest

from mocks.engine.loading import load_scenario
from mocks.runs.plan import find_obstacle
from mocks.runs.play import Source, play
from mocks.runs.stage import RunOptions
from mocks.scenarios.library import find_shipped, list_shipped
from tests.support import wrong_gateway
from tests.support.wrong_gateway import WRONG, Wrong


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where keys are made once and used by every run."""
    return tmp_path_factory.mktemp("scenario-keys")


@pytest.mark.parametrize("wrong", WRONG.values(), ids=lambda one: f"{one.scenario}-{one.name}")
def test_a_wrong_gateway_fails_the_scenario(wrong: Wrong, keys: Path) -> None:
    octets = find_shipped(wrong.scenario)
    assert octets is not None
    source = Source(name=wrong.scenario, scenario=load_scenario(octets).scenario, sha256="0" * 64)
    program = (sys.executable, str(wrong_gateway.__file__), wrong.name)
    report = asyncio.run(play(source, RunOptions(folder=keys, program=program)))
    assert report.outcome == "failed", report.as_text()
    assert report.verdicts[wrong.breaks].outcome == "broken", report.as_text()


def test_there_is_a_wrong_gateway_for_every_scenario_that_is_played() -> None:
    played = [one.scenario for one in list_shipped() if find_obstacle(one.scenario) is None]
    assert {wrong.scenario for wrong in WRONG.values()} == {one.id[:3] for one in played}

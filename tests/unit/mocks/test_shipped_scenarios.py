"""The scenarios that are shipped."""

import pytest

from mocks.engine.scenario_lint import lint
from mocks.scenarios.library import find_shipped, list_shipped, load_shipped

IDS = [one.scenario.id for one in list_shipped()]


def test_seventeen_scenarios_are_shipped_in_order() -> None:
    assert [one[:3] for one in IDS] == [f"S{n:02}" for n in range(1, 18)]


@pytest.mark.parametrize("identifier", IDS)
def test_a_shipped_scenario_has_nothing_the_lint_could_say(identifier: str) -> None:
    loaded = load_shipped(identifier)
    assert not lint(loaded)
    assert loaded.scenario.title.keys() == {"ja", "en"}


def test_a_scenario_is_found_by_its_number_too() -> None:
    assert find_shipped("S04") == find_shipped("S04-auto-response-prohibited") is not None
    assert find_shipped("S99") is None
    assert find_shipped("S") is None
    with pytest.raises(KeyError):
        load_shipped("S99")

"""Smaller runs of large scenarios: crowds, limits and what is expected of them shrink together."""

from dataclasses import replace
from typing import Final

from mocks.engine.scenario import Limits, Persons, Scenario
from mocks.engine.scenario_expectations import Count, Expectation
from mocks.engine.scenario_rules import Step

ROOM: Final = 150  # people that a workstation registers and asks about within seconds
LARGEST: Final = 1_000_000
SCALED_METRICS: Final = frozenset({"waiting"})  # they count people


def pick_scale(scenario: Scenario) -> int:
    """Return the smallest power of ten by which the crowds of a scenario fit into a short run."""
    people, by = sum(one.count for one in scenario.people.values()), 1
    while people > ROOM * by:
        by *= 10
    return by


def scale(scenario: Scenario, by: int) -> Scenario:
    """Return a scenario whose crowds are divided by a number, with what counts people; none is 0.

    How much a party takes at once or in a second stays, as do times and numbers of repeats: they
    do not depend on how many people there are.
    """
    if by == 1:
        return scenario
    return replace(
        scenario,
        parties={
            name: replace(setup, limits=_limits(setup.limits, by))
            for name, setup in scenario.parties.items()
        },
        people={name: _persons(one, by) for name, one in scenario.people.items()},
        begin=tuple(_step(step, by) for step in scenario.begin),
        rules=tuple(
            replace(rule, later=tuple(_step(step, by) for step in rule.later))
            for rule in scenario.rules
        ),
        expect=tuple(_expectation(one, by) for one in scenario.expect),
    )


def _less(amount: int, by: int) -> int:
    return max(1, amount // by) if amount > 1 else amount


def _limits(limits: Limits, by: int) -> Limits:
    return replace(limits, waiting=None if limits.waiting is None else _less(limits.waiting, by))


def _persons(persons: Persons, by: int) -> Persons:
    return replace(persons, count=_less(persons.count, by))


def _step(step: Step, by: int) -> Step:
    act = step.act
    if act.limit != "waiting" or not isinstance(act.to, int):
        return step
    do = {step.party: {step.action: replace(act, to=_less(act.to, by))}}
    return replace(step, do=do)


def _expectation(expectation: Expectation, by: int) -> Expectation:
    count = expectation.count
    if count is None:
        return expectation
    return replace(expectation, count=_count(count, by))


def _count(count: Count, by: int) -> Count:
    if count.metric in SCALED_METRICS and count.max is not None:
        count = replace(count, max=_less(count.max, by))
    return count

"""How scenarios, rules and expectations look from outside."""

import hashlib
from datetime import datetime

from mocks.admin.problems import list_findings
from mocks.admin.room import Room
from mocks.admin.schemas.scenarios import (
    ExpectationResource,
    RuleResource,
    ScenarioResource,
    ShippedResource,
)
from mocks.admin.views import show_texts
from mocks.engine.loading import Loaded
from mocks.engine.rulebook import Progress, write_occurrences
from mocks.engine.scenario import Scenario
from mocks.engine.scenario_expectations import Expectation
from mocks.engine.scenario_lint import lint_bytes
from mocks.engine.scenario_rules import Rule
from mocks.engine.scenario_writing import write, write_value
from mocks.scenarios.library import find_shipped


def show_shipped(loaded: Loaded) -> ShippedResource:
    """Return a scenario that is shipped."""
    scenario = loaded.scenario
    octets = find_shipped(scenario.id) or b""
    return ShippedResource(
        id=scenario.id,
        title=show_texts(scenario.title),
        level=scenario.level,
        sha256=hashlib.sha256(octets).hexdigest(),
        parties={name: one.kind for name, one in scenario.parties.items()},
        rules=len(scenario.rules),
        expect=len(scenario.expect),
    )


def show_scenario(room: Room, name: str) -> ScenarioResource:
    """Return a scenario that is loaded, with its counters and its weaknesses."""
    scenario = room.space.script.scenarios[name]
    source = source_of(room, scenario)
    progress = room.space.script.progress(name)
    return ScenarioResource(
        id=scenario.id,
        title=show_texts(scenario.title),
        level=scenario.level,
        seed=scenario.seed,
        sha256=hashlib.sha256(source).hexdigest(),
        rules=tuple(show_rule(rule, progress[rule.id]) for rule in scenario.rules),
        expect=tuple(_show_expectation(at, one) for at, one in enumerate(scenario.expect)),
        problems=list_findings(lint_bytes(source)),
        source=source.decode("utf-8"),
    )


def _show_expectation(index: int, one: Expectation) -> ExpectationResource:
    words = {name: value for name, value in write_value(one).items() if name != "why"}
    return ExpectationResource(index=index, kind=one.kind, words=words, why=one.why)


def source_of(room: Room, scenario: Scenario) -> bytes:
    """Return the file of a loaded scenario, or its like where it was loaded from elsewhere."""
    return room.sources.get(scenario.id) or find_shipped(scenario.id) or write(scenario)


def show_rule(rule: Rule, progress: Progress) -> RuleResource:
    """Return a rule with its counters."""
    when = rule.when
    return RuleResource(
        id=rule.id,
        party=when.party,
        op=when.op,
        person=when.person,
        nth=None if when.nth is None else write_occurrences(when.nth),
        seen=progress.seen,
        matched=progress.matched,
        ends=tuple[datetime, ...](progress.until.values()),
    )

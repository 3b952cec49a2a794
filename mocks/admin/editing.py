"""The scenario tab of the panel: verdicts by scenario, and the file that is being edited."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mocks.admin.journal import load_row
from mocks.admin.room import Room
from mocks.admin.rule_making import add_rule, draft_rule
from mocks.admin.scenario_views import show_scenario
from mocks.admin.schemas.scenarios import (
    ExpectationResource,
    RuleResource,
    ScenarioResource,
    VerdictResource,
)
from mocks.admin.verify import list_verdicts
from mocks.scenarios.library import find_shipped

NEW: Final = """\
mocks: "1"
id: T01-my-scenario
title: {ja: "わたしのシナリオ", en: "my scenario"}
parties:
  gw: {kind: sut}
  core: {kind: core}
people:
  p1: {}
rules:
expect:
  - never: {sut: {crash: any}}
    why: "試験対象は動き続ける"
"""
_DEFAULT_RULE: Final = """\
  - id: busy
    when: {party: core, op: permit.issue, nth: 1}
    fault:
      - {at: before_effect, kind: status, status: 503}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One expectation and what the oracles say of it at this instant."""

    expectation: ExpectationResource
    verdict: VerdictResource


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A scenario that is loaded, judged."""

    scenario: ScenarioResource
    judged: tuple[Judged, ...]
    counts: Mapping[str, int]
    rules: tuple[RuleResource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """The file in the editor; `added` is the row that a rule in it was made of."""

    name: str
    source: str
    loaded: bool
    added: int | None = None


def list_running(room: Room, *, over: bool) -> tuple[Running, ...]:
    """Return every scenario that is loaded; `over` is whether nothing more is to come."""
    verdicts = {(one.scenario, one.index): one for one in list_verdicts(room, over=over)}
    return tuple(_show(show_scenario(room, name), verdicts) for name in room.space.script.scenarios)


def open_editor(room: Room, name: str | None, row: int | None) -> Editor:
    """Return what is in the editor: a file by its id, or the first one loaded, or a new one.

    A rule of `row` stands in it before all others.

    Raises:
        AdminError: `journal.unknown` or `journal.evicted`, of the row.
    """
    loaded = room.space.script.scenarios
    chosen = name or next(iter(loaded), None)
    draft = None if row is None else draft_rule(load_row(room, row))
    added = row if draft else None
    if chosen in loaded:
        source = show_scenario(room, chosen).source
        text = add_rule(source, draft) if draft else source
        return Editor(name=chosen, source=text, loaded=True, added=added)
    shipped = find_shipped(chosen) if chosen else None
    if chosen is not None and shipped is not None:
        text = shipped.decode("utf-8")
        text = add_rule(text, draft) if draft else text
        return Editor(name=chosen, source=text, loaded=False, added=added)
    rule = draft.write() if draft else _DEFAULT_RULE
    text = NEW.replace("rules:\n", f"rules:\n{rule}")
    return Editor(name="T01-my-scenario", source=text, loaded=False, added=added)


def _show(
    scenario: ScenarioResource, verdicts: Mapping[tuple[str, int], VerdictResource]
) -> Running:
    judged = tuple(
        Judged(expectation=one, verdict=verdicts[scenario.id, one.index])
        for one in scenario.expect
        if (scenario.id, one.index) in verdicts
    )
    outcomes = [one.verdict.outcome for one in judged]
    counts = {name: outcomes.count(name) for name in ("met", "broken", "open")}
    return Running(scenario=scenario, judged=judged, counts=counts, rules=scenario.rules)

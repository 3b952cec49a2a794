"""The whole state of a script as JSON values, and back."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import msgspec

from mocks.engine.agenda import Agenda
from mocks.engine.journal import Journal
from mocks.engine.loading import load_rule, load_scenario
from mocks.engine.names import Names
from mocks.engine.places import Places
from mocks.engine.scenario import Scenario
from mocks.engine.scenario_rules import Rule
from mocks.engine.scenario_writing import write_value
from mocks.engine.shelf import Shelf

VERSION: Final = 1


class Kept(Protocol):
    """What of a script is kept: a script takes its own snapshots, so it cannot be named here."""

    space: str
    seed: str
    names: Names
    journal: Journal
    agenda: Agenda
    places: Places
    shelf: Shelf
    started_at: datetime | None
    closed_at: datetime | None
    scenarios: dict[str, Scenario]
    skews: dict[str, timedelta]

    @property
    def rules_by_hand(self) -> tuple[Rule, ...]:
        """The rules that were added by hand and have not ended."""
        ...

    def load(self, scenario: Scenario) -> None:
        """Let a scenario run from now on."""
        ...

    def add_rule(self, rule: Rule) -> None:
        """Add a rule by hand."""
        ...


def take_snapshot(script: Kept) -> dict[str, Any]:
    """Return everything a script knows as JSON values."""
    return {
        "version": VERSION,
        "space": script.space,
        "seed": script.seed,
        "started_at": _text(script.started_at),
        "closed_at": _text(script.closed_at),
        "skews": {party: skew.total_seconds() for party, skew in script.skews.items()},
        "scenarios": [write_value(one) for one in script.scenarios.values()],
        "by_hand": [write_value(rule) for rule in script.rules_by_hand],
        "shelf": script.shelf.snapshot(),
        "names": script.names.snapshot(),
        "places": msgspec.to_builtins(script.places),
        "agenda": script.agenda.snapshot(),
        "journal": script.journal.snapshot(),
    }


def fill_from(script: Kept, kept: Mapping[str, Any]) -> None:
    """Let a new script be as far as a snapshot says.

    Raises:
        ScenarioError: a scenario, a rule or a step in it is none.
        ValueError: it has another shape, or is of another version.
    """
    if kept.get("version") != VERSION:
        message = "not a snapshot of this version"
        raise ValueError(message)
    try:
        _fill(script, kept)
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
        message = "not the shape of a snapshot"
        raise ValueError(message) from error


def _fill(script: Kept, kept: Mapping[str, Any]) -> None:
    for scenario in kept["scenarios"]:
        script.load(load_scenario(json.dumps(scenario).encode()).scenario)
    for rule in kept["by_hand"]:
        script.add_rule(load_rule(json.dumps(rule).encode()))
    script.shelf.resume(kept["shelf"])
    script.names = Names.restore(kept["names"])
    script.places = msgspec.convert(kept["places"], Places)
    script.agenda.resume(kept["agenda"])
    script.journal = Journal.restore(kept["journal"])
    script.skews = {party: timedelta(seconds=one) for party, one in kept["skews"].items()}
    script.started_at = _instant(kept["started_at"])
    script.closed_at = _instant(kept["closed_at"])


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant is not None else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None

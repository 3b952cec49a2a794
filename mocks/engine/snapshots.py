"""The whole state of a script as JSON values, and back."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mocks.engine.journal import Journal
from mocks.engine.loading import load_rule, load_scenario
from mocks.engine.names import Names
from mocks.engine.places import Places
from mocks.engine.scenario_writing import write_value

if TYPE_CHECKING:  # a script takes its own snapshots
    from mocks.engine.script import Script

VERSION: Final = 1


def take_snapshot(script: "Script") -> dict[str, Any]:
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


def fill_from(script: "Script", kept: Mapping[str, Any]) -> None:
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


def _fill(script: "Script", kept: Mapping[str, Any]) -> None:
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

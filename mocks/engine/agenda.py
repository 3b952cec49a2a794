"""What parties do later: steps of scenarios with the instants at which they are due."""

import heapq
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from mocks.engine.calendar import BusinessCalendar
from mocks.engine.exchange import Call
from mocks.engine.loading import load_step
from mocks.engine.scenario_rules import Act, Step
from mocks.engine.scenario_writing import write_value

_Key = tuple[int, datetime, Call | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A step that is due at an instant, aware UTC; `call` is what it follows, None for `begin`.

    `order` counts all entries: two that are due at once are taken in the order they were added.
    """

    at: datetime
    order: int
    step: Step
    call: Call | None = None
    scenario: str | None = None

    @property
    def party(self) -> str:
        """Who acts, by its name in the scenario."""
        return self.step.party

    @property
    def action(self) -> str:
        """What it does: an action of the vocabulary."""
        return self.step.action

    @property
    def act(self) -> Act:
        """What it needs to know for that."""
        return self.step.act


@dataclass(slots=True)
class Agenda:
    """The steps that are still to come; business days are those of the party that acts.

    The same step after the same call at the same instant is one entry, however often it is added.
    """

    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    _entries: list[tuple[datetime, int, Entry]] = field(default_factory=list)
    _known: dict[_Key, Entry] = field(default_factory=dict)
    _order: int = 0

    def add(
        self, step: Step, *, after: datetime, call: Call | None = None, scenario: str | None = None
    ) -> Entry:
        """Put a step on the agenda, its delay after an instant, and return the entry.

        Raises:
            CalendarError: the calendar does not reach that far.
        """
        calendar = self.calendars.get(step.party) or BusinessCalendar()
        at = calendar.shift(after, step.after)
        key = (id(step), at, call)
        known = self._known.get(key)
        if known is not None:
            return known
        entry = Entry(at=at, order=self._order + 1, step=step, call=call, scenario=scenario)
        self._push(entry)
        return entry

    def due(self, now: datetime) -> list[Entry]:
        """Take the entries that are due at an instant off the agenda, the earliest first."""
        found = []
        while self._entries and self._entries[0][0] <= now:
            entry = heapq.heappop(self._entries)[2]
            del self._known[_key(entry)]
            found.append(entry)
        return found

    def remove(self, scenario: str) -> None:
        """Take all entries of a scenario off the agenda."""
        self._entries = [one for one in self._entries if one[2].scenario != scenario]
        self._known = {_key(entry): entry for _, _, entry in self._entries}
        heapq.heapify(self._entries)

    def snapshot(self) -> list[dict[str, Any]]:
        """Return all entries as JSON values, the earliest first."""
        return [
            {
                "at": entry.at.isoformat(),
                "order": entry.order,
                "step": write_value(entry.step),
                "call": msgspec.to_builtins(entry.call),
                "scenario": entry.scenario,
            }
            for entry in self.entries
        ]

    def resume(self, kept: Sequence[Mapping[str, Any]]) -> None:
        """Put the entries of a snapshot in the place of all that are here.

        Raises:
            ScenarioError: one of their steps is none.
        """
        self._entries, self._known = [], {}
        for one in kept:
            self._push(
                Entry(
                    at=datetime.fromisoformat(one["at"]),
                    order=one["order"],
                    step=load_step(json.dumps(one["step"]).encode()),
                    call=msgspec.convert(one["call"], Call | None),
                    scenario=one["scenario"],
                )
            )

    def _push(self, entry: Entry) -> None:
        self._order = max(self._order, entry.order)
        self._known[_key(entry)] = entry
        heapq.heappush(self._entries, (entry.at, entry.order, entry))

    @property
    def next_at(self) -> datetime | None:
        """When the next entry is due, or None when there is none."""
        return self._entries[0][0] if self._entries else None

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, the earliest first."""
        return [entry for _, _, entry in sorted(self._entries, key=lambda one: one[:2])]


def _key(entry: Entry) -> _Key:
    return id(entry.step), entry.at, entry.call

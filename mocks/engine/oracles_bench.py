"""The evidence of a run, sorted for judging, and what each judge finds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from mocks.engine.calendar import BusinessCalendar
from mocks.engine.draw import Draw
from mocks.engine.durations import Duration
from mocks.engine.evaluation import evaluate_moment, opening_of
from mocks.engine.evidence import Evidence, Outcome
from mocks.engine.oracles_said import Value, load_texts
from mocks.engine.rows import Row
from mocks.engine.scenario_terms import Moment
from mocks.engine.sightings import Sighting
from mocks.engine.template_values import Scope
from mocks.engine.templates import TemplateError
from mocks.engine.vocabulary import load_vocabulary

ANY_ACT: Final = "*"
CLOSED: Final = "provider.closed"
ACCEPTED: Final = "inquiry.answer.accepted"
LAST: Final = datetime.max.replace(tzinfo=UTC)
_FAILED: Final = frozenset({"error", "failed", "refused", "denied", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a judge finds: the outcome, which text says it, with which values, and from what."""

    outcome: Outcome
    said: str
    values: Mapping[str, Value] = field(default_factory=dict)
    rows: Sequence[Row] = ()


def found(outcome: Outcome, said: str, rows: Sequence[Row] = (), **values: Value) -> Finding:
    """Return a finding; `values` are those of its text."""
    return Finding(outcome=outcome, said=said, values=values, rows=rows)


class Bench:
    """The evidence of a run by act and by subject; everything that has an order is sorted.

    The order never hangs on how rows with equal times came in.
    """

    def __init__(self, evidence: Evidence, *, over: bool) -> None:
        self.evidence, self.over = evidence, over
        self.scenario = evidence.scenario
        self.now, self.started_at = evidence.now, evidence.started_at
        self.calendar = BusinessCalendar()
        self._moments: dict[Moment, datetime | None] = {}
        self.sut = next(
            (name for name, one in self.scenario.parties.items() if one.kind == "sut"), ""
        )

    @cached_property
    def rows(self) -> Sequence[Row]:
        """Every row of an act, by time, and what follows from what was seen (id 0).

        An answer that came as the reply to its inquiry has no acknowledgement of its own: that it
        was applied before any was accepted says that it was accepted and acknowledged.
        """
        told = [row for row in self.evidence.rows if row.op is not None]
        accepted: dict[str | None, datetime] = {}
        for row in told:
            if row.op == ACCEPTED:
                accepted[row.correlation] = min(row.at, accepted.get(row.correlation, row.at))
        implied = {
            (one.person, one.member, one.correlation): one.at
            for one in self.seen("effect", "answer_applied")[::-1]
            if one.correlation and not accepted.get(one.correlation, LAST) <= one.at
        }
        derived = [
            Row(at=at, party=self.sut, op=op, person=who, member=member, correlation=name)
            for (who, member, name), at in implied.items()
            for op in (ACCEPTED, "ack")
        ]
        return sorted([*told, *derived], key=_place)

    @cached_property
    def lost(self) -> int:
        """How many rows the journal had to let go."""
        gone = [row for row in self.evidence.rows if row.is_marker]
        return sum(int(row.decoded.get("rows", 1)) for row in gone)

    @cached_property
    def by_op(self) -> Mapping[str, Sequence[Row]]:
        """Rows by act."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.op or ""].append(row)
        return found

    @cached_property
    def by_correlation(self) -> Mapping[str, Sequence[Row]]:
        """Rows by exchange, those of a known one only."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.correlation is not None:
                found[row.correlation].append(row)
        return found

    @cached_property
    def by_subject(self) -> Mapping[str, Sequence[Sighting]]:
        """Sightings by subject."""
        found: dict[str, list[Sighting]] = defaultdict(list)
        for one in sorted(self.evidence.sightings, key=_seen_place):
            found[one.subject].append(one)
        return found

    def acts(self, op: str, party: str | None = None, person: str | None = None) -> Sequence[Row]:
        """Return the rows of an act, by time.

        Without a party these are the acts of the system under test if it can do such a thing, and
        those of everybody if it cannot.
        """
        known = load_vocabulary().op.get(op)
        whose = party or (self.sut if known is not None and "sut" in known.kinds else None)
        rows = self.rows if op == ANY_ACT else self.by_op.get(op, ())
        return [
            row
            for row in rows
            if (whose is None or row.party == whose) and (person is None or row.person == person)
        ]

    def came_up(self, op: str, party: str | None, person: str | None) -> Sequence[Row]:
        """Return the rows that show that an act could be judged: the act, or what stands for it."""
        instead = load_texts().instead.get(op, ())
        found = self.acts(op, party, person)
        return found or [row for one in instead for row in self._of_anybody(one, person)]

    def touching(self, effect: str, person: str | None) -> Sequence[Row]:
        """Return the rows of the acts from which an effect can follow."""
        known = load_texts().touching.get(effect)
        if known is None:
            return [row for row in self.rows if person is None or row.person == person]
        return [
            row
            for op in known.ops
            for row in self._of_anybody(op, person)
            if known.sut is None or (row.party == self.sut) == known.sut
        ]

    def _of_anybody(self, op: str, person: str | None) -> Sequence[Row]:
        rows = self.by_op.get(op, ())
        return [row for row in rows if person is None or row.person == person]

    def seen(
        self, subject: str, what: str | None = None, person: str | None = None
    ) -> Sequence[Sighting]:
        """Return sightings of a subject, by time."""
        return [
            one
            for one in self.by_subject.get(subject, ())
            if (what is None or one.what == what) and (person is None or one.person == person)
        ]

    def rows_of(self, sightings: Iterable[Sighting]) -> Sequence[Row]:
        """Return the rows of the exchanges that were seen."""
        named = dict.fromkeys(one.correlation for one in sightings)
        return [row for name in named if name for row in self.by_correlation.get(name, ())]

    def crowd(self, person: str | None) -> int:
        """Return how many people a name stands for."""
        setup = self.scenario.people.get(person or "")
        return setup.count if setup else 1

    def is_about(self, person: str | None) -> bool:
        """Return whether anything came up about a person; without one, of any declared party."""
        if person is None:
            return bool(self.evidence.sightings) or any(
                row.party in self.scenario.parties for row in self.rows
            )
        seen = any(one.person == person for one in self.evidence.sightings)
        return seen or any(row.person == person for row in self.rows)

    def later(self, start: datetime, duration: Duration, party: str | None = None) -> datetime:
        """Return the instant a duration after another; business days are of a party if named."""
        setup = self.scenario.parties.get(party or "")
        calendar = BusinessCalendar(closed=frozenset(setup.closed)) if setup else self.calendar
        return calendar.shift(start, duration)

    @cached_property
    def closed_at(self) -> datetime | None:
        """When a party first said that it is closed, or None."""
        return next((row.at for row in self.rows if CLOSED in (row.outcome or "")), None)

    def moment(self, moment: Moment) -> datetime | None:
        """Return an instant of the scenario; None when it hangs on what has not happened.

        Functions that look ahead (`next_open`) start from the instant at which a party first said
        that it is closed, or from the beginning of the run.
        """
        if moment not in self._moments:
            self._moments[moment] = self._evaluate(moment)
        return self._moments[moment]

    def _evaluate(self, moment: Moment) -> datetime | None:
        scope = Scope(
            now=self.closed_at or self.started_at,
            started_at=self.started_at,
            correlation="",
            draw=Draw(""),
            closed_at=self.closed_at,
            offices={name: opening_of(one) for name, one in self.scenario.parties.items()},
            calendar=self.calendar,
        )
        try:
            return evaluate_moment(moment, scope)
        except TemplateError:
            return None


def is_refused(row: Row) -> bool:
    """Return whether an act ended in an error: a dotted code, or a state that is a failure."""
    return row.outcome is not None and ("." in row.outcome or row.outcome in _FAILED)


def text_of(row: Row, name: str) -> str | None:
    """Return what a row says under a name, before the act, in its document or after it."""
    for told in (row.before, row.decoded, row.after):
        if told.get(name) is not None:
            return str(told[name])
    return None


def _place(row: Row) -> tuple[datetime, str, str, str, int, str, int, str]:
    named = (row.party, row.op or "", row.person or "", row.member, row.correlation or "")
    return (row.at, *named, row.nth, row.outcome or "")


def _seen_place(one: Sighting) -> tuple[datetime, str, str, str, int, str, str]:
    named = (one.subject, one.what, one.person or "", one.member, one.correlation or "")
    return (one.at, *named, one.text)

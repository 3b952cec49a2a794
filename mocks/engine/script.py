"""What parties and hosts talk to: rules of scenarios on every call, names, journal and agenda.

A script is of one space and shares nothing with another. Every call is one indivisible turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, Self

from mocks.engine.agenda import Agenda
from mocks.engine.calendar import BusinessCalendar, CalendarError
from mocks.engine.draw import Draw
from mocks.engine.evaluation import Moment, Offices, Texts, evaluate_reply
from mocks.engine.exchange import Call, DrawnFault, Ruling, WhyNot
from mocks.engine.journal import Journal, Row
from mocks.engine.names import Names
from mocks.engine.places import Places
from mocks.engine.rulebook import Circumstances, Progress
from mocks.engine.scenario import PartySetup, Scenario
from mocks.engine.scenario_rules import Rule
from mocks.engine.shelf import AD_HOC, Matched, Shelf, draw_faults
from mocks.engine.snapshots import fill_from, take_snapshot
from mocks.engine.vocabulary import load_vocabulary

CLOSED: Final = "provider.closed"


@dataclass(slots=True)
class Script:
    """The scenarios of one space while they run.

    `started_at` is when the run began: what the scenario says, or the first call. `closed_at` is
    when a party first said that it is closed. Both are aware UTC, None until then.
    """

    space: str
    seed: str
    names: Names = field(default_factory=Names)
    journal: Journal = field(default_factory=Journal)
    offices: Offices = field(default_factory=Offices)
    agenda: Agenda = field(default_factory=Agenda)
    places: Places = field(default_factory=Places)
    started_at: datetime | None = None
    closed_at: datetime | None = None
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    skews: dict[str, timedelta] = field(default_factory=dict)  # how far rules moved clocks
    shelf: Shelf = field(default_factory=Shelf)

    def __post_init__(self) -> None:
        self.agenda.calendars = self.offices.calendars

    @classmethod
    def silent(cls, *, space: str = "", seed: str | int = 0) -> Self:
        """Return a script without rules: every party does what it should, the journal is on."""
        return cls(space=space, seed=str(seed))

    def rule(self, call: Call, *, now: datetime, exchange: int) -> Ruling:
        """Return what the rules make of a call, counted, drawn and written into the journal.

        Steps of matching rules are put on the agenda; their delay counts from `now`, an instant
        of the space's clock. `exchange` is the journal's, 0 for none.
        """
        self._tick(now)
        draw = Draw(self.seed, f"script/{self.space}")
        place = self.places.of(call)
        about = Circumstances(now=now, place=place, draw=draw, calendar=self._calendar(call.party))
        matched, why_not = self.shelf.match(self._with_hours(call, now))
        faults = tuple(draw_faults(matched, about))
        self._move_clock(call.party, faults, now)
        reacting = next((rule for _, rule in matched if rule.then is not None), None)
        texts, problem = self._evaluate(reacting, call, now)
        problem = self._plan(matched, call, now) or problem
        names = tuple(rule.id for _, rule in matched)
        row = self._write(
            call,
            at=now,
            exchange=exchange,
            direction="out" if _sends(call.op) else "in",
            rule=reacting.id if reacting else None,
            matched=names,
            why_not=why_not,
            faults=tuple(f"{one.rule}:{one.fault.kind}@{one.fault.at}" for one in faults),
            note=problem,
        )
        return Ruling(
            row=row,
            rule=reacting.id if reacting else None,
            reaction=reacting.then if reacting else None,
            matched=names,
            why_not=why_not,
            faults=faults,
            later=tuple(step for _, rule in matched for step in rule.later),
            texts=texts,
        )

    def note(self, call: Call, *, now: datetime, exchange: int = 0, outcome: str | None) -> int:
        """Write down something seen, such as an act of the system under test; no rule applies.

        Returns the id of the row.
        """
        self._tick(now)
        return self._write(call, at=now, exchange=exchange, direction="seen", outcome=outcome)

    def settle(
        self,
        row: int,
        *,
        outcome: str,
        before: Mapping[str, str] | None = None,
        after: Mapping[str, str] | None = None,
        decoded: Mapping[str, Any] | None = None,
    ) -> None:
        """Say what became of a call; a row that is gone stays gone.

        `before` and `after` are the state of what it was about, `decoded` what it said.
        """
        given = {"before": before, "after": after, "decoded": decoded}
        changes = {name: dict(value) for name, value in given.items() if value is not None}
        settled = self.journal.amend(row, outcome=outcome, **changes)
        if settled is not None and outcome == CLOSED and self.closed_at is None:
            self.closed_at = settled.at

    def why_not(self, call: Call, *, now: datetime | None = None) -> tuple[WhyNot, ...]:
        """Return why rules would not match a call, one entry each; nothing is counted."""
        return self.shelf.why_not(self._with_hours(call, now) if now is not None else call)

    def load(self, scenario: Scenario, *, now: datetime | None = None) -> None:
        """Let a scenario run from now on; the same id is replaced at once and begins anew."""
        self.agenda.remove(scenario.id)
        self.scenarios[scenario.id] = scenario
        self.shelf.put(scenario.id, scenario.rules)
        self.started_at = self.started_at or now or scenario.clock.start
        self._set_up()

    def unload(self, scenario: str) -> bool:
        """Let a scenario end, with what it still had on the agenda; return whether it ran."""
        self.agenda.remove(scenario)
        if self.scenarios.pop(scenario, None) is None:
            return False
        del self.shelf.books[scenario]
        self._set_up()
        return True

    def begin(self, now: datetime) -> None:
        """Let the run begin: put what parties do without being asked on the agenda."""
        self.started_at = now
        for scenario in self.scenarios.values():
            for step in scenario.begin:
                self.agenda.add(step, after=now, scenario=scenario.id)

    def add_rule(
        self, rule: Rule, ttl: timedelta | None = None, *, now: datetime | None = None
    ) -> None:
        """Add a rule by hand, before all others; the same id is replaced and begins anew.

        It ends after `ttl`, counted from `now`, or from the next call if that is not given.
        """
        self.shelf.add(rule, ttl, now)

    def remove_rule(self, rule: str) -> bool:
        """Remove a rule that was added by hand; return whether there was one."""
        return self.shelf.remove(rule)

    @property
    def rules_by_hand(self) -> tuple[Rule, ...]:
        """The rules that were added by hand and have not ended."""
        return self.shelf.books[AD_HOC].rules

    def reset_counters(self) -> None:
        """Let every rule begin anew: numbers, since, faults that last, clocks that were moved."""
        self.shelf.reset()
        self.places.clear()
        self.skews.clear()
        self.closed_at = None

    def progress(self, scenario: str = AD_HOC) -> Mapping[str, Progress]:
        """Return how far each rule of a scenario is.

        Raises:
            KeyError: no such scenario runs.
        """
        book = self.shelf.books[scenario]
        return {rule.id: book.progress_of(rule.id) for rule in book.rules}

    def set_progress(
        self, scenario: str, rule: str, new: Progress, *, expected: Progress | None = None
    ) -> bool:
        """Set how far a rule is, if it is as far as expected; return whether it was set.

        Raises:
            KeyError: no such scenario runs.
        """
        return self.shelf.books[scenario].change(rule, new, expected=expected)

    def setup_of(self, party: str) -> PartySetup | None:
        """Return how the scenarios set a party up; the last one that names it decides."""
        found = (one.parties.get(party) for one in reversed(self.scenarios.values()))
        return next((setup for setup in found if setup is not None), None)

    def local_time(self, party: str, now: datetime) -> datetime:
        """Return what a party's clock shows at an instant of the space's: its offset and moves."""
        setup = self.setup_of(party)
        shown = self._calendar(party).shift(now, setup.clock_offset) if setup else now
        return shown + self.skews.get(party, timedelta())

    def snapshot(self) -> dict[str, Any]:
        """Return everything as JSON values, numbers of the sandbox's people included."""
        return take_snapshot(self)

    @classmethod
    def restore(cls, kept: Mapping[str, Any]) -> Self:
        """Return the script that a snapshot holds; its journal has no store and no subscribers.

        Raises:
            ScenarioError: a scenario, a rule or a step in it is none.
            ValueError: it has another shape, or is of another version.
        """
        script = cls(space=str(kept.get("space")), seed=str(kept.get("seed")))
        fill_from(script, kept)
        return script

    def _tick(self, now: datetime) -> None:
        self.started_at = self.started_at or now
        self.shelf.tick(now)

    def _calendar(self, party: str) -> BusinessCalendar:
        return self.offices.calendars.get(party) or BusinessCalendar()

    def _with_hours(self, call: Call, now: datetime) -> Call:
        """Return a call that says whether its party is open, if it did not."""
        if call.facts.open is not None or call.party not in self.offices.openings:
            return call
        try:
            is_open = self.offices.is_open(call.party, now)
        except CalendarError:
            return call
        return replace(call, facts=replace(call.facts, open=is_open))

    def _move_clock(self, party: str, faults: tuple[DrawnFault, ...], now: datetime) -> None:
        for one in faults:
            if one.fault.kind == "clock_skew" and one.fault.step is not None:
                moved = self._calendar(party).shift(now, one.fault.step) - now
                self.skews[party] = self.skews.get(party, timedelta()) + moved

    def _evaluate(self, rule: Rule | None, call: Call, now: datetime) -> tuple[Texts, str | None]:
        reply = rule.then.reply if rule is not None and rule.then is not None else None
        if reply is None:
            return {}, None
        if reply.error == CLOSED and self.closed_at is None:
            self.closed_at = now
        moment = Moment(
            now=now,
            started_at=self.started_at or now,
            closed_at=self.closed_at,
            draw=Draw(self.seed, self.space),
            offices=self.offices,
        )
        return evaluate_reply(reply, moment.scope(call))

    def _plan(self, matched: Matched, call: Call, now: datetime) -> str | None:
        try:
            for book, rule in matched:
                for step in rule.later:
                    self.agenda.add(step, after=now, call=call, scenario=book.id)
        except CalendarError:
            return "time.years"
        return None

    def _write(self, call: Call, **fields: Any) -> int:  # noqa: ANN401  # fields of a row
        row = Row(
            id=self.journal.next_row,
            party=call.party,
            peer=call.peer,
            op=call.op,
            person=call.person,
            member=call.member,
            correlation=call.correlation,
            nth=self.places.count(call, self.places.of(call)),
            **fields,
        )
        return self.journal.add(row)

    def _set_up(self) -> None:
        self.offices.openings.clear()
        self.offices.calendars.clear()
        for scenario in self.scenarios.values():
            for party, setup in scenario.parties.items():
                self.offices.set_up(party, setup)
                if setup.code is not None:
                    self.names.bind_party(party, setup.code)


@cache
def _sends(op: str) -> bool:
    known = load_vocabulary().op.get(op)
    return known is not None and known.sends

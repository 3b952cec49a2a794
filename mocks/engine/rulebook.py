"""The rules of one scenario while it runs: what matches a call, why the others do not, what is due.

Looking changes nothing; what a call changes is applied at once, when everything is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Final

from mocks.engine.calendar import BusinessCalendar, CalendarError
from mocks.engine.draw import Draw
from mocks.engine.exchange import Call, DrawnFault, WhyNot
from mocks.engine.scenario_rules import Fault, Match, Occurrences, Rule

LASTING: Final = frozenset({"down", "refuse"})  # with `for`: from the first match until it is over
ALWAYS: Final = 100  # percent
Difference = tuple[str, str, str]  # which part, what it wants, what is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a rule is: `seen` calls that match all but `nth`, `matched` calls that match.

    `until` are the ends of its faults that last, by their place in the rule; they have begun, and
    at their end they are over.
    """

    seen: int = 0
    matched: int = 0
    until: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What holds at the instant of a call beside its own facts."""

    now: datetime
    place: str  # the exchange, by a name that does not hang on the interleaving
    draw: Draw
    calendar: BusinessCalendar


@dataclass(slots=True)
class Rulebook:
    """The rules of a scenario, or those made by hand, and how far each is."""

    id: str
    rules: tuple[Rule, ...]
    progress: dict[str, Progress] = field(default_factory=dict)
    turns: dict[tuple[str, str], int] = field(default_factory=dict)  # (rule, place) -> matches

    def progress_of(self, rule: str) -> Progress:
        """Return how far a rule is; one that never matched is at the beginning."""
        return self.progress.get(rule, Progress())

    def change(self, rule: str, new: Progress, *, expected: Progress | None = None) -> bool:
        """Set how far a rule is, if it is as far as expected; return whether it was set."""
        if expected is not None and self.progress_of(rule) != expected:
            return False
        self.progress[rule] = new
        return True

    def forget(self, rule: str) -> None:
        """Let one rule begin anew."""
        self.progress.pop(rule, None)
        self.turns = {key: turn for key, turn in self.turns.items() if key[0] != rule}

    def reset(self) -> None:
        """Let every rule begin anew."""
        self.progress.clear()
        self.turns.clear()

    def why_not(self, call: Call) -> Iterator[tuple[Rule, WhyNot | None]]:
        """Yield every rule, with the first part of its `when` that differs, None if none does."""
        for rule in self.rules:
            different = self._difference(rule, call)
            if different is None:
                yield rule, None
            else:
                part, wanted, found = different
                yield rule, WhyNot(rule=rule.id, part=part, wanted=wanted, found=found)

    def count(self, rule: Rule, why: WhyNot | None) -> None:
        """Count a call for a rule that it matched, or missed by its number only."""
        if why is not None and why.part != "nth":
            return
        former = self.progress_of(rule.id)
        matched = former.matched + (why is None)
        self.progress[rule.id] = replace(former, seen=former.seen + 1, matched=matched)

    def draw(self, rule: Rule, about: Circumstances) -> tuple[DrawnFault, ...]:
        """Return the faults of a rule that matched, as far as the draws let them happen."""
        turn = self.turns.get((rule.id, about.place), 0)
        self.turns[rule.id, about.place] = turn + 1
        drawn = (
            self._draw(rule, at, DrawnFault(rule=rule.id, fault=fault, turn=turn), about)
            for at, fault in enumerate(rule.fault)
        )
        return tuple(one for one in drawn if one is not None)

    def _draw(
        self, rule: Rule, at: int, fault: DrawnFault, about: Circumstances
    ) -> DrawnFault | None:
        progress = self.progress_of(rule.id)
        until = progress.until.get(at)
        if until is not None:
            return replace(fault, until=until) if about.now < until else None
        key = (rule.id, about.place, fault.turn, at)
        percent = fault.fault.chance
        if percent < ALWAYS and not about.draw.chance(percent, *key):
            return None
        if not lasts(fault.fault) or fault.fault.lasting is None:
            return fault
        try:
            until = about.calendar.shift(about.now, fault.fault.lasting)
        except CalendarError:  # no end within reach: this call alone
            return fault
        self.progress[rule.id] = replace(progress, until={**progress.until, at: until})
        return replace(fault, until=until)

    def _difference(self, rule: Rule, call: Call) -> Difference | None:
        for different in chain(_parts(rule, call), _states(rule, call)):
            if different is not None:
                return different
        since = rule.when.state.since
        if since is not None and not self.progress_of(since).matched:
            return "state.since", since, ""
        nth, seen = rule.when.nth, self.progress_of(rule.id).seen + 1
        return (
            None if nth is None or nth.holds(seen) else ("nth", write_occurrences(nth), str(seen))
        )


def write_occurrences(nth: Occurrences) -> str:
    """Return the text of a range as scenarios write it: `1`, `3..` or `2..4`."""
    if nth.last == nth.first:
        return str(nth.first)
    return f"{nth.first}..{nth.last or ''}"


def lasts(fault: Fault) -> bool:
    """Return whether a fault begins with its first match and lasts until it is over."""
    return fault.kind in LASTING and fault.lasting is not None


def _parts(rule: Rule, call: Call) -> Iterator[Difference | None]:
    when = rule.when
    yield _compare("party", when.party, call.party)
    yield None if when.op == "*" else _compare("op", when.op, call.op)
    yield _compare("person", when.person, call.person)
    yield from _contents(when.match, call)


def _contents(match: Match, call: Call) -> Iterator[Difference | None]:
    content = call.content
    yield _compare("match.name", match.name, content.name)
    if match.information is not None and match.information not in content.information:
        yield "match.information", match.information, ", ".join(content.information)
    yield _compare("match.affair", match.affair, content.affair)
    yield _compare("match.inquirer", match.inquirer, content.inquirer)
    yield _compare("match.provider", match.provider, content.provider)


def _states(rule: Rule, call: Call) -> Iterator[Difference | None]:
    wanted, facts = rule.when.state, call.facts
    yield _compare("state.permit", wanted.permit, facts.permit)
    yield _compare("state.inquiry", wanted.inquiry, facts.inquiry)
    if wanted.open is not None and wanted.open != facts.open:
        yield "state.open", _written(wanted.open), _written(facts.open)
    if wanted.limit is not None and wanted.limit not in facts.full:
        yield "state.limit", wanted.limit, ", ".join(sorted(facts.full))


def _compare(part: str, wanted: str | None, found: str | None) -> Difference | None:
    return None if wanted is None or wanted == found else (part, wanted, found or "")


def _written(value: object) -> str:
    return "" if value is None else str(value).lower()

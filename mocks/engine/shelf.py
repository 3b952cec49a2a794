"""All rules that run in a space: those made by hand first, then scenario by scenario."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from mocks.engine.exchange import Call, DrawnFault, WhyNot
from mocks.engine.rulebook import Circumstances, Progress, Rulebook
from mocks.engine.scenario_rules import Rule

AD_HOC: Final = "ad-hoc"  # the book of rules that are made by hand
Matched = list[tuple[Rulebook, Rule]]


def _with_hand_book() -> dict[str, Rulebook]:
    return {AD_HOC: Rulebook(AD_HOC, ())}


@dataclass(slots=True)
class Shelf:
    """Books of rules by the id of their scenario, in the order they were put here."""

    books: dict[str, Rulebook] = field(default_factory=_with_hand_book)
    _ends: dict[str, datetime] = field(default_factory=dict)  # of rules made by hand
    _lifetimes: dict[str, timedelta] = field(default_factory=dict)  # that have not begun

    def put(self, scenario: str, rules: tuple[Rule, ...]) -> None:
        """Put the rules of a scenario here; the same id is replaced in its place."""
        self.books[scenario] = Rulebook(scenario, rules)

    def add(self, rule: Rule, ttl: timedelta | None, now: datetime | None) -> None:
        """Add a rule made by hand; the same id is replaced and begins anew."""
        self.remove(rule.id)
        book = self.books[AD_HOC]
        book.rules = (*book.rules, rule)
        if ttl is not None and now is not None:
            self._ends[rule.id] = now + ttl
        elif ttl is not None:
            self._lifetimes[rule.id] = ttl

    def remove(self, rule: str) -> bool:
        """Remove a rule made by hand; return whether there was one."""
        book = self.books[AD_HOC]
        left = tuple(one for one in book.rules if one.id != rule)
        found = len(left) < len(book.rules)
        book.forget(rule)
        book.rules = left
        self._ends.pop(rule, None)
        self._lifetimes.pop(rule, None)
        return found

    def ends_of(self) -> Mapping[str, datetime]:
        """Return when rules made by hand end, where that is known."""
        return dict(self._ends)

    def tick(self, now: datetime) -> None:
        """Let lifetimes begin, and remove rules made by hand that are over."""
        self._ends.update({rule: now + ttl for rule, ttl in self._lifetimes.items()})
        self._lifetimes.clear()
        for rule in [one for one, end in self._ends.items() if end <= now]:
            self.remove(rule)

    def why_not(self, call: Call) -> tuple[WhyNot, ...]:
        """Return why rules do not match a call; nothing is counted."""
        found = (why for book in self.books.values() for _, why in book.why_not(call))
        return tuple(why for why in found if why is not None)

    def match(self, call: Call) -> tuple[Matched, tuple[WhyNot, ...]]:
        """Return the rules that match a call and why the others do not; the call is counted."""
        looked = [(book, *found) for book in self.books.values() for found in book.why_not(call)]
        for book, rule, why in looked:
            book.count(rule, why)
        matched = [(book, rule) for book, rule, why in looked if why is None]
        return matched, tuple(why for _, _, why in looked if why is not None)

    def reset(self) -> None:
        """Let every rule begin anew."""
        for book in self.books.values():
            book.reset()

    def snapshot(self) -> dict[str, Any]:
        """Return how far every rule is as JSON values; the rules themselves stand elsewhere."""
        books = {
            name: {
                "progress": msgspec.to_builtins(book.progress, str_keys=True),
                "turns": [[*key, turn] for key, turn in book.turns.items()],
            }
            for name, book in self.books.items()
        }
        lifetimes = {rule: ttl.total_seconds() for rule, ttl in self._lifetimes.items()}
        ends = {rule: end.isoformat() for rule, end in self._ends.items()}
        return {"books": books, "ends": ends, "lifetimes": lifetimes}

    def resume(self, kept: Mapping[str, Any]) -> None:
        """Let the rules that are here be as far as a snapshot says."""
        for name, one in kept["books"].items():
            book = self.books[name]
            book.progress = msgspec.convert(one["progress"], dict[str, Progress], str_keys=True)
            book.turns = {(rule, place): turn for rule, place, turn in one["turns"]}
        self._ends = msgspec.convert(kept["ends"], dict[str, datetime])
        self._lifetimes = {
            rule: timedelta(seconds=length) for rule, length in kept["lifetimes"].items()
        }


def draw_faults(matched: Matched, about: Circumstances) -> Iterator[DrawnFault]:
    """Yield the faults of rules that matched, as far as the draws let them happen."""
    for book, rule in matched:
        yield from book.draw(rule, about)

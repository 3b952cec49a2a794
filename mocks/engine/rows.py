"""What a journal holds: rows for calls, exchanges of bytes, and where they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from mocks.engine.exchange import WhyNot

Direction = Literal["in", "out", "seen"]
EVICTED: Final = "evicted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One call of one party, or something seen of the system under test (`direction` seen).

    `op` None is a document nobody could match with an act. `nth` counts the calls of that party
    and act within the exchange of that person, from 1. `faults` are `rule:kind@point`. `outcome`
    is what became of the call: a state, an error code, or a word of whoever carried it out; None
    until then. `before` and `after` are the state of what the call is about. `decoded` is masked.
    """

    id: int = 0
    at: datetime
    exchange: int = 0
    party: str
    peer: str | None = None
    direction: Direction = "in"
    op: str | None = None
    person: str | None = None
    member: int = 0
    correlation: str | None = None
    nth: int = 0
    rule: str | None = None
    matched: tuple[str, ...] = ()
    why_not: tuple[WhyNot, ...] = ()
    faults: tuple[str, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    outcome: str | None = None
    decoded: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None

    @property
    def is_marker(self) -> bool:
        """Whether the row stands for rows that are gone: `decoded` says how many."""
        return self.note == EVICTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One stream of bytes that came or went, and what was said in return; None until then."""

    id: int
    at: datetime
    party: str
    peer: str | None
    direction: Direction
    asked: bytes = field(repr=False)
    answered: bytes | None = field(default=None, repr=False)


class Store(Protocol):
    """Where a journal is kept; it is told in the loop and must not wait."""

    def keep(self, entry: Row | Exchange) -> None:
        """Keep a row or an exchange; one whose id is known replaces the former version."""
        ...

    def clear(self) -> None:
        """Note that everything so far is gone from the journal."""
        ...

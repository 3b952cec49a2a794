"""What a party is: a pure state machine. Events go in with the time, effects come out.

A party holds plain state, does no I/O, reads no clock and draws only keyed draws, so the same
party runs behind sockets, in a test and in a simulation. Each event is one indivisible turn.

Whoever hosts it asks it first which acts a stream calls for (`calls`), lets the rules of the
scenario judge each, and hands their rulings back with the event. Acts that go out by themselves
(answers, inquiries) a party brings to the rules within its turn. All instants are of the space's
clock; a party whose clock is wrong moves them by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from mocks.engine.calendar import Opening
from mocks.engine.exchange import Call, DrawnFault, Ruling
from mocks.engine.scenario_rules import Act
from wire.documents import Document
from wire.errors import WireError


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A document stream came in from the institution that TLS proved; bad ones are errors.

    `rulings` are by the message id of the document that asks for the act; `exchange` is the
    journal's number, 0 without one; `under_way` counts the other streams of this party that came
    and were not replied to yet.
    """

    hop: str
    documents: Sequence[Document | WireError]
    rulings: Mapping[str, Ruling] = field(default_factory=dict)
    exchange: int = 0
    under_way: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The reply to a `Send` with this mark; None when nobody answered."""

    mark: str
    documents: Sequence[Document] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An instant that the party asked for with `Later` has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One document of the reply to the stream that arrived; faults befall the whole reply."""

    document: bytes
    faults: tuple[DrawnFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """POST documents to an institution; with a mark the party wants to see what comes back.

    `faults` befall the request; repeats and swaps are not among them, the party makes them.
    """

    to: str
    documents: Sequence[bytes]
    mark: str | None = None
    faults: tuple[DrawnFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Wake the party with `Due` at an instant of the space's clock."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Move the clock of the space, and tell everybody, before the effects that follow."""

    step: timedelta


class UnableError(Exception):
    """A step that a party cannot take; the text says why, without anybody's numbers."""


Event = Arrived | Returned | Due
Effect = Reply | Send | Later | Advance


class Party(Protocol):
    """A counterparty; `code` is its institution code."""

    @property
    def code(self) -> str:
        """The institution code, 6 digits."""
        ...

    @property
    def opening(self) -> Opening:
        """When it answers; its business days count for its steps (`P3BD`)."""
        ...

    def calls(self, event: Arrived, *, now: datetime) -> Sequence[Call]:
        """Return the acts that a stream calls for, in the order of its documents.

        Nothing changes by asking. Documents that call for no act (the clock, notices, permits)
        are passed over; `message_id` says which document a call is of.
        """
        ...

    def handle(self, event: Event, *, now: datetime) -> Sequence[Effect]:
        """Take one turn at an instant of the space's clock."""
        ...

    def act(self, action: str, act: Act, call: Call | None, *, now: datetime) -> Sequence[Effect]:
        """Take a step of a scenario (`begin`, `later`); `call` is the one it follows, if any.

        Raises:
            UnableError: the party cannot do that, or knows no such person; nothing has changed.
        """
        ...

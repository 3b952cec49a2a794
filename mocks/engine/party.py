"""What a party is: a pure state machine. Events go in with the time, effects come out.

A party holds plain state, does no I/O, reads no clock and draws only keyed draws, so the same
party runs behind sockets, in a test and in a simulation. Each event is one indivisible turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from wire.documents import Document
from wire.errors import WireError


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A document stream came in from the institution that TLS proved; bad ones are errors."""

    hop: str
    documents: Sequence[Document | WireError]


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
    """One document of the reply to the stream that arrived."""

    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """POST documents to an institution; with a mark the party wants to see what comes back."""

    to: str
    documents: Sequence[bytes]
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Wake the party with `Due` at an instant of the space's clock."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Move the clock of the space, and tell everybody, before the effects that follow."""

    step: timedelta


Event = Arrived | Returned | Due
Effect = Reply | Send | Later | Advance


class Party(Protocol):
    """A counterparty; `code` is its institution code."""

    @property
    def code(self) -> str:
        """The institution code, 6 digits."""
        ...

    def handle(self, event: Event, *, now: datetime) -> Sequence[Effect]:
        """Take one turn at an instant of the space's clock."""
        ...

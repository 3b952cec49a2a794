"""Durable intentions (work items with lease and fence), stored replies, settings, permit lists."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """Something that must happen at `run_at` or later, exactly once per (lane, key).

    A process that works on it holds a lease; `version` is the fence: whoever finishes with an
    older one fails. `payload` is sealed in storage.
    """

    lane: str
    key: str
    payload: bytes = b""
    run_at: datetime
    lease_until: datetime | None = None
    owner: str = ""
    attempts: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """The reply to one document of one sender, for repeats: same bytes, same reply (G4)."""

    sender: str
    message_id: str
    digest: bytes
    reply: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEdition:
    """This gateway's own copy of one edition of the permit list (照会許可用照合リスト)."""

    instrument: str
    valid_from: date
    sequence: int
    sha256: str
    content: bytes
    received_at: datetime
    version: int = 0


class ListSource(StrEnum):
    """Whose word a supplement is."""

    CORE = "core"
    OWN = "own"  # the institution's own register


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSupplement:
    """This gateway's own copy of what stands beside the editions of one list (附属).

    `sequence` is the number of the core's list, or that of the own register.
    """

    source: ListSource
    sequence: int
    sha256: str
    content: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A small fact that must survive a restart (the sandbox clock's offset, a list's number)."""

    name: str
    value: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSlot:
    """One run of one job; whoever inserts the row runs it, everybody else does not."""

    job: str
    slot: str
    owner: str
    claimed_at: datetime

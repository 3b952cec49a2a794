"""Exchange records (情報提供等記録): what each side keeps for seven years (番号法第23条, S5.3)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.permits import OWN_AFFAIRS, Judged, Mandate, Wanted


class Act(StrEnum):
    """What was done."""

    INQUIRY = "inquiry"
    PROVISION = "provision"
    HOLD = "hold"  # a member of staff proposed, released or refused
    ADDRESS = "address"
    SYMBOL = "symbol"
    REPLICA = "replica"
    CONTROL = "control"
    PERMIT_LIST = "permit_list"
    ACCESS = "access"  # a look into records


class Phase(StrEnum):
    """Two records per act: a crash between them reads as unknown, never as nothing."""

    INTENT = "intent"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRecord:
    """One record before it is numbered and chained; texts are codes, never values of a person.

    `result` is a state name, `code` the reason of a refusal; digests are SHA-256 of the
    documents as they travelled (of a permit list: of its supplement), `signature` that of the
    document named by `digest`.
    """

    act: Act
    phase: Phase
    at: datetime
    result: str
    code: str | None = None
    actor: str = ""  # system, staff or institution that caused it
    subject: UnifiedNumber | None = None  # stored as a keyed index and sealed
    request_id: str | None = None
    transaction_number: str | None = None
    permit_id: str | None = None
    inquirer: str | None = None
    provider: str | None = None
    instrument: str | None = None
    row: str | None = None
    clause: str | None = None
    wanted: tuple[Wanted, ...] = ()
    requested_at: datetime | None = None
    basis: str | None = None
    mandate: Mandate = OWN_AFFAIRS
    edition_sha256: str | None = None
    judged: Judged | None = None  # how the list kept here decided, of every judged act (G9)
    nondisclosure: bool = False
    digest: bytes | None = None
    signature: bytes | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as it stands in the log: numbered from 0, its leaf and its chain value."""

    sequence: int
    leaf: bytes
    chain: bytes
    record: ExchangeRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The size and RFC 6962 root of a log at an instant, signed by its institution (G6)."""

    size: int
    root: bytes
    chain: bytes
    at: datetime
    signature: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a walk over the whole log found; `fault` names the first thing wrong."""

    size: int
    root: bytes
    chain: bytes
    checkpoints: int
    fault: str | None

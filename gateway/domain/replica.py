"""Replicas (副本) of what business systems hold, and the three controls over them (S5.2c, S5.4)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.permits import Period


class ControlKind(StrEnum):
    """Controls that must not be merged; each is dated and has a setter and a review date."""

    NO_AUTOMATIC_ANSWER = "no_automatic_answer"  # 自動応答不可: staff release an item
    NONDISCLOSURE = "nondisclosure"  # 不開示: hidden from the citizen's history
    OWN_INFORMATION_REFUSED = "own_information_refused"  # 自己情報提供不可
    PROTECTED_PERSON = "protected_person"  # DV等支援措置: G12


HOLDING = frozenset({ControlKind.NO_AUTOMATIC_ANSWER, ControlKind.PROTECTED_PERSON})
"""Controls that hold answers back: two people end them, as two release an answer (K8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control over a person, or over one information or item of that person.

    `information` None means all; `item` None means all items of it.
    """

    control_id: str
    unified_number: UnifiedNumber
    kind: ControlKind
    information: str | None
    item: str | None
    reason: str
    set_by: str
    set_at: datetime
    review_on: date
    end_proposed_by: str | None = None  # whoever ends it is somebody else
    ended_at: datetime | None = None
    ended_by: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaItem:
    """One item (項目); a missing value is explicit: None with a reason, never an empty text."""

    item: str
    value: str | None = field(repr=False)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One version of one data set of a person; in force from `public_from` to before `public_to`.

    `record_key` tells data sets of one information apart (a fiscal year, a household);
    `replica_version` counts from 1; a deletion is a version with `deleted` and no items.
    `original` is the digest of the original that it is known to differ from, None if of none.
    """

    unified_number: UnifiedNumber
    information: str
    record_key: str
    replica_version: int
    as_of: date
    public_from: date
    public_to: date | None
    items: tuple[ReplicaItem, ...]
    deleted: bool = False
    system: str = ""
    registered_at: datetime
    original: bytes | None = None
    version: int = 0

    @property
    def digest(self) -> bytes:
        """What tells it from an original, see `digest_of`."""
        return digest_of(self.as_of, self.items, deleted=self.deleted)


def digest_of(as_of: date, items: Iterable[ReplicaItem], *, deleted: bool) -> bytes:
    """Return SHA-256 over what an original and its replica must have in common, 32 bytes.

    It is kept sealed like the values: whoever knew it could try out what they are.
    """
    if deleted:
        return sha256(b"deleted").digest()
    said = sorted(json.dumps((one.item, one.value, one.reason)) for one in items)
    return sha256(json.dumps((as_of.isoformat(), said)).encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One entry of a load that was not applied: its line from 1, a code, and the field."""

    line: int
    code: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaLoad:
    """What became of one load of replica entries: applied + rejected + pending = total (G7)."""

    receipt: str
    system: str
    total: int
    applied: int
    rejected: tuple[Rejection, ...]
    pending: int
    loaded_at: datetime
    version: int = 0


def in_force(replicas: Sequence[Replica], *, on: date, period: Period) -> Replica | None:
    """Return the newest version that is public on a day and lies in the period asked about."""
    newest: dict[str, Replica] = {}
    for replica in replicas:
        known = newest.get(replica.record_key)
        if known is None or replica.replica_version > known.replica_version:
            newest[replica.record_key] = replica
    public = [
        replica
        for replica in newest.values()
        if not replica.deleted
        and replica.public_from <= on
        and (replica.public_to is None or on < replica.public_to)
        and (period.begins_on is None or period.begins_on <= replica.as_of)
        and (period.ends_on is None or replica.as_of <= period.ends_on)
    ]
    return max(public, key=lambda r: (r.as_of, r.record_key), default=None)

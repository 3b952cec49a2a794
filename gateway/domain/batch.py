"""Batches (一括照会): many inquiries handed over as one, and where each row of them is (G7)."""

import dataclasses
import hmac
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from gateway.domain.inquiry import AskedInquiry
from gateway.domain.states import (
    BATCH_ROW,
    INQUIRY,
    BatchRowState,
    InquiryState,
    is_final,
    move,
)

CHUNK_ROWS = 64  # rows of one stored value; stored batches rely on it
CANCELLED = "batch.cancelled"
CODE_UNKNOWN = "batch.code_unknown"
PENDING = frozenset({BatchRowState.WAITING, BatchRowState.RUNNING, BatchRowState.RESTING})
_RETRIED = frozenset({BatchRowState.EXPIRED, BatchRowState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """明細: one inquiry of a batch; `asked` is None where its codes mean nothing here.

    `digest` is SHA-256 of what the caller sent. `key` is the caller's own name for the row: rows
    of one batch with the same key, or with neither key nor difference, are one inquiry.
    """

    line: int  # from 1
    digest: bytes
    asked: AskedInquiry | None
    key: str | None = None
    state: BatchRowState = BatchRowState.WAITING
    generation: int = 1  # of its last inquiry, part of that one's idempotency key
    inquiry_id: str | None = None
    code: str | None = None  # why it was rejected
    fault: str | None = None  # and which of its fields is to blame

    @property
    def can_be_retried(self) -> bool:
        """Whether asking again can help: it failed, expired, or its person was unknown."""
        rejected = self.state is BatchRowState.REJECTED and self.code != CANCELLED
        return self.asked is not None and (rejected or self.state in _RETRIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCounts:
    """How many rows are in each state: whatever moves, they add up to all rows (G7)."""

    waiting: int = 0
    running: int = 0
    resting: int = 0
    rejected: int = 0
    answered: int = 0
    not_provided: int = 0
    denied: int = 0
    expired: int = 0
    failed: int = 0
    cancelled: int = 0

    @classmethod
    def of(cls, rows: Iterable[BatchRow]) -> "BatchCounts":
        """Return the counts of some rows."""
        return cls(**Counter(row.state.value for row in rows))

    def plus(self, other: "BatchCounts", sign: int = 1) -> "BatchCounts":
        """Return the sum of two counts, or with `sign` -1 their difference."""
        return BatchCounts(
            **{state: self.at(state) + sign * other.at(state) for state in BatchRowState}
        )

    def at(self, state: BatchRowState) -> int:
        """Return how many rows are in a state."""
        count: int = getattr(self, state)
        return count

    @property
    def total(self) -> int:
        """All rows."""
        return sum(map(self.at, BatchRowState))

    @property
    def pending(self) -> int:
        """Rows that can still end as anything."""
        return sum(map(self.at, PENDING))

    @property
    def applied(self) -> int:
        """Rows whose inquiry has ended."""
        return self.total - self.pending - self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """一括照会 as it was accepted; how far it is stands in its parts.

    `body_digest` is SHA-256 over the digests and keys of its rows, kept for G4. `salt` goes into
    the idempotency keys of its inquiries, so that nobody can guess from them what a row asks.
    """

    batch_id: str
    system: str
    idempotency_key: str
    body_digest: bytes
    salt: str = field(repr=False)
    total: int  # rows, from 1
    part_rows: int  # rows of each part, the last one has what is left
    submitted_at: datetime
    generation: int = 1  # counts how often it was tried
    cancelled_at: datetime | None = None
    version: int = 0

    @property
    def parts(self) -> int:
        """How many parts it has."""
        return -(-self.total // self.part_rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPart:
    """Rows of a batch that go on together, independently of other parts; numbered from 0."""

    batch_id: str
    part: int
    counts: BatchCounts
    updated_at: datetime
    generation: int = 1  # of the batch when rows were last put back for another try
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchChunk:
    """Up to 64 rows of a part, stored as one; says which kinds of pending rows it holds."""

    batch_id: str
    part: int
    chunk: int  # from 0 in each part
    rows: tuple[BatchRow, ...]
    waiting: bool
    running: bool
    resting: bool
    version: int = 0


def pending_in(rows: Iterable[BatchRow]) -> dict[str, bool]:
    """Return which kinds of pending rows there are, as fields of a chunk."""
    states = {row.state for row in rows}
    return {state.value: state in states for state in sorted(PENDING)}


def find_place(line: int, *, part_rows: int) -> tuple[int, int]:
    """Return in which part and chunk a line lies."""
    part, inside = divmod(line - 1, part_rows)
    return part, inside // CHUNK_ROWS


def after_inquiry(row: BatchRow, state: InquiryState, *, resting: bool = False) -> BatchRow:
    """Return a row as its inquiry stands; `resting`: it waits for a late answer."""
    if is_final(INQUIRY, state):
        new = BatchRowState(state.value)
    else:
        new = BatchRowState.RESTING if resting else BatchRowState.RUNNING
    if new is row.state or (row.state is BatchRowState.RESTING and new is BatchRowState.RUNNING):
        return row
    return dataclasses.replace(row, state=move(BATCH_ROW, row.state, new))


def reject(row: BatchRow, code: str, fault: str | None = None) -> BatchRow:
    """Return a row that will not become an inquiry, with the reason."""
    state = move(BATCH_ROW, row.state, BatchRowState.REJECTED)
    return dataclasses.replace(row, state=state, code=code, fault=fault)


def put_back(row: BatchRow, generation: int) -> BatchRow:
    """Return a row as it waits for another try if it can be retried and was not yet in this one."""
    if not row.can_be_retried or row.generation >= generation:
        return row
    return dataclasses.replace(
        row,
        state=move(BATCH_ROW, row.state, BatchRowState.WAITING),
        generation=generation,
        inquiry_id=None,
        code=None,
        fault=None,
    )


def key_of_part(batch_id: str, part: int) -> str:
    """Return the key of a part's work item."""
    return f"{batch_id} {part}"


def key_of_row(batch: Batch, row: BatchRow) -> str:
    """Return the idempotency key of a row's inquiry; the blanks keep it apart from callers' own."""
    name = row.digest if row.key is None else f"key {row.key}".encode()
    sealed = hmac.new(batch.salt.encode(), name, sha256).hexdigest()
    return f"{batch.batch_id} {row.generation} {sealed}"

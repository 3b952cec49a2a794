"""The record log (情報提供等記録の保存) of one institution: sealing, reading and verifying it.

A record's leaf is the RFC 6962 hash of its canonical bytes, its chain value hashes the chain
before it and the leaf. Plain columns only find records; what counts is the sealed body.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from gateway.domain.errors import SealBrokenError
from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.records import ExchangeRecord, StoredRecord
from gateway.storage.blocks import BLOCK, to_entry
from gateway.storage.mapping import Cell, to_microseconds
from gateway.storage.record_bytes import from_canonical, to_canonical
from gateway.storage.sealing import Sealer, row_context
from gateway.storage.units import SealedRecord
from wire import records as wire_records

PLAIN: Final = ("at", "act", "counterpart", "terms")
COLUMNS: Final = ("institution", "sequence", *PLAIN, "leaf", "chain", "sealed")
START: Final = wire_records.START
_Row = Sequence[Cell]


def _plain_columns(
    record: ExchangeRecord, institution: str, subject_index: bytes | None
) -> tuple[Cell, ...]:
    inquirer, provider = record.inquirer, record.provider
    return (
        to_microseconds(record.at),
        record.act.value,
        provider if inquirer == institution else inquirer or provider,
        to_entry(record.transaction_number, record.request_id, subject_index),
    )


def seal_record(record: ExchangeRecord, sealer: Sealer) -> SealedRecord:
    """Return a record ready to be numbered; its body opens only beside its leaf."""
    subject = record.subject
    index = None if subject is None else sealer.index(subject)
    data = to_canonical(record, index)
    leaf = wire_records.leaf_hash(data)
    number = b"" if subject is None else subject.value.encode()
    sealed = sealer.seal(number + b"\n" + data, _context(sealer, leaf))
    return SealedRecord(_plain_columns(record, sealer.institution, index), leaf, sealed)


def _context(sealer: Sealer, leaf: bytes) -> bytes:
    return _context_start(sealer.institution) + leaf


@cache
def _context_start(institution: str) -> bytes:
    return row_context("records", (institution, b""))


def _open_body(row: Mapping[str, Cell], sealer: Sealer) -> tuple[bytes, ExchangeRecord]:
    """Return canonical bytes and record of a row."""
    leaf, sealed = row["leaf"], row["sealed"]
    if not isinstance(leaf, bytes) or not isinstance(sealed, bytes):
        raise SealBrokenError(table="records")
    number, _, data = sealer.open(sealed, _context(sealer, leaf)).partition(b"\n")
    subject = UnifiedNumber(number.decode()) if number else None
    return data, from_canonical(data, subject)


def open_record(row: Mapping[str, Cell], sealer: Sealer) -> StoredRecord:
    """Return the record of a row of the log.

    Raises:
        SealBrokenError: the body was changed or belongs to another row.
    """
    _, record = _open_body(row, sealer)
    return StoredRecord(
        sequence=row["sequence"],  # type: ignore[arg-type]  # the column's type
        leaf=row["leaf"],  # type: ignore[arg-type]
        chain=row["chain"],  # type: ignore[arg-type]
        record=record,
    )


def number_records(
    institution: str, size: int, chain: bytes, records: Iterable[SealedRecord]
) -> tuple[list[tuple[Cell, ...]], int, bytes]:
    """Return the rows of records that follow a head, and the size and chain of the next head."""
    rows: list[tuple[Cell, ...]] = []
    for columns, leaf, sealed in records:
        chain = wire_records.chain(chain, leaf)
        rows.append((institution, size, *columns, leaf, chain, sealed))
        size += 1
    return rows, size, chain


@dataclass(slots=True, kw_only=True)
class LogWalk:
    """A walk over a log, row by row in constant memory; it stops at the first fault.

    `roots` are the checkpoints to come: for each size the roots that were signed for it.
    """

    sealer: Sealer
    roots: dict[int, list[tuple[bytes, bytes]]]
    chain: bytes = START
    frontier: wire_records.Frontier = field(default_factory=wire_records.Frontier)
    fault: str | None = None
    _terms: list[bytes] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Records that were found to be right."""
        return self.frontier.size

    def follow(self, rows: Iterable[Mapping[str, Cell]]) -> None:
        """Check rows that follow those before, ordered by sequence."""
        for row in rows:
            self._check_root()
            self.fault = self.fault or self._find_fault(row)
            if self.fault is not None:
                return

    def finish(self, size: int, chain: bytes) -> None:
        """Compare with the head once no row is left."""
        self._check_root()
        if self.fault is None and (size, chain) != (self.size, self.chain):
            self.fault = f"head:{size}"
        if self.fault is None and self.roots:
            self.fault = f"checkpoint:{min(self.roots)}"

    def pop_block(self) -> tuple[int, bytes] | None:
        """Return number and search terms of the next full block, None while there is none."""
        if len(self._terms) < BLOCK:
            return None
        number = (self.size - len(self._terms)) // BLOCK
        terms = b"".join(self._terms[:BLOCK])
        del self._terms[:BLOCK]
        return number, terms

    def _find_fault(self, row: Mapping[str, Cell]) -> str | None:
        """Judge one row; a row that is right becomes part of the chain and the tree."""
        sequence, leaf = row["sequence"], row["leaf"]
        if sequence != self.size or not isinstance(leaf, bytes):
            return f"gap:{self.size}"
        try:
            data, record = _open_body(row, self.sealer)
        except SealBrokenError:
            return f"body:{sequence}"
        if wire_records.leaf_hash(data) != leaf:
            return f"leaf:{sequence}"
        index = None if record.subject is None else self.sealer.index(record.subject)
        plain = _plain_columns(record, self.sealer.institution, index)
        if plain != tuple(row[name] for name in PLAIN):
            return f"body:{sequence}"
        chain = wire_records.chain(self.chain, leaf)
        if chain != row["chain"]:
            return f"chain:{sequence}"
        self.chain, self.frontier = chain, self.frontier.append(leaf)
        self._terms.append(row["terms"])  # type: ignore[arg-type]  # it equals what we made
        return None

    def _check_root(self) -> None:
        """Compare the tree with the checkpoints of its present size."""
        if self.fault is not None:
            return
        signed = self.roots.pop(self.size, ())
        if signed and any(one != (self.frontier.root(), self.chain) for one in signed):
            self.fault = f"checkpoint:{self.size}"

"""What the writer needs of a database connection, and how a whole group of units is written."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Protocol

from gateway.storage.blocks import BLOCK
from gateway.storage.evidence import number_records
from gateway.storage.mapping import Cell, Row
from gateway.storage.units import Head, WriteUnit


class StorageFailure(Exception):  # noqa: N818  # not a refusal: the writer turns it into one
    """The database cannot be written now; `reason` is a word for operators."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Session(Protocol):
    """One connection of the writer; whatever it raises is a StorageFailure."""

    def apply(self, institutions: Sequence[str], units: Sequence[WriteUnit]) -> dict[str, Head]:
        """Begin, lock the heads in this order, run every unit's steps; return the heads.

        A unit whose guard fails keeps an `error` and leaves nothing behind.
        """
        ...

    def append(self, rows: Sequence[tuple[Cell, ...]]) -> None:
        """Append rows to the logs."""
        ...

    def close_block(self, institution: str, block: int) -> None:
        """Store the search terms of a block whose last record was just appended."""
        ...

    def commit(self, heads: Mapping[str, Head]) -> None:
        """Move the heads, commit."""
        ...

    def close(self) -> None:
        """Roll back what is open and close; never raises."""
        ...


def write_group(session: Session, units: Sequence[WriteUnit]) -> None:
    """Write units in one transaction, each whole or not at all.

    Raises:
        StorageFailure: nothing was written, or nobody knows whether the commit was.
    """
    heads = session.apply(sorted({unit.institution for unit in units}), units)
    kept = [unit for unit in units if unit.error is None and unit.records]
    rows: list[tuple[Cell, ...]] = []
    moved: dict[str, Head] = {}
    for institution, group in groupby(sorted(kept, key=_institution), key=_institution):
        head = heads[institution]
        records = [record for unit in group for record in unit.records]
        more, size, chain = number_records(institution, head.size, head.chain, records)
        rows += more
        moved[institution] = Head(size, chain)
    if rows:
        session.append(rows)
    for institution, head in moved.items():
        for block in range(heads[institution].size // BLOCK, head.size // BLOCK):
            session.close_block(institution, block)
    session.commit(moved)


def _institution(unit: WriteUnit) -> str:
    return unit.institution


def block_values(institution: str, block: int) -> Row:
    """Return the parameters that name a block and its records."""
    first = block * BLOCK
    return {"institution": institution, "block": block, "first": first, "last": first + BLOCK}

"""What the writer needs of a database connection, and how a whole group of units is written."""

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

from gateway.storage.evidence import number_records
from gateway.storage.mapping import Cell
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

    def finish(self, rows: Sequence[tuple[Cell, ...]], heads: dict[str, Head]) -> None:
        """Append rows to the logs, move the heads, commit."""
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
    session.finish(rows, moved)


def _institution(unit: WriteUnit) -> str:
    return unit.institution

"""Reading the record log of one institution: searches, and the walk that verifies it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from gateway.domain.records import Checkpoint, StoredRecord, Verification
from gateway.ports import RecordQuery
from gateway.storage import log_statements
from gateway.storage.evidence import BLOCK, COLUMNS, LogWalk, open_record
from gateway.storage.mapping import Cell, Row, to_microseconds
from gateway.storage.reading import Reader, fetch
from gateway.storage.sealing import Sealer
from gateway.storage.units import Head

WALK_ROWS: Final = 200  # some milliseconds of work, done in a thread
_FIRST: Final = -(2**63)  # so that a walk also sees rows before 0
_NO_HEAD: Final = Head(-1, b"")


class RecordLog:
    """The log of the institution whose keys `sealer` holds."""

    def __init__(self, reader: Reader, sealer: Sealer) -> None:
        self._reader = reader
        self._sealer = sealer

    async def search(self, query: RecordQuery) -> list[StoredRecord]:
        """Return the records that match, by sequence.

        Raises:
            EvidenceUnavailableError: the database does not answer.
            SealBrokenError: a record was changed.
        """
        wanted: Row = {
            "act": query.act,
            "transaction_number": query.transaction_number,
            "request_id": query.request_id,
            "counterpart": query.counterpart,
            "subject_index": self._sealer.index(query.subject) if query.subject else None,
            "since": to_microseconds(query.since) if query.since else None,
            "until": to_microseconds(query.until) if query.until else None,
        }
        filters = {name: value for name, value in wanted.items() if value is not None}
        head = await self._head()
        filters["first_block"] = max(query.after + 1, 0) // BLOCK
        filters["last_block"] = max(head.size - 1, 0) // BLOCK
        rows = await self._rows(filters, after=query.after, limit=query.limit)
        return [open_record(row, self._sealer) for row in rows]

    async def verify(self, checkpoints: Sequence[Checkpoint]) -> Verification:
        """Walk the whole log, in constant memory but for the checkpoints.

        Raises:
            EvidenceUnavailableError: the database does not answer.
        """
        roots: dict[int, list[tuple[bytes, bytes]]] = {}
        for one in checkpoints:
            roots.setdefault(one.size, []).append((one.root, one.chain))
        walk = LogWalk(sealer=self._sealer, roots=roots)
        head = await self._walk_rows(walk)
        await asyncio.to_thread(walk.finish, head.size, head.chain)
        return Verification(
            size=walk.size,
            root=walk.frontier.root(),
            chain=walk.chain,
            checkpoints=len(checkpoints),
            fault=walk.fault,
        )

    async def _walk_rows(self, walk: LogWalk) -> Head:
        """Walk until no row is left of those that the head counts; return that head."""
        last, head = _FIRST, _NO_HEAD
        while walk.fault is None:
            rows = await self._rows({}, after=last, limit=WALK_ROWS)
            if rows:
                last = rows[-1]["sequence"]  # type: ignore[assignment]  # the column's type
                await asyncio.to_thread(walk.follow, rows)
                continue
            known, head = head, await self._head()
            if head.size <= walk.size or head == known:
                break  # else records were appended meanwhile: follow them
        return head

    async def _rows(self, values: Mapping[str, Cell], *, after: int, limit: int) -> list[Row]:
        filters = tuple(name for name in values if not name.endswith("_block"))
        statement = log_statements.select_records(filters, self._reader.dialect)
        row = {**values, "institution": self._sealer.institution, "after": after, "limit": limit}
        rows = await fetch(self._reader, statement, row)
        return [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    async def _head(self) -> Head:
        statement = log_statements.select_head(self._reader.dialect)
        rows = await fetch(self._reader, statement, {"institution": self._sealer.institution})
        return Head(*rows[0]) if rows else _NO_HEAD  # type: ignore[arg-type]  # as the table says

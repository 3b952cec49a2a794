"""Reading the record log of one institution: searches, and the walk that verifies it."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from gateway.domain.records import Checkpoint, StoredRecord, Verification
from gateway.ports import RecordQuery
from gateway.storage import log_statements
from gateway.storage.blocks import BLOCK, TERMS, find_positions
from gateway.storage.evidence import COLUMNS, LogWalk, open_record
from gateway.storage.mapping import Cell, Row, to_microseconds
from gateway.storage.reading import Reader, fetch
from gateway.storage.sealing import Sealer
from gateway.storage.units import Head

PAGE_ROWS: Final = 200  # some milliseconds of work
PAGE_BLOCKS: Final = 16  # blocks of search terms that are read at once, 12 KB each
_FIRST: Final = -(2**63)  # so that a walk also sees rows before 0
_NO_HEAD: Final = Head(-1, b"")


class _Search:
    """One search: its query, what was found, and how far it came."""

    def __init__(self, query: RecordQuery, sealer: Sealer) -> None:
        self.after = query.after
        self.found: list[StoredRecord] = []
        self._query = query
        self._sealer = sealer
        terms: tuple[str | bytes | None, ...] = (
            query.transaction_number,
            query.request_id,
            sealer.index(query.subject) if query.subject else None,
        )
        asked = [(name, term) for name, term in zip(TERMS, terms, strict=True) if term is not None]
        self.term = asked[0] if asked else None
        columns: Row = {
            "act": query.act,
            "counterpart": query.counterpart,
            "since": to_microseconds(query.since) if query.since else None,
            "until": to_microseconds(query.until) if query.until else None,
        }
        self.filters = {name: value for name, value in columns.items() if value is not None}

    @property
    def done(self) -> bool:
        """Whether as many were found as were asked for."""
        return len(self.found) >= self._query.limit

    def positions(self, entries: bytes) -> Iterator[int]:
        """Yield the places whose term is the one searched for."""
        if self.term is not None:
            yield from find_positions(entries, *self.term)

    def take(self, rows: Iterable[Row]) -> None:
        """Keep those of these rows, ordered by sequence, that match in full."""
        for row in rows:
            if self.done:
                return
            self.after = row["sequence"]  # type: ignore[assignment]  # the column's type
            terms: bytes = row["terms"]  # type: ignore[assignment]  # the column's type
            if self.term is None or any(True for _ in self.positions(terms)):
                self._keep(open_record(row, self._sealer))

    def _keep(self, stored: StoredRecord) -> None:
        wanted, record = self._query, stored.record
        pairs = (
            (wanted.transaction_number, record.transaction_number),
            (wanted.request_id, record.request_id),
            (wanted.subject, record.subject),
        )
        if all(asked in (None, found) for asked, found in pairs):
            self.found.append(stored)


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
        search = _Search(query, self._sealer)
        if search.term is not None:
            await self._search_blocks(search)
        while not search.done and (rows := await self._rows(search.filters, after=search.after)):
            search.take(rows)
        return search.found

    async def _search_blocks(self, search: "_Search") -> None:
        """Search the full blocks; stop at one that is missing, whose rows are then read."""
        while page := await self._blocks((search.after + 1) // BLOCK):
            for block, entries in page:
                if search.done or block != (search.after + 1) // BLOCK:
                    return
                for position in search.positions(entries):
                    sequence = block * BLOCK + position
                    if sequence > search.after and not search.done:
                        one: Row = {**search.filters, "before": sequence + 1}
                        search.take(await self._rows(one, after=sequence - 1))
                if not search.done:
                    search.after = (block + 1) * BLOCK - 1

    async def _blocks(self, first: int) -> list[tuple[int, bytes]]:
        statement = log_statements.select_blocks(self._reader.dialect)
        values: Row = {
            "institution": self._sealer.institution,
            "first": first,
            "limit": PAGE_BLOCKS,
        }
        rows = await fetch(self._reader, statement, values)
        return [(block, terms) for block, terms in rows]  # type: ignore[misc]  # as the table says

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
            rows = await self._rows({}, after=last)
            if rows:
                last = rows[-1]["sequence"]  # type: ignore[assignment]  # the column's type
                await asyncio.to_thread(walk.follow, rows)
                await self._compare_blocks(walk)
                continue
            known, head = head, await self._head()
            if head.size <= walk.size or head == known:
                break  # else records were appended meanwhile: follow them
        return head

    async def _compare_blocks(self, walk: LogWalk) -> None:
        while walk.fault is None and (block := walk.pop_block()) is not None:
            stored = await self._blocks(block[0])
            if not stored or stored[0] != block:
                walk.fault = f"index:{block[0]}"

    async def _rows(self, filters: Mapping[str, Cell], *, after: int) -> list[Row]:
        statement = log_statements.select_records(tuple(filters), self._reader.dialect)
        institution = self._sealer.institution
        values = {**filters, "institution": institution, "after": after, "limit": PAGE_ROWS}
        rows = await fetch(self._reader, statement, values)
        return [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    async def _head(self) -> Head:
        statement = log_statements.select_head(self._reader.dialect)
        rows = await fetch(self._reader, statement, {"institution": self._sealer.institution})
        return Head(*rows[0]) if rows else _NO_HEAD  # type: ignore[arg-type]  # as the table says

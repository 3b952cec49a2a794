"""A database that is open: one reader, one writer, and a store for each institution."""

import asyncio
from typing import Final

from gateway.domain.errors import EvidenceUnavailableError
from gateway.storage import log_statements, log_tables, statements
from gateway.storage.evidence import START
from gateway.storage.mapping import Cell
from gateway.storage.migrate import require_current
from gateway.storage.postgres import PostgresReader, PostgresSession
from gateway.storage.reading import fetch
from gateway.storage.sealing import PURPOSES, Sealer, WrappedKey
from gateway.storage.sessions import StorageFailure
from gateway.storage.sqlite import SqliteReader, SqliteSession
from gateway.storage.store import DatabaseStore
from gateway.storage.units import Step, WriteUnit
from gateway.storage.urls import locate
from gateway.storage.writer import Health, Writer

PROBE_SECONDS: Final = 1.0
_FIRST_KEY: Final = 1


class Database:
    """An open database of one process and event loop; made by `open_database`."""

    def __init__(self, reader: SqliteReader | PostgresReader, writer: Writer) -> None:
        self._reader = reader
        self._writer = writer

    @property
    def transactions(self) -> int:
        """Transactions the writer has committed; many units share one."""
        return self._writer.transactions

    async def store(self, institution: str, master_key: bytes, owner: str) -> DatabaseStore:
        """Return the store of an institution; its first opening makes its keys and its log.

        `master_key` has 32 bytes; `owner` names this process in leases of work items.

        Raises:
            SealBrokenError: the institution's keys are wrapped by another master key.
            InvalidError: the master key has not 32 bytes.
            EvidenceUnavailableError: the database does not answer.
        """
        keys = await self._find_keys(institution)
        missing = [purpose for purpose in PURPOSES if purpose not in {k.purpose for k in keys}]
        if missing:
            created = [
                WrappedKey.create(institution, purpose, _FIRST_KEY, master_key=master_key)
                for purpose in missing
            ]
            await self._found(institution, created)
            keys = await self._find_keys(institution)  # another process may have been first
        sealer = Sealer.open_keys(institution, keys, master_key=master_key)
        return DatabaseStore(self._reader, self._writer, sealer, owner=owner)

    async def _find_keys(self, institution: str) -> list[WrappedKey]:
        statement = statements.select_keys(self._reader.dialect)
        rows = await fetch(self._reader, statement, {"institution": institution})
        return [
            WrappedKey(purpose=purpose, key_id=key_id, wrapped=wrapped)  # type: ignore[arg-type]  # columns
            for purpose, key_id, wrapped in rows
        ]

    async def _found(self, institution: str, keys: list[WrappedKey]) -> None:
        dialect = self._reader.dialect
        insert = statements.insert_row(log_tables.data_keys, dialect)
        steps = []
        for key in keys:
            row: dict[str, Cell] = {
                "institution": institution,
                "purpose": key.purpose,
                "key_id": key.key_id,
                "wrapped": key.wrapped,
            }
            steps.append(Step(insert.text, insert.bind(row), log_tables.data_keys.name))
        head = log_statements.insert_head(dialect)
        first: dict[str, Cell] = {"institution": institution, "size": 0, "chain": START}
        steps.append(Step(head.text, head.bind(first), log_tables.record_heads.name))
        await self._write(institution, steps)

    async def _write(self, institution: str, steps: list[Step]) -> None:
        outcome: asyncio.Future[list[tuple[Cell, ...]]] = asyncio.get_running_loop().create_future()
        unit = WriteUnit(institution=institution, steps=steps, records=[], outcome=outcome)
        self._writer.submit(unit)
        await outcome

    def health(self) -> Health:
        """Return what the last writes said, without touching the database."""
        return self._writer.health()

    async def probe(self, owner: str) -> Health:
        """Write and read something now, within a second; return what /readyz should say."""
        dialect = self._reader.dialect
        beat = statements.beat_pulse(dialect)
        step = Step(beat.text, beat.bind({"owner": owner}), log_tables.pulses.name)
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self._write("", [step])
                await self._find_keys("")
        except TimeoutError:
            return Health(reason="slow")
        except EvidenceUnavailableError as error:
            return Health(reason=str(error.context["reason"]))
        return self._writer.health()

    async def close(self) -> None:
        """Write what waits, then close every connection."""
        await self._writer.close()
        await self._reader.close()


async def open_database(url: str) -> Database:
    """Open a migrated database; it belongs to the running event loop until it is closed.

    Raises:
        InvalidError: the URL is of another kind.
        DatabaseNewerError: newer code migrated it.
        EvidenceUnavailableError: it does not answer, or lacks a migration (reason `schema`).
    """
    location = locate(url)
    await asyncio.to_thread(require_current, url)
    try:
        if location.engine == "sqlite":
            return Database(
                SqliteReader(location.target), Writer(lambda: SqliteSession(location.target))
            )
        reader = PostgresReader(location.target)
        await reader.open()
    except StorageFailure as failure:
        raise EvidenceUnavailableError(reason=failure.reason) from failure
    return Database(reader, Writer(lambda: PostgresSession(location.target)))

"""PostgreSQL through psycopg: the writer's connection in pipeline mode, and the pool of readers."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from gateway.domain.errors import InvalidError
from gateway.storage import log_statements, statements
from gateway.storage.mapping import Cell, Row
from gateway.storage.sessions import StorageFailure, block_values
from gateway.storage.units import Head, Step, WriteUnit

CONNECT_SECONDS: Final = 3
READ_CONNECTIONS: Final = 8
READ_SECONDS: Final = 5.0  # a reader waits this long for a free connection
_PREPARED: Final = 500  # more than there are statements
_SETTINGS: Final = (
    "SET synchronous_commit TO on",  # an answer leaves only after the disk has its record (G2)
    "SET lock_timeout TO '10s'",
    "SET timezone TO 'UTC'",
)
_REASONS: Final = {
    "53100": "disk_full",
    "53200": "out_of_memory",
    "53300": "too_many_connections",
    "55P03": "busy",
    "40P01": "busy",
    "25006": "read_only",
    "57P01": "shutting_down",
    "57P02": "shutting_down",
    "57P03": "starting",
    "58030": "disk_error",
    "XX001": "corrupt",
    "XX002": "corrupt",
}
# What a statement says about its own values; everything else is the database's trouble.
_OF_THE_UNIT: Final = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.ProgrammingError,
    UnicodeEncodeError,
)
_Cursor = psycopg.Cursor[tuple[Any, ...]]


def failure(error: Exception) -> StorageFailure:
    """Return what operators are told about an error of the driver."""
    if isinstance(error, PoolTimeout | PoolClosed):
        return StorageFailure("no_connection")
    state = getattr(error, "sqlstate", None)
    if state is None and isinstance(error, psycopg.OperationalError):
        return StorageFailure("no_connection")
    return StorageFailure(_REASONS.get(state or "", "database"))


class PostgresSession:
    """The writer's connection: two round trips for a group, as long as every guard holds."""

    def __init__(self, conninfo: str) -> None:
        try:
            self._connection = psycopg.connect(
                conninfo, autocommit=True, prepare_threshold=0, connect_timeout=CONNECT_SECONDS
            )
            self._connection.prepared_max = _PREPARED
            for setting in _SETTINGS:
                self._connection.execute(setting)
        except psycopg.Error as error:
            raise failure(error) from error
        self._rows: Sequence[tuple[Cell, ...]] = ()
        self._lock = log_statements.lock_head(statements.POSTGRESQL)
        append = log_statements.append_arrays(statements.POSTGRESQL)
        self._append = append.text.replace("%s", "%b")  # arrays in binary take half the time
        self._move = log_statements.move_head(statements.POSTGRESQL)

    def apply(self, institutions: Sequence[str], units: Sequence[WriteUnit]) -> dict[str, Head]:
        """Begin, lock the heads in this order, run every unit's steps; return the heads.

        All of it goes out at once. Should a unit with several steps fail, its first steps may
        stand: then everything is done again, a savepoint and a round trip each.
        """
        locked: list[_Cursor] = []
        try:
            if not self._run_all(institutions, units, locked):
                self._connection.execute("ROLLBACK TO units")
                for unit in units:
                    unit.error = None
                    unit.rows.clear()
                    self._run_alone(unit)
        except psycopg.Error as error:
            raise failure(error) from error
        rows = [cursor.fetchone() for cursor in locked]
        return {name: Head(*row) for name, row in zip(institutions, rows, strict=True) if row}

    def _run_all(
        self, institutions: Sequence[str], units: Sequence[WriteUnit], locked: list[_Cursor]
    ) -> bool:
        """Run all steps in one round trip; return whether what stands is what should."""
        try:
            with self._connection.pipeline():
                self._connection.execute("BEGIN")
                locked += [self._execute(self._lock.text, (name,)) for name in institutions]
                self._connection.execute("SAVEPOINT units")
                ran = [
                    (unit, step, self._execute(step.text, step.parameters))
                    for unit in units
                    for step in unit.steps
                ]
        except _OF_THE_UNIT:
            return False  # one value is wrong: find out whose
        for unit, step, cursor in ran:
            _judge(unit, step, cursor)
        return all(unit.error is None or len(unit.steps) == 1 for unit in units)

    def _run_alone(self, unit: WriteUnit) -> None:
        self._connection.execute("SAVEPOINT unit")
        for step in unit.steps:
            try:
                _judge(unit, step, self._execute(step.text, step.parameters))
            except _OF_THE_UNIT as error:
                unit.error = InvalidError(table=step.table)
                unit.error.__cause__ = error
            if unit.error is not None:
                self._connection.execute("ROLLBACK TO unit")
                break
        self._connection.execute("RELEASE unit")

    def _execute(self, text: str, parameters: Sequence[Cell | list[Cell]]) -> _Cursor:
        return self._connection.execute(text, parameters)

    def append(self, rows: Sequence[tuple[Cell, ...]]) -> None:
        """Append rows to the logs; they travel with the commit."""
        self._rows = rows

    def close_block(self, institution: str, block: int) -> None:
        """Store the search terms of a block whose last record was just appended."""
        read = log_statements.select_terms(statements.POSTGRESQL)
        write = log_statements.append_block(statements.POSTGRESQL)
        values = block_values(institution, block)
        try:
            self._send_rows()
            rows = self._execute(read.text, read.bind(values)).fetchall()
            values["terms"] = b"".join([terms for (terms,) in rows])
            self._execute(write.text, write.bind(values))
        except psycopg.Error as error:
            raise failure(error) from error

    def _send_rows(self) -> None:
        if self._rows:
            self._execute(self._append, [list(column) for column in zip(*self._rows, strict=True)])
            self._rows = ()

    def commit(self, heads: Mapping[str, Head]) -> None:
        """Move the heads, commit."""
        try:
            with self._connection.pipeline():
                self._send_rows()
                for name, head in heads.items():
                    values: Row = {"institution": name, "size": head.size, "chain": head.chain}
                    self._execute(self._move.text, self._move.bind(values))
                self._connection.execute("COMMIT")
        except psycopg.Error as error:
            raise failure(error) from error

    def close(self) -> None:
        """Roll back what is open and close; never raises."""
        with suppress(psycopg.Error):
            self._connection.close()  # the server rolls back


def _judge(unit: WriteUnit, step: Step, cursor: _Cursor) -> None:
    if step.returns:
        unit.rows += cursor.fetchall()
    elif step.failure is not None and cursor.rowcount != 1:
        unit.refuse(step)


class PostgresReader:
    """Reads through a pool; a connection serves one query and is never held across a wait."""

    dialect = statements.POSTGRESQL

    def __init__(self, conninfo: str) -> None:
        self._pool = AsyncConnectionPool(
            conninfo,
            kwargs={"autocommit": True, "prepare_threshold": 0, "connect_timeout": CONNECT_SECONDS},
            min_size=1,
            max_size=READ_CONNECTIONS,
            timeout=READ_SECONDS,
            open=False,
        )

    async def open(self) -> None:
        """Connect.

        Raises:
            StorageFailure: the server does not answer.
        """
        try:
            await self._pool.open(wait=True, timeout=READ_SECONDS)
        except (psycopg.Error, PoolTimeout) as error:
            await self._pool.close()
            raise failure(error) from error

    async def fetch(self, text: str, parameters: Sequence[Cell]) -> list[tuple[Cell, ...]]:
        """Return all rows of a query.

        Raises:
            StorageFailure: the database cannot be read.
        """
        try:
            async with self._pool.connection() as connection:
                cursor = await connection.execute(text, parameters)
                return await cursor.fetchall()
        except (psycopg.Error, PoolTimeout, PoolClosed) as error:
            if isinstance(error, psycopg.OperationalError):
                with suppress(psycopg.Error, PoolTimeout, PoolClosed):
                    await self._pool.check()  # a restarted server leaves more dead connections
            raise failure(error) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

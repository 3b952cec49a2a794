"""SQLite through pysqlite3: the writer's connection, the in-loop reader, and what is refused.

pysqlite3 carries its own SQLite; the interpreter's may lie in the range in which a WAL reset can
corrupt the database (3.7.0 to 3.51.2 but for two patched releases). Reads are calls of some ten
microseconds, so they run in the event loop: a thread hop would cost thirty times as much.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pysqlite3 import dbapi2 as driver

from gateway.domain.errors import InvalidError
from gateway.storage import log_statements, statements
from gateway.storage.mapping import Cell, Row
from gateway.storage.sessions import StorageFailure, block_values
from gateway.storage.units import Head, Step, WriteUnit

BUSY_MILLISECONDS: Final = 10_000
_CACHED_STATEMENTS: Final = 512
_FIXED: Final = (3, 51, 3)
_PATCHED: Final = frozenset({(3, 50, 7), (3, 44, 6)})
_PRAGMAS: Final = (
    "PRAGMA page_size=8192",  # of a new file; records have about a kilobyte
    "PRAGMA journal_mode=wal",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=2000",  # 16 MB: pages of indexes are written again and again
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA foreign_keys=on",
    "PRAGMA trusted_schema=off",
)
_REASONS: Final = {
    "SQLITE_FULL": "disk_full",
    "SQLITE_IOERR": "disk_error",
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    "SQLITE_READONLY": "read_only",
    "SQLITE_CANTOPEN": "cannot_open",
    "SQLITE_CORRUPT": "corrupt",
    "SQLITE_NOTADB": "corrupt",
}
# What a statement says about its own values; everything else is the database's trouble.
_OF_THE_UNIT: Final = (
    driver.IntegrityError,
    driver.DataError,
    driver.InterfaceError,
    driver.ProgrammingError,
    OverflowError,
    UnicodeEncodeError,
)


def check_version(version: tuple[int, ...]) -> None:
    """Refuse a SQLite library whose write-ahead log can corrupt a database.

    Raises:
        StorageFailure: the version lies in the range.
    """
    if version < _FIXED and version not in _PATCHED:
        raise StorageFailure("sqlite_version")


def connect(path: str) -> Any:  # noqa: ANN401  # pysqlite3 ships no types
    """Return a connection in autocommit mode, usable from any one thread at a time.

    Raises:
        StorageFailure: the file cannot be opened or the library is refused.
    """
    check_version(driver.sqlite_version_info)
    try:
        connection = driver.connect(
            path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_CACHED_STATEMENTS,
        )
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except driver.Error as error:
        raise failure(error) from error
    return connection


def failure(error: Exception) -> StorageFailure:
    """Return what operators are told about an error of the driver."""
    name = getattr(error, "sqlite_errorname", "") or ""
    text = str(error)
    for prefix, reason in _REASONS.items():
        if name.startswith(prefix):
            return StorageFailure(reason)
    return StorageFailure("disk_full" if "disk is full" in text else "database")


class SqliteSession:
    """The writer's connection: savepoints where a unit has several steps."""

    def __init__(self, path: str) -> None:
        self._connection = connect(path)
        self._head = log_statements.lock_head(statements.SQLITE)
        self._append = log_statements.append_record(statements.SQLITE)
        self._move = log_statements.move_head(statements.SQLITE)

    def apply(self, institutions: Sequence[str], units: Sequence[WriteUnit]) -> dict[str, Head]:
        """Begin, read the heads, run every unit's steps; return the heads."""
        execute = self._connection.execute
        try:
            execute("BEGIN IMMEDIATE")  # a reader that turns writer could fail without waiting
            heads = {}
            for institution in institutions:
                row = execute(self._head.text, (institution,)).fetchone()
                if row is not None:
                    heads[institution] = Head(*row)
            for unit in units:
                self._apply_unit(unit)
        except driver.Error as error:
            raise failure(error) from error
        return heads

    def _apply_unit(self, unit: WriteUnit) -> None:
        if len(unit.steps) < 2:  # noqa: PLR2004  # one statement is whole by itself
            for step in unit.steps:
                self._run(unit, step)
            return
        self._connection.execute("SAVEPOINT unit")
        for step in unit.steps:
            self._run(unit, step)
            if unit.error is not None:
                self._connection.execute("ROLLBACK TO unit")
                break
        self._connection.execute("RELEASE unit")

    def _run(self, unit: WriteUnit, step: Step) -> None:
        try:
            cursor = self._connection.execute(step.text, step.parameters)
            if step.returns:
                unit.rows += cursor.fetchall()
        except _OF_THE_UNIT as error:
            unit.error = InvalidError(table=step.table)
            unit.error.__cause__ = error
            return
        if step.failure is not None and cursor.rowcount != 1:
            unit.refuse(step)

    def append(self, rows: Sequence[tuple[Cell, ...]]) -> None:
        """Append rows to the logs."""
        try:
            self._connection.executemany(self._append.text, rows)
        except driver.Error as error:
            raise failure(error) from error

    def close_block(self, institution: str, block: int) -> None:
        """Store the search terms of a block whose last record was just appended."""
        read = log_statements.select_terms(statements.SQLITE)
        write = log_statements.append_block(statements.SQLITE)
        values = block_values(institution, block)
        try:
            rows = self._connection.execute(read.text, read.bind(values)).fetchall()
            values["terms"] = b"".join([terms for (terms,) in rows])
            self._connection.execute(write.text, write.bind(values))
        except driver.Error as error:
            raise failure(error) from error

    def commit(self, heads: Mapping[str, Head]) -> None:
        """Move the heads, commit."""
        try:
            for institution, head in heads.items():
                values: Row = {"institution": institution, "size": head.size, "chain": head.chain}
                self._connection.execute(self._move.text, self._move.bind(values))
            self._connection.execute("COMMIT")
        except driver.Error as error:
            raise failure(error) from error

    def close(self) -> None:
        """Roll back what is open and close; never raises."""
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._connection.close()
        except driver.Error:
            pass  # the database is gone or full: SQLite rolls back when it opens it again


class SqliteReader:
    """Reads of the event loop's thread, each its own short transaction."""

    dialect = statements.SQLITE

    def __init__(self, path: str) -> None:
        self._connection = connect(path)

    async def fetch(self, text: str, parameters: Sequence[Cell]) -> list[tuple[Cell, ...]]:
        """Return all rows of a query.

        Raises:
            StorageFailure: the database cannot be read.
        """
        try:
            rows: list[tuple[Cell, ...]] = self._connection.execute(text, parameters).fetchall()
        except driver.Error as error:
            raise failure(error) from error
        return rows

    async def close(self) -> None:
        """Close the connection."""
        self._connection.close()

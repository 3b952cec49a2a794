"""The journal of a space on disk: append-only SQLite, each entry chained to the one before.

What is kept in one turn of the loop goes to disk in one transaction; `flushed` returns when that
is durable, so nothing should be acknowledged before it. An amended row is a further entry.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from pysqlite3 import dbapi2 as driver

from mocks.engine.rows import Exchange, Row
from mocks.net.journal_entries import (
    OVERHEAD,
    START,
    Entry,
    Evicted,
    JournalFileError,
    Kind,
    connect,
    write_exchange,
    write_row,
)

MAX_BYTES: Final = 1 << 30
_SLACK: Final = 16  # this part of a full file goes at once
_SIZE: Final = (
    "LENGTH(CAST(content AS BLOB)) + IFNULL(LENGTH(asked), 0) + IFNULL(LENGTH(answered), 0)"
    f" + {OVERHEAD}"
)
_INSERT: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)"

_Kept = dict[tuple[Kind, int], Row | Exchange | None]


class JournalFile:
    """A store of a journal in a file of its own; one process writes it.

    It belongs to the loop in which things are kept. Without a running loop nothing goes to disk
    before `flush` or `close`. Over `max_bytes` the oldest entries go and a marker says so.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES) -> None:
        """Open the file, or make it.

        Raises:
            JournalFileError: that cannot be done.
        """
        self.path, self.max_bytes = path, max_bytes
        self._kept: _Kept = {}  # what is not on disk yet, the latest version of each
        self._asked: set[int] = set()  # exchanges whose question is on disk, but no answer
        self._waiting: list[asyncio.Future[None]] = []
        self._scheduled = False
        self._cleared = 0
        self._db = connect(path)
        self._number: int
        self._chain: bytes
        self._bytes: int
        self._number, self._chain = self._read(
            "SELECT number, chain FROM entry ORDER BY number DESC LIMIT 1", (0, START)
        )
        (self._bytes,) = self._read(f"SELECT IFNULL(SUM({_SIZE}), 0) FROM entry", (0,))  # noqa: S608  # constant

    @property
    def head(self) -> str:
        """The chain value of the last entry on disk, 64 hex digits: whoever notes it can prove."""
        return self._chain.hex()

    def keep(self, entry: Row | Exchange) -> None:
        """Keep a row or an exchange as it stands; it goes to disk with all else of this turn."""
        self._kept["row" if isinstance(entry, Row) else "exchange", entry.id] = entry
        self._schedule()

    def clear(self) -> None:
        """Note that everything so far is gone from the journal; in the file it stays."""
        self._cleared += 1
        self._kept["cleared", self._cleared] = None
        self._schedule()

    async def flushed(self) -> None:
        """Return once everything that was kept so far is durable.

        Raises:
            JournalFileError: it could not be written; the next turn tries again.
        """
        if self._kept:
            done = asyncio.get_running_loop().create_future()
            self._waiting.append(done)
            self._schedule()
            await done

    def flush(self) -> None:
        """Make everything that was kept so far durable, now.

        Raises:
            JournalFileError: it could not be written; the next time tries again.
        """
        if not self._kept:
            return
        kept, self._kept = self._kept, {}
        try:
            self._append(list(self._write(kept)))
        except driver.Error as error:
            self._kept = kept | self._kept
            raise JournalFileError(str(error)) from error
        for one in kept.values():
            if isinstance(one, Exchange):
                (self._asked.add if one.answered is None else self._asked.discard)(one.id)

    def close(self) -> None:
        """Write what is left and close the file.

        Raises:
            JournalFileError: it could not be written.
        """
        try:
            self.flush()
        finally:
            self._db.close()

    def _schedule(self) -> None:
        if self._scheduled:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # nobody waits for a turn without a loop
            return
        self._scheduled = True
        loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._scheduled = False
        waiting, self._waiting = [one for one in self._waiting if not one.done()], []
        try:
            self.flush()
        except JournalFileError as error:
            for one in waiting:
                one.set_exception(error)
            if not waiting:
                raise  # nobody else would hear of it: the loop's handler does
        else:
            for one in waiting:
                one.set_result(None)

    def _write(self, kept: _Kept) -> Iterator[Entry]:
        for (kind, number), one in kept.items():
            if isinstance(one, Row):
                yield write_row(one)
            elif isinstance(one, Exchange):
                yield write_exchange(one, with_question=number not in self._asked)
            else:
                yield Entry(kind, number, b"{}")

    def _append(self, entries: Sequence[Entry]) -> None:
        """Add entries in one transaction; only its success moves the chain."""
        number, chain = self._number, self._chain
        size = self._bytes + sum(one.size for one in entries)
        lines = []
        for one in entries:
            number, chain = number + 1, one.chain(chain)
            lines.append(_line(number, one, chain))
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(_INSERT, lines)
            if size > self.max_bytes:
                marker, freed = self._evict(size, last=number)
                number, chain = number + 1, marker.chain(chain)
                size += marker.size - freed
                self._db.execute(_INSERT, _line(number, marker, chain))
            self._db.execute("COMMIT")
        except driver.Error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._number, self._chain, self._bytes = number, chain, size

    def _evict(self, size: int, *, last: int) -> tuple[Entry, int]:
        """Delete the oldest entries, never the last; return what stands for them, and the bytes."""
        wanted = size - self.max_bytes + self.max_bytes // _SLACK
        freed, until, chain = 0, 0, START
        sizes = f"SELECT number, chain, {_SIZE} FROM entry WHERE number < ? ORDER BY number"  # noqa: S608  # constant
        for number, value, bytes_ in self._db.execute(sizes, (last,)):
            freed, until, chain = freed + bytes_, number, value
            if freed >= wanted:
                break
        self._db.execute("DELETE FROM entry WHERE number <= ?", (until,))
        found = Evicted(until=until, chain=chain.hex())
        return Entry("evicted", until, msgspec.json.encode(found)), freed

    def _read(self, query: str, otherwise: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            return self._db.execute(query).fetchone() or otherwise
        except driver.Error as error:
            raise JournalFileError(str(error)) from error


def _line(number: int, entry: Entry, chain: bytes) -> tuple[object, ...]:
    content = entry.content.decode()
    return number, entry.kind, entry.id, content, entry.asked, entry.answered, chain

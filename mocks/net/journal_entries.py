"""The lines of a journal file: what stands in them, and how each is chained to the one before."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

import msgspec
from pysqlite3 import dbapi2 as driver

from mocks.engine.rows import Exchange, Row

START: Final = bytes(32)
OVERHEAD: Final = 80  # bytes of an entry beside its contents, about
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    content TEXT NOT NULL,
    asked BLOB,
    answered BLOB,
    chain BLOB NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS entries_never_change BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""
_PRAGMAS: Final = ("journal_mode=wal", "synchronous=FULL", "busy_timeout=10000")

Kind = Literal["row", "exchange", "cleared", "evicted"]


class JournalFileError(OSError):
    """The file cannot be opened, read or written; says what the database said, no contents."""


class Evicted(msgspec.Struct, frozen=True, kw_only=True):
    """Stands for the entries up to number `until`, which are gone; `chain` is of the last, hex."""

    until: int
    chain: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the file; `content` is JSON, bodies stand beside it as they came."""

    kind: Kind
    id: int
    content: bytes
    asked: bytes | None = None
    answered: bytes | None = None

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        return len(self.content) + len(self.asked or b"") + len(self.answered or b"") + OVERHEAD

    def chain(self, before: bytes) -> bytes:
        """Return the chain value after this entry, 32 bytes."""
        digest = sha256(before)
        for part in (self.kind.encode(), b"%d" % self.id, self.content, self.asked, self.answered):
            # Absent and empty differ, and no part can pass for the end of another.
            digest.update(b"-" if part is None else b"%d:%b" % (len(part), part))
        return digest.digest()


def write_row(row: Row) -> Entry:
    """Return the entry of a row as it stands."""
    return Entry("row", row.id, msgspec.json.encode(row, enc_hook=str))


def write_exchange(exchange: Exchange, *, with_question: bool) -> Entry:
    """Return the entry of an exchange as it stands, its question only where it is not yet kept."""
    content = msgspec.json.encode(replace(exchange, asked=b"", answered=None))
    asked = exchange.asked if with_question else None
    return Entry("exchange", exchange.id, content, asked, exchange.answered)


def read_row(entry: Entry) -> Row:
    """Return the row that an entry holds.

    Raises:
        msgspec.MsgspecError: it holds none.
    """
    return msgspec.json.decode(entry.content, type=Row)


def read_exchange(entry: Entry) -> Exchange:
    """Return the exchange that an entry holds; a question kept by a former entry is empty.

    Raises:
        msgspec.MsgspecError: it holds none.
    """
    found = msgspec.json.decode(entry.content, type=Exchange)
    return replace(found, asked=entry.asked or b"", answered=entry.answered)


def connect(path: Path) -> Any:  # noqa: ANN401  # pysqlite3 ships no types
    """Return a connection that may write, in autocommit mode; the file is made if absent.

    Raises:
        JournalFileError: the file cannot be opened, or is something else.
    """
    try:
        # A space may be opened in another thread than the one its loop runs in.
        db = driver.connect(str(path), isolation_level=None, check_same_thread=False)
        for pragma in _PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
        db.executescript(_SCHEMA)
    except driver.Error as error:
        raise JournalFileError(str(error)) from error
    return db


def list_entries(path: Path) -> Iterator[tuple[int, Entry, bytes]]:
    """Yield number, entry and chain value of each line, in order; the file may be in use.

    Raises:
        JournalFileError: the file cannot be read, or is something else.
    """
    try:
        db = driver.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
        try:
            lines = db.execute(
                "SELECT number, kind, id, CAST(content AS BLOB), asked, answered, chain"
                " FROM entry ORDER BY number"
            )
            for number, *parts, chain in lines:
                yield number, Entry(*parts), chain
        finally:
            db.close()
    except driver.Error as error:
        raise JournalFileError(str(error)) from error

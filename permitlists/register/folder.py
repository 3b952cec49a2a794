"""The folder of a register on disk: an append-only log, and edition files named by their hash.

Nothing else of the register does input or output. A write is answered only once the file and the
folder are on the disk; the log is locked while somebody decides and appends, so that processes
never fork the chain.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident
from typing import Final

from permitlists.register.chain import Chain, link, read_chain
from permitlists.register.errors import RegisterError
from permitlists.register.events import AnyEvent

LOG: Final = "register.jsonl"
EDITIONS: Final = "editions"


class Folder:
    """One register folder; `path` need not exist before `create`."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the folder with an empty log, unless it is there."""
        (self.path / EDITIONS).mkdir(mode=0o755, parents=True, exist_ok=True)
        os.close(os.open(self.path / LOG, os.O_CREAT | os.O_RDWR, 0o644))
        for folder in (self.path / EDITIONS, self.path, self.path.resolve().parent):
            _sync_folder(folder)

    def read(self) -> Chain:
        """Return the events of the log.

        Raises:
            RegisterError: there is no log or nothing in it, or it is broken.
        """
        try:
            data = (self.path / LOG).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RegisterError("permits.register_unknown", folder=self.path) from error
        chain = read_chain(data)
        if not chain.events:  # a crash came before the founding, or somebody emptied it
            raise RegisterError("permits.register_unknown", folder=self.path)
        return chain

    def stamp(self) -> tuple[int, int, int]:
        """Return numbers that change whenever the log does, without reading it.

        Raises:
            RegisterError: there is no log.
        """
        try:
            found = (self.path / LOG).stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RegisterError("permits.register_unknown", folder=self.path) from error
        return found.st_ino, found.st_size, found.st_mtime_ns

    @contextmanager
    def lock(self) -> Iterator["LockedLog"]:
        """Yield the log; no other process decides or appends inside.

        Raises:
            RegisterError: there is no log.
        """
        try:
            file = os.open(self.path / LOG, os.O_RDWR)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RegisterError("permits.register_unknown", folder=self.path) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield LockedLog(file)
        finally:
            os.close(file)  # and the lock ends

    def write_edition(self, data: bytes) -> None:
        """Keep the bytes of an edition under their SHA-256."""
        folder = self.path / EDITIONS
        target = folder / _name(hashlib.sha256(data).hexdigest())
        if target.exists() and target.read_bytes() == data:
            return
        unfinished = folder / f".{target.name}.{os.getpid()}.{get_ident()}"
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
        _sync_folder(folder)

    def read_edition(self, sha256: str) -> bytes:
        """Return the bytes of an edition.

        Raises:
            RegisterError: the file is missing, or has another content than its name says.
        """
        try:
            data = (self.path / EDITIONS / _name(sha256)).read_bytes()
        except FileNotFoundError as error:
            raise RegisterError("permits.edition_missing", sha256=sha256) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise RegisterError("permits.edition_tampered", sha256=sha256)
        return data


class LockedLog:
    """The log of a register while this process alone may append to it."""

    __slots__ = ("_file",)

    def __init__(self, file: int) -> None:
        self._file = file

    def read(self) -> Chain:
        """Return the events of the log.

        Raises:
            RegisterError: the log is broken.
        """
        size = os.fstat(self._file).st_size
        parts, offset = [], 0
        while offset < size:
            part = os.pread(self._file, size - offset, offset)
            parts.append(part)
            offset += len(part)
        return read_chain(b"".join(parts))

    def append(self, event: AnyEvent, chain: Chain) -> None:
        """Add an event after those of `chain`, in place of the rest of an unfinished write.

        On return it survives a crash of this process and of the machine. If the write fails, the
        log is as it was before.
        """
        os.ftruncate(self._file, chain.length)
        line = b"\n" * chain.open_end + link(event, chain.head) + b"\n"
        try:
            written = 0
            while written < len(line):
                written += os.pwrite(self._file, line[written:], chain.length + written)
        except OSError:
            os.ftruncate(self._file, chain.length)
            raise
        os.fsync(self._file)


def _name(sha256: str) -> str:
    return f"{sha256}.json"


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)

"""How `nakadachi codec` reads and writes files: progress while reading, whole files or none."""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, cast

import typer

from gateway.cli.output import Exit

if TYPE_CHECKING:
    from wire.errors import WireError

_BUFFER = 1 << 20
_MEGABYTE = 1_000_000


class _Watched(io.RawIOBase):
    """A file whose reading moves a progress bar (the share of bytes read) on standard error."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, max(size, 1)
        self._read, self._shown = 0, -1

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer is newer than Python 3.11
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._read += len(data)
        share = min(100, self._read * 100 // self._size)
        if share != self._shown:
            self._shown = share
            total = self._size / _MEGABYTE
            sys.stderr.write(f"\r{share:3d} % / {total:.1f} MB" + ("\n" if share == 100 else ""))  # noqa: PLR2004
        return len(data)


@contextlib.contextmanager
def open_input(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be read; where standard error is a terminal, progress is shown there."""
    try:
        file = path.open("rb")
    except OSError as error:
        end_environment(path, error)
    with file:
        if not sys.stderr.isatty():
            yield file
            return
        watched = _Watched(file, path.stat().st_size)
        yield cast("BinaryIO", io.BufferedReader(watched, _BUFFER))


@contextlib.contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written: it takes its name once it is whole, and nothing is left else.

    Only its owner may read it.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    except OSError as error:
        end_environment(path, error)
    try:
        with os.fdopen(handle, "wb", _BUFFER) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            end_environment(path, error)
        raise


def end_environment(path: Path, error: OSError) -> NoReturn:
    """End a command whose file cannot be read or written (exit code 3)."""
    typer.echo(f"{path}: {os.strerror(error.errno or 0)}", err=True)
    raise typer.Exit(Exit.ENVIRONMENT)


def end_bad_content(path: Path, error: "WireError") -> NoReturn:
    """End a command whose input says what cannot be (exit code 1)."""
    typer.echo(f"{path}: {error}", err=True)
    raise typer.Exit(Exit.NO)

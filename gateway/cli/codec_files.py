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
_WHOLE = 100  # per cent


class Progress:
    """The share of long work that is done, shown on standard error where that is a terminal."""

    def __init__(self, total: int, unit: str) -> None:
        self._total, self._unit = max(total, 1), unit
        self._done, self._shown = 0, -1
        self._visible = sys.stderr.isatty()

    def advance(self, count: int) -> None:
        """Take more work as done."""
        self._done += count
        share = min(_WHOLE, self._done * _WHOLE // self._total)
        if self._visible and share != self._shown:
            self._shown = share
            sys.stderr.write(f"\r{share:3d} % / {self._unit}" + ("\n" if share == _WHOLE else ""))


class _Watched(io.RawIOBase):
    """A file whose reading moves a progress bar."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file, self._progress = file, progress

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
        self._progress.advance(len(data))
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
        size = path.stat().st_size
        watched = _Watched(file, Progress(size, f"{size / _MEGABYTE:.1f} MB"))
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

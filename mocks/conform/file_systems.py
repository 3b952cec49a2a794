"""How files come to a system and back: through commands of it, or through a drop folder."""

import asyncio
import json
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from mocks.conform.running import CouldNotRunError
from mocks.conform.waiting import Waits

ACCEPTED: Final = 0
REFUSED: Final = 1
MOST_BYTES: Final = 64 << 20
_PROGRAM: Final = f"{shlex.quote(sys.executable)} -m gateway"
OUR_CHECK: Final = f"{_PROGRAM} codec check {{layout}} {{file}} --json"
OUR_REWRITE: Final = (
    f"{_PROGRAM} codec decode {{layout}} {{file}} -o {{work}}/rows.jsonl --json",
    f"{_PROGRAM} codec encode {{layout}} {{work}}/rows.jsonl -o {{out}} --json",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReceipt:
    """What a system said of a file: taken or not, and where it found the first error."""

    accepted: bool
    record: int | None = None
    byte: int | None = None
    said: str = ""

    @property
    def ja(self) -> str:
        """What is shown of it."""
        if self.accepted:
            return "受け付けた"
        where = "" if self.record is None else f"、レコード {self.record} バイト {self.byte}"
        return f"断った{where}"


class FileSystem(Protocol):
    """A system under test that receives and sends files."""

    async def receive(self, layout: str, name: str, octets: bytes) -> FileReceipt:
        """Give it a file and return its receipt.

        Raises:
            CouldNotRunError: it did not say anything that can be read.
            StillWaitingError: it said nothing.
        """
        ...

    async def send(self, layout: str, sample: bytes) -> bytes:
        """Return a file of a layout that it made.

        Raises:
            CouldNotRunError: it made none.
            StillWaitingError: it made none in time.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFiles:
    """A system that is called; `check` ends with 0 or 1, `rewrite` reads a file and writes it anew.

    `{layout}`, `{file}`, `{out}` and `{work}` (a folder) are filled in; no shell is involved.
    """

    check: str = OUR_CHECK
    rewrite: Sequence[str] = OUR_REWRITE

    async def receive(self, layout: str, name: str, octets: bytes) -> FileReceipt:
        """Let the command read a file and return what it said."""
        with tempfile.TemporaryDirectory(prefix="nakadachi-conform-") as folder:
            file = Path(folder) / name
            file.write_bytes(octets)
            code, said = await _call(self.check, layout=layout, file=str(file), work=folder)
        if code not in {ACCEPTED, REFUSED}:
            raise CouldNotRunError(
                "ファイルを調べる命令の終了コードが0でも1でもありません", str(code)
            )
        return read_receipt(said, accepted=code == ACCEPTED)

    async def send(self, layout: str, sample: bytes) -> bytes:
        """Let the commands read a file and write it anew."""
        with tempfile.TemporaryDirectory(prefix="nakadachi-conform-") as folder:
            file, out = Path(folder) / "in.dat", Path(folder) / "out.dat"
            file.write_bytes(sample)
            for command in self.rewrite:
                values = {"file": str(file), "out": str(out), "work": folder}
                code, _ = await _call(command, layout=layout, **values)
                if code != ACCEPTED:
                    raise CouldNotRunError("ファイルを作る命令が失敗しました", str(code))
            return out.read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class DropFiles:
    """A system with a drop folder: `inbox` for what it reads, `receipts`, `outbox`.

    A receipt is JSON beside the name of the file: `{"accepted": false, "errors": [{"record": 3,
    "byte": 120}]}`.
    """

    folder: Path
    waits: Waits

    async def receive(self, layout: str, name: str, octets: bytes) -> FileReceipt:
        """Lay a file into the inbox, whole at once, and wait for its receipt."""
        receipt = self.folder / "receipts" / f"{name}.json"
        receipt.unlink(missing_ok=True)
        put(self.folder / "inbox" / name, octets)
        what = f"{layout}: inbox/{name} を取り込み、receipts/{name}.json に結果を書いてください。"
        await self.waits.wait(what, receipt.exists)
        if not receipt.exists():
            raise CouldNotRunError("受領結果がありません", receipt.name)
        return read_receipt(receipt.read_bytes()[:MOST_BYTES], accepted=None)

    async def send(self, layout: str, sample: bytes) -> bytes:
        """Wait for a file of a layout in the outbox."""
        del sample  # it makes its own
        outbox = self.folder / "outbox"
        outbox.mkdir(parents=True, exist_ok=True)
        find: Callable[[], list[Path]] = lambda: sorted(outbox.glob(f"{layout}*"))  # noqa: E731  # asked again and again
        await self.waits.wait(
            f"{layout} のファイルを outbox/{layout}… という名前で置いてください。",
            lambda: bool(find()),
        )
        found = find()
        if not found:
            raise CouldNotRunError("送り出しのファイルがありません", layout)
        return found[-1].read_bytes()[:MOST_BYTES]


def put(file: Path, octets: bytes) -> None:
    """Write a file so that nobody ever sees a part of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(octets)
    part.rename(file)


def read_receipt(said: bytes, *, accepted: bool | None) -> FileReceipt:
    """Return the receipt that a text holds; without `accepted` the text has to say it.

    Raises:
        CouldNotRunError: it does not.
    """
    try:
        found = json.loads(said)
    except ValueError:
        found = {}
    told = found if isinstance(found, dict) else {}
    if accepted is None:
        accepted = told.get("accepted")
        if not isinstance(accepted, bool):
            raise CouldNotRunError("受領結果に値がありません", "accepted")
    first = _first_error(told.get("errors"))
    return FileReceipt(accepted=accepted, record=first.get("record"), byte=first.get("byte"))


def _first_error(errors: object) -> dict[str, Any]:
    known = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return known[0] if known else {}


async def _call(command: str, **values: str) -> tuple[int, bytes]:
    words = [word.format(**{"out": "", **values}) for word in shlex.split(command)]
    program = shutil.which(words[0])
    if program is None:
        raise CouldNotRunError("命令が見つかりません", words[0])
    process = await asyncio.create_subprocess_exec(
        program, *words[1:], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output

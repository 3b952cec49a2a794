"""A stream of bytes cut into runs of records of one kind, in constant memory.

What does not fit the layout's structure comes as located faults between the runs; reading goes on
as long as records can be told apart.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from wire.files.layout import TERMINATORS, Layout, Record
from wire.files.structure import START, parse_structure

CHUNK: Final = 8192  # records: what one call costs is little then, and they stay in the cache
BOM: Final = b"\xef\xbb\xbf"
_END_OF_FILE: Final = b"\x1a"
_PIECE: Final = 1 << 18  # bytes read at once

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: the rule, the record and the byte within it, both from 1.

    `field` is empty where the record as a whole is meant; `expected` says what should stand
    there, and never what stands there.
    """

    rule: str
    record: int
    byte: int
    field: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Records of one kind that follow one another.

    `first` is the number of the first in its file, from 1. `data` has a row for each record and a
    column for each byte, without terminators.
    """

    record: Record
    first: int
    data: Bytes

    def __len__(self) -> int:
        return len(self.data)


def walk(layout: Layout, stream: BinaryIO, *, chunk: int = CHUNK) -> Iterator[Run | Fault]:
    """Yield the runs of a fixed layout's file, at most `chunk` records long, and what is wrong.

    Records of no kind (S001), in the wrong place (S002) or with a wrong terminator (S005); an end
    inside a record (S003) or before the last one (S004); an end-of-file byte 1A after the last
    record (S006, a warning) and a byte order mark before the first (S007) are passed over.
    """
    yield from _Walk(layout, stream, chunk).runs()


class _Walk:
    """What is known while a stream is read."""

    def __init__(self, layout: Layout, stream: BinaryIO, chunk: int) -> None:
        self.structure = parse_structure(layout.structure)
        self.terminator = TERMINATORS[layout.terminator]
        self.select = layout.select
        self.by_tag = {
            record.tag.encode(): record for record in layout.records if record.tag is not None
        }
        self.untagged = [record for record in layout.records if record.tag is None]
        self.length = max(record.length for record in layout.records)
        self.source, self.chunk = _Source(stream), chunk
        self.place, self.number = START, 1

    def runs(self) -> Iterator[Run | Fault]:
        if self.source.skip(BOM):
            yield self._fault("S007", 1, "no byte order mark")
        for record in self.untagged:  # a management record stands at the beginning, once
            size = record.length + len(self.terminator)
            head = self.source.read(size)
            if len(head) < size:
                yield self._fault("S003", len(head) + 1, f"{record.length} bytes of {record.name}")
                return
            yield from self._emit(record, self._cut(head, record.length))
        size = self.length + len(self.terminator)
        while True:
            block = self.source.read(size * self.chunk)
            whole = len(block) // size * size
            if whole:
                yield from self._split(self._cut(block[:whole], self.length))
            if len(block) < size * self.chunk:
                yield from self._end(block[whole:].tobytes())
                return

    def _cut(self, block: Bytes, length: int) -> Bytes:
        return block.reshape(-1, length + len(self.terminator))

    def _split(self, data: Bytes) -> Iterator[Run | Fault]:
        """Yield runs of equal tags out of whole records of the common length."""
        if self.select is None:
            yield from self._emit(next(iter(self.by_tag.values())), data)
            return
        tags = data[:, self.select.at - 1 : self.select.at - 1 + self.select.length]
        breaks = (np.flatnonzero((tags[1:] != tags[:-1]).any(axis=1)) + 1).tolist()
        for begin, end in zip([0, *breaks], [*breaks, len(data)], strict=True):
            record = self.by_tag.get(tags[begin].tobytes())
            if record is None:
                yield from self._list_unknown(end - begin)
            else:
                yield from self._emit(record, data[begin:end])

    def _list_unknown(self, count: int) -> Iterator[Fault]:
        expected = " ".join(tag.decode() for tag in self.by_tag)
        at = self.select.at if self.select else 1
        for _ in range(count):
            yield self._fault("S001", at, expected)
            self.number += 1

    def _emit(self, record: Record, data: Bytes) -> Iterator[Run | Fault]:
        ends = data[:, record.length :]
        if self.terminator and (ends != np.frombuffer(self.terminator, np.uint8)).any():
            wrong = (ends != np.frombuffer(self.terminator, np.uint8)).any(axis=1)
            for index in np.flatnonzero(wrong).tolist():
                number = self.number + index
                yield self._fault("S005", record.length + 1, self.terminator.hex(), number)
        for index in range(len(data)):
            place = self.structure.follows.get((self.place, record.kind))
            if place is None:
                expected = " ".join(self.structure.list_next(self.place)) or "the end"
                yield self._fault("S002", 1, expected, self.number + index)
                continue
            if place == self.place:  # from here on the same again
                break
            self.place = place
        # Columns are read as words of memory: rows without their terminators stand side by side.
        rows = np.ascontiguousarray(data[:, : record.length])
        yield Run(record=record, first=self.number, data=rows)
        self.number += len(data)

    def _end(self, rest: bytes) -> Iterator[Fault]:
        if rest == _END_OF_FILE:
            yield self._fault("S006", 1, "the end")
        elif rest:
            yield self._fault("S003", len(rest) + 1, f"{self.length} bytes")
        if self.place not in self.structure.ends:
            yield self._fault("S004", 1, " ".join(self.structure.list_next(self.place)))

    def _fault(self, rule: str, byte: int, expected: str, record: int | None = None) -> Fault:
        number = self.number if record is None else record
        return Fault(rule=rule, record=number, byte=byte, expected=expected)


class _Source:
    """A stream read into memory that is taken again once nobody looks at it any more.

    Memory that the system hands out anew for every block costs as much as a third of decoding it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ahead = b""
        self._kept: list[Bytes] = []

    def skip(self, mark: bytes) -> bool:
        """Tell whether the stream begins with a mark, and go on behind it if so."""
        found = self.read(len(mark)).tobytes()
        if found != mark:
            self._ahead = found
        return found == mark

    def read(self, size: int) -> Bytes:
        """Return the next bytes, fewer only at the end, even if a stream hands out less at once."""
        block, filled = self._find_block(size), 0
        while filled < size and (
            part := self._ahead or self._stream.read(min(size - filled, _PIECE))
        ):
            self._ahead = part[size - filled :]
            part = part[: size - filled]
            block[filled : filled + len(part)] = np.frombuffer(part, np.uint8)
            filled += len(part)
        return block[:filled]

    def _find_block(self, size: int) -> Bytes:
        found = _find_unused([block for block in self._kept if len(block) == size], _UNUSED)
        if found is None:
            found = np.empty(size, np.uint8)
            self._kept = [*self._kept[-1:], found]  # one is looked at while the next is read
        return found


def _find_unused(blocks: list[Bytes], references: int) -> Bytes | None:
    """Return a block that has no more references than one has that nobody looks at."""
    while blocks:
        block = blocks.pop()
        if sys.getrefcount(block) <= references:
            return block
    return None


def _count_references() -> int:
    """Return how many references `_find_unused` sees to a block of which only one list knows."""
    kept = [np.empty(0, np.uint8)]
    return next(count for count in range(9) if _find_unused(kept[:], count) is not None)


_UNUSED: Final = _count_references()

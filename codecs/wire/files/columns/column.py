"""What the columnar path hands out: columns of a chunk of records, in the layout Arrow uses."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any, Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from wire.files.columns.tables import I32, I64, U8, Mask
from wire.files.layout import Record
from wire.files.places import list_places
from wire.files.reading import Value
from wire.files.rows import Decoded
from wire.files.walk import Fault

Kind = Literal["integer", "day", "text"]
END: Final = "\n"
_MEMORY: Final = 1 << 16  # distinct days that are remembered
_ROWS: Final = 2048  # of which objects are made together
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The values of one place in each record of a chunk.

    `values` are 64-bit integers, or days since 1970-01-01 in 32 bits, empty for text. The text of
    record `i` is `text[offsets[i]:offsets[i + 1]]` in UTF-8, of `offsets[i]` bytes from the
    start. `valid` tells which records have a value.
    """

    kind: Kind
    valid: Mask
    values: I64 | I32
    text: U8
    offsets: I32

    def __len__(self) -> int:
        return len(self.valid)

    def to_list(self) -> list[Value]:
        """Return the values as Python objects, None where there is none."""
        found: list[Value]
        if self.kind == "text":
            found = [*self._texts()]
        elif self.kind == "day":
            found = [*map(_days().__getitem__, self.values.tolist())]
        else:
            found = self.values.tolist()
        for row in np.flatnonzero(~self.valid).tolist():
            found[row] = None
        return found

    def part(self, begin: int, end: int) -> "Column":
        """Return the values of the records from `begin` to `end`, counted from 0."""
        offsets, text = self.offsets[begin : end + 1], self.text
        if self.kind == "text":
            text, offsets = text[offsets[0] : offsets[-1]], offsets - offsets[0]
        return Column(
            kind=self.kind,
            valid=self.valid[begin:end],
            values=self.values[begin:end],
            text=text,
            offsets=offsets,
        )

    def value(self, row: int) -> Value:
        """Return the value of one record, None where there is none."""
        if not self.valid[row]:
            return None
        if self.kind == "text":
            raw = self.text[self.offsets[row] : self.offsets[row + 1]].tobytes()
            return raw.decode("utf-8", "surrogatepass")
        number = int(self.values[row])
        return number if self.kind == "integer" else date.fromordinal(number + _EPOCH)

    def _texts(self) -> list[str]:
        """Return the texts: cut at line ends put between them, which is fast, or else singly."""
        parted = np.full(len(self.text) + len(self), ord(END), np.uint8)
        inside = np.ones(len(parted), np.bool_)
        inside[self.offsets[1:] + np.arange(len(self))] = False
        parted[inside] = self.text
        raw = parted.tobytes()
        if raw.count(END.encode()) == len(self):
            return raw.decode("utf-8", "surrogatepass").split(END)[:-1]
        whole = self.text.tobytes()
        cut = pairwise(self.offsets.tolist())
        return [whole[begin:end].decode("utf-8", "surrogatepass") for begin, end in cut]


class _Days(dict[int, date]):
    """Dates by their number of days since 1970-01-01: few differ, and making them is slow."""

    def __missing__(self, days: int) -> date:
        if len(self) >= _MEMORY:
            self.clear()
        found = self[days] = date.fromordinal(days + _EPOCH)
        return found


@cache
def _days() -> _Days:
    return _Days()


@cache
def _make_rows(kind: str, names: tuple[str, ...]) -> Callable[..., Decoded]:
    """Return the function that makes a record of its number and values.

    It is generated: twice as fast as pairing names and values each time.
    """
    variables = [f"v{at}" for at in range(len(names))]
    pairs = (f"{name!r}: {variable}" for name, variable in zip(names, variables, strict=True))
    record = f"make(kind=kind, number=number, values={{{', '.join(pairs)}}})"
    code = f"lambda {', '.join(['number', *variables])}: {record}"
    made: Callable[..., Decoded] = eval(code, {"make": Decoded, "kind": kind})  # noqa: S307  # names stand there as literals
    return made


NO_TEXT: Final = np.zeros(0, np.uint8)
NO_OFFSETS: Final = np.zeros(0, np.int32)
NO_VALUES: Final = np.zeros(0, np.int64)


def make_integers(values: I64, valid: Mask) -> Column:
    """Return a column of integers; what is not valid counts as 0."""
    values *= valid
    return Column(kind="integer", valid=valid, values=values, text=NO_TEXT, offsets=NO_OFFSETS)


def make_days(values: I32, valid: Mask) -> Column:
    """Return a column of days since 1970-01-01; what is not valid counts as 0."""
    values *= valid
    return Column(kind="day", valid=valid, values=values, text=NO_TEXT, offsets=NO_OFFSETS)


def make_texts(text: U8, lengths: npt.NDArray[Any]) -> Column:
    """Return a column of texts of these lengths in bytes; an empty one is no value."""
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    valid = lengths > 0
    return Column(kind="text", valid=valid, values=NO_VALUES, text=text, offsets=offsets)


def patch(column: Column, replaced: Mapping[int, Value]) -> Column:
    """Return a column with other values in some records."""
    if column.kind == "text":
        return _patch_texts(column, replaced)
    values, valid = column.values.copy(), column.valid.copy()
    for row, value in replaced.items():
        valid[row] = value is not None
        if isinstance(value, date):
            values[row] = value.toordinal() - _EPOCH
        else:
            values[row] = value if isinstance(value, int) else 0
    return Column(kind=column.kind, valid=valid, values=values, text=NO_TEXT, offsets=NO_OFFSETS)


def _patch_texts(column: Column, replaced: Mapping[int, Value]) -> Column:
    lengths = np.diff(column.offsets)
    pieces, done = [], 0
    for row in sorted(replaced):
        value = replaced[row]
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b""
        pieces += [column.text[column.offsets[done] : column.offsets[row]]]
        pieces += [np.frombuffer(raw, np.uint8)]
        lengths[row] = len(raw)
        done = row + 1
    pieces.append(column.text[column.offsets[done] :])
    return make_texts(np.concatenate(pieces), lengths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Data records that follow one another, as columns by the label of their place.

    `first` is the number of the first of `count` records in its file, from 1. `raw` has, by row
    of the chunk, what `Decoded.raw` has; `faults` are those of all rows in order.
    """

    record: Record
    first: int
    count: int
    columns: Mapping[str, Column]
    raw: Mapping[int, Mapping[str, str]] = field(default_factory=dict, repr=False)
    faults: Sequence[Fault] = ()

    def __len__(self) -> int:
        return self.count

    def row(self, row: int) -> Decoded:
        """Return one record, without its faults, as the row path would take it for writing."""
        values: dict[str, Any] = {}
        for place in list_places(self.record):
            if place.label in self.columns:
                value = self.columns[place.label].value(row)
                if place.field.occurs > 1:
                    values.setdefault(place.field.name, []).append(value)
                else:
                    values[place.field.name] = value
        return Decoded(
            kind=self.record.kind,
            number=self.first + row,
            values=values,
            raw=self.raw.get(row, {}),
        )

    def rows(self) -> Iterator[Decoded]:
        """Yield the records as the row path does.

        Objects are made for few records at a time, so that memory is used again while it is near.
        """
        by_record: dict[int, list[Fault]] = {}
        for fault in self.faults:
            by_record.setdefault(fault.record - self.first, []).append(fault)
        odd = self.raw.keys() | by_record.keys()
        for begin in range(0, self.count, _ROWS):
            end = min(begin + _ROWS, self.count)
            names, lists = self._lists(begin, end)
            numbers = range(self.first + begin, self.first + end)
            made = map(_make_rows(self.record.kind, tuple(names)), numbers, *lists)
            if odd.isdisjoint(range(begin, end)):
                yield from made
                continue
            for row, decoded in enumerate(made, start=begin):
                if row in odd:
                    raw, faults = self.raw.get(row, {}), tuple(by_record.get(row, ()))
                    yield msgspec.structs.replace(decoded, raw=raw, faults=faults)
                else:
                    yield decoded

    def _lists(self, begin: int, end: int) -> tuple[list[str], list[list[Any]]]:
        """Return the names of the fields and their values; occurrences together make one list."""
        found: dict[str, list[list[Value]]] = {}
        several = set()
        for place in list_places(self.record):
            if place.label in self.columns:
                listed = self.columns[place.label].part(begin, end).to_list()
                found.setdefault(place.field.name, []).append(listed)
                if place.field.occurs > 1:
                    several.add(place.field.name)
        lists: list[list[Any]] = [
            [list(row) for row in zip(*columns, strict=True)] if name in several else columns[0]
            for name, columns in found.items()
        ]
        return list(found), lists

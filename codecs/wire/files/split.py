"""A file in parts under a limit, each a whole valid file; no household (世帯) is parted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, BinaryIO, Final

import msgspec

from wire.errors import WireError
from wire.files.layout import TERMINATORS, Layout
from wire.files.names import FileName, format_name
from wire.files.report import severity_of
from wire.files.rewriting import write_file
from wire.files.rows import Decoded, decode_rows
from wire.files.settings import Settings
from wire.files.stream import decode_records
from wire.files.totals import FORECAST, PART, PARTS, describe_medium
from wire.files.walk import Fault

_MEDIUM: Final = "媒体通番"
_MOST_MEDIA: Final = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one part may hold: data records and bytes, None for any."""

    records: int | None = None
    size: int | None = None


@dataclass(slots=True)
class Part:
    """One part: its data records, its headers (each with a trailer), and its bytes."""

    records: int = 0
    groups: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Unit:
    """Data records that may not be parted: where the first stands, their group, household, number.

    A group without data records is a unit of none.
    """

    first: int
    group: int
    household: object
    count: int


def plan_parts(
    layout: Layout, stream: BinaryIO, settings: Settings, limits: Limits
) -> tuple[Part, ...]:
    """Return the parts that a file falls into, as few as its order allows.

    Memory grows with the number of households.

    Raises:
        WireError: `files.split.form` the layout is delimited: its lines have no fixed size,
            `files.split.structure` the file's structure is not sound,
            `files.split.household` one household is over the limit, `files.split.scattered` the
            records of a household do not stand together; the path is the record.
    """
    if layout.form == "delimited":
        raise WireError("files.split.form", "", "Only files of fixed layouts are split.")
    sizes = _sizes(layout)
    opening, around = sizes.get("M", 0), sizes.get("H", 0) + sizes.get("T", 0)
    parts: list[Part] = []
    closed, inside = set[int](), set[int]()
    group = 0
    for unit in _list_units(layout, stream, settings):
        part = parts[-1] if parts else None
        added = unit.count * sizes["D"] + (around if part is None or unit.group != group else 0)
        if part is None or not _fits(limits, part.records + unit.count, part.size + added):
            closed |= inside
            inside = set()
            part, added = Part(size=opening), unit.count * sizes["D"] + around
            parts.append(part)
            group = 0
            if not _fits(limits, unit.count, part.size + added):
                detail = "One household is larger than a part may be."
                raise WireError("files.split.household", f"record[{unit.first}]", detail)
        if unit.household is not None:
            _remember(unit, closed, inside)
        part.groups += unit.group != group
        part.records += unit.count
        part.size += added
        group = unit.group
    return tuple(parts) or (Part(),)


def _sizes(layout: Layout) -> dict[str, int]:
    ending = len(TERMINATORS[layout.terminator])
    return {record.kind: record.length + ending for record in layout.records}


def _fits(limits: Limits, records: int, size: int) -> bool:
    return (limits.records is None or records <= limits.records) and (
        limits.size is None or size <= limits.size
    )


def _remember(unit: _Unit, closed: set[int], inside: set[int]) -> None:
    mark = hash(unit.household)
    if mark in closed:
        detail = "The records of this household do not stand together."
        raise WireError("files.split.scattered", f"record[{unit.first}]", detail)
    inside.add(mark)


def _list_units(layout: Layout, stream: BinaryIO, settings: Settings) -> Iterator[_Unit]:
    group = 0
    empty = True
    household = layout.household
    wanted = [household] if household else []
    records = _sound(layout, stream, settings, wanted)
    keyed = groupby(records, key=lambda one: (one.kind, one.values.get(household) or one.number))
    for (kind, key), members in keyed:
        first = next(members)
        count = 1 + sum(1 for _ in members)
        if kind == "H":
            group, empty = group + count, True
        elif kind == "D":
            empty = False
            yield _Unit(first.number, group, key if household else None, count)
        elif kind == "T" and empty:
            yield _Unit(first.number, group, None, 0)


def _sound(
    layout: Layout, stream: BinaryIO, settings: Settings, wanted: Sequence[str] | None
) -> Iterator[Decoded]:
    """Yield the records of a file whose structure is sound."""
    found: Decoded | Fault
    for found in (
        decode_records(layout, stream, settings)
        if wanted is None
        else decode_rows(layout, stream, settings, fields=wanted)
    ):
        if isinstance(found, Decoded):
            yield found
        elif severity_of(found.rule) == "error":
            detail = "The file's structure is not sound: check it first."
            raise WireError("files.split.structure", f"record[{found.record}]", detail)


def write_parts(
    layout: Layout, stream: BinaryIO, settings: Settings, parts: Sequence[Part]
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the name and the bytes of each part, to be taken in this order.

    Part numbers, announced numbers of records, sequences and totals are those of the part.

    Raises:
        WireError: as `plan_parts` and `encode_rows`.
    """
    splitter = _Splitter(layout, _sound(layout, stream, settings, None), parts)
    for index in range(len(parts)):
        written = write_file(layout, splitter.list_part(index), settings)
        first = next(written, b"")
        yield splitter.name(index), _chained(first, written)


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


class _Splitter:
    """Hands out the records of a file part by part."""

    def __init__(self, layout: Layout, records: Iterator[Decoded], parts: Sequence[Part]) -> None:
        self.layout, self.records, self.parts = layout, records, parts
        self.ahead = next(records, None)
        self.before: list[Decoded] = []
        self.header: Decoded | None = None
        self.named: dict[str, Any] = {}  # Any: values of the first record, which names the file
        self.sequences = {rule.field for rule in layout.rules if rule.kind == "sequence"}

    def list_part(self, index: int) -> Iterator[Decoded]:
        """Yield the records of one part."""
        part = self.parts[index]
        left, started = part.records, 0
        for kept in self.before:
            yield self._renewed(kept, index)
        if self.header is not None:
            started = 1
            yield self._renewed(self.header, index)
        while (decoded := self.ahead) is not None:
            kind = decoded.kind
            if (kind == "D" and not left) or (kind == "H" and started == part.groups):
                break
            if kind == "D":
                left -= 1
                yield self._numbered(decoded, part.records - left)
            else:
                started += kind == "H"
                self._keep(decoded)
                yield decoded if kind == "T" else self._renewed(decoded, index)
            self.ahead = next(self.records, None)
        if self.header is not None:
            yield self._trailer(self.header)

    def _keep(self, decoded: Decoded) -> None:
        """Remember what later parts begin with."""
        if decoded.kind in "HT":
            self.header = decoded if decoded.kind == "H" else None
        else:
            self.before.append(decoded)
        self.named = self.named or dict(decoded.values)

    def _renewed(self, decoded: Decoded, index: int) -> Decoded:
        part, values = self.parts[index], dict(decoded.values)
        values |= {PART: index + 1, PARTS: len(self.parts)}
        values |= describe_medium(part.records, part.groups)
        if values.get(FORECAST):
            values[FORECAST] = part.records
        if values.get(_MEDIUM) is not None:
            values[_MEDIUM] = min(values[_MEDIUM] + index, _MOST_MEDIA)
        kept = {name: value for name, value in values.items() if name in decoded.values}
        return msgspec.structs.replace(decoded, values=kept)

    def _numbered(self, decoded: Decoded, number: int) -> Decoded:
        values = dict(decoded.values) | dict.fromkeys(self.sequences, number)
        return msgspec.structs.replace(decoded, values=values)

    def _trailer(self, header: Decoded) -> Decoded:
        """Return a trailer for a group that goes on in the next part."""
        record = self.layout.find("T")
        values = {
            field.name: field.constant or header.values.get(field.name)
            for field in (record.fields if record is not None else ())
            if field.type not in {"filler", "shift"}
        }
        return Decoded(kind="T", number=0, values=values)

    def name(self, index: int) -> str:
        """Return the name of a part by the layout's rule, numbered where the rule has no number."""
        first, parts = self.named, len(self.parts)
        special = self.layout.find("M") is not None
        code = str(first["市町村コード" if special else "市区町村コード"])
        name = FileName(
            layout=self.layout.id,
            municipality=code,
            instant="".join(filter(str.isdigit, str(first.get("作成日時") or ""))),
            serial=first.get("ファイル通番") or 0,
            part=1 if special else index + 1,
            parts=1 if special else parts,
        )
        text = format_name(self.layout, name)
        return f"{index + 1:03d}of{parts:03d}_{text}" if special and parts > 1 else text

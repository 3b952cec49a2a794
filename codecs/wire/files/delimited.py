"""Files whose fields are parted by commas: control, data and end lines of one declaration.

A cell is at most as long as its field. It is read as the field's bytes would be, padded as they
would be; so the same rules hold for both forms, and the same values come out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from wire.errors import WireError
from wire.files.layout import TERMINATORS, Field, Layout, Record
from wire.files.places import Place, list_places
from wire.files.reading import Value, decode_field
from wire.files.rows import Decoded, describe_fault, find_kept, find_value, label_of
from wire.files.settings import Settings
from wire.files.structure import START, Structure, parse_structure
from wire.files.walk import Fault
from wire.files.writing import encode_field

_SEPARATOR: Final = b","
_QUOTE: Final = b'"'
_LONGEST: Final = 1 << 20  # bytes of a line: longer ones are no lines of any layout
_PADDED_FRONT: Final = frozenset({"number", "zoned"})
_WIDE_SPACE: Final = b"\x81\x40"
_PADDINGS: Final = {"wide": _WIDE_SPACE, "jis": b"!!"}


def decode_delimited(
    layout: Layout, stream: BinaryIO, settings: Settings
) -> Iterator[Decoded | Fault]:
    """Yield the records of a delimited file, and between them what is wrong with its structure.

    Beside the rules of fields and structure: a line with another number of cells, or with quotes
    that do not pair, is none (S008); a cell longer than its field breaks F017.
    """
    reader = _Reader(layout, settings)
    terminator = _find_terminator(layout)
    while line := stream.readline(_LONGEST):
        yield from reader.read(line.rstrip(b"\r\n"), terminated=line.endswith(terminator))
    yield from reader.end()


def _find_terminator(layout: Layout) -> bytes:
    return TERMINATORS[layout.terminator] or b"\r\n"


@dataclass(slots=True)
class _Reader:
    layout: Layout
    settings: Settings
    number: int = 0
    place: int = START

    def read(self, line: bytes, *, terminated: bool) -> Iterator[Decoded | Fault]:
        """Yield the record of a line, or why it is none."""
        self.number += 1
        if not terminated:
            expected = _find_terminator(self.layout).hex()
            yield Fault(rule="S005", record=self.number, byte=len(line) + 1, expected=expected)
        cells = split_cells(line)
        record = None if cells is None else self._find(cells)
        if cells is None or record is None or len(cells) != len(_list_cells(record)):
            wanted = 0 if record is None else len(_list_cells(record))
            rule = "S001" if cells is not None and record is None else "S008"
            yield Fault(rule=rule, record=self.number, byte=1, expected=f"{wanted} cells")
            return
        place = self._structure.follows.get((self.place, record.kind))
        if place is None:
            expected = " ".join(self._structure.list_next(self.place)) or "the end"
            yield Fault(rule="S002", record=self.number, byte=1, expected=expected)
        self.place = self.place if place is None else place
        yield self._decode(record, cells)

    def end(self) -> Iterator[Fault]:
        """Yield what is missing at the end."""
        if self.place not in self._structure.ends:
            expected = " ".join(self._structure.list_next(self.place))
            yield Fault(rule="S004", record=self.number + 1, byte=1, expected=expected)

    @property
    def _structure(self) -> Structure:
        return parse_structure(self.layout.structure)

    def _find(self, cells: list[bytes]) -> Record | None:
        """Return the record kind whose tag stands in the first cell."""
        tag = unquote(cells[0])
        for record in self.layout.records:
            if record.tag is None or record.tag.encode() == tag:
                return record
        return None

    def _decode(self, record: Record, cells: list[bytes]) -> Decoded:
        values: dict[str, Value | list[Value]] = {}
        raw: dict[str, str] = {}
        faults: list[Fault] = []
        for place, cell in zip(_list_cells(record), cells, strict=True):
            value, rule = _read_cell(place.field, unquote(cell), self.settings)
            if place.field.occurs > 1:
                values.setdefault(place.field.name, []).append(value)  # type: ignore[union-attr]  # a list
            elif place.field.type != "filler":
                values[place.field.name] = value
            if rule is not None:
                faults.append(describe_fault(place, rule, self.number))
            if _write_cell(place.field, value, self.settings) != cell:
                raw[label_of(place)] = cell.hex()
        return Decoded(
            kind=record.kind, number=self.number, values=values, raw=raw, faults=tuple(faults)
        )


def _list_cells(record: Record) -> tuple[Place, ...]:
    return tuple(place for place in list_places(record) if place.field.type != "shift")


def split_cells(line: bytes) -> list[bytes] | None:
    """Return the cells of a line with their quotes, None where quotes do not pair."""
    cells, at = [], 0
    while True:
        end = _find_end(line, at)
        if end is None:
            return None
        cells.append(line[at:end])
        if end == len(line):
            return cells
        at = end + 1


def _find_end(line: bytes, at: int) -> int | None:
    """Return where the cell that begins at `at` ends, None where its quotes do not pair."""
    if line[at : at + 1] != _QUOTE:
        end = line.find(_SEPARATOR, at)
        end = len(line) if end < 0 else end
        return None if _QUOTE in line[at:end] else end
    at += 1
    while (at := line.find(_QUOTE, at)) >= 0:
        if line[at + 1 : at + 2] != _QUOTE:
            return at + 1 if line[at + 1 : at + 2] in {b"", _SEPARATOR} else None
        at += 2
    return None


def unquote(cell: bytes) -> bytes:
    """Return what a cell says without the quotes around it."""
    if cell[:1] != _QUOTE:
        return cell
    return cell[1:-1].replace(_QUOTE * 2, _QUOTE)


def _read_cell(field: Field, cell: bytes, settings: Settings) -> tuple[Value, str | None]:
    if len(cell) > field.length:
        return None, "F017"
    return decode_field(field, _pad(field, cell, settings), settings)


def _pad(field: Field, cell: bytes, settings: Settings) -> bytes:
    """Return a cell as the bytes of its field."""
    missing = field.length - len(cell)
    if not cell:
        return b" " * field.length
    if field.type in _PADDED_FRONT:
        return b"0" * missing + cell
    if field.type == "signed":
        sign, digits = (cell[:1], cell[1:]) if cell[:1] in {b"+", b"-"} else (b"+", cell)
        return sign + digits.rjust(field.length - 1, b"0")
    padding = _find_padding(field, settings)
    return cell + padding * (missing // len(padding)) + b" " * (missing % len(padding))


def _find_padding(field: Field, settings: Settings) -> bytes:
    """Return what fills a text up to the length of its field."""
    if field.type == "wide" and settings.encoding == "utf_8":
        return b" "
    return _PADDINGS.get(field.type, b" ")


def _write_cell(field: Field, value: Value, settings: Settings) -> bytes:
    """Return the canonical cell of a value.

    Raises:
        WireError: `files.value.*`, the field cannot say it.
    """
    return _quote(_strip(field, value, settings))


def _strip(field: Field, value: Value, settings: Settings) -> bytes:
    """Return the bytes of a value in a field without their padding."""
    raw = encode_field(field, value, settings)
    if value is None:
        return b""
    if field.type in _PADDED_FRONT:
        return raw.lstrip(b"0") or b"0"
    if field.type == "signed":
        return raw[:1].replace(b"+", b"") + (raw[1:].lstrip(b"0") or b"0")
    padding = _find_padding(field, settings)
    while raw.endswith(padding):
        raw = raw[: -len(padding)]
    return raw


def _quote(cell: bytes) -> bytes:
    """Return a cell in quotes where it holds a separator, a quote, a space or no ASCII."""
    plain = cell.isascii() and not any(mark in cell for mark in (_SEPARATOR, _QUOTE, b" "))
    return cell if plain else _QUOTE + cell.replace(_QUOTE, _QUOTE * 2) + _QUOTE


def encode_delimited(
    layout: Layout, records: Iterable[Decoded], settings: Settings
) -> Iterator[bytes]:
    """Yield the lines of records, each with its terminator.

    Raises:
        WireError: as `encode_rows`.
    """
    terminator = _find_terminator(layout)
    for order, decoded in enumerate(records, start=1):
        try:
            yield _SEPARATOR.join(_list_encoded(layout, decoded, settings)) + terminator
        except WireError as error:
            raise error.below(f"record[{order}]") from error


def _list_encoded(layout: Layout, decoded: Decoded, settings: Settings) -> Iterator[bytes]:
    record = layout.find(decoded.kind)
    if record is None:
        raise WireError("files.record.kind", "", "The layout has no such record.")
    for place in _list_cells(record):
        value = find_value(place, decoded)
        kept = find_kept(place, decoded)
        if kept is None or not _says(place.field, kept, value, settings):
            kept = _write_cell(place.field, value, settings)
        yield kept


def _says(field: Field, cell: bytes, value: Value, settings: Settings) -> bool:
    """Tell whether kept bytes still are one cell that says the value."""
    return split_cells(cell) == [cell] and _read_cell(field, unquote(cell), settings)[0] == value

"""Tables as comma-separated text (CSV): UTF-8, RFC 4180, a line of names first.

Spreadsheets take a cell that begins with a sign of theirs as a formula and run it. So a text that
begins with one, or with an apostrophe, gets an apostrophe in front; reading takes it off again.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO, Final

from wire.errors import WireError
from wire.files.columns.column import Kind
from wire.files.layout import Layout
from wire.files.rows import Decoded
from wire.files.tables.union import (
    KIND,
    RAW,
    Union,
    check_names,
    find_record,
    list_cells,
    load_union,
    read_raw,
)

_BOM: Final = "\ufeff"
_GUARD: Final = "'"
# What makes a formula of a text; Japanese spreadsheets take the full-width signs too.
_SIGNS: Final = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20" + _GUARD)


def write_names(layout: Layout, *, bom: bool = False) -> bytes:
    """Return the first line of a table, the names of its columns.

    With `bom` a byte order mark comes before it, by which spreadsheets know UTF-8.
    """
    return ((_BOM if bom else "") + _write(load_union(layout).names)).encode()


def write_record(layout: Layout, decoded: Decoded) -> bytes:
    """Return the line of one record."""
    return _write(map(_guard, list_cells(load_union(layout), decoded))).encode()


def _guard(cell: object) -> object:
    return _GUARD + cell if isinstance(cell, str) and cell.startswith(_SIGNS) else cell


def _write(cells: Iterable[object]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()


def read_separated(layout: Layout, stream: BinaryIO) -> Iterator[Decoded]:
    """Yield the records of a table, whose columns may stand in any order; empty ones may lack.

    Raises:
        WireError: `files.table.form`, it is no such text; `files.table.columns`,
            `files.table.cell`, `files.table.raw`, `files.record.kind`; the path names the line.
    """
    union = load_union(layout)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    reader = csv.reader(text, strict=True)
    try:
        names = next(reader, [])
        check_names(union, names)
        for number, cells in enumerate(filter(None, reader), start=1):
            yield _read(layout, union, dict(zip(names, cells, strict=True)), number)
    except WireError as error:
        raise error.below(f"line[{reader.line_num}]") from error
    except (csv.Error, ValueError) as error:
        where = f"line[{reader.line_num}]"
        raise WireError("files.table.form", where, "This is no table in UTF-8.") from error
    finally:
        text.detach()


def _read(layout: Layout, union: Union, cells: Mapping[str, str], number: int) -> Decoded:
    record = find_record(layout, cells[KIND])
    places = union.places[record.kind]
    values: dict[str, Any] = {}  # Any: a value, or a list where the field occurs often
    for name, kind in union.columns.items():
        place, cell = places.get(name), cells.get(name, "")
        if place is None:
            if cell:
                raise WireError("files.table.cell", name, "Records of this kind have no such cell.")
            continue
        value = _parse(kind, name, cell) if cell else None
        if place.field.occurs > 1:
            values.setdefault(place.field.name, []).append(value)
        else:
            values[place.field.name] = value
    raw = read_raw(layout, record.kind, cells.get(RAW))
    return Decoded(kind=record.kind, number=number, values=values, raw=raw)


def _parse(kind: Kind, name: str, cell: str) -> object:
    try:
        return _PARSERS[kind](cell)
    except ValueError as error:
        raise WireError("files.table.cell", name, f"A cell of kind {kind} is needed.") from error


def _parse_integer(cell: str) -> int:
    value = int(cell)
    if str(value) != cell:
        raise ValueError
    return value


def _parse_day(cell: str) -> date:
    value = date.fromisoformat(cell)
    if value.isoformat() != cell:
        raise ValueError
    return value


_PARSERS: Final[Mapping[Kind, Callable[[str], object]]] = {
    "integer": _parse_integer,
    "day": _parse_day,
    "text": lambda cell: cell.removeprefix(_GUARD),
}

"""The union table (合併表) of a layout: the columns of all its kinds of records side by side.

Management, header and trailer records are rows among the data records, so that a table says all
that the file said. The first column, `kind`, has the letter of the record kind; the last, `raw`,
has the bytes that values alone do not say, as JSON.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec

from wire.errors import WireError
from wire.files.columns.column import Kind
from wire.files.columns.outcome import KINDS
from wire.files.layout import Layout, Record
from wire.files.places import Place, list_places
from wire.files.rows import Decoded, label_of

KIND: Final = "kind"
RAW: Final = "raw"
_FIRST: Final = "D"  # data records name their columns without ado

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class Union:
    """The columns of a layout's table.

    `columns` are the names of all columns between `kind` and `raw`, with what they hold, in
    order; `places` are, by record kind, the places that have values, each by its column.
    """

    columns: Mapping[str, Kind]
    places: Mapping[str, Mapping[str, Place]]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all columns."""
        return (KIND, *self.columns, RAW)


@cache
def load_union(layout: Layout) -> Union:
    """Return the columns of a layout, those of data records first.

    Places of several record kinds with the same label and the same kind of values share a column;
    where only the label is the same, the later one has its record kind before it: `T.件数`.
    """
    columns: dict[str, Kind] = {}
    places: dict[str, dict[str, Place]] = {}
    for record in sorted(layout.records, key=lambda one: (one.kind != _FIRST, one.kind)):
        named = places[record.kind] = {}
        for place in list_places(record):
            if place.field.type not in {"filler", "shift"}:
                name = _name(record, place, columns)
                columns[name] = kind_of(place)
                named[name] = place
    return Union(columns, places)


def _name(record: Record, place: Place, taken: Mapping[str, Kind]) -> str:
    clash = place.label in {KIND, RAW} or taken.get(place.label, kind_of(place)) != kind_of(place)
    return f"{record.kind}.{place.label}" if clash else place.label


def kind_of(place: Place) -> Kind:
    """Return what the values of a place are: integers, days or texts."""
    return KINDS.get(place.field.type, "text")


def list_cells(union: Union, decoded: Decoded) -> Iterator[Any]:
    """Yield the cells of a record's row, None where it has no value."""
    yield decoded.kind
    places = union.places[decoded.kind]
    for name in union.columns:
        place = places.get(name)
        value = None if place is None else decoded.values.get(place.field.name)
        if place is not None and place.field.occurs > 1 and value is not None:
            value = value[place.index]
        yield value
    yield write_raw(decoded.raw)


def write_raw(raw: Mapping[str, str]) -> str | None:
    """Return the cell of a record's kept bytes, None where there are none."""
    return _encoder.encode(raw).decode() if raw else None


def read_raw(layout: Layout, kind: str, cell: str | None) -> Mapping[str, str]:
    """Return the kept bytes, in hexadecimal digits by label, that a cell has.

    Raises:
        WireError: `files.table.raw`, it is no such object or has a label that the record lacks.
    """
    if not cell:
        return {}
    try:
        raw = _decoder.decode(cell)
        for digits in raw.values():
            bytes.fromhex(digits)
    except ValueError as error:  # of JSON, of its form, and of digits that are none
        raise WireError(
            "files.table.raw", RAW, "An object of hexadecimal digits is needed."
        ) from error
    record = find_record(layout, kind)
    if not raw.keys() <= {label_of(place) for place in list_places(record)}:
        raise WireError("files.table.raw", RAW, "The record has no such place.")
    return raw


def find_record(layout: Layout, kind: Any) -> Record:  # noqa: ANN401  # a cell from outside
    """Return the record kind that a cell names.

    Raises:
        WireError: `files.record.kind`, the layout has no such record.
    """
    record = layout.find(kind) if isinstance(kind, str) else None
    if record is None:
        raise WireError("files.record.kind", KIND, "The layout has no such record.")
    return record


def check_names(union: Union, names: list[str]) -> None:
    """Make sure that a table has columns of this layout only, each once, and the record kinds.

    Raises:
        WireError: `files.table.columns`.
    """
    if KIND not in names or len(set(names)) < len(names) or not set(names) <= set(union.names):
        detail = "The columns are not those of this layout."
        raise WireError("files.table.columns", "", detail)

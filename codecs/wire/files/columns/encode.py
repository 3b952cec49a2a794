"""Columns to files: digits split, characters looked up, whole chunks written at once.

Rows whose bytes were kept, and rows that a kernel cannot write, go through the row path: it
writes them exactly or refuses them with their place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import numpy as np

from wire.errors import WireError
from wire.files.columns.column import Chunk, Column
from wire.files.columns.figures import is_stamp
from wire.files.columns.lengths import as_items, spread
from wire.files.columns.numerals import number_days, write_digits
from wire.files.columns.points import list_points
from wire.files.columns.tables import (
    I32,
    I64,
    U8,
    U16,
    Mask,
    are_all,
    load_half_width_codes,
    load_jis_codes,
    load_wide_codes,
)
from wire.files.columns.words import load_words
from wire.files.layout import TERMINATORS, FieldType, Layout
from wire.files.places import Place, list_places
from wire.files.rows import Decoded, encode_record
from wire.files.settings import Settings

_ZERO: Final = 0x30
_SPACE: Final = 0x20
_DELETE: Final = 0x7F
_FOREVER: Final = np.datetime64("9999-12-31").astype(np.int64)
_STAMPS: Final[Mapping[FieldType, str]] = {
    "month": "0000-00",
    "instant": "0000-00-00T00:00:00",
    "partial_date": "0000-00-00",
}

# A writer fills the bytes of one place in every row and returns the rows it could not write.
_Writer = Callable[[Place, Column, U8, Settings], Mask]


def encode_columns(
    layout: Layout, items: Iterable[Chunk | Decoded], settings: Settings
) -> Iterator[bytes]:
    """Yield the bytes of chunks and of single records, each record with its terminator.

    Raises:
        WireError: as `encode_rows`; the path names the record by its number.
    """
    terminator = TERMINATORS[layout.terminator]
    memory: U8 | None = None  # of the chunk before: fresh memory costs as much as filling it
    for item in items:
        if isinstance(item, Chunk):
            if memory is None or memory.shape != _shape(layout, item):
                memory = _prepare(layout, item)
            _fill(layout, item, memory, settings)
            yield memory.tobytes()
        else:
            yield _encode_one(layout, item, settings) + terminator


def _encode_one(layout: Layout, decoded: Decoded, settings: Settings) -> bytes:
    try:
        return encode_record(layout, decoded, settings)
    except WireError as error:
        raise error.below(f"record[{decoded.number}]") from error


def _prepare(layout: Layout, chunk: Chunk) -> U8:
    """Return blank rows with a terminator."""
    data = np.full(_shape(layout, chunk), _SPACE, np.uint8)
    data[:, chunk.record.length :] = list(TERMINATORS[layout.terminator])
    return data


def _shape(layout: Layout, chunk: Chunk) -> tuple[int, int]:
    return len(chunk), chunk.record.length + len(TERMINATORS[layout.terminator])


def _fill(layout: Layout, chunk: Chunk, data: U8, settings: Settings) -> None:
    """Write all fields of a chunk."""
    unsaid = np.zeros(len(chunk), np.bool_)
    unsaid[list(chunk.raw)] = True
    for place in list_places(chunk.record):
        if place.field.type == "filler":
            data[:, place.begin : place.end] = _SPACE
        elif place.field.type == "shift":
            data[:, place.begin : place.end] = list(bytes.fromhex(place.field.constant or ""))
        else:
            column = chunk.columns[place.label]
            unsaid |= _WRITERS.get(place.field.type, _leave)(place, column, data, settings)
            _write_nothing(place, column, data)
    if unsaid.any():
        _write_rows(layout, chunk, data, np.flatnonzero(unsaid).tolist(), settings)


def _write_nothing(place: Place, column: Column, data: U8) -> None:
    """Write the canonical bytes of no value."""
    if not column.valid.all():
        blank = ord("!") if place.field.type == "jis" else _SPACE
        data[~column.valid, place.begin : place.end] = blank


def _write_rows(
    layout: Layout, chunk: Chunk, data: U8, rows: list[int], settings: Settings
) -> None:
    length = chunk.record.length
    for row in rows:
        raw = _encode_one(layout, chunk.row(row), settings)
        data[row, :length] = np.frombuffer(raw, np.uint8)


def _leave(_: Place, column: Column, __: U8, ___: Settings) -> Mask:
    return np.ones(len(column), np.bool_)


def _write_number(place: Place, column: Column, data: U8, _: Settings) -> Mask:
    values = column.values.astype(np.int64, copy=False)
    write_digits(values, data, place.begin, place.end)
    wrong = _is_outside(values, place.field.length) | _is_refused(place, column)
    return column.valid & wrong


def _write_signed(place: Place, column: Column, data: U8, _: Settings) -> Mask:
    if place.field.length == 1 or place.field.empty:
        return _leave(place, column, data, _)
    values = column.values.astype(np.int64)
    size = np.abs(values)
    data[:, place.begin] = np.where(values < 0, ord("-"), ord("+"))
    write_digits(size, data, place.begin + 1, place.end)
    wrong = _is_outside(size, place.field.length - 1) | _is_refused(place, column)
    return column.valid & wrong


def _is_outside(values: I64, digits: int) -> Mask:
    """Return which numbers are negative or have more digits than fit."""
    found: Mask = (values < 0) | (values >= 10**digits)
    return found


def _is_refused(place: Place, column: Column) -> Mask:
    """Return which numbers the spelling of an empty field would hide."""
    refused = np.zeros(len(column), np.bool_)
    for spelling in filter(str.isdigit, place.field.empty):
        refused |= column.values == int(spelling)
    return refused


def _write_day(place: Place, column: Column, data: U8, _: Settings) -> Mask:
    numbers, known = number_days(column.values)
    write_digits(numbers, data, place.begin, place.end)
    if place.field.forever is not None:
        forever = column.values == _FOREVER
        data[forever, place.begin : place.end] = list(place.field.forever.encode())
    return column.valid & ~known


def _write_stamp(place: Place, column: Column, data: U8, _: Settings) -> Mask:
    """Write the digits of a month, an instant or a date with unknown parts."""
    pattern = _STAMPS[place.field.type]
    lengths = np.diff(column.offsets)
    right: Mask = lengths == len(pattern)
    text = column.text[np.repeat(right, lengths)].reshape(-1, len(pattern))
    digits = [at for at, character in enumerate(pattern) if character == "0"]
    others = [at for at, character in enumerate(pattern) if character != "0"]
    block = np.ascontiguousarray(text[:, digits])
    good = are_all((block >= _ZERO) & (block <= ord("9")))
    good &= are_all(text[:, others] == [ord(pattern[at]) for at in others])
    good &= is_stamp(block, place.field.type, good)
    data[right, place.begin : place.end] = block
    right[right] = good
    return column.valid & ~right


def _write_text(place: Place, column: Column, data: U8, _: Settings) -> Mask:
    starts, lengths = column.offsets[:-1], np.diff(column.offsets)
    unsaid = _write_cells(place, column.text, starts, lengths, data)
    strange = column.text - _SPACE >= _DELETE - _SPACE
    if strange.any():
        owners = np.searchsorted(column.offsets, np.flatnonzero(strange), side="right") - 1
        unsaid[owners] = True
    for spelling in place.field.empty:
        spelt = spelling.encode().ljust(place.field.length)
        unsaid |= load_words(data, place.begin, place.end).equal(spelt)
    return unsaid


def _write_kana(place: Place, column: Column, data: U8, settings: Settings) -> Mask:
    table = load_half_width_codes(large_only=settings.encoding == "jis_mixed")
    return _write_codes(place, column, data, table)


def _write_wide(place: Place, column: Column, data: U8, settings: Settings) -> Mask:
    if settings.encoding == "utf_8" or settings.gaiji.mode == "table":
        return _leave(place, column, data, settings)
    return _write_codes(place, column, data, load_wide_codes(settings.policy, settings.gaiji))


def _write_jis(place: Place, column: Column, data: U8, _: Settings) -> Mask:
    return _write_codes(place, column, data, load_jis_codes())


def _write_codes(place: Place, column: Column, data: U8, table: U8 | U16) -> Mask:
    """Write texts as codes of a table, padded at the end; refuse what it lacks or cannot fit."""
    points, lengths = list_points(column)
    codes = table.take(points, mode="clip")  # the last character of the plane has no code
    size = table.dtype.itemsize
    starts = (np.cumsum(lengths) - lengths) * size
    cells = codes.astype(table.dtype.newbyteorder(">")).view(np.uint8)
    wrong = _write_cells(place, cells, starts, lengths * size, data)
    lacking = codes == 0
    if lacking.any():
        wrong[np.repeat(np.arange(len(column)), lengths)[lacking]] = True
    return wrong


def _write_cells(place: Place, cells: U8, starts: I64 | I32, lengths: I64 | I32, data: U8) -> Mask:
    """Write bytes of texts, padded at the end; return which do not fit or end with padding."""
    padding = _PADDINGS[place.field.type]
    rows = spread(cells, starts, lengths, (place.field.length, padding))
    as_items(data, place.begin, place.field.length)[:] = as_items(rows, 0, place.field.length)
    wrong: Mask = lengths > place.field.length
    if len(cells):
        last = as_items(cells, 0, len(padding), step=len(padding))
        ends = (starts + lengths) // len(padding) - 1
        # reading would take it off as padding
        wrong |= (lengths > 0) & (last[ends] == np.frombuffer(padding, last.dtype))
    return wrong


_PADDINGS: Final[Mapping[FieldType, bytes]] = {
    "text": b" ",
    "kana": b" ",
    "wide": b"\x81\x40",
    "jis": b"!!",
}


_WRITERS: Final[Mapping[FieldType, _Writer]] = {
    "number": _write_number,
    "signed": _write_signed,
    "date": _write_day,
    "month": _write_stamp,
    "instant": _write_stamp,
    "partial_date": _write_stamp,
    "text": _write_text,
    "kana": _write_kana,
    "wide": _write_wide,
    "jis": _write_jis,
}

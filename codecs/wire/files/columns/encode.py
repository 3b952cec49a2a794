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
from wire.files.columns.tables import (
    I64,
    U8,
    U16,
    U32,
    Mask,
    are_all,
    load_ascii_codes,
    load_half_width_codes,
    load_jis_codes,
    load_wide_codes,
)
from wire.files.layout import TERMINATORS, FieldType, Layout
from wire.files.places import Place, list_places
from wire.files.rows import Decoded, encode_record
from wire.files.settings import Settings

_ZERO: Final = 0x30
_SPACE: Final = 0x20
_CONTINUATION: Final = 0x80  # of UTF-8: bytes that begin no character
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
    for item in items:
        if isinstance(item, Chunk):
            yield encode_chunk(layout, item, settings).tobytes()
        else:
            yield _encode_one(layout, item, settings) + terminator


def _encode_one(layout: Layout, decoded: Decoded, settings: Settings) -> bytes:
    try:
        return encode_record(layout, decoded, settings)
    except WireError as error:
        raise error.below(f"record[{decoded.number}]") from error


def encode_chunk(layout: Layout, chunk: Chunk, settings: Settings) -> U8:
    """Return the bytes of a chunk, a row for each record.

    Raises:
        WireError: as `encode_columns`.
    """
    length = chunk.record.length
    terminator = TERMINATORS[layout.terminator]
    data = np.full((len(chunk), length + len(terminator)), _SPACE, np.uint8)
    data[:, length:] = list(terminator)
    unsaid = np.zeros(len(chunk), np.bool_)
    unsaid[list(chunk.raw)] = True
    for place in list_places(chunk.record):
        if place.field.type == "shift":
            data[:, place.begin : place.end] = list(bytes.fromhex(place.field.constant or ""))
        elif place.field.type != "filler":
            column = chunk.columns[place.label]
            unsaid |= _WRITERS.get(place.field.type, _leave)(place, column, data, settings)
            _write_nothing(place, column, data)
    if unsaid.any():
        _write_rows(layout, chunk, data, np.flatnonzero(unsaid).tolist(), settings)
    return data


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
    values = column.values.astype(np.int64)
    _write_digits(values, data[:, place.begin : place.end])
    wrong = _is_outside(values, place.field.length) | _is_spelt_empty(place, data)
    return column.valid & wrong


def _write_signed(place: Place, column: Column, data: U8, _: Settings) -> Mask:
    if place.field.length == 1 or place.field.empty:
        return _leave(place, column, data, _)
    values = column.values.astype(np.int64)
    size = np.abs(values)
    data[:, place.begin] = np.where(values < 0, ord("-"), ord("+"))
    _write_digits(size, data[:, place.begin + 1 : place.end])
    wrong = _is_outside(size, place.field.length - 1) | _is_spelt_empty(place, data)
    return column.valid & wrong


def _is_outside(values: I64, digits: int) -> Mask:
    """Return which numbers are negative or have more digits than fit."""
    found: Mask = (values < 0) | (values >= 10**digits)
    return found


def _is_spelt_empty(place: Place, data: U8) -> Mask:
    """Return where the bytes written say that there is no value."""
    found = np.zeros(len(data), np.bool_)
    for spelling in place.field.empty:
        spelt = np.frombuffer(spelling.encode(), np.uint8)
        found |= are_all(data[:, place.begin : place.end] == spelt)
    return found


def _write_digits(values: I64, target: U8) -> None:
    """Write the last digits of numbers, the lowest in the last byte."""
    rest = values
    for at in range(target.shape[1] - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        target[:, at] = digit
        target[:, at] += _ZERO


def _write_day(place: Place, column: Column, data: U8, _: Settings) -> Mask:
    days = column.values.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    years = months.astype("datetime64[Y]").astype(np.int64) + 1970
    number = years * 10_000
    number += (months.astype(np.int64) % 12 + 1) * 100
    number += (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    _write_digits(number, data[:, place.begin : place.end])
    if place.field.forever is not None:
        forever = column.values == _FOREVER
        data[forever, place.begin : place.end] = list(place.field.forever.encode())
    return column.valid & ((years < 1) | (years > 9999))  # noqa: PLR2004  # the calendar's years


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
    unsaid = _write_codes(place, column, data, load_ascii_codes())
    return unsaid | (column.valid & _is_spelt_empty(place, data))


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
    size = table.dtype.itemsize
    room = place.field.length // size
    points, lengths = list_points(column)
    codes = table[np.where(points < len(table), points, 0)]
    wrong: Mask = lengths > room
    owners = np.repeat(np.arange(len(column)), lengths)
    wrong[owners[codes == 0]] = True
    padding = _PADDINGS[place.field.type]
    last = np.cumsum(lengths)[lengths > 0] - 1
    wrong[lengths > 0] |= codes[last] == padding  # reading would take it off as padding
    block = np.full((len(column), room), padding, table.dtype.newbyteorder(">"))
    inside = np.arange(room) < np.where(wrong, 0, lengths)[:, None]
    block[inside] = codes[~wrong[owners]]
    data[:, place.begin : place.end] = block.view(np.uint8).reshape(len(column), -1)
    return wrong


_PADDINGS: Final[Mapping[FieldType, int]] = {
    "text": _SPACE,
    "kana": _SPACE,
    "wide": 0x8140,
    "jis": 0x2121,
}


def list_points(column: Column) -> tuple[U32, I64]:
    """Return the code points of a column of texts, and how many each record has."""
    whole = column.text.tobytes().decode("utf-8", "surrogatepass")
    points = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32)
    starts = np.zeros(len(column.text) + 1, np.int64)
    np.cumsum((column.text & 0xC0) != _CONTINUATION, out=starts[1:])
    return points, np.diff(starts[column.offsets])


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

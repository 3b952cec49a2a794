"""Files that are wrong in one way: cut, with other totals, with bytes that are no text."""

from typing import Final

from wire.files.layout import TERMINATORS, Field, Layout, Record

BOM: Final = b"\xef\xbb\xbf"
GAIJI: Final = b"\xf0\x40"  # the first user-defined code of CP932, which no table of ours knows
HALF: Final = b"\x88"  # the first byte of a character whose second one is missing
SHARE: Final = 0.61


class NoPlaceError(Exception):
    """The layout has nothing that could be damaged so."""


def cut(data: bytes) -> bytes:
    """Return 61 percent of a file."""
    return data[: int(len(data) * SHARE)]


def change_total(layout: Layout, data: bytes, by: int, *, sums: bool) -> bytes:
    """Return a file whose last trailer says another number of records, or another sum.

    Raises:
        NoPlaceError: the trailer has no such total.
    """
    totals, trailer = layout.totals, layout.find("T")
    if totals is None or trailer is None or (sums and not totals.sums):
        raise NoPlaceError(layout.id)
    name = next(iter(totals.sums)) if sums else totals.count
    base, _, index = name.partition("[")
    place = trailer.find(base)
    if place is None:
        raise NoPlaceError(layout.id)
    at, length = list(place.spans())[int(index.rstrip("]") or "1") - 1 if index else 0]
    first = len(data) - _size(layout, trailer) + at - 1
    return data[:first] + _add(data[first : first + length], by) + data[first + length :]


def _add(stated: bytes, by: int) -> bytes:
    """Return a number that is written as another one was, with its sign, zeros or spaces."""
    digits = stated.lstrip(b" +-0") or stated[-1:]
    before = stated[: len(stated) - len(digits)]
    written = str(abs(int(digits) + by)).encode("ascii")
    room = len(stated) - len(written)
    pad = before[-1:] if before[-1:] in {b"0", b" "} else b"0"
    return (before + pad * room)[:room] + written


def spoil_text(layout: Layout, data: bytes, octets: bytes) -> bytes:
    """Return a file with other bytes at the beginning of the first full-width field of its data.

    Raises:
        NoPlaceError: no data record has one.
    """
    at = _offset_of_data(layout)
    record = layout.find("D")
    field = _find_wide(record) if record else None
    if field is None:
        raise NoPlaceError(layout.id)
    first = at + field.at - 1
    return data[:first] + octets + data[first + len(octets) :]


def _find_wide(record: Record) -> Field | None:
    return next((one for one in record.fields if one.type == "wide"), None)


def _offset_of_data(layout: Layout) -> int:
    before = layout.structure.replace("(", " ").split("D")[0].split()
    records = [layout.find(kind) for kind in before]
    return sum(_size(layout, one) for one in records if one is not None)


def _size(layout: Layout, record: Record) -> int:
    return record.length + len(TERMINATORS[layout.terminator])

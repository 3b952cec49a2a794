"""Records made into columns, so that many of them are written at once."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy as np

from wire.files.columns.column import Chunk, Column, make_days, make_integers, make_texts
from wire.files.columns.outcome import KINDS
from wire.files.layout import Record
from wire.files.places import Place, list_places
from wire.files.rows import Decoded

_EPOCH: Final = date(1970, 1, 1).toordinal()
_UNFIT: Final = (TypeError, ValueError, AttributeError, OverflowError, LookupError)


def gather(record: Record, rows: Sequence[Decoded]) -> Chunk | None:
    """Return records of one kind, numbered one after the other, as a chunk.

    Where one has a field that the kind lacks, or a value of a type that its column cannot hold,
    the answer is None: writing such records one by one tells which.
    """
    places = [one for one in list_places(record) if one.field.type not in {"filler", "shift"}]
    known = {place.field.name for place in places}
    if any(not known >= row.values.keys() for row in rows):
        return None
    try:
        columns = {place.label: _gather(place, rows) for place in places}
    except _UNFIT:
        return None
    return Chunk(
        record=record,
        first=rows[0].number,
        count=len(rows),
        columns=columns,
        raw={at: row.raw for at, row in enumerate(rows) if row.raw},
    )


def _gather(place: Place, rows: Sequence[Decoded]) -> Column:
    name, index = place.field.name, place.index
    values: list[Any] = [row.values.get(name) for row in rows]  # Any: of the type of the field
    if place.field.occurs > 1:
        if any(not _is_list(value, place.field.occurs) for value in values):
            raise TypeError
        values = [None if value is None else value[index] for value in values]
    return _MAKERS[KINDS.get(place.field.type, "text")](values)


def _is_list(value: object, occurs: int) -> bool:
    return value is None or (isinstance(value, list) and len(value) == occurs)


def _integers(values: list[Any]) -> Column:
    if any(type(value) is not int for value in values if value is not None):
        raise TypeError
    valid = np.array([value is not None for value in values], np.bool_)
    return make_integers(np.array([value or 0 for value in values], np.int64), valid)


def _days(values: list[Any]) -> Column:
    valid = np.array([value is not None for value in values], np.bool_)
    days = [0 if value is None else value.toordinal() - _EPOCH for value in values]
    return make_days(np.array(days, np.int32), valid)


def _texts(values: list[Any]) -> Column:
    if "" in values:
        raise ValueError
    raw = [b"" if value is None else value.encode("utf-8", "surrogatepass") for value in values]
    return make_texts(np.frombuffer(b"".join(raw), np.uint8), np.array([len(one) for one in raw]))


_MAKERS: Final = {"integer": _integers, "day": _days, "text": _texts}

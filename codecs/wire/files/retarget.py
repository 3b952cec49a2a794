"""A layout in another character set: the same fields and places, other types of characters."""

from functools import cache
from typing import Final

import msgspec

from wire.files.layout import Field, FieldType, Layout
from wire.files.settings import Encoding

_WIDE: Final[dict[Encoding, FieldType]] = {"cp932": "wide", "utf_8": "wide", "jis_mixed": "jis"}


@cache
def retarget(layout: Layout, encoding: Encoding) -> Layout:
    """Return a layout for the same file in another character set.

    Full-width fields become fields of two 7-bit bytes a character under `jis_mixed`, and the
    other way round; where no shift codes are needed, spaces stand in their place.
    """
    if encoding == layout.encoding:
        return layout
    records = tuple(
        msgspec.structs.replace(
            record, fields=tuple(_field(field, encoding) for field in record.fields)
        )
        for record in layout.records
    )
    return msgspec.structs.replace(layout, encoding=encoding, records=records)


def _field(field: Field, encoding: Encoding) -> Field:
    if field.type in {"wide", "jis"}:
        return msgspec.structs.replace(field, type=_WIDE[encoding])
    if field.type == "shift" and encoding != "jis_mixed":
        return msgspec.structs.replace(field, type="filler", constant=None)
    return field

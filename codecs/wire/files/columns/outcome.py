"""What the kernels of the columnar path agree on.

A kernel reads what is plain and right. Rows it marks as `odd` are right but would be written
otherwise; rows it marks as `doubtful` are left to the reference, which knows every rule. So a
kernel may be narrow, and never has to explain anything.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from wire.files.columns.column import Column, Kind, make_days, make_integers, make_texts
from wire.files.columns.tables import U8, Mask
from wire.files.layout import FieldType

KINDS: Final[dict[FieldType, Kind]] = {
    "number": "integer",
    "signed": "integer",
    "zoned": "integer",
    "packed": "integer",
    "date": "day",
    "era_date": "day",
}  # all others are text


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a kernel made of one place: the column, and rows that need more attention."""

    column: Column
    odd: Mask
    doubtful: Mask


def leave(data: U8, field_type: FieldType) -> Outcome:
    """Return an outcome that leaves every row to the reference."""
    count = len(data)
    nothing = np.zeros(count, np.bool_)
    match KINDS.get(field_type, "text"):
        case "integer":
            column = make_integers(np.zeros(count, np.int64), nothing)
        case "day":
            column = make_days(np.zeros(count, np.int32), nothing)
        case _:
            column = make_texts(np.zeros(0, np.uint8), np.zeros(count, np.int64))
    return Outcome(column=column, odd=nothing.copy(), doubtful=np.ones(count, np.bool_))

"""Columns of texts as code points: UTF-8 taken apart without a loop."""

from typing import Final

import numpy as np

from wire.files.columns.column import Column
from wire.files.columns.tables import I64, U32

_CONTINUATION: Final = 0x80  # of UTF-8: bytes that begin no character
_MARKS: Final = np.uint32(0xC0C0F0)  # the bits that tell the bytes of three-byte characters
_THREE: Final = np.uint32(0x8080E0)  # and what they are, the first byte lowest
_BYTES: Final = 3


def list_points(column: Column) -> tuple[U32, I64]:
    """Return the code points of a column of texts, and how many each record has."""
    count, rest = divmod(len(column.text), _BYTES)
    if count and not rest:
        held = np.append(column.text, np.uint8(0))
        triples = np.ndarray((count,), "<u4", held, 0, (_BYTES,)).astype(np.uint32)
        if ((triples & _MARKS) == _THREE).all():  # kanji and kana, as most names
            return _join(triples), np.diff(column.offsets).astype(np.int64) // _BYTES
    whole = column.text.tobytes().decode("utf-8", "surrogatepass")
    points = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32)
    starts = np.zeros(len(column.text) + 1, np.int64)
    np.cumsum((column.text & 0xC0) != _CONTINUATION, out=starts[1:])
    return points, np.diff(starts[column.offsets])


def _join(triples: U32) -> U32:
    """Return the code points of characters of three bytes."""
    points = (triples & np.uint32(0x0F)) << np.uint32(12)
    points |= (triples >> np.uint32(2)) & np.uint32(0xFC0)
    points |= (triples >> np.uint32(16)) & np.uint32(0x3F)
    return points

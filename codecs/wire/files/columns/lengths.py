"""Bytes of different lengths: rows loaded into whole words, measured, and put one after the other.

Nothing here works row by row: a reduction along short rows takes many times as long as passing
over all of their bytes at once.
"""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from wire.files.columns.tables import I32, I64, U8, Mask

WORD: Final = 8  # cells of a row are padded to a multiple of it: truth values, a byte each
_EXPONENT: Final = 52  # bits of a double before its exponent
_BIAS: Final = 1015  # of that exponent, less the eight bits of the first cell


def load_rows(data: U8, begin: int, end: int, padding: bytes) -> U8:
    """Return the bytes from `begin` to `end`, counted from 0, of every record, in rows of words.

    After them stands `padding`, one cell, until their cells are a multiple of `WORD`.
    """
    step = WORD * len(padding)
    rows = np.empty((len(data), -(-(end - begin) // step) * step), np.uint8)
    if rows.shape[1] > end - begin:
        cell = f"u{len(padding)}"
        rows.view(cell)[:] = np.frombuffer(padding, cell)
    as_items(rows, 0, end - begin)[:] = as_items(data, begin, end - begin)
    return rows


def as_items(rows: U8, begin: int, width: int, *, step: int | None = None) -> npt.NDArray[np.void]:
    """Return a part of every row as one item: items are copied several times as fast as bytes.

    With `step` the rows are one, and items begin in it every so many bytes.
    """
    if step is not None:
        return np.ndarray(((len(rows) - width) // step + 1,), f"V{width}", rows, begin, (step,))
    return np.ndarray((len(rows),), f"V{width}", rows, begin, (rows.strides[0],))


def trim(filled: Mask) -> I64:
    """Return how many cells each row has up to its last filled one; rows are whole words."""
    words = filled.view("<i8")
    lengths: I64 = np.zeros(len(words), np.int64)
    for at in range(words.shape[1]):
        word = words[:, at]
        # As a double the word says in its exponent which is its highest byte: a logarithm.
        last = word.astype(np.float64).view(np.int64)
        last >>= _EXPONENT
        last -= _BIAS
        last >>= 3
        last += at * WORD
        np.copyto(lengths, last, where=word != 0)
    return lengths


def count(cells: Mask) -> I64:
    """Return how many cells of each row are true; rows are whole words."""
    counts = np.bitwise_count(cells.view(np.uint64))
    found = counts[:, 0].astype(np.int64)
    for at in range(1, counts.shape[1]):
        found += counts[:, at]
    return found


def join(rows: U8, lengths: I64) -> U8:
    """Return the first `lengths` bytes of every row one after the other.

    Each row is written whole to its place, and the next one over what was too much of it.
    """
    ends = np.cumsum(lengths)
    total, width = int(ends[-1]), rows.shape[1]
    joined = np.empty(total + width, np.uint8)
    as_items(joined, 0, width, step=1)[ends - lengths] = as_items(rows, 0, width)
    return joined[:total]


def spread(joined: U8, starts: I64 | I32, lengths: I64 | I32, shape: tuple[int, bytes]) -> U8:
    """Return `lengths` bytes of `joined` from each start on, in rows padded to a width.

    `shape` is the width in bytes and the padding of one cell. Longer ones are cut.
    """
    width, padding = shape
    held = np.append(joined, np.zeros(width, np.uint8))  # the last row may reach beyond the end
    rows = as_items(held, 0, width, step=1)[starts].view(np.uint8).reshape(-1, width)
    if (lengths >= width).all():
        return rows
    keep = _load_masks(width).take(np.minimum(lengths, width)).view(np.uint8).reshape(-1, width)
    rows &= keep
    fill = ~keep
    cell = f"u{len(padding)}"
    fill.view(cell)[:] &= np.frombuffer(padding, cell)
    rows |= fill
    return rows


@cache
def _load_masks(width: int) -> npt.NDArray[np.void]:
    """Return by length the mask of the first bytes of a row."""
    masks = np.tri(width + 1, width, -1, np.uint8) * np.uint8(0xFF)
    return masks.view(f"V{width}")[:, 0]

"""Digits eight at a time: fields loaded as big-endian 64-bit words, checked and parsed at once.

Eight ASCII digits in one word are parsed with three multiplications instead of eight; the same
word tells by a mask whether all of them are digits, or all of them spaces.
"""

from dataclasses import dataclass

import numpy as np

from wire.files.columns.tables import I64, U8, U64, Mask

WIDTH = 8
_ZEROS = np.uint64(0x3030303030303030)
_SPACES = np.uint64(0x2020202020202020)
_HIGH = np.uint64(0xF0F0F0F0F0F0F0F0)
_SIX = np.uint64(0x0606060606060606)
_LOW = np.uint64(0x0F0F0F0F0F0F0F0F)
# Bits between two neighbours, what the higher one counts, and the bits of their sums.
_STEPS = (
    (np.uint64(8), np.uint64(10), np.uint64(0x00FF00FF00FF00FF)),
    (np.uint64(16), np.uint64(100), np.uint64(0x0000FFFF0000FFFF)),
    (np.uint64(32), np.uint64(10_000), np.uint64(0x00000000FFFFFFFF)),
)
_POWER = 10**WIDTH
_FULL = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Words:
    """The bytes of a field in each record as words, the last eight in the last word.

    Bytes before the field read as 0 in `words`; `lengths` is how many bytes of each are used.
    """

    words: tuple[U64, ...]
    lengths: tuple[int, ...]

    def are_digits(self) -> Mask:
        """Return where every byte is an ASCII digit."""
        found: Mask | None = None
        for word, length in zip(self.words, self.lengths, strict=True):
            filled = word | (_ZEROS & _outside(length))
            checked = (filled & _HIGH) == _ZEROS
            checked &= ((filled + _SIX) & _HIGH) == _ZEROS
            found = checked if found is None else found & checked
        assert found is not None  # noqa: S101  # a field has one byte at least
        return found

    def equal(self, raw: bytes) -> Mask:
        """Return where the field has exactly these bytes."""
        found: Mask | None = None
        at = 0
        for word, length in zip(self.words, self.lengths, strict=True):
            wanted = np.uint64(int.from_bytes(raw[at : at + length], "big"))
            checked = word == wanted
            found = checked if found is None else found & checked
            at += length
        assert found is not None  # noqa: S101  # a field has one byte at least
        return found

    def numbers(self) -> I64:
        """Return the numbers that digits say; anything where there are none."""
        total: I64 | None = None
        for word in self.words:
            part = _parse(word)
            total = part if total is None else total * _POWER + part
        assert total is not None  # noqa: S101  # a field has one byte at least
        return total


def _outside(length: int) -> np.uint64:
    """Return the mask of the bytes of a word before its last `length`."""
    return np.uint64(_FULL ^ ((1 << (8 * length)) - 1))


def _parse(word: U64) -> I64:
    """Return what eight digits say: neighbours become pairs, pairs fours, and fours one number.

    What a step leaves above its sums never carries into the next sum and is masked off.
    """
    number = word & _LOW
    for bits, factor, mask in _STEPS:
        above = number >> bits
        above *= factor
        number += above
        number &= mask
    return number.view(np.int64)


def load_words(data: U8, begin: int, end: int) -> Words:
    """Return the words of the bytes from `begin` to `end`, counted from 0, of every record."""
    words: list[U64] = []
    lengths: list[int] = []
    while end > begin:
        length = min(WIDTH, end - begin)
        words.insert(0, _load(data, end, length))
        lengths.insert(0, length)
        end -= length
    return Words(tuple(words), tuple(lengths))


def _load(data: U8, end: int, length: int) -> U64:
    count, stride = len(data), data.strides[0]
    at = max(end - WIDTH, 0)
    if data.shape[1] < WIDTH:
        wide = np.zeros((count, WIDTH), np.uint8)
        wide[:, -end:] = data[:, :end]
        word = wide.view(">u8")[:, 0].astype(np.uint64)
    else:
        view: U64 = np.ndarray((count,), ">u8", data, at, (stride,))
        word = view.astype(np.uint64)
        if end < WIDTH:
            word >>= np.uint64(8 * (WIDTH - end))
    return word if length == WIDTH else word & ~_outside(length)

"""Check digits of whole columns: the same sums as `wire.numbers` and `wire.check_digits`."""

from typing import Final

import numpy as np
import numpy.typing as npt

from wire.files.columns.tables import I64, U8, Mask
from wire.files.layout import Check
from wire.numbers import Kind

_INDIVIDUAL: Final = np.array((6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), np.float32)
_MUNICIPALITY: Final = np.array((6, 5, 4, 3, 2), np.float32)
_SANDBOX_SHIFT: Final = 5
# Widths of the numbers that the insurers' sum checks, and where its digits begin.
_INSURERS: Final[dict[Check, tuple[int, int]]] = {
    "insurer_number": (8, 0),
    "payer_number": (8, 0),
    "beneficiary_number": (7, 0),
    "medical_institution": (10, 3),
}


def check_digits(check: Check, block: U8, numbers: Kind) -> Mask:
    """Return where a column of digits holds a number whose check digit agrees.

    May be false where the reference says true, for a number of another width; never the reverse.
    """
    digits = block - np.uint8(ord("0"))
    width = block.shape[1]
    if check == "individual_number" and width == len(_INDIVIDUAL) + 1:
        shift = _SANDBOX_SHIFT if numbers == "sandbox" else 0
        return _agree(digits, (_individual(digits) + shift) % 10)
    if check == "municipality" and width == len(_MUNICIPALITY) + 1:
        return _agree(digits, (11 - _weigh(digits, _MUNICIPALITY) % 11) % 10)
    if check == "municipality_stem" and width == len(_MUNICIPALITY):
        return np.ones(len(block), np.bool_)
    expected, begin = _INSURERS.get(check, (0, 0))
    if width != expected:
        return np.zeros(len(block), np.bool_)
    return _agree(digits, _insurer(digits[:, begin:-1].astype(np.int64)))


def _agree(digits: U8, expected: I64) -> Mask:
    found: Mask = digits[:, -1] == expected
    return found


def _weigh(digits: U8, weights: npt.NDArray[np.float32]) -> I64:
    """Return the weighted sums of all digits but the last: small, and so exact as fractions too."""
    found: I64 = (digits[:, :-1].astype(np.float32) @ weights).astype(np.int64)
    return found


def _individual(digits: U8) -> I64:
    rest = _weigh(digits, _INDIVIDUAL) % 11
    found: I64 = np.where(rest <= 1, 0, 11 - rest)
    return found


def _insurer(digits: I64) -> I64:
    weights = np.where(np.arange(digits.shape[1])[::-1] % 2, 1, 2)
    products = digits * weights
    found: I64 = -(products // 10 + products % 10).sum(axis=1) % 10
    return found

"""Hides individual numbers that could be real, wherever they come: none belongs into a sandbox."""

import re
from collections.abc import Mapping
from typing import Any, Final

from wire.numbers import individual_number_digit

# Twelve digits by themselves; a hyphen or a letter beside them makes them part of something else.
_TWELVE: Final = re.compile(rb"(?<![0-9A-Za-z-])[0-9]{12}(?![0-9A-Za-z-])")
MASK: Final = b"*" * 12
# Every digit as 0: finding twelve zeros costs a tenth of the expression.
_SHAPE: Final = bytes.maketrans(b"123456789", b"0" * 9)
_RUN: Final = b"0" * 12


def mask_numbers(raw: bytes) -> tuple[bytes, int]:
    """Return bytes with asterisks for numbers whose check digit is true, and how many those were.

    Numbers of the sandbox carry a false check digit and stay.
    """
    if _RUN not in raw.translate(_SHAPE):
        return raw, 0
    found = 0

    def hide(match: re.Match[bytes]) -> bytes:
        nonlocal found
        number = match[0].decode("ascii")
        if individual_number_digit(number[:11]) != number[11]:
            return match[0]
        found += 1
        return MASK

    masked = _TWELVE.sub(hide, raw)
    return masked, found


def mask_values(value: Any) -> Any:  # noqa: ANN401  # JSON values in, JSON values out
    """Return JSON values with such numbers masked in every text, keys included."""
    if isinstance(value, str):
        return mask_numbers(value.encode())[0].decode()
    if isinstance(value, Mapping):
        return {mask_values(key): mask_values(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [mask_values(one) for one in value]
    return value

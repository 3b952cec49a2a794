"""Numbers with check digits, and the scanner that finds individual numbers in text.

A sandbox number carries the check digit (true digit + 5) mod 10, so that a test person can never
be a real one.
"""

import re
from typing import Literal

from wire.errors import WireError

Kind = Literal["real", "sandbox"]

_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_MUNICIPALITY_WEIGHTS = (6, 5, 4, 3, 2)
_SANDBOX_SHIFT = 5

_FIRST_ELEVEN = re.compile(r"[0-9]{11}")
_TWELVE = re.compile(r"[0-9]{12}")
_FIRST_FIVE = re.compile(r"[0-9]{5}")
_SIX = re.compile(r"[0-9]{6}")
_ELEVEN = re.compile(r"[0-9]{11}")

# Hyphens people type between groups of four: ASCII, U+2010-2015, minus, katakana and full width.
_GAP = "[ \u00a0\u3000\t]?[-\u2010-\u2015\u2212\u30fc\uff0d\uff70]?[ \u00a0\u3000\t]?"
# `\d` is every decimal digit of Unicode, full width included; the look-ahead lets runs overlap.
_CANDIDATE = re.compile(rf"(?<!\d)(?=(\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}})(?!\d))")
# UUIDs and hexadecimal digests hold runs of twelve digits often enough to raise false alarms.
_OPAQUE = re.compile(
    r"(?<![0-9A-Za-z])"
    r"(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32,})"
    r"(?![0-9A-Za-z])"
)


def individual_number_digit(first11: str) -> str:
    """Return the true check digit (検査用数字) of an individual number's first 11 ASCII digits.

    Raises:
        WireError: `wire.number.shape`, not 11 ASCII digits.
    """
    if not _FIRST_ELEVEN.fullmatch(first11):
        raise WireError("wire.number.shape", "", "Eleven ASCII digits are needed.")
    remainder = sum(map(int.__mul__, map(int, first11), _WEIGHTS)) % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def classify_individual_number(text: str) -> Kind | None:
    """Return whose individual number (個人番号) `text` can be, or None when it is none.

    Only 12 ASCII digits count: full-width digits, spaces and hyphens are refused.
    """
    if not _TWELVE.fullmatch(text):
        return None
    difference = (int(text[11]) - int(individual_number_digit(text[:11]))) % 10
    if difference == 0:
        return "real"
    return "sandbox" if difference == _SANDBOX_SHIFT else None


def is_individual_number(text: str, kind: Kind) -> bool:
    """Tell whether `text` is 12 ASCII digits with the check digit of that `kind`."""
    return classify_individual_number(text) == kind


def is_resident_code(text: str) -> bool:
    """Tell whether `text` has the shape of a resident code (住民票コード): 11 ASCII digits."""
    return _ELEVEN.fullmatch(text) is not None


def municipality_digit(first5: str) -> str:
    """Return the check digit of the first 5 ASCII digits of a municipality code.

    Raises:
        WireError: `wire.number.shape`, not 5 ASCII digits.
    """
    if not _FIRST_FIVE.fullmatch(first5):
        raise WireError("wire.number.shape", "", "Five ASCII digits are needed.")
    total = sum(map(int.__mul__, map(int, first5), _MUNICIPALITY_WEIGHTS))
    return str((11 - total % 11) % 10)


def is_municipality_code(text: str) -> bool:
    """Tell whether `text` is a municipality code (団体コード): 6 ASCII digits, the last a check."""
    return _SIX.fullmatch(text) is not None and municipality_digit(text[:5]) == text[5]


def find_individual_numbers(text: str) -> list[tuple[int, Kind]]:
    """Return where `text` holds an individual number, as (position, kind); never the number.

    Looks at runs of exactly 12 digits of any script, also written 4-4-4 with spaces or hyphens;
    passes over UUIDs and hexadecimal digests.
    """
    found: list[tuple[int, Kind]] = []
    visible = _OPAQUE.sub(lambda match: "x" * len(match[0]), text)
    for match in _CANDIDATE.finditer(visible):
        digits = "".join(str(int(char)) for char in match[1] if char.isdecimal())
        kind = classify_individual_number(digits)
        if kind is not None:
            found.append((match.start(), kind))
    return found

"""Numbers as laws write them: 五十六の二 in a text, 56_2 in an attribute, 56の2 in this product."""

import re
from typing import Final

_DIGITS: Final = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_PLACED: Final = re.compile(
    r"(?:([一二三四五六七八九])?千)?(?:([一二三四五六七八九])?百)?"
    r"(?:([一二三四五六七八九])?十)?([一二三四五六七八九])?"
)
_SERIAL: Final = re.compile(r"[一二三四五六七八九][〇一二三四五六七八九]{1,3}")
_ATTRIBUTE: Final = re.compile(r"[1-9][0-9]{0,3}(?:_[1-9][0-9]{0,3})*")
_WIDE: Final = {0xFF10 + value: str(value) for value in range(10)}  # full width
_ARABIC: Final = re.compile(r"[1-9][0-9]{0,3}")

KANJI: Final = "[〇一二三四五六七八九十百千]+"
BRANCHED: Final = f"{KANJI}(?:の{KANJI})*"


def kanji_number(text: str) -> int | None:
    """Return the value of a kanji numeral from 1 to 9999, as in 百七十三 or 一七三.

    None where the text is no such numeral.
    """
    if _SERIAL.fullmatch(text):
        return int("".join(str(_DIGITS[character]) for character in text))
    match = _PLACED.fullmatch(text)
    if match is None or not text:
        return None
    total, digit = 0, 0
    for character in text:
        if character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def branch_number(text: str) -> str | None:
    """Return 56の2 for 五十六の二, ５６の２ or 56の2; None where the text is no such number."""
    parts = text.translate(_WIDE).split("の")
    numbers = [int(part) if _ARABIC.fullmatch(part) else kanji_number(part) for part in parts]
    if None in numbers:
        return None
    return "の".join(map(str, numbers))


def attribute_number(text: str) -> str | None:
    """Return 56の2 for the attribute value 56_2; None where the text is no such number."""
    return text.replace("_", "の") if _ATTRIBUTE.fullmatch(text) else None


def number_key(number: str) -> tuple[int, ...]:
    """Return what numbers sort by: 56 before 56の2 before 57."""
    return tuple(int(part) for part in number.split("の"))


def article_number(text: str) -> str | None:
    """Return 162の2 for 第百六十二条の二; None where the text names no article so."""
    match = re.fullmatch(rf"第({KANJI})条((?:の{KANJI})*)", text)
    return branch_number(match[1] + match[2]) if match else None

"""項番: the number that stands in the text of a row's first cell, and rows that are deleted."""

import re
from typing import Final

from permitlists.lawxml.numerals import BRANCHED, branch_number, number_key

_ARABIC: Final = r"[0-9\uff10-\uff19]+(?:の[0-9\uff10-\uff19]+)*"  # also full width
_ONE: Final = rf"(?:{BRANCHED}|{_ARABIC})"
_HEAD: Final = re.compile(rf"({_ONE})(?:[\u3000\n ]+|$)")
_GONE: Final = re.compile(rf"({_ONE})(?:(から|及び|、)({_ONE})(?:まで)?)?[\u3000\n ]*削除")


def split_number(text: str) -> tuple[str, str] | None:
    """Return number and rest of 五十六の二　市町村長, as in (56の2, 市町村長); None without one."""
    match = _HEAD.match(text)
    number = branch_number(match[1]) if match else None
    return (number, text[match.end() :]) if match and number else None


def deleted_numbers(text: str) -> tuple[str, ...]:
    """Return the numbers that a cell declares deleted, as in 三十六　削除; empty for other cells.

    一から三まで　削除 names every whole number from first to last; ranges of branches are none.
    """
    match = _GONE.fullmatch(text)
    if match is None:
        return ()
    first, last = branch_number(match[1]), branch_number(match[3] or match[1])
    if first is None or last is None:
        return ()
    if match[2] != "から":
        return tuple(dict.fromkeys((first, last)))
    if "の" in first + last or number_key(first) >= number_key(last):
        return ()
    return tuple(map(str, range(int(first), int(last) + 1)))


def read_row_numbers(text: str) -> tuple[str, ...]:
    """Return the numbers a first cell carries: one, several where it deletes rows, or none."""
    gone = deleted_numbers(text)
    if gone:
        return gone
    split = split_number(text)
    return (split[0],) if split else ()

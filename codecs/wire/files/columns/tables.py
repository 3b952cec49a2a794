"""Look-up tables of the columnar path, made once: calendars, characters, their UTF-8."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from wire.charset.gaiji import Gaiji
from wire.charset.tables import (
    HALF_WIDTH,
    SMALL_KANA,
    Policy,
    list_pairs,
    load_encoding,
    load_jis_decoding,
)

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def are_all(block: Mask) -> Mask:
    """Return which rows are true throughout."""
    found: Mask = np.logical_and.reduce(block, axis=1)
    return found


_EPOCH = date(1970, 1, 1).toordinal()
_YEARS = 10_000
_FEBRUARY = 2


@dataclass(frozen=True, slots=True)
class Calendar:
    """`days[leap, month * 100 + day]` is the day of the year from 0, -1 where there is none.

    `dates` is the reverse: `month * 100 + day` by leap and day of the year. `years[y]` is the
    number of days from 1970-01-01 to the first day of a year, `leap[y]` tells leap years; the
    year 0 is none.
    """

    days: npt.NDArray[np.int16]
    dates: npt.NDArray[np.int16]
    years: I32
    leap: npt.NDArray[np.int8]


@cache
def load_calendar() -> Calendar:
    """Return the Gregorian calendar of the years 1 to 9999."""
    days = np.full((2, _YEARS), -1, np.int16)
    dates = np.zeros((2, 366), np.int16)
    years = np.zeros(_YEARS, np.int32)
    leap = np.zeros(_YEARS, np.int8)
    for year in range(1, _YEARS):
        years[year] = date(year, 1, 1).toordinal() - _EPOCH
        leap[year] = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    for is_leap, year in enumerate((2023, 2024)):
        first = date(year, 1, 1).toordinal()
        for ordinal in range(first, date(year, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            days[is_leap, day.month * 100 + day.day] = ordinal - first
            dates[is_leap, ordinal - first] = day.month * 100 + day.day
    return Calendar(days, dates, years, leap)


# What codes of one or two bytes mean, by code: its UTF-8 in the lower three bytes, the first of
# them lowest, and in the highest byte how many they are, 0 where the code is not plain: it is
# left to the reference. ODD marks codes that would be written otherwise.
Characters = npt.NDArray[np.uint32]
SIZE: Final = 24  # the lowest bit of the number of bytes
ODD: Final = 1 << 31


def _characters(count: int, texts: dict[int, str]) -> Characters:
    packed = np.zeros(count, "<u4")
    for code, text in texts.items():
        raw = text.encode("utf-8", "surrogatepass")
        packed[code] = int.from_bytes(raw, "little") | len(raw) << SIZE
    return packed


@cache
def load_half_width(*, large_only: bool) -> Characters:
    """Return the single bytes of JIS X 0201, without the small kana where those are refused."""
    return _characters(
        256,
        {
            byte: text
            for byte, text in HALF_WIDTH.items()
            if not (large_only and byte in SMALL_KANA)
        },
    )


@cache
def load_wide(policy: Policy, gaiji: Gaiji) -> Characters:
    """Return the double-byte codes of CP932; user-defined ones only where they are preserved."""
    pairs = [
        pair for pair in list_pairs() if pair.group != "user_defined" or gaiji.mode == "preserve"
    ]
    found = _characters(1 << 16, {pair.code: pair.text for pair in pairs})
    written = load_encoding(policy)
    for pair in pairs:
        if written[pair.text] != pair.code:
            found[pair.code] |= ODD
    return found


@cache
def load_jis() -> Characters:
    """Return the 7-bit codes of JIS X 0208."""
    return _characters(1 << 16, dict(load_jis_decoding()))


@cache
def load_wide_codes(policy: Policy, gaiji: Gaiji) -> U16:
    """Return the CP932 code of each character of the basic plane, 0 where it has none."""
    found = np.zeros(1 << 16, np.uint16)
    chars = load_wide(policy, gaiji)
    for pair in list_pairs():
        if 0 < chars[pair.code] < ODD:
            found[ord(pair.text)] = pair.code
    return found


@cache
def load_jis_codes() -> U16:
    """Return the 7-bit JIS X 0208 code of each character of the basic plane, 0 for none."""
    found = np.zeros(1 << 16, np.uint16)
    for code, text in load_jis_decoding().items():
        found[ord(text)] = code
    return found


@cache
def load_half_width_codes(*, large_only: bool) -> U8:
    """Return the JIS X 0201 byte of each character of the basic plane, 0 for none."""
    found = np.zeros(1 << 16, np.uint8)
    for byte, text in HALF_WIDTH.items():
        if not (large_only and byte in SMALL_KANA):
            found[ord(text)] = byte
    return found

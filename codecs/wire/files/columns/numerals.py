"""Numbers written as digits, eight at a time: `words` the other way round."""

from functools import cache
from typing import Final

import numpy as np

from wire.files.columns.lengths import WORD, as_items
from wire.files.columns.tables import I32, I64, U8, U64, Mask, load_calendar

_EIGHT: Final = 10**8
_ZEROS: Final = np.uint64(0x3030303030303030)
# Each step parts sums into a higher and a lower half: what the higher counts, the multiplier and
# shift that divide by it without a division, the bits of the halves, and those between them.
_STEPS: Final = (
    (np.uint64(100), np.uint64(5243), np.uint64(19), np.uint64(0x0000007F0000007F), np.uint64(16)),
    (np.uint64(10), np.uint64(103), np.uint64(10), np.uint64(0x000F000F000F000F), np.uint64(8)),
)
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097  # after which the calendar begins anew
_FIRST_YEAR, _LAST_YEAR, _LAST_DAY = 1970, 9999, 364
_YEAR: Final = 10_000
# From 1850 to 2149: few enough to stay in the cache.
_NEAR_FIRST, _NEAR_LAST = -43_829, 65_744


def write_digits(values: I64, data: U8, begin: int, end: int) -> None:
    """Write the last digits of numbers into the bytes from `begin` to `end`, zeros before them.

    Numbers below 0 or of more digits leave any bytes there.
    """
    rest = values.view(np.uint64)
    for last in range(end, begin, -WORD):
        above = rest // np.uint64(_EIGHT) if last - begin > WORD else rest
        eight = rest - above * np.uint64(_EIGHT) if last - begin > WORD else rest
        width = min(WORD, last - begin)
        digits = _spell(eight).astype("<u8").view(np.uint8).reshape(-1, WORD)
        as_items(data, last - width, width)[:] = as_items(digits, WORD - width, width)
        rest = above


def _spell(values: U64) -> U64:
    """Return words whose bytes, the lowest first, are the eight digits of a number below 10^8."""
    high = values.astype(np.uint32) // np.uint32(10_000)
    words = values - high * np.uint64(10_000)
    words <<= np.uint64(32)
    words |= high
    for factor, multiplier, shift, mask, bits in _STEPS:
        high = words * multiplier
        high >>= shift
        high &= mask
        words -= high * factor
        words <<= bits
        words |= high
    words += _ZEROS
    return words


def number_days(days: I32 | I64) -> tuple[I64, Mask]:
    """Return the numbers YYYYMMDD of days since 1970-01-01, and which the calendar has."""
    near = _load_near()
    places = days.astype(np.int64) - _NEAR_FIRST
    numbers = near.take(places, mode="clip").astype(np.int64)
    known = np.ones(len(days), np.bool_)
    far = (places < 0) | (places >= len(near))
    if far.any():
        numbers[far], known[far] = _number_any(days[far])
    return numbers, known


@cache
def _load_near() -> I32:
    """Return the numbers of the days that people live in."""
    numbers, _ = _number_any(np.arange(_NEAR_FIRST, _NEAR_LAST))
    return numbers.astype(np.int32)


def _number_any(days: I32 | I64) -> tuple[I64, Mask]:
    calendar = load_calendar()
    last = calendar.years[_LAST_YEAR] + _LAST_DAY
    inside = np.clip(days, calendar.years[1], last).astype(np.int64)
    years = inside * _CYCLE_YEARS // _CYCLE_DAYS + _FIRST_YEAR  # or the year before, or after
    years -= calendar.years.take(years) > inside
    later = np.minimum(years + 1, _LAST_YEAR)
    years = np.where(calendar.years.take(later) <= inside, later, years)
    of_year = inside - calendar.years.take(years)
    dates = calendar.dates[calendar.leap.take(years), of_year]
    return years * _YEAR + dates, inside == days

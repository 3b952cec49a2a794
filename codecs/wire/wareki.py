"""Japanese eras (和暦): dates written as an era's digit and its year, to the Gregorian and back."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from wire.errors import WireError

# What a date after the last day of its era means: Heisei 31-05-01 was written for years before.
Overrun = Literal["refuse", "accept"]


@dataclass(frozen=True, slots=True)
class Era:
    """One era: its digit, its name, its first day, and the year it calls its first."""

    digit: str
    name: str
    begins: date
    first_year: int


# Meiji is taken from 1873, when Japan took over the Gregorian calendar.
ERAS: Final = (
    Era("1", "明治", date(1873, 1, 1), 1868),
    Era("2", "大正", date(1912, 7, 30), 1912),
    Era("3", "昭和", date(1926, 12, 25), 1926),
    Era("4", "平成", date(1989, 1, 8), 1989),
    Era("5", "令和", date(2019, 5, 1), 2019),
)


def to_date(digit: str, year: int, month: int, day: int, *, overrun: Overrun = "refuse") -> date:
    """Return the day that a year, counted from 1, of an era names.

    Raises:
        WireError: `wareki.era` no such era; `wareki.date` no such day; `wareki.outside` before
            the era began, or after it ended and `overrun` refuses that.
    """
    era = next((one for one in ERAS if one.digit == digit), None)
    if era is None or year < 1:
        raise WireError("wareki.era", "", "No era has this digit, or its years begin with 1.")
    try:
        found = date(era.first_year + year - 1, month, day)
    except ValueError as error:
        raise WireError("wareki.date", "", "The calendar has no such day.") from error
    if found < era.begins or (find_era(found) is not era and overrun == "refuse"):
        raise WireError("wareki.outside", "", "The day lies outside its era.")
    return found


def find_era(day: date) -> Era | None:
    """Return the era of a day, None before 1873."""
    return next((era for era in reversed(ERAS) if era.begins <= day), None)


def from_date(day: date) -> tuple[str, int]:
    """Return the digit and the year of the era of a day.

    Raises:
        WireError: `wareki.outside`, the day lies before 1873.
    """
    era = find_era(day)
    if era is None:
        raise WireError("wareki.outside", "", "The day lies outside all eras.")
    return era.digit, day.year - era.first_year + 1


def format_japanese(day: date) -> str:
    """Return a day as people write it, as in 令和6年5月27日; the first year is 元年.

    Raises:
        WireError: `wareki.outside`, the day lies before 1873.
    """
    digit, year = from_date(day)
    name = next(era.name for era in ERAS if era.digit == digit)
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"

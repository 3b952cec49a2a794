"""Business days and opening hours of municipalities, in Japan's time.

Closed are Saturdays, Sundays, national holidays, December 29 to January 3, and what a municipality
adds. National holidays come from a library that follows the law day by day.
"""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final

from mocks.engine.clock import JST
from mocks.engine.durations import Duration

FIRST_YEAR: Final = 2015
LAST_YEAR: Final = 2050  # equinoxes beyond are estimates that observation may correct
_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_YEAR_END: Final = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
_HOURS: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


class CalendarError(ValueError):
    """A day outside the years 2015 to 2050, or no open day within reach."""


@cache
def list_holidays(year: int) -> dict[date, str]:
    """Return the national holidays (国民の祝日, substitutes included) of a year with their names.

    Raises:
        CalendarError: the year is not from 2015 to 2050.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        message = f"no calendar for {year}"
        raise CalendarError(message)
    library = importlib.import_module("jpholiday")  # only when a calendar is really asked
    return {one.date: one.name for one in library.JPHoliday().year_holidays(year)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCalendar:
    """The open days (開庁日) of one office; `closed` are closing days of its own."""

    closed: frozenset[date] = frozenset()

    def is_open_day(self, day: date) -> bool:
        """Return whether the office opens on a day.

        Raises:
            CalendarError: the day is not in the years 2015 to 2050.
        """
        if (day.month, day.day) in _YEAR_END or day.weekday() >= _SATURDAY or day in self.closed:
            list_holidays(day.year)  # the same range of years, whatever the day
            return False
        return day not in list_holidays(day.year)

    def move(self, day: date, business_days: int) -> date:
        """Return the n-th open day after a day, or before it if n is negative; 0 is the day.

        Raises:
            CalendarError: the way leaves the years 2015 to 2050.
        """
        step = _DAY if business_days > 0 else -_DAY
        left = abs(business_days)
        while left:
            day = day + step
            left -= self.is_open_day(day)
        return day

    def shift(self, instant: datetime, duration: Duration) -> datetime:
        """Return the instant a duration later, aware UTC; business days keep the time of day.

        Raises:
            CalendarError: the way leaves the years 2015 to 2050.
        """
        local = instant.astimezone(JST)
        day = self.move(local.date(), duration.business_days)
        try:
            moved = datetime.combine(day, local.timetz()) + duration.span
            return moved.astimezone(UTC)
        except OverflowError as error:
            message = f"no calendar {duration} from there"
            raise CalendarError(message) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When an office answers: from `opens` to before `closes` on open days.

    Equal times mean the whole day; hours may span midnight and then belong to the day they start
    on. `always` is an office without hours, which never closes.
    """

    calendar: BusinessCalendar = field(default_factory=BusinessCalendar)
    opens: time = time(0)
    closes: time = time(0)
    always: bool = False

    def is_open(self, instant: datetime) -> bool:
        """Return whether the office is open at an instant.

        Raises:
            CalendarError: the instant is not in the years 2015 to 2050.
        """
        if self.always:
            return True
        local = instant.astimezone(JST)
        list_holidays(local.year)  # the same range of years for every office
        return any(begin <= local < end for begin, end in self._around(local))

    def next_open(self, instant: datetime) -> datetime:
        """Return the first instant from this one on at which the office is open, aware UTC.

        Raises:
            CalendarError: the office does not open before the end of 2050.
        """
        if self.is_open(instant):
            return instant.astimezone(UTC)
        local = instant.astimezone(JST)
        day = local.date()
        while True:
            begin = datetime.combine(day, self.opens, JST)
            if begin >= local and self.calendar.is_open_day(day):
                return begin.astimezone(UTC)
            day += _DAY

    def last_close(self, instant: datetime) -> datetime:
        """Return the last instant up to this one at which the office closed, aware UTC.

        An office that never closes gives the instant itself.

        Raises:
            CalendarError: the office did not close since the beginning of 2015.
        """
        if self.always:
            return instant.astimezone(UTC)
        local = instant.astimezone(JST)
        day = local.date()
        while True:
            end = self._session(day)[1]
            if end <= local and self.calendar.is_open_day(day) and not self.is_open(end):
                return end.astimezone(UTC)
            day -= _DAY

    def _around(self, local: datetime) -> Iterator[tuple[datetime, datetime]]:
        for day in (local.date(), local.date() - _DAY):
            if day.year >= FIRST_YEAR and self.calendar.is_open_day(day):
                yield self._session(day)

    def _session(self, day: date) -> tuple[datetime, datetime]:
        begin = datetime.combine(day, self.opens, JST)
        over = day if self.closes > self.opens else day + _DAY
        return begin, datetime.combine(over, self.closes, JST)


def parse_hours(text: str) -> tuple[time, time]:
    """Return opening and closing time of `HH:MM-HH:MM`, Japan's time.

    Raises:
        ValueError: the text has another form, names no time of day, or closes before it opens.
    """
    match = _HOURS.fullmatch(text)
    if match is None:
        message = "not HH:MM-HH:MM"
        raise ValueError(message)
    numbers = [int(part) for part in match.groups()]
    opens, closes = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    if closes <= opens:
        message = "it closes before it opens"
        raise ValueError(message)
    return opens, closes

"""Opening hours of a provider and business days (開庁日), in Japan standard time."""

from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


def opens_at(now: datetime, *, opens: time, closes: time) -> datetime | None:
    """Return None if open at `now`, else the next opening instant; equal times mean always open.

    Hours may span midnight (22:00 to 05:00). The result is in the zone of `now`.
    """
    if opens == closes:
        return None
    local = now.astimezone(JAPAN)
    at = local.time()
    open_now = opens <= at < closes if opens < closes else (at >= opens or at < closes)
    if open_now:
        return None
    day = local.date() if at < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, tzinfo=JAPAN).astimezone(now.tzinfo)


_SATURDAY = 5
_YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


@cache
def is_business_day(day: date) -> bool:
    """Return whether municipalities open: no weekend, national holiday, or end of the year."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in _YEAR_END:
        return False
    library = import_module("jpholiday")  # only when a calendar is really asked
    return not library.is_holiday(day)


def end_of_next_business_day(now: datetime) -> datetime:
    """Return when the first business day after the day of `now` ends, in the zone of `now`."""
    day = now.astimezone(JAPAN).date() + timedelta(days=1)
    while not is_business_day(day):
        day += timedelta(days=1)
    ends = datetime.combine(day + timedelta(days=1), time(0), tzinfo=JAPAN)
    return ends.astimezone(now.tzinfo)

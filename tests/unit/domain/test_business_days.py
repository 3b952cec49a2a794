"""Business days (開庁日): weekends, national holidays and the end of the year are none."""

from datetime import date, datetime

import pytest

from gateway.domain.hours import JAPAN, end_of_next_business_day, is_business_day


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2027, 6, 4), True),  # a Friday
        (date(2027, 6, 5), False),
        (date(2027, 6, 6), False),
        (date(2027, 12, 28), True),
        (date(2027, 12, 29), False),
        (date(2028, 1, 3), False),
        (date(2028, 1, 4), True),
        (date(2027, 5, 3), False),  # a national holiday
        (date(2026, 11, 23), False),
    ],
)
def test_municipalities_open_on_business_days_only(day: date, *, opens: bool) -> None:
    assert is_business_day(day) is opens


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (datetime(2027, 6, 3, 9, tzinfo=JAPAN), date(2027, 6, 5)),
        (datetime(2027, 6, 4, 23, 59, tzinfo=JAPAN), date(2027, 6, 8)),  # Friday: Monday's end
        (datetime(2027, 12, 28, 9, tzinfo=JAPAN), date(2028, 1, 5)),
    ],
)
def test_the_next_business_day_ends_at_midnight_in_japan(now: datetime, ends: date) -> None:
    assert end_of_next_business_day(now) == datetime(ends.year, ends.month, ends.day, tzinfo=JAPAN)

"""Business days, holidays and opening hours."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.engine.calendar import (
    BusinessCalendar,
    CalendarError,
    Opening,
    list_holidays,
    parse_hours,
)
from mocks.engine.clock import JST
from mocks.engine.durations import Duration, parse_duration

# As the Cabinet Office published them: years with moved days, substitutes and days in between.
HOLIDAYS = {
    2015: "0101 0112 0211 0321 0429 0503 0504 0505 0506 0720 0921 0922 0923 1012 1103 1123 1223",
    2016: "0101 0111 0211 0320 0321 0429 0503 0504 0505 0718 0811 0919 0922 1010 1103 1123 1223",
    2019: "0101 0114 0211 0321 0429 0430 0501 0502 0503 0504 0505 0506 0715 0811 0812 0916 0923"
    " 1014 1022 1103 1104 1123",
    2020: "0101 0113 0211 0223 0224 0320 0429 0503 0504 0505 0506 0723 0724 0810 0921 0922 1103"
    " 1123",
    2021: "0101 0111 0211 0223 0320 0429 0503 0504 0505 0722 0723 0808 0809 0920 0923 1103 1123",
    2024: "0101 0108 0211 0212 0223 0320 0429 0503 0504 0505 0506 0715 0811 0812 0916 0922 0923"
    " 1014 1103 1104 1123",
    2026: "0101 0112 0211 0223 0320 0429 0503 0504 0505 0506 0720 0811 0921 0922 0923 1012 1103"
    " 1123",
    2027: "0101 0111 0211 0223 0321 0322 0429 0503 0504 0505 0719 0811 0920 0923 1011 1103 1123",
}
NATIONAL = BusinessCalendar()
OFFICE = Opening(opens=time(8, 30), closes=time(17, 15))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


@pytest.mark.parametrize("year", HOLIDAYS)
def test_holidays_are_those_that_were_published(year: int) -> None:
    assert " ".join(f"{day:%m%d}" for day in sorted(list_holidays(year))) == HOLIDAYS[year]


@pytest.mark.parametrize("year", range(2015, 2051))
def test_every_year_has_its_fixed_days_and_no_run_of_closed_days_over_ten(year: int) -> None:
    assert {date(year, 1, 1), date(year, 5, 3), date(year, 11, 3)} <= set(list_holidays(year))
    assert 16 <= len(list_holidays(year)) <= 22
    day = date(year, 1, 1)
    while day.year == year and (day.month, day.day) < (12, 20):
        after = NATIONAL.move(day, 1)
        assert after - day <= timedelta(days=11)
        day = after


@pytest.mark.parametrize("year", [2014, 2051])
def test_other_years_have_no_calendar(year: int) -> None:
    with pytest.raises(CalendarError):
        list_holidays(year)
    with pytest.raises(CalendarError):
        NATIONAL.is_open_day(date(year, 1, 1))
    with pytest.raises(CalendarError):
        OFFICE.is_open(datetime(year, 6, 1, tzinfo=JST))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2027-06-04", 3, "2027-06-09"),  # a Friday
        ("2027-12-28", 1, "2028-01-04"),  # over the year's end
        ("2028-01-04", -1, "2027-12-28"),
        ("2019-04-26", 1, "2019-05-07"),  # the ten days of 2019
        ("2027-06-05", 0, "2027-06-05"),  # nothing is counted, so nothing moves
        ("2027-06-05", 1, "2027-06-07"),
    ],
)
def test_business_days_are_counted_from_the_day_after(start: str, days: int, end: str) -> None:
    assert NATIONAL.move(date.fromisoformat(start), days) == date.fromisoformat(end)


def test_a_municipality_may_close_on_days_of_its_own() -> None:
    festival = BusinessCalendar(closed=frozenset({date(2028, 1, 4)}))
    assert festival.move(date(2027, 12, 28), 1) == date(2028, 1, 5)


def test_three_business_days_keep_the_time_of_day() -> None:
    assert NATIONAL.shift(at("2027-06-04T16:50"), parse_duration("P3BD")) == at("2027-06-09T16:50")
    late = NATIONAL.shift(at("2027-06-04T16:50"), parse_duration("P1BDT8H"))
    assert late == at("2027-06-08T00:50")


def test_a_way_out_of_all_years_is_refused() -> None:
    with pytest.raises(CalendarError):
        NATIONAL.shift(datetime(9999, 12, 31, tzinfo=UTC), Duration(span=timedelta(days=1)))
    with pytest.raises(CalendarError):
        NATIONAL.shift(at("2050-12-28T00:00"), parse_duration("P5BD"))


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2027-12-28T17:14", "2027-12-28T17:14"),  # still open
        ("2027-12-28T17:15", "2028-01-04T08:30"),
        ("2027-06-04T08:29", "2027-06-04T08:30"),
        ("2027-06-05T12:00", "2027-06-07T08:30"),
    ],
)
def test_an_office_opens_at_the_next_open_day(now: str, opening: str) -> None:
    assert OFFICE.next_open(at(now)) == at(opening)


def test_the_last_close_is_the_end_of_the_last_session() -> None:
    assert OFFICE.last_close(at("2028-01-03T12:00")) == at("2027-12-28T17:15")
    assert OFFICE.last_close(at("2027-12-28T17:15")) == at("2027-12-28T17:15")
    whole = Opening()  # whole days: closes on Saturday at midnight, not between two open days
    assert whole.last_close(at("2027-06-10T12:00")) == at("2027-06-05T00:00")


def test_hours_over_midnight_belong_to_the_day_they_start_on() -> None:
    night = Opening(opens=time(22), closes=time(6))
    assert night.is_open(at("2027-06-05T05:59"))  # Saturday morning, of Friday's session
    assert not night.is_open(at("2027-06-05T22:00"))
    assert night.next_open(at("2027-06-05T06:00")) == at("2027-06-07T22:00")


def test_an_office_without_hours_never_closes() -> None:
    always, now = Opening(always=True), at("2027-01-01T00:00")
    assert always.is_open(now)
    assert always.next_open(now) == always.last_close(now) == now


def test_an_office_that_never_opens_again_says_so() -> None:
    with pytest.raises(CalendarError):
        OFFICE.next_open(at("2050-12-28T18:00"))
    with pytest.raises(CalendarError):
        OFFICE.last_close(at("2015-01-02T18:00"))


@pytest.mark.parametrize("text", ["8:30-17:15", "08:30", "24:00-08:00", "08:60-09:00", "0830-1715"])
def test_hours_have_one_form(text: str) -> None:
    with pytest.raises(ValueError, match="HH:MM"):
        parse_hours(text)


def test_hours_are_two_times_of_day() -> None:
    assert parse_hours("08:30-17:15") == (time(8, 30), time(17, 15))


instants = st.datetimes(
    min_value=datetime(2016, 1, 1),  # noqa: DTZ001  # the strategy adds the zone
    max_value=datetime(2049, 12, 1),  # noqa: DTZ001  # the strategy adds the zone
    timezones=st.just(UTC),
)
times = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@given(instants, times, times)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    now: datetime, opens: time, closes: time
) -> None:
    office = Opening(opens=opens, closes=closes)
    opening = office.next_open(now)
    assert opening >= now
    assert office.is_open(opening)
    assert opening == now or not office.is_open(opening - timedelta(microseconds=1))
    assert opening == now or not office.is_open(now + (opening - now) / 2)


@given(instants, st.integers(-200, 200))
def test_counting_there_and_back_returns_to_an_open_day(now: datetime, days: int) -> None:
    start = NATIONAL.move(now.date(), 1)
    there = NATIONAL.move(start, days)
    assert NATIONAL.is_open_day(there)
    assert NATIONAL.move(there, -days) == start

"""Durations of scenarios."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.engine.durations import Duration, DurationError, parse_duration

TABLE = {
    "PT60S": (0, timedelta(seconds=60)),
    "-PT3S": (0, timedelta(seconds=-3)),
    "+PT3S": (0, timedelta(seconds=3)),
    "P3BD": (3, timedelta()),
    "-P2BD": (-2, timedelta()),
    "P1BDT2H": (1, timedelta(hours=2)),
    "P14D": (0, timedelta(days=14)),
    "P2W": (0, timedelta(days=14)),
    "PT1H30M": (0, timedelta(minutes=90)),
    "PT0.25S": (0, timedelta(milliseconds=250)),
    "P1DT1M0.000001S": (0, timedelta(days=1, minutes=1, microseconds=1)),
    "PT0S": (0, timedelta()),
}


@pytest.mark.parametrize("text", TABLE)
def test_a_duration_is_read_as_the_standard_says(text: str) -> None:
    duration = parse_duration(text)
    assert (duration.business_days, duration.span) == TABLE[text]


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1Y", "P1M", "60S", "PT1.5H", "P-1D", "P1D ", "P1DT", "PT1S1M", "p1d"),
        *("P\uff11D", "P101Y", "P36526D", "P40000BD", "PT9999999999999999999H", "PT1.S"),
        "P" + "9" * 80 + "D",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(DurationError):
        parse_duration(text)


spans = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=10_000))


@given(days=st.integers(0, 10_000), span=spans, back=st.booleans())
def test_text_and_duration_are_two_ways_to_say_the_same(
    days: int, span: timedelta, *, back: bool
) -> None:
    duration = Duration(business_days=days, span=span)
    duration = -duration if back else duration
    assert parse_duration(str(duration)) == duration
    assert duration.empty == (not days and not span)
    assert duration.negative == (back and not duration.empty)
    assert duration.shortest <= duration.longest


@given(st.text(max_size=80))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        duration = parse_duration(text)
    except DurationError:
        return
    assert parse_duration(str(duration)) == duration

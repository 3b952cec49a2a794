"""When an inquiry may go: nobody knocks while it is closed, and nobody storms at the opening."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.pace import Pace

NOW = datetime(2027, 6, 4, 8, 20, tzinfo=UTC)
OPENS = datetime(2027, 6, 6, 23, 30, tzinfo=UTC)
PROVIDER = "991031"


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_whoever_was_never_refused_goes_at_once() -> None:
    pace = Pace(rate=1)
    assert [pace.find_wait(PROVIDER, now=NOW, waited=False) for _ in range(1000)] == [None] * 1000


def test_nobody_goes_before_the_opening_and_each_gets_an_instant_of_its_own() -> None:
    pace = Pace(rate=10)
    pace.shut(PROVIDER, OPENS)
    told = [pace.find_wait(PROVIDER, now=NOW, waited=False) for _ in range(30)]
    slots = [slot for slot in told if slot is not None]
    assert slots[0] == OPENS
    assert slots == sorted(set(slots))
    assert len([slot for slot in slots if slot < OPENS + seconds(1)]) <= 10
    assert pace.find_wait("991023", now=NOW, waited=False) is None  # others are not held up


def test_an_earlier_opening_does_not_undo_a_later_one() -> None:
    pace = Pace()
    pace.shut(PROVIDER, OPENS)
    pace.shut(PROVIDER, OPENS - timedelta(hours=1))
    assert pace.find_wait(PROVIDER, now=OPENS - seconds(1), waited=True) == OPENS


@given(
    arrivals=st.lists(st.integers(min_value=0, max_value=5000), min_size=1, max_size=200),
    waited=st.booleans(),
)
def test_at_most_the_rate_begins_in_any_second_after_an_opening(
    arrivals: list[int], *, waited: bool
) -> None:
    pace = Pace(rate=10)
    pace.shut(PROVIDER, OPENS)
    waiting = sorted(OPENS + timedelta(milliseconds=one) for one in arrivals)
    begun: list[datetime] = []
    while waiting:
        now = waiting.pop(0)
        again = pace.find_wait(PROVIDER, now=now, waited=waited)
        if again is None:
            begun.append(now)
        else:
            assert again > now
            waiting = sorted([*waiting, again])
    assert len(begun) == len(arrivals)
    for first in begun:
        within = [one for one in begun if first <= one < first + seconds(1)]
        assert len(within) <= 10


def test_a_crowd_that_comes_late_still_goes_in_turn() -> None:
    pace = Pace(rate=10)  # of a process that did not see the refusals
    late = OPENS + timedelta(hours=1)
    told = [pace.find_wait(PROVIDER, now=late, waited=True) for _ in range(25)]
    assert told.count(None) == 10
    assert pace.find_wait(PROVIDER, now=late, waited=False) is None


def test_a_minute_after_the_opening_those_who_never_waited_go_at_once() -> None:
    pace = Pace(rate=1)
    pace.shut(PROVIDER, OPENS)
    assert pace.find_wait(PROVIDER, now=OPENS, waited=False) is None
    assert pace.find_wait(PROVIDER, now=OPENS, waited=False) is not None
    later = OPENS + seconds(60)
    assert [pace.find_wait(PROVIDER, now=later, waited=False) for _ in range(5)] == [None] * 5


def test_a_full_counterparty_is_asked_for_less_and_later_for_more_again() -> None:
    pace = Pace(most_open=40)
    for _ in range(40):
        assert pace.find_wait(PROVIDER, now=NOW, waited=False) is None
        pace.enter(PROVIDER)
    assert pace.find_wait(PROVIDER, now=NOW, waited=False) is not None
    pace.narrow(PROVIDER)
    for _ in range(13):
        pace.leave(PROVIDER)
    for _ in range(27):
        pace.leave(PROVIDER)
    allowed = 0
    while pace.find_wait(PROVIDER, now=NOW, waited=False) is None:
        pace.enter(PROVIDER)
        allowed += 1
    assert 28 <= allowed < 40
    for _ in range(allowed):
        pace.leave(PROVIDER)
    for _ in range(2000):
        pace.enter(PROVIDER)
        pace.leave(PROVIDER)
    for _ in range(40):
        assert pace.find_wait(PROVIDER, now=NOW, waited=False) is None
        pace.enter(PROVIDER)


@pytest.mark.parametrize("open_now", [0, 1])
def test_however_full_it_is_one_may_always_try(open_now: int) -> None:
    pace = Pace()
    for _ in range(open_now):
        pace.enter(PROVIDER)
    for _ in range(20):
        pace.narrow(PROVIDER)
    for _ in range(open_now):
        pace.leave(PROVIDER)
    assert pace.find_wait(PROVIDER, now=NOW, waited=False) is None

"""Draws, the clock of a space, and orders to misbehave."""

from datetime import UTC, datetime, time, timedelta

import pytest

from mocks.engine.behaviour import Behaviour, Order
from mocks.engine.calendar import Opening
from mocks.engine.clock import SpaceClock, day_of
from mocks.engine.draw import Draw
from mocks.engine.hours import EVERY_DAY

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_same_seed_and_key_give_the_same_bytes_in_any_order() -> None:
    first, second = Draw("1", "core"), Draw("1", "core")
    forwards = [first.octets(16, "permit", n) for n in range(5)]
    backwards = [second.octets(16, "permit", n) for n in reversed(range(5))]
    assert forwards == backwards[::-1]


def test_neighbouring_keys_never_run_together() -> None:
    draw = Draw("1", "x")
    assert draw.octets(8, "ab", "c") != draw.octets(8, "a", "bc")
    assert draw.child("y").octets(8) != draw.octets(8, "y")
    assert Draw("2", "x").octets(8, "a") != draw.octets(8, "a")


def test_tokens_and_uuids_have_the_shape_of_the_wire() -> None:
    draw = Draw("1")
    assert len(draw.token("symbol")) == 43
    uuid = draw.uuid("message")
    assert len(uuid) == 36
    assert uuid[14] == "4"
    assert uuid[19] in "89ab"


def test_shuffled_numbers_never_meet() -> None:
    draw = Draw("1")
    assert len({draw.shuffled(n, 3, "local") for n in range(1000)}) == 1000


def test_the_clock_of_a_space_moves_forward_in_whole_milliseconds() -> None:
    clock = SpaceClock(system=lambda: NOON)
    clock.advance(timedelta(microseconds=1500))
    assert clock.offset_milliseconds == 2
    clock.advance_to(NOON + timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)
    clock.advance_to(NOON)
    assert clock.now() == NOON + timedelta(hours=1)
    with pytest.raises(ValueError, match="never goes back"):
        clock.advance(timedelta(seconds=-1))


def test_the_system_clock_is_aware_and_days_are_japanese() -> None:
    assert SpaceClock().now().utcoffset() == timedelta()
    assert day_of(datetime(2026, 11, 23, 15, 0, tzinfo=UTC)).day == 24


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order(act="relay"), [True, False, False, False]),
        (Order(act="relay", nth=2, times=2), [False, True, True, False]),
        (Order(act="relay", nth=3, times=0), [False, False, True, True]),
        (Order(act="other"), [False, False, False, False]),
    ],
    ids=["once", "second and third", "for ever from the third", "another act"],
)
def test_an_order_applies_at_its_occurrences(order: Order, expected: list[bool]) -> None:
    behaviour = Behaviour()
    behaviour.give(order)
    assert [behaviour.occurs("relay") is not None for _ in range(4)] == expected


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        (time(8, 30), time(17, 15), timedelta()),
        (time(13), time(17), timedelta(hours=1)),
        (time(8), time(11), timedelta(hours=20)),
        (time(20), time(13), timedelta()),
        (time(20), time(5), timedelta(hours=8)),
    ],
    ids=["open", "later today", "tomorrow", "past midnight open", "past midnight closed"],
)
def test_an_office_without_closing_days_opens_on_a_holiday_too(
    opens: time, closes: time, expected: timedelta
) -> None:
    noon_on_labour_thanksgiving_day = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    opening = Opening(calendar=EVERY_DAY, opens=opens, closes=closes)
    found = opening.next_open(noon_on_labour_thanksgiving_day)
    assert found == noon_on_labour_thanksgiving_day + expected

"""The clock of a space: real, frozen, at a rate, moved; never back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.engine.clock import SpaceClock

REAL = datetime(2026, 11, 23, 3, 0, 0, 123_456, tzinfo=UTC)
START = datetime(2027, 6, 4, 7, 50, tzinfo=UTC)


class Machine:
    """The time of a machine that a test moves."""

    def __init__(self) -> None:
        self.instant = REAL

    def __call__(self) -> datetime:
        return self.instant

    def pass_by(self, **length: float) -> None:
        self.instant += timedelta(**length)


def test_a_clock_starts_at_an_instant_and_stands_still_until_it_runs() -> None:
    machine = Machine()
    clock = SpaceClock.starting(START, pace=0, system=machine)
    machine.pass_by(hours=5)
    assert (clock.now(), clock.mode, clock.rate) == (START, "frozen", 0.0)
    clock.run(60)
    machine.pass_by(seconds=10)
    assert (clock.mode, clock.rate) == ("rate", 60.0)
    assert timedelta(minutes=10) <= clock.now() - START <= timedelta(minutes=10, seconds=1)
    clock.run()
    shown = clock.now()
    machine.pass_by(seconds=7)
    assert clock.mode == "real"
    assert clock.now() - shown == timedelta(seconds=7)


def test_a_frozen_clock_is_moved_by_exactly_the_step() -> None:
    clock = SpaceClock.starting(START, pace=0, system=Machine())
    clock.advance(timedelta(days=3))
    assert clock.now() == START + timedelta(days=3)
    clock.advance_to(START)
    assert clock.now() == START + timedelta(days=3)


def test_what_everybody_is_told_gives_the_time_that_the_clock_shows() -> None:
    machine = Machine()
    clock = SpaceClock.starting(START, pace=90_000, system=machine)
    machine.pass_by(minutes=3, milliseconds=250)
    assert clock.since is not None
    passed = (machine.instant - clock.since) * clock.pace / 1000
    assert clock.since + clock.offset + passed == clock.now()
    assert clock.offset == timedelta(milliseconds=clock.offset_milliseconds)


@pytest.mark.parametrize(("pace", "real"), [(1000, 600.0), (60_000, 10.0), (0, None)])
def test_how_long_it_is_in_real_time(pace: int, real: float | None) -> None:
    clock = SpaceClock.starting(START, pace=pace, system=Machine())
    left = clock.wait_for(clock.now() + timedelta(minutes=10))
    assert left == (None if real is None else pytest.approx(real))
    assert clock.wait_for(START - timedelta(days=1)) == 0.0


@pytest.mark.parametrize("rate", [-1, 86_401, 0.0001])
def test_a_rate_out_of_bounds_changes_nothing(rate: float) -> None:
    clock = SpaceClock.starting(START, system=Machine())
    with pytest.raises(ValueError, match="rate"):
        clock.run(rate)
    assert clock.mode == "real"


MOVES = st.one_of(
    st.tuples(st.just("run"), st.sampled_from([0, 0.5, 1, 60, 86_400])),
    st.tuples(st.just("advance"), st.integers(0, 10**9)),
    st.tuples(st.just("pass"), st.integers(-10_000, 10**6)),
)


@given(st.lists(MOVES, max_size=20))
def test_no_clock_ever_goes_back(moves: list[tuple[str, float]]) -> None:
    machine = Machine()
    clock = SpaceClock(system=machine)
    latest = clock.now()
    for kind, amount in moves:
        if kind == "run":
            clock.run(amount)
        elif kind == "advance":
            clock.advance(timedelta(microseconds=amount))
        else:
            machine.pass_by(milliseconds=amount)
        assert clock.now() >= latest
        latest = clock.now()

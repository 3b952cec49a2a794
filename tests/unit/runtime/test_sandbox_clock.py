"""The sandbox's clock in a gateway: moved, stopped, at another pace, and never going back."""

from datetime import UTC, datetime, timedelta

from gateway.bootstrap.system import SandboxClock, SystemClock

START = datetime(2027, 6, 4, 7, 50, tzinfo=UTC)
DAY = 86_400_000


def offset_to(instant: datetime, since: datetime) -> int:
    return int((instant - since) / timedelta(milliseconds=1))


def whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def test_a_clock_that_stands_still_shows_one_instant() -> None:
    clock, since = SandboxClock(), whole(SystemClock().now())
    clock.set_offset(offset_to(START, since), since=since, pace=0)
    assert [clock.now(), clock.now()] == [START, START]


def test_a_clock_at_another_pace_goes_on_from_the_instant_it_was_told_of() -> None:
    clock, since = SandboxClock(), whole(SystemClock().now()) - timedelta(seconds=10)
    clock.set_offset(offset_to(START, since), since=since, pace=60_000)
    shown, real = clock.now(), SystemClock().now()
    assert timedelta(minutes=10) <= shown - START <= (real - since) * 60


def test_a_clock_that_was_told_of_an_earlier_instant_waits_for_it() -> None:
    clock = SandboxClock()
    clock.set_offset(DAY)
    ahead = clock.now()
    since = whole(SystemClock().now())
    clock.set_offset(DAY - 5_000, since=since, pace=0)
    assert clock.now() >= ahead
    assert clock.now() - ahead < timedelta(seconds=5)
    clock.set_offset(2 * DAY, since=since, pace=0)
    assert clock.now() == since + timedelta(days=2)


def test_the_first_instant_a_clock_is_told_of_may_be_in_the_past() -> None:
    clock = SandboxClock()
    clock.set_offset(-DAY)
    assert clock.now() < SystemClock().now() - timedelta(hours=23)

"""The clock of a space: the system's time plus an offset that everybody in the space is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

MILLISECOND = timedelta(milliseconds=1)
JST = timezone(timedelta(hours=9), "JST")


def system_time() -> datetime:
    """Return the machine's time, aware, UTC."""
    return datetime.now(UTC)  # noqa: TID251  # the one place where a space touches the machine


@dataclass(slots=True)
class SpaceClock:
    """The time of one space; `offset` only grows, so that no instant comes twice."""

    system: Callable[[], datetime] = system_time
    offset: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return the present instant of the space, aware, UTC."""
        return self.system() + self.offset

    def advance(self, step: timedelta) -> timedelta:
        """Move the clock forward and return the new offset.

        Raises:
            ValueError: `step` is negative.
        """
        if step < timedelta():
            message = "a space's clock never goes back"
            raise ValueError(message)
        whole = -(-step // MILLISECOND)  # rounded up: what is told is what is used
        self.offset += whole * MILLISECOND
        return self.offset

    def advance_to(self, instant: datetime) -> timedelta:
        """Move the clock forward to an instant; one that has passed changes nothing."""
        return self.advance(max(instant - self.now(), timedelta()))

    @property
    def offset_milliseconds(self) -> int:
        """The offset in whole milliseconds, as `clock` documents carry it."""
        return self.offset // MILLISECOND


def day_of(instant: datetime) -> date:
    """Return the calendar date in Japan at an instant."""
    return instant.astimezone(JST).date()

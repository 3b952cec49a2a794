"""The clock of a space: the machine's time, moved, slowed, hastened or stopped for everybody."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, Literal

MILLISECOND = timedelta(milliseconds=1)
JST = timezone(timedelta(hours=9), "JST")
REAL: Final = 1000  # the pace of the machine's own clock
FROZEN: Final = 0
FASTEST: Final = 86_400_000  # a day in a second; what is faster than that is advanced, not run

Mode = Literal["real", "frozen", "rate"]


def system_time() -> datetime:
    """Return the machine's time, aware, UTC."""
    return datetime.now(UTC)  # noqa: TID251  # the one place where a space touches the machine


@dataclass(slots=True)
class SpaceClock:
    """The time of one space; it never goes back, so that no instant comes twice.

    At the machine's instant `since` the space was `offset` ahead of it; from there on `pace`
    milliseconds of the space pass in one second: 1000 as on the machine, 0 while it stands still.
    Everybody who knows the three and the machine's time agrees on the space's time.
    """

    system: Callable[[], datetime] = system_time
    offset: timedelta = field(default_factory=timedelta)
    since: datetime | None = None  # None: when the clock was made
    pace: int = REAL
    latest: datetime | None = None

    def __post_init__(self) -> None:
        if self.since is None:
            self.since = _floor(self.system())

    @classmethod
    def starting(
        cls, instant: datetime, *, pace: int = REAL, system: Callable[[], datetime] = system_time
    ) -> "SpaceClock":
        """Return a clock that shows an instant now; whole milliseconds count."""
        since = _floor(system())
        return cls(system=system, offset=_ceil(instant) - since, since=since, pace=pace)

    def now(self) -> datetime:
        """Return the present instant of the space, aware, UTC."""
        found = self.system() + self.offset
        if self.since is not None and self.pace != REAL:
            passed = found - self.offset - self.since
            found = self.since + self.offset + passed * self.pace / REAL
        # The machine's own clock may be set back; the space's is not.
        if self.latest is not None and found < self.latest:
            return self.latest
        self.latest = found
        return found

    @property
    def mode(self) -> Mode:
        """Whether it runs as the machine's clock does, stands still, or runs at another rate."""
        if self.pace == REAL:
            return "real"
        return "rate" if self.pace else "frozen"

    @property
    def rate(self) -> float:
        """How many seconds of the space pass in one second of the machine."""
        return self.pace / REAL

    def advance(self, step: timedelta) -> timedelta:
        """Move the clock forward and return the new offset.

        Raises:
            ValueError: `step` is negative.
        """
        if step < timedelta():
            message = "a space's clock never goes back"
            raise ValueError(message)
        self.offset += -(-step // MILLISECOND) * MILLISECOND  # rounded up: what is told is used
        return self.offset

    def advance_to(self, instant: datetime) -> timedelta:
        """Move the clock forward to an instant; one that has passed changes nothing."""
        return self.advance(max(instant - self.now(), timedelta()))

    def run(self, rate: float = 1.0) -> None:
        """Let the time run from now on, at a rate of the machine's; 0 freezes it.

        Raises:
            ValueError: the rate is negative, or more than a day in a second.
        """
        pace = round(rate * REAL)
        if not FROZEN <= pace <= FASTEST or (rate and not pace):
            message = "a rate is 0, or from 0.001 to 86400"
            raise ValueError(message)
        if pace == self.pace:
            return
        now, since = self.now(), _floor(self.system())
        self.offset, self.since, self.pace = _ceil(now) - since, since, pace

    def freeze(self) -> None:
        """Stop the time until it is run or moved."""
        self.run(0)

    def wait_for(self, instant: datetime) -> float | None:
        """Return how many real seconds it is to an instant; None while the time stands still."""
        missing = (instant - self.now()).total_seconds()
        if missing <= 0:
            return 0.0
        return missing / self.rate if self.pace else None

    @property
    def offset_milliseconds(self) -> int:
        """The offset in whole milliseconds, as `clock` documents carry it."""
        return self.offset // MILLISECOND


def day_of(instant: datetime) -> date:
    """Return the calendar date in Japan at an instant."""
    return instant.astimezone(JST).date()


def _floor(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _ceil(instant: datetime) -> datetime:
    return _floor(instant + MILLISECOND - timedelta(microseconds=1))

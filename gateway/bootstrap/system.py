"""The real clock, the sandbox's clock and the real source of identifiers."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

REAL_PACE: Final = 1000  # milliseconds in a second, as everywhere outside of the sandbox


class SystemClock:
    """The `Clock` port on the machine's time."""

    def now(self) -> datetime:
        """Return the present instant, aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251  # this is the Clock that everybody else takes


class SandboxClock(SystemClock):
    """The machine's time plus an offset that the sandbox pushes; TLS stays on real time.

    It never goes back once it was told: a push that reaches this process late, while time runs
    faster than the machine's, would otherwise take it behind instants that it has given out.
    """

    def __init__(self) -> None:
        self._offset = timedelta(0)
        self._since: datetime | None = None
        self._pace = REAL_PACE
        self._latest: datetime | None = None

    def now(self) -> datetime:
        """Return the sandbox's present instant, aware, UTC."""
        present = super().now()
        found = present + self._offset
        if self._since is not None:
            found = self._since + self._offset + (present - self._since) * self._pace / REAL_PACE
        if self._latest is not None:
            found = self._latest = max(found, self._latest)
        return found

    def set_offset(
        self, milliseconds: int, *, since: datetime | None = None, pace: int | None = None
    ) -> None:
        """Let `now` run this much ahead of (negative: behind) the machine's time.

        With `since` that holds at this instant of the machine's time, and from there on `pace`
        milliseconds pass in one second: 0 stops the clock.
        """
        former = self._latest and self.now()
        self._offset = timedelta(milliseconds=milliseconds)
        self._since, self._pace = since, REAL_PACE if pace is None else pace
        self._latest = None
        self._latest = max(self.now(), former) if former else self.now()


class SystemIds:
    """The `Ids` port on the operating system's random numbers."""

    def uuid(self) -> str:
        """Return a new random UUID as 36 lower-case characters."""
        return str(uuid.uuid4())

    def digits(self, count: int) -> str:
        """Return `count` random decimal digits."""
        return str(secrets.randbelow(10**count)).zfill(count)

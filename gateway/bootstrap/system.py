"""The real clock, the sandbox's clock and the real source of identifiers."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The `Clock` port on the machine's time."""

    def now(self) -> datetime:
        """Return the present instant, aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251  # this is the Clock that everybody else takes


class SandboxClock(SystemClock):
    """The machine's time plus an offset that the sandbox pushes; TLS stays on real time."""

    def __init__(self) -> None:
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """Return the sandbox's present instant, aware, UTC."""
        return super().now() + self._offset

    def set_offset(self, milliseconds: int) -> None:
        """Let `now` run this much ahead of (negative: behind) the machine's time."""
        self._offset = timedelta(milliseconds=milliseconds)


class SystemIds:
    """The `Ids` port on the operating system's random numbers."""

    def uuid(self) -> str:
        """Return a new random UUID as 36 lower-case characters."""
        return str(uuid.uuid4())

    def digits(self, count: int) -> str:
        """Return `count` random decimal digits."""
        return str(secrets.randbelow(10**count)).zfill(count)

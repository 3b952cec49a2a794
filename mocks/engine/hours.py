"""Hours of a provider: from `opens` to before `closes`, Japanese time, every day."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from mocks.engine.clock import JST

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours; equal times mean always open, and they may span midnight."""

    opens: time = time(0)
    closes: time = time(0)

    def opening_after(self, now: datetime) -> datetime | None:
        """Return when a provider that is closed opens next, aware UTC, or None if it is open."""
        local = now.astimezone(JST)
        at = local.time()
        if self.opens <= self.closes:
            is_open = self.opens == self.closes or self.opens <= at < self.closes
        else:
            is_open = at >= self.opens or at < self.closes
        if is_open:
            return None
        opening = local.replace(
            hour=self.opens.hour, minute=self.opens.minute, second=self.opens.second, microsecond=0
        )
        return (opening if opening > local else opening + DAY).astimezone(UTC)

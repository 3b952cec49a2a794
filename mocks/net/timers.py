"""What is due in a space and when: waits of exchanges and parties, in order of their instants."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

Action = Callable[[], None]


@dataclass(slots=True)
class Timers:
    """Actions with their instants; two of one instant happen in the order they were added."""

    added: int = 0
    wakes: dict[str, list[datetime]] = field(default_factory=dict)  # of parties, by code
    _entries: list[tuple[datetime, int, Action]] = field(default_factory=list)

    def add(self, at: datetime, action: Action) -> None:
        """Let something happen at an instant, aware UTC."""
        self.added += 1
        heapq.heappush(self._entries, (at, self.added, action))

    def wake(self, code: str, at: datetime, action: Action) -> None:
        """Let something happen at an instant that a party asked for; it can be told before."""
        instants = self.wakes.setdefault(code, [])
        instants.append(at)

        def act() -> None:
            instants.remove(at)
            action()

        self.add(at, act)

    @property
    def next_at(self) -> datetime | None:
        """When something is due next, or None."""
        return self._entries[0][0] if self._entries else None

    def take(self, now: datetime) -> Action | None:
        """Take the earliest action that is due at an instant, or None."""
        if self._entries and self._entries[0][0] <= now:
            return heapq.heappop(self._entries)[2]
        return None

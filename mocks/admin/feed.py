"""What happens in a space, as numbered events: a ring that every listener reads at its own pace.

Nothing waits for a listener and nobody has a queue of his own: who falls behind the ring, or comes
back too late, is told to read everything anew.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

MOST_KEPT: Final = 4096
RESET: Final = "reset"
_MOST_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `make` gives what it tells, asked only when somebody listens.

    Of several events with the same `key` that a listener has not seen, only the last counts.
    """

    number: int
    name: str
    make: Callable[[], msgspec.Struct]
    key: str = ""


class Feed:
    """The last events of a space; `run` tells one life of the server from another."""

    def __init__(self, run: str, most: int = MOST_KEPT) -> None:
        self.run = run
        self.last = 0
        self._kept: deque[Event] = deque(maxlen=most)
        self._news = asyncio.Event()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether no event will ever come."""
        return self._closed

    def publish(self, name: str, make: Callable[[], msgspec.Struct], key: str = "") -> None:
        """Append an event and wake everybody who listens."""
        self.last += 1
        self._kept.append(Event(self.last, name, make, key))
        self._wake()

    def close(self) -> None:
        """Tell everybody that nothing will come any more."""
        self._closed = True
        self._wake()

    def after(self, number: int) -> Sequence[Event] | None:
        """Return the events after a number; None when some of them are gone."""
        if number > self.last or (self._kept and number + 1 < self._kept[0].number):
            return None
        found = [event for event in self._kept if event.number > number]
        latest = {event.key: event.number for event in found if event.key}
        return [event for event in found if latest.get(event.key, event.number) == event.number]

    async def wait(self, number: int, seconds: float) -> None:
        """Return when there is an event after a number, or when the time is over."""
        if self.last > number or self._closed:
            return
        event = self._news
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return

    def name_of(self, number: int) -> str:
        """Return the id of an event as listeners send it back."""
        return f"{self.run}-{number}"

    def find(self, name: str) -> int | None:
        """Return the number of an id, None when it is of another life of the server."""
        run, _, number = name.rpartition("-")
        if (
            run != self.run
            or not number.isascii()
            or not number.isdigit()
            or len(number) > _MOST_DIGITS
        ):
            return None
        return int(number)

    def _wake(self) -> None:
        event, self._news = self._news, asyncio.Event()
        event.set()


def write_event(name: str, number: str, data: bytes) -> bytes:
    """Return one event as it is sent; `data` is JSON, which has no line feed."""
    return b"event: %s\nid: %s\ndata: %s\n\n" % (name.encode(), number.encode(), data)

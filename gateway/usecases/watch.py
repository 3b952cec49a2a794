"""Waiting inside this process for a value to change; a missed wake-up only costs a poll."""

import asyncio
from contextlib import suppress


class EventWatch:
    """The `Watch` port on asyncio events; one event per key that somebody waits for."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[asyncio.Event, int]] = {}

    def notify(self, key: str) -> None:
        """Wake all that wait for `key`."""
        known = self._waiting.pop(key, None)
        if known is not None:
            known[0].set()

    async def wait(self, key: str, seconds: float) -> None:
        """Return at the next `notify(key)`, or after `seconds`."""
        event, waiting = self._waiting.get(key, (asyncio.Event(), 0))
        self._waiting[key] = (event, waiting + 1)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await event.wait()
        finally:
            self._forget(key, event)

    def _forget(self, key: str, event: asyncio.Event) -> None:
        known = self._waiting.get(key)
        if known is None or known[0] is not event:
            return
        if known[1] > 1:
            self._waiting[key] = (event, known[1] - 1)
        else:
            del self._waiting[key]

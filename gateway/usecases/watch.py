"""Waiting inside this process for a value to change; a missed wake-up only costs a poll."""

import asyncio
from typing import Any


class EventWatch:
    """The `Watch` port on futures: one for everybody who waits, by key."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[Any]]] = {}

    def notify(self, key: str, news: object = None) -> None:
        """Wake all that wait for `key`, and tell them `news`."""
        for future in self._waiting.pop(key, ()):
            _wake(future, news)

    async def wait(self, key: str, seconds: float) -> Any:  # noqa: ANN401  # whatever was told
        """Return what the next `notify(key)` tells, or None after `seconds`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.setdefault(key, []).append(future)
        timer = loop.call_later(seconds, _wake, future, None)
        try:
            return await future
        finally:
            timer.cancel()
            self._forget(key, future)

    def _forget(self, key: str, future: asyncio.Future[Any]) -> None:
        known = self._waiting.get(key)
        if known is not None and future in known:
            known.remove(future)
            if not known:
                del self._waiting[key]


def _wake(future: asyncio.Future[Any], news: object) -> None:
    if not future.done():
        future.set_result(news)

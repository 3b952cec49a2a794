"""Requests that wait (long polls, event streams) end when the server is asked to stop."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from weakref import WeakSet

from aiohttp import web


class Waiting:
    """The requests that wait at present; what they wait for is durable."""

    def __init__(self) -> None:
        self.tasks: WeakSet[asyncio.Task[object]] = WeakSet()

    async def stop(self, _app: web.Application) -> None:
        """Cancel them all."""
        for task in list(self.tasks):
            task.cancel()


_WAITING: Final = web.AppKey("waiting", Waiting)


def prepare(app: web.Application) -> None:
    """Have waiting requests cancelled at shutdown."""
    app[_WAITING] = Waiting()
    app.on_shutdown.append(app[_WAITING].stop)


@contextmanager
def waiting(request: web.Request) -> Iterator[None]:
    """Mark the present request as waiting."""
    tasks = request.config_dict[_WAITING].tasks
    present: list[asyncio.Task[object]] = [task for task in [asyncio.current_task()] if task]
    tasks.update(present)
    try:
        yield
    finally:
        tasks.difference_update(present)

"""A house in a thread and loop of its own, for those who are not asynchronous, or in another loop.

What the house does never waits for the caller's loop, so a test may block while parties answer it.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from mocks.net.house import House

T = TypeVar("T")


class HouseThread:
    """Runs one house from `start` to `stop`; also a context manager."""

    def __init__(self, folder: Path | None = None) -> None:
        """Prepare a house; its keys lie in `folder`, by default in one that is removed."""
        self._folder = folder
        self._loop: asyncio.AbstractEventLoop | None = None
        self._house: House | None = None
        self._end: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="mocks-house", daemon=True)
        self._started: Future[None] = Future()

    @property
    def house(self) -> House:
        """The house; touch it inside of `call` only.

        Raises:
            RuntimeError: it is not running.
        """
        if self._house is None:
            message = "the house is not running"
            raise RuntimeError(message)
        return self._house

    def start(self) -> None:
        """Start the thread; return once the house is open, or raise what kept it from opening."""
        self._thread.start()
        self._started.result()

    def stop(self) -> None:
        """Close every space and end the thread; what was not started is not stopped."""
        if self._loop is not None and self._end is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()
            self._loop = self._house = None

    def call(self, work: Coroutine[Any, Any, T], *, seconds: float | None = None) -> T:
        """Run a coroutine in the house's loop and return what it returns.

        Raises:
            RuntimeError: the house is not running.
            TimeoutError: it took longer than `seconds`; the work is cancelled.
        """
        if self._loop is None:
            work.close()
            message = "the house is not running"
            raise RuntimeError(message)
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds)
        finally:
            future.cancel()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _live(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with House(self._folder) as house:
            self._house = house
            self._started.set_result(None)
            await self._end.wait()

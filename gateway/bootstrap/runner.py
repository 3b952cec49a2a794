"""The task group that owns everything that runs beside a request."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Self
from uuid import uuid4

from gateway.domain.errors import GatewayError
from gateway.logs import CORRELATION

_LOG = logging.getLogger(__name__)


class TaskRunner:
    """The `Runner` port: a failing task is logged as an alarm and ends nobody else.

    Use it as an asynchronous context; leaving it waits for nobody: `drain` first.
    """

    def __init__(self, *, correlated: bool = True) -> None:
        """Without `correlated` no task gets a correlation id of its own (loops)."""
        self.failures = 0
        self._correlated = correlated
        self._tasks: set[asyncio.Task[None]] = set()
        self._group = asyncio.TaskGroup()
        self._open = False

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._open = True
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._open = False
        for task in self._tasks:
            task.cancel()
        await self._group.__aexit__(None, None, None)

    @property
    def running(self) -> int:
        """How many tasks are under way."""
        return len(self._tasks)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start `work`; its failure is logged and alarmed, never lost. Nothing starts at the end.

        Durable work that was not started is found again by the next sweep.
        """
        if not self._open:
            work.close()
            return
        task = self._group.create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> int:
        """Wait until all work is done, at most so long; return how many tasks still run."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        return len(self._tasks)

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        if self._correlated and not CORRELATION.get():
            CORRELATION.set(str(uuid4()))
        try:
            await work
        except Exception as error:  # noqa: BLE001  # whatever it is, the others go on
            self.failures += 1
            code = error.code if isinstance(error, GatewayError) else GatewayError.code
            _LOG.exception(
                "Background work failed", extra={"action": "background_fail", "code": code}
            )

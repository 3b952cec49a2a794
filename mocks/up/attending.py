"""Whoever sits at our gateway while it is under test: takes its steps, and looks what it shows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import aiohttp

from mocks.engine.evidence import Evidence
from mocks.gateway import GatewayFailedError
from mocks.runs.pace import RestlessError
from mocks.runs.run import Run

LOOK_SECONDS: Final = 0.5
MOST_STOPS: Final = 20_000
_TROUBLES: Final = (GatewayFailedError, aiohttp.ClientError, OSError, TimeoutError)


@dataclass(slots=True)
class Attendant:
    """Attends the gateway of a run; `tell` hears of each trouble once."""

    run: Run
    tell: Callable[[str], None]
    told: set[str] = field(default_factory=set)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def begin(self) -> None:
        """Let the scenario begin: what begins by itself is done, as far as it is due."""
        await self.run.begin()
        await self.advance_to(self.run.started_at)

    async def advance_to(self, target: datetime) -> None:
        """Move the clock to an instant, with a stop wherever the space or the gateway has a task.

        A clock that runs is moved at once: the gateway keeps its own time then.
        """
        space, pace = self.run.stage.space, self.run.pace
        for _ in range(MOST_STOPS):
            await space.advance_to(min(target, self.run.now))
            if space.clock.mode != "frozen" or not await self._rest():
                break
            if self.run.now >= target:
                return
            due = pace.next_instant()
            await pace.go_to(target if due is None else min(max(due, self.run.now), target))
        await space.advance_to(target)

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Look again and again beside whatever is done inside.

        Not among the tasks of the space: whoever waits for those to rest would wait for this one.
        """
        group = asyncio.TaskGroup()
        await group.__aenter__()
        task = group.create_task(self._attend())
        try:
            yield
        finally:
            task.cancel()
            # The error of what is done inside stays as it is and comes in no group.
            await group.__aexit__(None, None, None)

    async def _attend(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Take the steps that are due and take over what the gateway shows now."""
        async with self.busy:
            try:
                while self.run.steps:
                    entry = self.run.steps.popleft()
                    await self.run.sut.take(entry.step, self.run.now)
                await self.run.staff.act()
                await self.run.sut.look(self.run.now)
            except Exception as error:  # noqa: BLE001  # what goes wrong here must not end the space
                self._note(f"{type(error).__name__}: {error}")

    async def _rest(self) -> bool:
        """Wait until nothing happens any more before time passes; return whether that came."""
        async with self.busy:
            try:
                await self.run.stop_here()
            except (RestlessError, *_TROUBLES) as error:
                self._note(f"{type(error).__name__}: {error}")
                return False
        return True

    async def finish(self) -> None:
        """Look at everything that the gateway shows, writes and exports."""
        async with self.busy:
            try:
                await self.run.surfaces.look(self.run.now)
            except _TROUBLES as error:
                self._note(f"{type(error).__name__}: {error}")

    def evidence(self) -> Evidence:
        """Return what is known at this instant."""
        return self.run.evidence()

    def _note(self, trouble: str) -> None:
        if trouble not in self.told:
            self.told.add(trouble)
            self.tell(trouble)

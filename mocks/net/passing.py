"""How time passes in a space: what is due and when, who waits for it, and how it is moved."""

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol, TypeVar

from mocks.engine.agenda import Entry
from mocks.engine.calendar import BusinessCalendar
from mocks.engine.clock import SpaceClock
from mocks.engine.durations import Duration
from mocks.engine.script import Script
from mocks.net.holds import Holds
from mocks.net.host import Host
from mocks.net.timers import Timers

T = TypeVar("T")
POLL_SECONDS: Final = 0.25  # how late a timer may be, in real time
RETRY_SECONDS: Final = 0.5  # real time: what nobody took over is sent again
SETTLE_SECONDS: Final = 2.0  # real time: how long what is due may take before time goes on
GLANCE_SECONDS: Final = 0.005
State = Literal["ready", "advancing"]


class Passing(Protocol):
    """The part of a space that is about time, and about the work that time starts."""

    clock: SpaceClock
    state: State
    closing: bool
    tasks: asyncio.TaskGroup
    running: set[asyncio.Task[Any]]
    hosts: dict[str, Host]
    timers: Timers
    parked: set[asyncio.Task[Any]]  # who waits for time to pass
    woken: set[asyncio.Task[Any]]  # who waited for what came last
    holds: Holds
    moving: asyncio.Lock
    latest_news: asyncio.Event
    planned: asyncio.Event  # that something else may be due next

    @property
    def script(self) -> Script:
        """The rules of the space, whose agenda is kept here."""
        ...

    async def gather(self, works: Sequence[Coroutine[Any, Any, T]]) -> Sequence[T]:
        """Return what pieces of work return that run side by side."""
        return await asyncio.gather(*works)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that ends with the space at the latest; its failure ends the space.

        Once the space is closing nothing is started: nobody would end it.
        """
        if self.closing:
            work.close()
            return
        task = self.tasks.create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def advance(self, step: timedelta | Duration, *, stride: timedelta | None = None) -> None:
        """Move the clock on, from timer to timer; at each everybody is told and does what is due.

        Business days are those of the calendar without closing days of anybody's own. With a
        `stride` there is a stop at least that often, for what is due at gateways.
        """
        if isinstance(step, Duration):
            now = self.clock.now()
            step = BusinessCalendar().shift(now, step) - now
        async with self.moving:
            self.state = "advancing"
            self.changed()
            try:
                await self._advance(step, stride)
            finally:
                self.state = "ready"
                self.changed()

    async def advance_to(self, instant: datetime, *, stride: timedelta | None = None) -> None:
        """Move the clock forward to an instant; one that has passed changes nothing."""
        await self.advance(max(instant - self.clock.now(), timedelta()), stride=stride)

    async def leap(self, step: timedelta) -> None:
        """Move the clock in the middle of a turn; what became due comes after it."""
        self.clock.advance(step)
        await self.tell()

    async def run(self, rate: float = 1.0) -> None:
        """Let time run at a rate of the machine's, 0 to freeze it, and tell everybody.

        Raises:
            ValueError: the rate is negative or beyond a day in a second.
        """
        self.clock.run(rate)
        await self.tell()

    async def freeze(self) -> None:
        """Stop the time and tell everybody."""
        await self.run(0)

    async def wait_until(self, instant: datetime) -> None:
        """Return once the clock has reached an instant."""
        while self.clock.now() < instant:
            come, task = asyncio.Event(), asyncio.current_task()

            def wake(come: asyncio.Event = come, task: asyncio.Task[Any] | None = task) -> None:
                come.set()
                if task is not None:
                    self.parked.discard(task)
                    self.woken.add(task)

            self.timers.add(instant, wake)
            self.planned.set()
            await self._park(come.wait())

    def wake(self, code: str, at: datetime) -> None:
        """Let a party know at an instant of the clock that it has come."""
        self.timers.wake(code, at, lambda: self.spawn(self.hosts[code].clerk.wake()))
        self.planned.set()

    async def rest(self, attempt: int) -> None:  # noqa: ARG002  # the machine's time has no memory
        """Return when it is time to send again what nobody took over."""
        await self._park(asyncio.sleep(RETRY_SECONDS))

    async def news(self, seconds: float) -> None:
        """Return when any party changed or the clock moved, at the latest after real seconds."""
        event = self.latest_news
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.001)):
                await event.wait()

    def changed(self) -> None:
        """Wake everybody who waits for news."""
        event, self.latest_news = self.latest_news, asyncio.Event()
        event.set()

    @property
    def next_at(self) -> datetime | None:
        """When something is due next in this space, or None; gateways keep theirs to themselves."""
        known = [at for at in (self.timers.next_at, self.script.agenda.next_at) if at is not None]
        return min(known, default=None)

    async def keep_time(self) -> None:
        """Start what is due while time runs by itself; tell again who could not be told."""
        while True:
            if self.state == "ready":
                self._take_due()
                await self.tell(missed=True)
            self.planned.clear()
            due = self.next_at
            real = None if due is None else self.clock.wait_for(due)
            with suppress(TimeoutError):
                async with asyncio.timeout(
                    POLL_SECONDS if real is None else min(POLL_SECONDS, real)
                ):
                    await self.planned.wait()

    async def tell(self, *, missed: bool = False) -> None:
        """Tell the clock to everybody who is not here, or to those who missed it."""
        ...

    async def take_step(self, entry: Entry) -> None:
        """Let a party do what a scenario wants of it now."""
        ...

    async def _advance(self, step: timedelta, stride: timedelta | None) -> None:
        target = self.clock.offset + step
        while True:
            now, left = self.clock.now(), max(target - self.clock.offset, timedelta())
            due = self.next_at
            stop = left if due is None else min(left, max(due - now, timedelta()))
            self.clock.advance(min(stop, stride or stop))
            await self.tell()
            await self._settle(self._take_due())
            if self.clock.offset >= target:
                return

    def _take_due(self) -> set[asyncio.Task[Any]]:
        """Start what is due, in the order of its instants; return what was started."""
        now, due = self.clock.now(), self.next_at
        if due is None or due > now:
            return set()
        before = set(self.running)
        self.woken.clear()
        while True:
            timer, entry = self.timers.next_at, self.script.agenda.next_at
            if entry is not None and entry <= now and (timer is None or entry < timer):
                for one in self.script.agenda.due(entry):
                    self.spawn(self.take_step(one))
            elif (action := self.timers.take(now)) is not None:
                action()
            else:
                return (self.running - before) | self.woken

    async def _settle(self, started: set[asyncio.Task[Any]]) -> None:
        """Wait until what was started or woken is done, or waits for time to pass itself."""
        if not started:
            return
        before = set(self.parked)
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                while True:
                    pending = [
                        task for task in started if not task.done() and task not in self.parked
                    ]
                    serving = sum(host.clerk.under_way for host in self.hosts.values())
                    waiting = len(self.parked) + len(self.holds.held)
                    # Whoever waits through somebody else has that one parked since.
                    if serving <= waiting and len(pending) <= len(self.parked - before):
                        return
                    await asyncio.sleep(GLANCE_SECONDS)

    async def _park(self, until: Awaitable[object]) -> None:
        """Wait for time to pass, so that who moves the clock does not wait for this task."""
        task = asyncio.current_task()
        if task is None:
            message = "only a task can wait for time to pass"
            raise RuntimeError(message)
        self.parked.add(task)
        try:
            await until
        finally:
            self.parked.discard(task)

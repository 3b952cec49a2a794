"""How a run goes on: until nothing happens any more, then to the next instant at which it will.

Time of the space moves only here. A gateway is quiet when its own figures say that no task is
under way and nothing is due, and when no party is at work; what waits for time to pass (a slow
reply, a party that hangs) is quiet too once nothing has changed for a moment.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp

from mocks.gateway import Gateway
from mocks.net.space import Space

GLANCE_SECONDS: Final = 0.01
CALM_SECONDS: Final = 0.15  # real time without any change, while somebody waits for time to pass
STRIDE: Final = timedelta(seconds=1)  # what lies closer together happens at one stop
PATIENCE_SECONDS: Final = 60.0
RUNNING: Final = "nakadachi_work_running"
NEXT: Final = 'nakadachi_work_next_timestamp_seconds{{institution="{code}",lane="'
TURNS: Final = "batch"  # the lane in which batches look again and again what became of their rows
PATIENT: Final = timedelta(hours=12)
LOOKS: Final = 'nakadachi_work_looks_total{{institution="{code}"}}'
_KEEPER: Final = 1  # the task of a space that keeps its time


class RestlessError(Exception):
    """The system under test does not come to rest; the text says what goes on."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What goes on at a moment: of the space, and by the gateway's own figures."""

    rows: int
    at_work: int
    parked: int
    running: float
    next_runs: Mapping[str, datetime]  # by lane
    looks: float

    def same(self, other: "Glance") -> bool:
        """Return whether nothing has changed but that the gateway looked for work again."""
        return (self.rows, self.at_work, self.running, self.next_runs) == (
            other.rows,
            other.at_work,
            other.running,
            other.next_runs,
        )

    def is_idle(self, now: datetime) -> bool:
        """Return whether nobody is at work and nothing is due."""
        due = min(self.next_runs.values(), default=None)
        return not self.at_work and not self.running and (due is None or due > now)


@dataclass(slots=True)
class Pace:
    """Moves a run on; `changes` counts what the journal was told.

    `idle` grows while batches of the system under test only look whether anything became of their
    rows, and nothing did: there is no need to be there each time.
    """

    space: Space
    gateway: Gateway
    changes: int = 0
    seen: int = 0
    next_runs: Mapping[str, datetime] = field(default_factory=dict)
    idle: timedelta = field(default_factory=timedelta)
    _forget: object = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._forget = self.space.journal.subscribe(self._count)

    async def settle(self) -> None:
        """Return once nothing happens any more before time passes.

        Raises:
            RestlessError: something goes on for a minute.
        """
        loop = asyncio.get_running_loop()
        until, since = loop.time() + PATIENCE_SECONDS, loop.time()
        last: Glance | None = None
        while loop.time() < until:
            await self.space.tell()  # the gateway looks for work whenever it is told the time
            seen = await self._glance()
            if seen is None:
                return
            if last is None or not seen.same(last):
                since = loop.time()
            elif self._is_quiet(seen, last, loop.time() - since):
                self.next_runs = seen.next_runs
                return
            last = seen
            await asyncio.sleep(GLANCE_SECONDS)
        raise RestlessError(str(last))

    def next_instant(self) -> datetime | None:
        """Return when something happens next: in the space or at the gateway; None for never."""
        turns = [max(at, self.space.clock.now() + self.idle) for at in self._list_due(turns=True)]
        own = [at for at in [self.space.next_at] if at is not None]
        return min([*own, *self._list_due(turns=False), *turns], default=None)

    def _list_due(self, *, turns: bool) -> list[datetime]:
        return [at for lane, at in self.next_runs.items() if (lane == TURNS) is turns]

    async def go_to(self, instant: datetime) -> None:
        """Move the clock to an instant, or a bit beyond where instants lie close together."""
        self.idle = (
            timedelta() if self.changes > self.seen else min(5 * self.idle + STRIDE, PATIENT)
        )
        self.seen = self.changes
        step = instant - self.space.clock.now()
        if timedelta() < step < STRIDE:
            step = STRIDE
        await self.space.advance(max(step, timedelta()))

    def _is_quiet(self, seen: Glance, last: Glance, calm: float) -> bool:
        if seen.is_idle(self.space.clock.now()):
            return seen.looks > last.looks
        return bool(seen.parked) and calm >= CALM_SECONDS

    async def _glance(self) -> Glance | None:
        """Return what goes on, or None if the gateway has ended."""
        process = self.gateway.process
        if process is None or process.returncode is not None:
            return None
        try:
            figures = await self.gateway.figures()
        except (aiohttp.ClientError, OSError):
            return None
        code = self.gateway.plan.code
        start, space = NEXT.format(code=code), self.space
        serving = sum(host.clerk.under_way for host in space.hosts.values())
        return Glance(
            rows=self.changes,
            at_work=serving + len(space.running - space.parked) - _KEEPER,
            parked=len(space.parked) + len(space.holds.held),
            running=figures[RUNNING],
            next_runs={
                name.removeprefix(start).removesuffix('"}'): datetime.fromtimestamp(at, UTC)
                for name, at in figures.items()
                if name.startswith(start)
            },
            looks=figures[LOOKS.format(code=code)],
        )

    def _count(self, _row: object) -> None:
        self.changes += 1

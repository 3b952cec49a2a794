"""One run: people first, then steps, time and a look at each stop."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from mocks.engine.agenda import Entry
from mocks.engine.evidence import Evidence
from mocks.engine.names import Somebody
from mocks.parties.core import Core
from mocks.runs.crew import Crew
from mocks.runs.derived import derive, find_outdated
from mocks.runs.measuring import Gauge
from mocks.runs.pace import Pace
from mocks.runs.plan import RunPlan
from mocks.runs.population import Population
from mocks.runs.records import Records
from mocks.runs.seen import Book
from mocks.runs.staff import Staff
from mocks.runs.stage import Stage
from mocks.runs.surfaces import Surfaces, hidden_values
from mocks.runs.sut import GatewaySut

LONGEST: Final = timedelta(days=40)  # what parties do later than that does not belong to the run
MOST_STOPS: Final = 20_000


@dataclass(frozen=True, slots=True)
class _Log:
    """What the core keeps of exchanges, as it stands whenever somebody looks."""

    core: Core

    def __iter__(self) -> Iterator[Mapping[str, object]]:
        yield from self.core.state.log.export()


@dataclass(slots=True)
class Run:
    """One run on an open stage."""

    stage: Stage
    crew: Crew = field(init=False)
    book: Book = field(init=False)
    sut: GatewaySut = field(init=False)
    pace: Pace = field(init=False)
    surfaces: Surfaces = field(init=False)
    staff: Staff = field(init=False)
    gauge: Gauge = field(init=False)
    steps: deque[Entry] = field(default_factory=deque)
    evenings: deque[datetime] = field(default_factory=deque)  # that have come
    known: int = 0  # the last row that was looked at
    started_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        stage, plan = self.stage, self.plan
        self.crew = Crew.choose(
            stage.world.people, plan.scenario.people, away=frozenset(plan.codes.values())
        )
        self.book = Book(stage.script.names)
        population = Population(stage.gateway, plan, self.crew)
        records = Records(stage.gateway, self.book, stage.space.journal)
        self.sut = GatewaySut(stage.gateway, plan, population, self.book, records)
        self.pace = Pace(stage.space, stage.gateway)
        self.surfaces = Surfaces(
            stage.gateway,
            plan,
            self.book,
            stage.space.journal,
            _Log(stage.world.core),
        )
        self.staff = Staff(
            stage.gateway,
            plan,
            self.crew,
            stage.space.journal,
            stage.script.names.correlation_of,
        )
        self.gauge = Gauge(stage, self.book)
        self.started_at = plan.start

    @property
    def plan(self) -> RunPlan:
        """What is played."""
        return self.stage.plan

    @property
    def now(self) -> datetime:
        """The time of the space."""
        return self.stage.space.clock.now()

    async def prepare(self) -> None:
        """Make everybody known to everybody; no rule applies yet and nothing is kept of it.

        Raises:
            GatewayFailedError: the system under test refused something.
        """
        world, space = self.stage.world, self.stage.space
        named = (step.act.information for step in self.plan.begin)
        asked = {self.plan.topic.information, *(name for name in named if name is not None)}
        for one in self.crew:
            world.introduce(one.who, one.resident, information=asked, tags=one.tags)
        await self.sut.population.settle()
        await self.pace.settle()
        for one in self.crew:
            if "symbol_revoked" in one.tags:
                world.revoke(one.resident)
        await self.sut.records.look(self.now)
        space.journal.clear()
        self.book.sightings.clear()

    async def go(self) -> None:
        """Play from the first step to the end of the run.

        Raises:
            GatewayFailedError: the system under test refused a step.
            RestlessError: it does not come to rest.
        """
        self.stage.space.load(self.plan.scenario)
        await self.begin()
        for _ in range(MOST_STOPS):
            await self.stop_here()
            following = self._following()
            if following is None or not self.sut.is_alive(self.now):
                break
            await self.pace.go_to(following)
        await self.sut.look(self.now)
        if self.sut.is_alive(self.now):
            await self.surfaces.look(self.now)

    async def begin(self) -> None:
        """Let the run begin now: what begins by itself is on the agenda, what is due is done."""
        space = self.stage.space
        space.on_step = self._take_later
        self.started_at = self.now
        self.gauge.start()
        if self.plan.drifts:
            for at in self.plan.list_evenings():
                space.timers.add(at, partial(self.evenings.append, at))
        space.script.begin(self.started_at)
        await self.pace.go_to(self.started_at)

    def evidence(self) -> Evidence:
        """Return what the expectations are judged on, as it stands."""
        rows = self.stage.space.journal.rows()
        derived = [
            *derive(self.plan, rows),
            *find_outdated(self.stage.world, self.plan, self.crew, self.sut.changed, self.now),
        ]
        return Evidence(
            scenario=self.plan.scenario,
            rows=rows,
            sightings=(*self.book.sightings, *derived),
            now=self.now,
            started_at=self.started_at,
            hidden=hidden_values(self.plan, self.crew),
        )

    async def _take_later(self, entry: Entry) -> None:
        """Keep a step of the system under test until everybody else has come to rest."""
        self.steps.append(entry)

    async def stop_here(self) -> None:
        """Let everything happen that happens at this instant, one step of ours after another."""
        await self.pace.settle()
        while self.steps:
            entry = self.steps.popleft()
            await self.sut.take(entry.step, self.now)
            await self.pace.settle()
        if self.evenings:
            self.evenings.clear()
            await self.sut.close_the_day()
            await self.pace.settle()
        if await self.staff.act():
            await self.pace.settle()
        await self.sut.glance(self.now, self._touched())

    def _touched(self) -> set[Somebody]:
        """Return about whom something has happened since the last stop."""
        rows = self.stage.space.journal.rows(self.known)
        self.known = rows[-1].id if rows else self.known
        return {Somebody(name=row.person, member=row.member) for row in rows if row.person}

    def _following(self) -> datetime | None:
        """Return the next instant at which something happens, the end of the run, or None.

        What parties still do after the end of what is expected belongs to the run; what only the
        system under test would do then does not.
        """
        now, end = self.now, self.plan.end
        own = self.stage.space.next_at
        known = self.pace.next_instant()
        if known is not None and now < known <= end:
            return known
        if own is not None and now < own <= self.plan.start + LONGEST:
            return own
        return end if now < end else None

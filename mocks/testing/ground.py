"""What lies under a test's space: parties on sockets in a house's thread, or without sockets."""

from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from mocks.admin.room import Room
from mocks.admin.scenarios import keep_source
from mocks.admin.sources import Source
from mocks.admin.verify import take_evidence
from mocks.engine.clock import SpaceClock
from mocks.engine.evidence import Evidence, Verdict
from mocks.engine.journal import Journal
from mocks.engine.oracles import judge
from mocks.engine.party import Party
from mocks.engine.scenario import Scenario
from mocks.engine.script import Script
from mocks.net.space import Space
from mocks.net.thread import HouseThread
from mocks.runs.crew import Crew
from mocks.runs.plan import RunPlan
from mocks.up.attending import Attendant
from mocks.world import World

T = TypeVar("T")
Judgement = tuple[Evidence | None, tuple[Verdict, ...]]


@dataclass(slots=True, kw_only=True)
class Ground(ABC):
    """Parties, people, rules and time of one space; every method returns when it is done.

    `troubles` are what went wrong beside the test, said in failure reports.
    """

    name: str
    source: Source | None
    plan: RunPlan
    world: World
    crew: Crew
    clock: SpaceClock
    attendant: Attendant | None = None  # once our gateway has moved in
    troubles: list[str] = field(default_factory=list)
    begun: bool = False

    @property
    def script(self) -> Script:
        """Rules and names."""
        return self.world.script

    @property
    def journal(self) -> Journal:
        """What happened, in order."""
        return self.script.journal

    @property
    def scenario(self) -> Scenario | None:
        """The scenario as it is played, without what the system under test does in it."""
        if self.source is None:
            return None
        plan = self.plan
        theirs = tuple(step for step in plan.begin if step.party != plan.sut)
        return replace(plan.scenario, begin=theirs)

    def introduce_everybody(self) -> None:
        """Let the parties know the people of the scenario."""
        told = [self.plan.topic.information]
        for one in self.crew:
            self.world.introduce(one.who, one.resident, information=told, tags=one.tags)

    @abstractmethod
    def begin(self) -> None:
        """Let the rules apply from now on, and the parties do what they do by themselves."""

    @abstractmethod
    def advance_to(self, instant: datetime) -> None:
        """Move the clock to an instant; what falls due on the way is done in its order."""

    @abstractmethod
    def run(self, rate: float) -> None:
        """Let time run at a rate of the machine's."""

    @abstractmethod
    def settle(self) -> None:
        """Return once nothing happens any more before time passes."""

    @abstractmethod
    def judge(self, *, over: bool) -> Judgement:
        """Return what the expectations of the scenario come to; `over` says the test has ended."""

    @abstractmethod
    def switch(self, code: str, *, on: bool) -> None:
        """Let a party refuse connections, or answer again."""

    @abstractmethod
    def join(self, parties: Sequence[Party]) -> None:
        """Let more parties take part."""

    @abstractmethod
    def find_url(self, code: str) -> str:
        """Return where a party serves `/network/v1`, empty where there are no sockets.

        Raises:
            KeyError: no party has the institution code.
        """


@dataclass(slots=True, kw_only=True)
class HouseGround(Ground):
    """One space in a house; all of it is of the house's loop and touched there only."""

    thread: HouseThread
    folder: Path
    space: Space
    room: Room
    waits: bool = False  # whether what the parties do by themselves is still to begin
    looked: bool = False

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the house's loop and return what it returns."""
        return self.thread.call(work)

    def begin(self) -> None:
        """Let the rules apply from now on; what parties do by themselves begins when time does.

        So a test can still let the whole scenario be played from its beginning.
        """
        self.call(self._begin())

    def advance_to(self, instant: datetime) -> None:
        """Move the clock to an instant, with a stop wherever somebody has something to do."""
        self.call(self._advance_to(instant))

    def run(self, rate: float) -> None:
        """Let time run at a rate of the machine's."""
        self.call(self.space.run(rate))

    def settle(self) -> None:
        """Return once nothing happens any more before time passes."""
        self.call(self._settle())

    def judge(self, *, over: bool) -> Judgement:
        """Return what the expectations come to, after a look at what the gateway shows."""
        return self.call(self._judge(over=over))

    def switch(self, code: str, *, on: bool) -> None:
        """Let a party refuse connections, or answer again."""
        room = self.room
        self.call(room.switch_on(code) if on else room.switch_off(code, None))

    def join(self, parties: Sequence[Party]) -> None:
        """Let more parties take part."""
        self.call(self._join(parties))

    def find_url(self, code: str) -> str:
        """Return where a party serves `/network/v1`."""
        found = next((peer.url for peer in self.space.peers if peer.institution == code), None)
        if found is None:
            raise KeyError(code)
        return found

    async def _begin(self) -> None:
        self.begun = True
        if self.attendant is None:
            self.introduce_everybody()
        scenario = self.scenario
        if scenario is None or self.source is None:
            return
        self.space.load(scenario)
        keep_source(self.room, self.source)
        self.waits = True

    async def _start(self) -> None:
        if not self.waits:
            return
        self.waits = False
        if self.attendant is not None:
            await self.attendant.begin()
        else:
            self.script.begin(self.clock.now())
            await self.space.advance_to(self.clock.now())

    async def _advance_to(self, instant: datetime) -> None:
        await self._start()
        await (self.attendant or self.space).advance_to(instant)

    async def _settle(self) -> None:
        await self._start()
        if self.attendant is not None:
            await self.attendant.run.pace.settle()
            await self.attendant.look()

    async def _judge(self, *, over: bool) -> Judgement:
        scenario = self.scenario
        if scenario is None:
            return None, ()
        if over or not self.waits:
            await self._settle()
        if self.attendant is not None and over and not self.looked:
            await self.attendant.run.surfaces.look(self.clock.now())
            self.looked = True
        evidence = take_evidence(self.room, scenario)
        return evidence, judge(scenario.expect, evidence, over=over)

    async def _join(self, parties: Sequence[Party]) -> None:
        for party in parties:
            await self.space.join(party)
        self.room.name_everybody()
        await self.space.tell()

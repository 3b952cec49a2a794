"""Where a provider is tried by hand: a space of counterparties, the system, one person it knows."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from importlib.resources import files
from typing import Final

from mocks.conform.running import CouldNotRunError
from mocks.engine.clock import JST
from mocks.engine.loading import load_scenario
from mocks.engine.people import Resident
from mocks.engine.scenario import PartySetup
from mocks.gateway import Gateway, GatewayFailedError
from mocks.net.space import Space
from mocks.parties.agency import Agency
from mocks.runs.crew import Crew
from mocks.runs.plan import plan_run
from mocks.runs.run import Run
from mocks.runs.stage import RunOptions, open_stage
from mocks.runs.topic import Topic
from mocks.up.opening import Up
from mocks.world import World
from permitlists import load_institutions

ASKER: Final = "991066"
OPENS, CLOSES = time(8, 30), time(17, 15)
EVENING: Final = time(20)
PERSON: Final = "p1"
_INSTITUTIONS: Final = "[[institutions]]\n"
_SCENE: Final = files("mocks.conform") / "data" / "provider-bench.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """An open space with the system under test (`code`) in it, and a resident it has data of.

    `topic` is what it is asked.
    `close_office` lets the system have hours, and returns what takes them away again.
    """

    space: Space
    world: World
    code: str
    person: Resident
    topic: Topic
    close_office: Callable[[], Awaitable[Callable[[], Awaitable[None]]]]
    gateway: Gateway | None = None

    @property
    def asker(self) -> Agency:
        """The agency that asks.

        Raises:
            CouldNotRunError: there is none.
        """
        found = self.world.find_agency(ASKER)
        if found is None:
            raise CouldNotRunError("照会側の機関がありません", ASKER)
        return found

    @property
    def now(self) -> datetime:
        """The time of the space."""
        return self.space.clock.now()

    async def wait_for_evening(self) -> None:
        """Move the clock to an instant at which the office is closed."""
        local = self.now.astimezone(JST)
        evening = datetime.combine(local.date(), EVENING, JST)
        if evening < local:
            evening += timedelta(days=1)
        await self.space.advance_to(evening)


@dataclass(slots=True, kw_only=True)
class SharedBench:
    """One bench for everybody who needs it: opened for the first, open until it is put away."""

    open: Callable[[], AbstractAsyncContextManager[Bench]]
    bench: Bench | None = None
    failure: str = ""
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def load(self) -> Bench:
        """Return the bench.

        Raises:
            CouldNotRunError: it does not open, or did not when it was first needed.
            StillWaitingError: nobody did what it waits for.
        """
        if self.failure:
            raise CouldNotRunError(self.failure)
        if self.bench is None:
            try:
                self.bench = await self._stack.enter_async_context(self.open())
            except CouldNotRunError as error:
                self.failure = str(error)
                raise
        return self.bench

    async def put_away(self) -> None:
        """Close it, so that its ports are free."""
        self.bench, self.failure = None, ""
        await self._stack.aclose()


@asynccontextmanager
async def open_bench(options: RunOptions) -> AsyncIterator[Bench]:
    """Open a bench with our gateway on it, or another program that serves as it does.

    Raises:
        CouldNotRunError: it does not start, or refuses the person.
    """
    scenario = load_scenario(_SCENE.read_bytes()).scenario
    plan = plan_run(scenario, load_institutions(), seed=options.seed, topic=options.topic)
    try:
        async with open_stage(plan, options) as stage:
            run = Run(stage)
            await run.prepare()
            [one] = run.crew.of(PERSON)

            async def close_office() -> Callable[[], Awaitable[None]]:
                return await _close_office(stage.gateway)

            yield Bench(
                space=stage.space,
                world=stage.world,
                code=plan.code,
                person=one.resident,
                topic=plan.topic,
                close_office=close_office,
                gateway=stage.gateway,
            )
    except GatewayFailedError as error:
        raise CouldNotRunError("試験対象が起動しません", str(error)) from error


async def _close_office(gateway: Gateway) -> Callable[[], Awaitable[None]]:
    """Start a gateway anew with hours; return what starts it without them."""
    config = gateway.plan.config
    before = config.read_text(encoding="utf-8")
    hours = f'opens = "{OPENS:%H:%M:%S}"\ncloses = "{CLOSES:%H:%M:%S}"\n'

    async def start_with(text: str) -> None:
        await gateway.stop()
        config.write_text(text, encoding="utf-8")
        await gateway.start()
        await gateway.wait_ready()

    async def open_again() -> None:
        await start_with(before)

    await start_with(before.replace(_INSTITUTIONS, _INSTITUTIONS + hours, 1))
    return open_again


async def place_external(
    up: Up, close_office: Callable[[], Awaitable[Callable[[], Awaitable[None]]]]
) -> Bench:
    """Return the bench of a system that runs elsewhere, in a space that is up."""
    world = up.house.world(up.wanted.space)
    for agency in world.take_roles({"asker": PartySetup(kind="agency", code=ASKER)}):
        await up.space.join(agency)
    crew = Crew.choose(
        world.people, up.plan.scenario.people, away=frozenset(up.plan.codes.values())
    )
    [one, *_] = crew.of(PERSON)
    return Bench(
        space=up.space,
        world=world,
        code=up.plan.code,
        person=one.resident,
        topic=up.plan.topic,
        close_office=close_office,
    )

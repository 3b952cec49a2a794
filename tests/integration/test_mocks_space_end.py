"""How a space ends while its parties are at work: cleanly, and with nothing left of it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mocks.engine.clock import SpaceClock
from mocks.engine.durations import parse_duration
from mocks.engine.names import Somebody
from mocks.engine.party import Effect
from mocks.engine.scenario_rules import Fault, Rule, When
from mocks.net.clerk import NEVER
from mocks.net.holds import HOLD
from mocks.net.host import Host
from mocks.net.house import House, Plot
from mocks.net.space import Space
from mocks.parties import acquiring
from mocks.parties.agency_state import Ask
from mocks.world import World
from wire.messages import RequestedInformation

pytestmark = pytest.mark.integration

FRIDAY = datetime(2027, 6, 4, 1, 0, tzinfo=UTC)
BENEFITS = "医療保険給付関係情報"
PATIENCE = 20.0


def hold(space: Space, party: str, op: str) -> None:
    rule(space, party, op, Fault(at="before_effect", kind=HOLD))


def rule(space: Space, party: str, op: str, fault: Fault) -> None:
    space.script.add_rule(Rule(id="stop", when=When(party=party, op=op), fault=(fault,)))


async def until_held(space: Space) -> None:
    async with asyncio.timeout(PATIENCE):
        while not space.holds.held:
            await space.news(0.1)


def ask(space: Space, world: World) -> Sequence[Effect]:
    """Return the effects that let an agency ask another about somebody new."""
    [resident] = world.people.generate(1)
    world.introduce(Somebody(name="p1"), resident, information=[BENEFITS])
    command = Ask(
        request_id="r-1",
        provider=world.code("insurer"),
        row="42",
        clause="1",
        information=(RequestedInformation(name=BENEFITS),),
        individual_number=resident.individual_number,
    )
    return world.agencies["prefecture"].ask(command, now=space.clock.now())


async def take(host: Host, effects: Sequence[Effect]) -> None:
    await host.perform(effects)


@pytest.mark.parametrize("op", ["resident.link", "symbol.acquire"])
async def test_who_goes_on_while_a_space_closes_starts_nothing_more(op: str) -> None:
    async with House() as house:
        space, world = await house.open(), house.world()
        hold(space, world.core.registry if op == "resident.link" else world.core.code, op)
        [resident] = world.people.generate(1)
        world.registry.register([resident])
        agency = world.agencies["prefecture"]
        effects = acquiring.acquire(agency, resident.individual_number, space.clock.now())
        space.spawn(take(space.hosts[agency.code], effects))
        await until_held(space)
        async with asyncio.timeout(PATIENCE):
            await house.close()
        assert not space.running
        assert all(host.client.closed for host in space.hosts.values())


@pytest.mark.parametrize(
    ("party", "op"),
    [("core", "permit.issue"), ("core", "inquiry.relay"), ("insurer", "inquiry.receive")],
)
async def test_a_space_goes_on_where_the_state_is_cleared_under_an_exchange(
    tmp_path: Path, party: str, op: str
) -> None:
    async with House(tmp_path) as house:
        space, world = await house.open(), house.world()
        hold(space, world.code(party), op)
        agency = world.agencies["prefecture"]
        space.spawn(take(space.hosts[agency.code], ask(space, world)))
        await until_held(space)
        space.reset_state()
        space.holds.release_all()
        async with asyncio.timeout(PATIENCE):
            while len(space.running) > 1:  # who keeps the time stays
                await space.news(0.1)
        assert agency.state.asked == {}
        assert house.find() is space


async def test_a_wait_that_leaves_the_calendar_never_ends_and_ends_nothing(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        clock = SpaceClock.starting(FRIDAY, pace=0)
        space, world = await house.open(Plot(clock=clock)), house.world()
        delay = Fault(at="before_effect", kind="delay", lasting=parse_duration("P9000BD"))
        rule(space, world.code("insurer"), "inquiry.answer", delay)
        agency = world.agencies["prefecture"]
        started = ask(space, world)
        world.agencies["insurer"].state.holdings.clear()  # so that the answer comes later
        await space.hosts[agency.code].perform(started)
        await space.advance(timedelta(days=1))
        async with asyncio.timeout(PATIENCE):
            while space.next_at != NEVER:
                await space.news(0.1)
        assert agency.state.asked["r-1"].state == "sent"
        assert house.find() is space


@pytest.mark.parametrize(
    "wakes", [{"nobody": ["2099-01-01T00:00:00Z"]}, {"core": ["2099-01-01T00:00:00"]}]
)
async def test_a_snapshot_that_wakes_nobody_changes_nothing(
    tmp_path: Path, wakes: dict[str, list[str]]
) -> None:
    async with House(tmp_path) as house:
        space = await house.open()
        named = {space.core.code if one == "core" else one: at for one, at in wakes.items()}
        kept = {**space.snapshot(), "wakes": named}
        with pytest.raises(ValueError, match="snapshot"):
            await space.restore(kept)
        assert space.next_at is None


async def test_a_space_whose_opener_has_gone_closes_and_is_no_failure(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        opening = asyncio.ensure_future(house.open(Plot(name="left")))
        await asyncio.sleep(0)
        space = house.find("left")
        assert space is not None
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        async with asyncio.timeout(PATIENCE):
            while house.find("left") is not None:
                await space.news(0.1)


async def test_a_failure_of_an_earlier_space_keeps_none_of_its_name_open(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        space = await house.open()
        space.spawn(fail())
        async with asyncio.timeout(PATIENCE):
            while house.find() is not None:
                await space.news(0.1)
        await house.open()
        with pytest.raises(ExceptionGroup):
            await house.close()
        assert house.find() is None


async def fail() -> None:
    raise LookupError

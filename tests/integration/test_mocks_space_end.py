"""How a space ends while its parties are at work: cleanly, and with nothing left of it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from mocks.engine.names import Somebody
from mocks.engine.party import Effect
from mocks.engine.scenario_rules import Fault, Rule, When
from mocks.net.holds import HOLD
from mocks.net.host import Host
from mocks.net.house import House
from mocks.net.space import Space
from mocks.parties import acquiring
from mocks.parties.agency_state import Ask
from wire.messages import RequestedInformation

pytestmark = pytest.mark.integration

BENEFITS = "医療保険給付関係情報"
PATIENCE = 20.0


def hold(space: Space, party: str, op: str) -> None:
    fault = Fault(at="before_effect", kind=HOLD)
    space.script.add_rule(Rule(id="stop", when=When(party=party, op=op), fault=(fault,)))


async def until_held(space: Space) -> None:
    async with asyncio.timeout(PATIENCE):
        while not space.holds.held:
            await space.news(0.1)


async def take(host: Host, effects: Sequence[Effect]) -> None:
    await host.perform(effects)


@pytest.mark.parametrize("op", ["resident.link", "symbol.acquire"])
async def test_who_goes_on_while_a_space_closes_starts_nothing_more(
    tmp_path: Path, op: str
) -> None:
    async with House(tmp_path) as house:
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
        [resident] = world.people.generate(1)
        world.introduce(Somebody(name="p1"), resident, information=[BENEFITS])
        agency = world.agencies["prefecture"]
        ask = Ask(
            request_id="r-1",
            provider=world.code("insurer"),
            row="42",
            clause="1",
            information=(RequestedInformation(name=BENEFITS),),
            individual_number=resident.individual_number,
        )
        effects = agency.ask(ask, now=space.clock.now())
        space.spawn(take(space.hosts[agency.code], effects))
        await until_held(space)
        space.reset_state()
        space.holds.release_all()
        async with asyncio.timeout(PATIENCE):
            while len(space.running) > 1:  # who keeps the time stays
                await space.news(0.1)
        assert agency.state.asked == {}
        assert house.find() is space

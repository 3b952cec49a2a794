"""Core, registry and agencies behind real loopback TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import time, timedelta
from pathlib import Path

import aiohttp
import pytest

from mocks.engine.behaviour import Order
from mocks.engine.calendar import Opening
from mocks.engine.cast import values_for
from mocks.engine.clock import JST, SpaceClock, system_time
from mocks.engine.hours import EVERY_DAY
from mocks.net.client import PATH, DocumentsClient
from mocks.net.space import Space, tls_files
from mocks.parties.agency_state import Ask, Asked
from mocks.parties.desk import Letter
from mocks.pki import Pki
from mocks.world import Setup, World, make_world
from wire.documents import MEDIA_TYPE
from wire.messages import PermitListRequest, RequestedInformation

pytestmark = pytest.mark.integration

BENEFITS = "医療保険給付関係情報"
PATIENCE = 10.0


class Town:
    """A running space with helpers that wait for what it does."""

    def __init__(self, world: World, space: Space) -> None:
        self.world, self.space = world, space

    async def acquire(self, short: str, number: str) -> None:
        agency = self.world.agencies[short]
        await self.space.hosts[agency.code].perform(
            agency.acquire(number, now=self.space.clock.now())
        )
        async with asyncio.timeout(PATIENCE):
            while number not in agency.state.symbols:
                await self.space.news(0.1)

    async def ask(self, request_id: str, case: str = "D04") -> Asked:
        agency = self.world.agencies["prefecture"]
        ask = Ask(
            request_id=request_id,
            provider=self.world.code("insurer"),
            row="42",
            clause="1",
            information=(RequestedInformation(name=BENEFITS),),
            individual_number=self.world.cast[case].resident.individual_number,
        )
        await self.space.hosts[agency.code].perform(agency.ask(ask, now=self.space.clock.now()))
        return agency.state.asked[request_id]

    async def settled(self, asked: Asked, state: str) -> bool:
        async with asyncio.timeout(PATIENCE):
            while asked.state != state:
                await self.space.news(0.1)
        return True


@pytest.fixture(name="town")
async def _town(tmp_path: Path) -> AsyncIterator[Town]:
    pki = Pki(tmp_path, now=system_time())
    world = make_world(Setup(pki=pki, seed="1"))
    space = Space(pki, SpaceClock(), world.core, world.keys, world.parties)
    async with space:
        town = Town(world, space)
        number = world.cast["D04"].resident.individual_number
        await town.acquire("prefecture", number)
        await town.acquire("insurer", number)
        values = values_for(world.cast["D04"], world.people, BENEFITS)
        world.agencies["insurer"].state.holdings[number] = {BENEFITS: values}
        yield town


async def test_an_inquiry_is_answered_over_mutual_tls(town: Town) -> None:
    asked = await town.ask("r-1")
    assert asked.state == "answered"
    assert town.world.core.state.log.verify()


async def test_a_late_answer_comes_at_its_slot(town: Town) -> None:
    number = town.world.cast["D05"].resident.individual_number
    await town.acquire("prefecture", number)
    asked = await town.ask("r-1", "D05")
    assert asked.state == "sent"
    await town.space.advance(timedelta(seconds=300))
    assert await town.settled(asked, "not_provided")


async def test_a_slow_relay_moves_the_clock_for_everybody(town: Town) -> None:
    town.world.core.state.behaviour.give(Order(act="relay.slow", amount=301))
    asked = await town.ask("r-1")
    assert (asked.state, asked.permits_asked) == ("answered", 2)
    assert town.space.clock.offset == timedelta(seconds=301)


async def test_a_closed_provider_opens_when_the_clock_gets_there(town: Town) -> None:
    later = town.space.clock.now().astimezone(JST) + timedelta(hours=2)
    hours = Opening(calendar=EVERY_DAY, opens=time(later.hour), closes=time((later.hour + 1) % 24))
    town.world.agencies["insurer"].role.hours = hours
    asked = await town.ask("r-1")
    assert asked.code == "provider.closed"
    assert asked.refusal is not None
    assert asked.refusal.retry_at is not None
    await town.space.advance_to(asked.refusal.retry_at)
    assert (await town.ask("r-2")).state == "answered"


async def test_a_party_that_nobody_admitted_is_cut_off(town: Town, tmp_path: Path) -> None:
    stranger = town.space.pki.identity("991023")
    client = DocumentsClient(tls_files(town.space.pki, stranger), town.space.directory)
    assert await client.post(town.world.core.code, (b"x",)) is None
    assert await client.post("000000", (b"x",)) is None
    await client.close()
    other = Pki(tmp_path / "other", now=system_time())
    rogue = other.identity("991023")
    client = DocumentsClient(tls_files(other, rogue), town.space.directory)
    assert await client.post(town.world.core.code, (b"x",)) is None
    await client.close()


async def test_what_is_no_stream_gets_a_problem(town: Town) -> None:
    agency = town.world.agencies["insurer"]
    host = town.space.hosts[agency.code]
    core = town.space.directory().find(town.world.core.code)
    assert core is not None
    context = host.client._context(core.institution)
    asked = agency.desk.write(
        PermitListRequest(), Letter(to=core.institution, at=town.space.clock.now())
    )
    assert await problem(core.url, b"no stream", MEDIA_TYPE, context) == (400, "wire.stream.header")
    assert await problem(core.url, asked.raw, "text/plain", context) == (415, "request.media_type")


async def problem(url: str, body: bytes, kind: str, context: ssl.SSLContext) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}{PATH}", data=body, headers={"Content-Type": kind}, ssl=context) as got,
    ):
        return got.status, (await got.json(content_type="application/problem+json"))["code"]


async def test_an_undelivered_document_is_sent_again(town: Town) -> None:
    """The registry tells the core late; the acquisition ends all the same."""
    agency, core = town.world.agencies["insurer"], town.world.core
    number = town.world.cast["D16"].resident.individual_number
    started = agency.acquire(number, now=town.space.clock.now())
    registry = town.space.hosts[town.world.registry.code]
    await town.space.switch(registry.party.code, on=False)
    await town.space.hosts[agency.code].perform(started)
    await town.space.switch(core.code, on=False)
    await town.space.switch(registry.party.code, on=True)
    assert await town.space.hosts[agency.code].client.post(core.code, (b"x",)) is None
    await town.space.switch(core.code, on=True)
    async with asyncio.timeout(PATIENCE):
        while number not in agency.state.symbols:
            await town.space.news(0.1)

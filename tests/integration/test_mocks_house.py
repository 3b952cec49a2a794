"""Many spaces in one loop, each with its own ports, keys, clock and rules, on real loopback TLS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as driver

from mocks.engine.clock import SpaceClock
from mocks.engine.durations import Duration, parse_duration
from mocks.engine.names import Somebody
from mocks.engine.scenario_rules import Fault, Rule, When
from mocks.net.client import DocumentsClient
from mocks.net.holds import HOLD
from mocks.net.house import House, Plot, SpaceError
from mocks.net.journal_reading import load, verify
from mocks.net.space import Space, tls_files
from mocks.net.thread import HouseThread
from mocks.parties.agency_state import Ask, Asked
from mocks.parties.desk import Letter
from mocks.world import World
from wire.messages import PermitListRequest, RequestedInformation

pytestmark = pytest.mark.integration

FRIDAY = datetime(2027, 6, 4, 1, 0, tzinfo=UTC)
BENEFITS = "医療保険給付関係情報"
PATIENCE = 10.0


class Room:
    """One tester's space: an agency of it asks another about a person called p1."""

    def __init__(self, house: House, space: Space) -> None:
        self.space = space
        self.world: World = house.world(space.name)
        [resident] = self.world.people.generate(1)
        self.number = resident.individual_number
        self.world.introduce(Somebody(name="p1"), resident, information=[BENEFITS])

    @property
    def rows(self) -> list[tuple[str | None, str | None]]:
        return [(row.op, row.outcome) for row in self.space.journal.rows()]

    @property
    def core(self) -> str:
        return self.world.core.code

    async def ask(self, request_id: str) -> Asked:
        agency = self.world.agencies["prefecture"]
        ask = Ask(
            request_id=request_id,
            provider=self.world.code("insurer"),
            row="42",
            clause="1",
            information=(RequestedInformation(name=BENEFITS),),
            individual_number=self.number,
        )
        await self.space.hosts[agency.code].perform(agency.ask(ask, now=self.space.clock.now()))
        return agency.state.asked[request_id]

    def rule(self, party: str, op: str, **fault: object) -> None:
        """Add a rule by hand with one fault."""
        for name in ("lasting", "after"):
            if name in fault:
                fault[name] = parse_duration(str(fault[name]))
        rule = Rule(
            id=f"r-{len(self.space.script.rules_by_hand)}",
            when=When(party=self.world.code(party), op=op),
            fault=(Fault(**fault),),  # type: ignore[arg-type]  # fields by name
        )
        self.space.script.add_rule(rule)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self.space.news(0.1)


Opener = Callable[..., Awaitable[Room]]


@pytest.fixture(name="house")
async def _house(tmp_path: Path) -> AsyncIterator[House]:
    async with House(tmp_path) as house:
        yield house


@pytest.fixture(name="settle")
def _settle(house: House) -> Opener:
    async def settle(name: str = "default", *, frozen: bool = True) -> Room:
        clock = SpaceClock.starting(FRIDAY, pace=0) if frozen else None
        return Room(house, await house.open(Plot(name=name, clock=clock)))

    return settle


async def test_spaces_are_opened_found_and_closed_by_name(house: House) -> None:
    first = await house.open()
    second = await house.open(Plot(name="second", seed=2))
    assert list(house.spaces) == ["default", "second"]
    assert (house.find(), house.find("second"), house.find("third")) == (first, second, None)
    for name, code in [("second", "space.exists"), ("No", "space.name"), ("../x", "space.name")]:
        with pytest.raises(SpaceError) as caught:
            await house.open(Plot(name=name))
        assert caught.value.code == code
    await house.close("second")
    assert list(house.spaces) == ["default"]
    with pytest.raises(SpaceError, match=r"space\.unknown"):
        await house.close("second")
    assert (await house.open(Plot(name="second"))) is not second


async def test_an_error_in_a_space_ends_it_and_no_other(house: House, settle: Opener) -> None:
    bad, good = await settle("bad"), await settle("good")
    bad.space.spawn(fail())
    await good.until(lambda: house.find("bad") is None)
    assert (await good.ask("r-1")).state == "answered"
    with pytest.raises(ExceptionGroup) as caught:
        await house.close("bad")
    assert [type(one) for one in caught.value.exceptions] == [LookupError]
    assert (await settle("bad")).space is not bad.space


async def test_what_failed_is_told_at_the_end_at_the_latest(tmp_path: Path) -> None:
    async def live() -> None:
        async with House(tmp_path) as house:
            space = await house.open()
            space.spawn(fail())
            while house.find() is not None:
                await space.news(0.1)

    with pytest.raises(ExceptionGroup, match="default"):
        await live()


async def test_an_error_of_whoever_is_in_a_house_stays_as_it_is(tmp_path: Path) -> None:
    async def live() -> None:
        async with House(tmp_path) as house:
            await house.open()
            await fail()

    with pytest.raises(LookupError):
        await live()


async def fail() -> None:
    raise LookupError


async def test_two_spaces_at_work_at_once_never_see_each_other(settle: Opener) -> None:
    left, right = await settle("left"), await settle("right")
    left.rule("core", "permit.issue", at="before_effect", kind="reset")
    cut, answered = await asyncio.gather(left.ask("r-1"), right.ask("r-1"))
    assert (cut.code, answered.state) == ("peer.unreachable", "answered")
    assert left.rows == [("permit.issue", "not_done")]
    assert ("inquiry.receive", "answered") in right.rows
    ports = [{host.port for host in one.space.hosts.values()} for one in (left, right)]
    assert not ports[0] & ports[1]
    await left.space.advance(timedelta(days=1))
    assert (left.space.clock.now(), right.space.clock.now()) == (FRIDAY + timedelta(days=1), FRIDAY)


async def test_who_belongs_to_another_space_fails_the_handshake(settle: Opener) -> None:
    left, right = await settle("left"), await settle("right")
    stranger = left.space.pki.identity(left.world.code("insurer"))
    client = DocumentsClient(tls_files(left.space.pki, stranger), right.space.directory)
    assert await client.post(right.core, (b"x",)) is None
    await client.close()
    assert right.space.journal.rows() == []


async def test_raw_bytes_are_kept_before_anybody_looks_and_unmatched_ones_are_rows(
    settle: Opener,
) -> None:
    tester = await settle()
    agency = tester.world.agencies["insurer"]
    client = tester.space.hosts[agency.code].client
    assert await client.post(tester.core, (b"no stream",)) is None
    letter = Letter(to=tester.core, at=tester.space.clock.now())
    sealed = agency.desk.seal("receipt", b"<receipt/>", "application/xml", letter)
    await client.post(tester.core, (sealed.raw,))
    await client.post(tester.core, (agency.desk.write(PermitListRequest(), letter).raw,))
    rows = tester.space.journal.rows(unmatched=True)
    assert [row.note for row in rows] == ["wire.stream.header", "receipt"]
    assert tester.space.journal.raw(rows[0].exchange) == (b"no stream", b"")
    assert tester.space.journal.raw(rows[1].exchange)[0] == sealed.raw


async def test_what_a_party_said_is_in_the_file_of_its_space(house: House, settle: Opener) -> None:
    tester = await settle()
    await tester.ask("r-1")
    [path] = (house.folder / "default").glob("journal-*.db")
    seen = {row.op for row in load(path).rows}
    assert {"permit.issue", "inquiry.receive"} <= seen
    await house.close()
    assert verify(path).bad is None
    async with House() as other:
        await other.open()
        assert not list(other.folder.glob("*/journal*"))


async def test_a_party_says_nothing_that_cannot_be_noted(settle: Opener) -> None:
    tester = await settle()
    file = tester.space.file
    assert file is not None
    await file.flushed()
    file._db.execute("PRAGMA busy_timeout=0")
    other = driver.connect(str(file.path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert (await tester.ask("r-1")).code == "peer.unreachable"
    assert tester.rows == [("permit.issue", "permitted")]
    assert load(file.path).rows == ()
    other.execute("ROLLBACK")
    other.close()
    assert (await tester.ask("r-2")).state == "answered"


async def test_what_a_party_sends_by_itself_waits_for_the_disk_as_its_replies_do(
    settle: Opener,
) -> None:
    tester = await settle()
    space, reached = tester.space, 0

    async def listen(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal reached
        reached += 1
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    stranger = space.pki.identity("991066")
    space.admit(stranger, f"https://127.0.0.1:{port}")
    assert space.file is not None
    await space.file.flushed()
    space.file._db.execute("PRAGMA busy_timeout=0")
    other = driver.connect(str(space.file.path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for to in ("991066", tester.world.code("insurer")):
        assert await space.post(tester.core, to, (b"x",)) is None
    assert reached == 0
    other.execute("ROLLBACK")
    other.close()
    assert await space.post(tester.core, "991066", (b"x",)) is None
    assert reached == 1
    server.close()


@pytest.mark.parametrize(
    ("point", "kind", "outcome", "more"),
    [
        ("before_effect", "reset", "not_done", {}),
        ("before_effect", "close", "not_done", {}),
        ("before_effect", "status", "not_done", {"status": 503}),
        ("before_effect", "refuse", "not_done", {"lasting": "PT10M"}),
        ("after_effect", "reset", "permitted", {}),
        ("after_effect", "status", "permitted", {"status": 500}),
        ("mid_response", "truncate", "permitted", {"bytes": "61%", "framing": "close_delimited"}),
        ("mid_response", "malformed_chunk", "permitted", {}),
    ],
)
async def test_a_fault_breaks_the_exchange_at_its_point(
    settle: Opener, point: str, kind: str, outcome: str, more: dict[str, object]
) -> None:
    tester = await settle()
    tester.rule("core", "permit.issue", at=point, kind=kind, **more)
    asked = await tester.ask("r-1")
    assert asked.code == "peer.unreachable"
    assert tester.rows == [("permit.issue", outcome)]
    [row] = tester.space.journal.rows()
    assert row.faults == (f"r-0:{kind}@{point}",)


async def test_a_refusal_that_lasts_shuts_the_door_until_the_clock_is_there(
    settle: Opener,
) -> None:
    tester = await settle()
    tester.rule("core", "permit.issue", at="before_effect", kind="refuse", lasting="PT10M")
    await tester.ask("r-1")
    await tester.ask("r-2")
    assert len(tester.rows) == 1, "the second never got in"
    await tester.space.advance(timedelta(minutes=9))
    await tester.ask("r-3")
    assert len(tester.rows) == 1
    await tester.space.advance(timedelta(minutes=1))
    await tester.until(lambda: not tester.space.hosts[tester.core].outages)
    assert (await tester.ask("r-4")).state == "answered"


async def test_a_delay_waits_for_the_clock_of_the_space(settle: Opener) -> None:
    tester = await settle()
    tester.rule("insurer", "inquiry.receive", at="before_effect", kind="delay", lasting="PT61S")
    asking = asyncio.ensure_future(tester.ask("r-1"))
    await tester.until(lambda: tester.space.next_at is not None)
    await tester.space.advance(timedelta(seconds=60))
    assert not asking.done()
    await tester.space.advance(timedelta(seconds=1))
    assert (await asking).state == "answered"


async def test_time_that_runs_fast_ends_a_delay_by_itself(settle: Opener) -> None:
    tester = await settle()
    tester.rule("insurer", "inquiry.receive", at="before_effect", kind="delay", lasting="PT60S")
    await tester.space.run(600)
    assert (await tester.ask("r-1")).state == "answered"
    assert tester.space.clock.now() - FRIDAY >= timedelta(minutes=1)


async def test_what_is_held_goes_on_when_it_is_released(settle: Opener) -> None:
    tester = await settle()
    tester.rule("core", "permit.issue", at="before_effect", kind=HOLD)
    asking = asyncio.ensure_future(tester.ask("r-1"))
    await tester.until(lambda: bool(tester.space.holds.held))
    [held] = tester.space.holds.held
    assert (held.call.op, held.row) == ("permit.issue", 1)
    tester.space.holds.release(held.id)
    assert (await asking).state == "answered"
    assert tester.space.holds.held == ()


async def test_a_space_closes_while_exchanges_are_held_or_wait(
    house: House, settle: Opener
) -> None:
    tester = await settle()
    tester.rule("core", "permit.issue", at="before_effect", kind=HOLD)
    asking = asyncio.ensure_future(tester.ask("r-1"))
    await tester.until(lambda: bool(tester.space.holds.held))
    async with asyncio.timeout(PATIENCE):
        await house.close()
        await asyncio.gather(asking, return_exceptions=True)


async def test_a_party_that_is_switched_off_neither_hears_nor_speaks(settle: Opener) -> None:
    tester = await settle()
    await tester.space.switch(tester.core, on=False)
    assert (await tester.ask("r-1")).code == "peer.unreachable"
    assert tester.rows == []
    assert await tester.space.post(tester.core, tester.world.code("insurer"), (b"x",)) is None
    await tester.space.switch(tester.core, on=True)
    await tester.space.switch(tester.core, on=True)
    assert (await tester.ask("r-2")).state == "answered"


async def test_moving_time_goes_from_timer_to_timer_in_order(settle: Opener) -> None:
    tester = await settle()
    seen: list[tuple[str, datetime]] = []

    async def wait(name: str, hours: int) -> None:
        await tester.space.wait_until(FRIDAY + timedelta(hours=hours))
        seen.append((name, tester.space.clock.now()))

    for name, hours in [("third", 30), ("first", 1), ("second", 5)]:
        tester.space.spawn(wait(name, hours))
    await tester.until(lambda: tester.space.next_at is not None)
    moving = asyncio.ensure_future(tester.space.advance(Duration(business_days=3)))
    await asyncio.sleep(0)
    assert tester.space.state == "advancing"
    await moving
    assert (tester.space.state, tester.space.clock.now()) == ("ready", FRIDAY + timedelta(days=5))
    assert seen == [
        (name, FRIDAY + timedelta(hours=hours))
        for name, hours in [("first", 1), ("second", 5), ("third", 30)]
    ]


async def test_what_a_space_knows_is_kept_and_put_into_another(settle: Opener) -> None:
    tester = await settle("old")
    tester.world.agencies["insurer"].state.holdings.clear()
    asked = await tester.ask("r-1")
    assert asked.state == "sent"
    kept = tester.space.snapshot()
    other = await settle("new")
    other.world.agencies["prefecture"].state.symbols.clear()
    await other.space.restore(kept)
    again = other.world.agencies["prefecture"].state.asked["r-1"]
    assert (again.state, other.rows) == ("sent", tester.rows)
    await other.space.advance(timedelta(seconds=600))
    await other.until(lambda: again.state == "not_provided")
    assert asked.state == "sent"
    with pytest.raises(ValueError, match="snapshot"):
        await other.space.restore({**kept, "parties": None})
    with pytest.raises(ValueError, match="version"):
        await other.space.restore({})


async def test_parties_forget_what_they_learned(settle: Opener) -> None:
    tester = await settle()
    await tester.ask("r-1")
    tester.space.reset_state()
    assert tester.world.core.state.transactions == {}
    assert tester.world.agencies["prefecture"].state.asked == {}
    assert tester.rows


def test_a_house_in_a_thread_answers_who_is_not_asynchronous() -> None:
    with HouseThread() as thread:
        space = thread.call(thread.house.open(Plot(name="mine")))
        assert thread.call(_now(space)) is not None
        with pytest.raises(TimeoutError):
            thread.call(asyncio.sleep(60), seconds=0.01)
        folder = thread.house.folder
        assert folder.exists()
    assert not folder.exists()
    with pytest.raises(RuntimeError, match="not running"):
        thread.call(_now(space))
    with pytest.raises(RuntimeError, match="not running"):
        _ = thread.house


def test_a_house_that_cannot_open_says_why(tmp_path: Path) -> None:
    (tmp_path / "default").write_text("in the way", "utf-8")
    with HouseThread(tmp_path) as thread, pytest.raises(OSError, match="default"):
        thread.call(thread.house.open())


async def _now(space: Space) -> datetime:
    return space.clock.now()

"""Events of a space: everything in order, nothing twice, nothing missed without a word."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from aiohttp import ClientResponse

from mocks.admin import events
from mocks.admin.events import LOOK_SECONDS
from mocks.admin.feed import Feed
from mocks.admin.routes import PREFIX
from mocks.admin.schemas.spaces import SeedRequest
from mocks.engine.journal import Row
from tests.support.admin import Admin, serve_admin

pytestmark = pytest.mark.integration
PATIENCE = 10.0


@pytest.fixture
async def admin() -> AsyncIterator[Admin]:
    async with serve_admin() as served:
        yield served


class Listener:
    """One event stream, read event by event."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self, name: str | None = None) -> tuple[str, str, Any]:
        """Return name, id and content of the next event, or of the next of that name."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            async for octets in self.response.content:
                line = octets.decode().rstrip("\n")
                key, _, value = line.partition(": ")
                if line:
                    fields[key] = value
                elif "event" in fields and name in {None, fields["event"]}:
                    return fields["event"], fields["id"], json.loads(fields["data"])
                else:
                    fields = {}
        raise AssertionError


@asynccontextmanager
async def listen(
    admin: Admin, last: str | None = None, space: str = "demo"
) -> AsyncIterator[Listener]:
    headers = {"Authorization": f"Bearer {admin.server.token}"}
    if last is not None:
        headers["Last-Event-ID"] = last
    url = f"{admin.server.url}{PREFIX}/spaces/{space}/events"
    async with admin.session.get(url, headers=headers) as response:
        assert response.content_type == "text/event-stream"
        yield Listener(response)


def write(admin: Admin, note: str, space: str = "demo") -> int:
    found = admin.house.find(space)
    assert found is not None
    return found.journal.add(Row(at=datetime(2027, 1, 1, tzinfo=UTC), party="core", note=note))


async def test_rows_come_as_they_are_written_and_amended(admin: Admin) -> None:
    await admin.open()
    async with listen(admin) as listener:
        assert (await listener.next())[0] == "hello"
        number = write(admin, "first")
        _, _, row = await listener.next("row")
        assert (row["id"], row["note"]) == (number, "first")
        space = admin.house.find("demo")
        assert space is not None
        space.journal.amend(number, outcome="answered")
        _, _, row = await listener.next("row")
        assert (row["id"], row["outcome"]) == (number, "answered")


async def test_whoever_comes_back_hears_what_he_missed_and_nothing_twice(admin: Admin) -> None:
    await admin.open()
    async with listen(admin) as listener:
        write(admin, "one")
        _, last, _ = await listener.next("row")
    for note in ("two", "three"):
        write(admin, note)
    async with listen(admin, last) as listener:
        assert (await listener.next())[2]["note"] == "two"
        assert (await listener.next())[2]["note"] == "three"


@pytest.mark.parametrize("last", ["x", "elsewhere-3", "{run}-99", "{run}-x", "{run}--1"])
async def test_an_id_that_nobody_gave_out_is_answered_with_reset(admin: Admin, last: str) -> None:
    await admin.open()
    room = admin.server.desk.load_room("demo")
    async with listen(admin, last.format(run=room.feed.run)) as listener:
        assert (await listener.next())[0] == "reset"
        write(admin, "after")
        assert (await listener.next())[2]["note"] == "after"


async def test_whoever_falls_behind_is_told_to_read_anew(admin: Admin) -> None:
    await admin.open()
    room = admin.server.desk.load_room("demo")
    for number in range(5000):
        write(admin, str(number))
    async with listen(admin, room.feed.name_of(0)) as listener:
        name, last, _ = await listener.next()
        assert (name, last) == ("reset", room.feed.name_of(5000))


async def test_what_nobody_tells_of_is_found(admin: Admin) -> None:
    await admin.open()
    space = admin.house.find("demo")
    assert space is not None
    async with listen(admin) as listener:
        await listener.next("hello")
        await space.switch(space.core.code, on=False)
        _, _, said = await listener.next("parties")
        assert [one["state"] for one in said["parties"] if one["kind"] == "core"] == ["down"]
        await space.freeze()
        assert (await listener.next("clock"))[2]["mode"] == "frozen"
        space.journal.begin("core", None, "in", b" 123456789018 ", space.clock.now())
        _, _, said = await listener.next("warnings")
        assert [one["code"] for one in said["warnings"]] == ["number.real"]


async def test_a_quiet_stream_says_now_and_then_that_it_lives(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "BEAT_SECONDS", 0.0)
    await admin.open()
    async with listen(admin) as listener, asyncio.timeout(PATIENCE):
        await listener.next("hello")
        assert (await listener.response.content.readline()).startswith(b": ")


async def test_events_end_with_their_space(admin: Admin) -> None:
    await admin.open()
    async with listen(admin) as listener:
        await listener.next("hello")
        assert (await admin.ask("DELETE", "/spaces/demo")).status == 204
        async with asyncio.timeout(PATIENCE):
            await listener.response.read()


async def test_a_space_of_the_same_name_has_other_events(admin: Admin) -> None:
    await admin.open()
    async with listen(admin) as listener:
        write(admin, "old")
        _, last, _ = await listener.next("row")
    await admin.ask("DELETE", "/spaces/demo")
    await admin.open()
    async with listen(admin, last) as listener:
        assert (await listener.next())[0] == "reset"


async def test_the_number_of_listeners_is_bounded_and_a_place_becomes_free(admin: Admin) -> None:
    await admin.open()
    url = f"{admin.server.url}{PREFIX}/spaces/demo/events"
    headers = {"Authorization": f"Bearer {admin.server.token}"}
    open_ones = [await admin.session.get(url, headers=headers) for _ in range(64)]
    assert {one.status for one in open_ones} == {200}
    refused = await admin.ask("GET", "/spaces/demo/events")
    assert (refused.status, refused.code) == (503, "events.full")
    for one in open_ones:
        one.close()
    for _ in range(int(PATIENCE / LOOK_SECONDS)):
        async with admin.session.get(url, headers=headers) as again:
            if again.status == 200:
                return
        await asyncio.sleep(LOOK_SECONDS)
    pytest.fail("no place became free")


def test_of_several_events_about_one_thing_only_the_last_is_sent() -> None:
    feed = Feed("r", most=4)
    for seed in range(3):
        feed.publish("row", partial(SeedRequest, seed=seed), key="row 1")
    feed.publish("row", lambda: SeedRequest(seed=9), key="row 2")
    found = feed.after(0)
    assert found is not None
    assert [one.number for one in found] == [3, 4]
    feed.publish("row", lambda: SeedRequest(seed=9))
    assert feed.after(0) is None
    assert feed.after(1) is not None
    assert feed.after(6) is None

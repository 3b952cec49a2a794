"""A stub says fixed answers, keeps everything in its journal and says what came nearest."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from pysqlite3 import dbapi2 as driver

from mocks.engine.exchange import WhyNot
from mocks.engine.journal import Journal
from mocks.engine.rows import Row
from mocks.net.answers import Answer
from mocks.net.journal_file import JournalFile
from mocks.net.journal_reading import load
from mocks.net.stub import Stub
from tests.support.journals import AT

TEXT = '{"state": "回答"}'.encode()
ANSWERS = (
    Answer(name="state", method="GET", path="/v1/inquiries/1", body=TEXT),
    Answer(name="ask", method="POST", path="/v1/inquiries", status=202, headers={"X-Id": "1"}),
    Answer(name="never", method="GET", path="/v1/inquiries/1", status=500),
)


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
async def stub(journal: Journal) -> AsyncIterator[Stub]:
    one = Stub("neighbour", ANSWERS, journal, now=lambda: AT)
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(trust_env=False) as one:
        yield one


async def talk(stub: Stub, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", stub.port)
    writer.write(data)
    writer.write_eof()
    async with asyncio.timeout(10):
        said = await reader.read()
    writer.close()
    return said


def rows(journal: Journal) -> list[Row]:
    return journal.rows()


async def test_it_says_what_belongs_to_method_and_path(
    stub: Stub, journal: Journal, session: aiohttp.ClientSession
) -> None:
    response = await session.get(f"{stub.url}/v1/inquiries/1?wait=3")
    assert (response.status, await response.read()) == (200, TEXT)
    response = await session.post(f"{stub.url}/v1/inquiries", json={"number": "1"})
    assert (response.status, response.headers["X-Id"]) == (202, "1")
    assert [(one.party, one.op, one.rule, one.outcome) for one in rows(journal)] == [
        ("neighbour", "state", "state", "200"),
        ("neighbour", "ask", "ask", "202"),
    ]
    asked, answered = journal.raw(2)
    assert asked.startswith(b"POST /v1/inquiries HTTP/1.1\r\n")
    assert asked.endswith(b'{"number": "1"}')
    assert answered.startswith(b"HTTP/1.1 202 Accepted\r\nX-Id: 1\r\n")


@pytest.mark.parametrize(
    ("call", "nearest", "why_not"),
    [
        (
            ("DELETE", "/v1/inquiries/1"),
            "GET /v1/inquiries/1",
            WhyNot(rule="state", part="method", wanted="GET", found="DELETE"),
        ),
        (
            ("GET", "/v1/inquires/1"),
            "GET /v1/inquiries/1",
            WhyNot(rule="state", part="path", wanted="/v1/inquiries/1", found="/v1/inquires/1"),
        ),
        (("GET", "/elsewhere"), None, None),
    ],
)
async def test_what_has_no_answer_is_told_what_is_nearest(
    stub: Stub,
    journal: Journal,
    session: aiohttp.ClientSession,
    call: tuple[str, str],
    nearest: str | None,
    why_not: WhyNot | None,
) -> None:
    response = await session.request(call[0], f"{stub.url}{call[1]}")
    assert response.status == 404
    problem = await response.json(content_type="application/problem+json")
    assert (problem["code"], problem["nearest"]) == ("stub.unmatched", nearest)
    [row] = journal.rows(unmatched=True)
    assert row.why_not == ((why_not,) if why_not else ())


async def test_answers_can_be_replaced_at_any_time(
    stub: Stub, session: aiohttp.ClientSession
) -> None:
    stub.replace([Answer(name="new", method="GET", path="/v1/inquiries/1", status=204)])
    assert (await session.get(f"{stub.url}/v1/inquiries/1")).status == 204


async def test_requests_in_one_write_are_answered_in_order(stub: Stub) -> None:
    asked = b"POST /v1/inquiries HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
    last = b"GET /v1/inquiries/1 HTTP/1.1\r\nConnection: close\r\n\r\n"
    said = await talk(stub, asked * 2 + last)
    assert [part[:3] for part in said.split(b"HTTP/1.1 ")[1:]] == [b"202", b"202", b"200"]
    assert said.endswith(b"Connection: close\r\n\r\n" + TEXT)


async def test_who_waits_for_it_is_told_to_go_on(stub: Stub) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", stub.port)
    writer.write(
        b"POST /v1/inquiries HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    )
    async with asyncio.timeout(10):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"x")
        await writer.drain()
        writer.write(b"y")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 202")
    writer.close()


async def test_what_is_no_request_is_refused_and_kept(stub: Stub, journal: Journal) -> None:
    said = await talk(stub, b"GET /v1/inquiries/1 HTTP/1.1\r\n\r\nnonsense\r\n\r\n")
    assert [part[:3] for part in said.split(b"HTTP/1.1 ")[1:]] == [b"200", b"400"]
    assert b'"code":"stub.malformed.head.form"' in said
    assert [one.outcome for one in rows(journal)] == ["200", "stub.malformed.head.form"]


async def test_who_does_not_listen_is_not_read_any_more(stub: Stub, journal: Journal) -> None:
    stub.replace([Answer(name="big", method="GET", path="/", body=bytes(1 << 20))])
    reader, writer = await asyncio.open_connection("127.0.0.1", stub.port, limit=1000)
    writer.write(b"GET / HTTP/1.1\r\n\r\n" * 5000)
    async with asyncio.timeout(10):
        await reader.readexactly(1)
    assert len(rows(journal)) < 5000
    writer.close()


async def test_callers_that_are_there_when_it_stops_are_cut_off(
    journal: Journal, session: aiohttp.ClientSession
) -> None:
    stub = Stub("neighbour", ANSWERS, journal, now=lambda: AT)
    await stub.start()
    url = f"{stub.url}/v1/inquiries/1"
    await (await session.get(url)).read()
    await stub.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.get(url)


async def test_nothing_is_said_before_it_is_durable(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    path = tmp_path / "stub.journal"
    file = JournalFile(path)
    stub = Stub("stub", ANSWERS, Journal(store=file), now=lambda: AT, durable=file.flushed)
    await stub.start()
    url = f"{stub.url}/v1/inquiries/1"
    responses = await asyncio.gather(*(session.get(url) for _ in range(20)))
    assert {one.status for one in responses} == {200}
    assert len(load(path).rows) == 20

    other = driver.connect(str(path), isolation_level=None)
    file._db.execute("PRAGMA busy_timeout=0")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.post(f"{stub.url}/v1/inquiries")
    other.execute("ROLLBACK")
    other.close()
    assert (await session.get(url)).status == 200
    await stub.stop()
    file.close()
    assert len(load(path).rows) == 22

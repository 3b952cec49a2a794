"""What a client sees of every fault, on real sockets, with mutual TLS and without."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import aiohttp
import pytest

from mocks.engine.durations import Duration
from mocks.engine.exchange import DrawnFault
from mocks.engine.vocabulary import load_vocabulary
from mocks.net.faulty import shuts_door
from mocks.net.moves import PIECES
from tests.support.broken_server import (
    BODY,
    TEXT,
    BrokenServer,
    Contexts,
    broken_server,
    drawn,
    make_contexts,
    open_session,
)

EIGHT_SECONDS = Duration(span=timedelta(seconds=8))
SHORT = 0.3  # real seconds until a caller gives up
WHOLE = (200, BODY)
Seen = tuple[int, bytes] | type[BaseException] | tuple[int, type[BaseException]]

# Of POST: status and body, what calling raises, or the status and what reading the body raises.
INSTEAD: dict[str, tuple[DrawnFault, Seen]] = {
    "reset": (drawn("before_effect", "reset"), aiohttp.ClientOSError),
    "reset after the effect": (drawn("after_effect", "reset"), aiohttp.ClientOSError),
    "close": (drawn("before_effect", "close"), aiohttp.ServerDisconnectedError),
    "hang": (drawn("before_effect", "hang"), TimeoutError),
    "hang for a while": (
        drawn("before_effect", "hang", lasting=EIGHT_SECONDS),
        aiohttp.ServerDisconnectedError,
    ),
    "refuse a connection that stands": (drawn("before_effect", "refuse"), aiohttp.ClientOSError),
    "down, refusing": (
        drawn("before_effect", "down", lasting=EIGHT_SECONDS),
        aiohttp.ClientOSError,
    ),
    "down, hanging": (
        drawn("before_effect", "down", lasting=EIGHT_SECONDS, ways=("hang",)),
        TimeoutError,
    ),
}
DURING: dict[str, tuple[DrawnFault, Seen]] = {
    "delay": (drawn("mid_response", "delay", lasting=EIGHT_SECONDS), WHOLE),
    "hang": (drawn("mid_response", "hang"), (200, TimeoutError)),
    "hang for a while": (
        drawn("mid_response", "hang", lasting=EIGHT_SECONDS),
        (200, aiohttp.ClientPayloadError),
    ),
    "reset": (drawn("mid_response", "reset"), (200, aiohttp.ClientPayloadError)),
    "reset at 99 %": (
        drawn("mid_response", "reset", bytes="99%"),
        (200, aiohttp.ClientPayloadError),
    ),
    "reset after the head": (
        drawn("mid_response", "reset", bytes=0),
        (200, aiohttp.ClientPayloadError),
    ),
    "short of Content-Length": (
        drawn("mid_response", "close"),
        (200, aiohttp.ClientPayloadError),
    ),
    "truncated below its length": (
        drawn("mid_response", "truncate", bytes="61%", framing="length"),
        (200, aiohttp.ClientPayloadError),
    ),
    "truncated between chunks": (
        drawn("mid_response", "truncate", bytes="61%", framing="chunked"),
        (200, aiohttp.ClientPayloadError),
    ),
    "truncated and ended by closing": (
        drawn("mid_response", "truncate", bytes="61%", framing="close_delimited"),
        (200, BODY[: len(BODY) * 61 // 100]),
    ),
    "truncated to nothing": (
        drawn("mid_response", "truncate", bytes=0, framing="close_delimited"),
        (200, b""),
    ),
    "bad chunk size": (drawn("mid_response", "malformed_chunk"), aiohttp.ClientResponseError),
    "no last chunk": (drawn("mid_response", "no_last_chunk"), (200, aiohttp.ClientPayloadError)),
    "garbage status line": (
        drawn("mid_response", "garbage_status"),
        aiohttp.ClientResponseError,
    ),
    "bad gzip": (drawn("mid_response", "bad_gzip"), (200, aiohttp.ClientPayloadError)),
    "second response appended": (drawn("mid_response", "appended"), WHOLE),
    "dribble": (drawn("mid_response", "dribble", lasting=EIGHT_SECONDS), WHOLE),
    "another encoding": (
        drawn("mid_response", "encoding", declare="utf-8", send="cp932"),
        (200, TEXT.encode("cp932")),
    ),
}


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory) -> Contexts:
    folder: Path = tmp_path_factory.mktemp("pki")
    return make_contexts(folder)


@pytest.fixture(params=["plain", "mutual TLS"])
def contexts(request: pytest.FixtureRequest, pinned: Contexts) -> Contexts:
    return pinned if request.param == "mutual TLS" else Contexts()


@pytest.fixture
async def server(contexts: Contexts) -> AsyncIterator[BrokenServer]:
    async with broken_server(contexts) as one:
        yield one


async def see(server: BrokenServer, method: str = "POST", *, seconds: float = 20) -> Seen:
    """Call once with a session as users make it, and say what came of it."""
    async with open_session(server.contexts, seconds=seconds) as session:
        try:
            response = await session.request(method, server.url, data=b"asked")
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error)
        try:
            return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            return response.status, type(error)


def matches(seen: Any, wanted: Any) -> bool:  # noqa: ANN401  # nested values of the tables
    if isinstance(wanted, tuple):
        return all(matches(*pair) for pair in zip(seen, wanted, strict=True))
    if isinstance(wanted, type):
        return isinstance(seen, type) and issubclass(seen, wanted)
    return bool(seen == wanted)


def patience(fault: DrawnFault) -> float:
    hangs = fault.fault.kind == "hang" or "hang" in fault.fault.ways
    return SHORT if hangs and not (fault.fault.kind == "hang" and fault.fault.lasting) else 20


@pytest.mark.parametrize(("fault", "wanted"), INSTEAD.values(), ids=INSTEAD)
async def test_what_a_client_sees_instead_of_a_reply(
    server: BrokenServer, fault: DrawnFault, wanted: Seen
) -> None:
    server.before = [fault]
    assert matches(await see(server, seconds=patience(fault)), wanted)
    assert server.requests == ["POST"]


@pytest.mark.parametrize(("fault", "wanted"), DURING.values(), ids=DURING)
async def test_what_a_client_sees_of_a_broken_reply(
    server: BrokenServer, fault: DrawnFault, wanted: Seen
) -> None:
    server.during = [fault]
    assert matches(await see(server, seconds=patience(fault)), wanted)
    assert server.requests == ["POST"]


@pytest.mark.parametrize("kind", ["reset", "close", "refuse"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_client_sends_what_may_be_repeated_twice(
    server: BrokenServer, method: str, kind: str
) -> None:
    server.before = [drawn("after_effect", kind)]
    assert matches(await see(server, method), aiohttp.ClientConnectionError)
    assert server.requests == [method, method]


@pytest.mark.parametrize("kind", ["reset", "close"])
async def test_a_client_repeats_nothing_once_the_head_was_there(
    server: BrokenServer, kind: str
) -> None:
    server.during = [drawn("mid_response", kind)]
    assert matches(await see(server, "GET"), (200, aiohttp.ClientPayloadError))
    assert server.requests == ["GET"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (drawn("before_effect", "status", status=429), 429),
        (drawn("after_effect", "status", status=500), 500),
        (drawn("before_effect", "down", lasting=EIGHT_SECONDS, ways=("status_503",)), 503),
    ],
)
async def test_an_error_of_http_is_a_problem_without_a_code(
    server: BrokenServer, fault: DrawnFault, status: int
) -> None:
    server.before = [fault]
    async with open_session(server.contexts) as session:
        response = await session.post(server.url)
        assert response.status == status
        assert response.content_type == "application/problem+json"
        assert set(await response.json(content_type=None)) == {"type", "status", "title"}


async def test_a_party_is_down_in_its_ways_by_turns(server: BrokenServer) -> None:
    fault = drawn(
        "before_effect", "down", lasting=EIGHT_SECONDS, ways=("refuse", "status_503", "hang")
    )
    seen = []
    for turn in range(4):
        server.before = [DrawnFault(rule="r", fault=fault.fault, turn=turn)]
        seen.append(await see(server, seconds=SHORT if turn == 2 else 20))
    assert matches(seen[0], aiohttp.ClientOSError)
    assert isinstance(seen[1], tuple)
    assert seen[1][0] == 503
    assert matches(seen[2], TimeoutError)
    assert matches(seen[3], aiohttp.ClientOSError)


async def test_what_lies_about_its_charset_cannot_be_read_as_text(server: BrokenServer) -> None:
    server.during = [drawn("mid_response", "encoding", declare="utf-8", send="cp932")]
    async with open_session(server.contexts) as session:
        response = await session.post(server.url)
        assert response.charset == "utf-8"
        with pytest.raises(UnicodeDecodeError):
            await response.text()


async def test_a_delay_before_the_effect_lets_the_exchange_go_on(server: BrokenServer) -> None:
    server.before = [drawn("before_effect", "delay", lasting=EIGHT_SECONDS)]
    assert await see(server) == WHOLE
    assert server.waits == [EIGHT_SECONDS]


async def test_nothing_more_comes_before_the_time_of_the_space_has_passed(
    server: BrokenServer,
) -> None:
    server.blocked = asyncio.Event()
    server.during = [drawn("mid_response", "delay", lasting=EIGHT_SECONDS)]
    async with open_session(server.contexts) as session:
        response = await session.post(server.url)
        reading = asyncio.ensure_future(response.read())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(reading), SHORT)
        server.blocked.set()
        assert await reading == BODY


async def test_drops_share_the_time(server: BrokenServer) -> None:
    server.during = [drawn("mid_response", "dribble", lasting=Duration(business_days=11))]
    assert await see(server) == WHOLE
    assert len(server.waits) == PIECES
    assert sum(one.business_days for one in server.waits) == 11


async def test_who_hangs_notices_that_the_other_side_has_gone(server: BrokenServer) -> None:
    server.before = [drawn("before_effect", "hang")]
    assert matches(await see(server, seconds=SHORT), TimeoutError)
    async with asyncio.timeout(10):
        await server.left.wait()


async def test_a_server_that_stops_takes_hanging_connections_along(contexts: Contexts) -> None:
    async with open_session(contexts) as session:
        async with broken_server(contexts) as server:
            server.before = [drawn("before_effect", "hang")]
            call = asyncio.ensure_future(session.post(server.url))
            async with asyncio.timeout(10):
                await server.came.wait()
        with pytest.raises(aiohttp.ClientError):
            await call


async def test_a_kept_connection_goes_on_after_an_appended_response(server: BrokenServer) -> None:
    async with open_session(server.contexts) as session:
        for during in ([drawn("mid_response", "appended")], []):
            server.during = during
            response = await session.post(server.url)
            assert await response.read() == BODY
    assert server.requests == ["POST", "POST"]


@pytest.mark.parametrize("when", ["new", "kept"])
async def test_nobody_enters_a_shut_door(
    server: BrokenServer, when: Literal["new", "kept"]
) -> None:
    async with open_session(server.contexts) as session:
        if when == "kept":
            await (await session.post(server.url)).read()
        port = server.door.port
        await server.door.shut()
        assert not server.door.is_open
        with pytest.raises(aiohttp.ClientConnectionError) as refused:
            await session.post(server.url)
        if when == "new":
            assert isinstance(refused.value, aiohttp.ClientConnectorError)
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.post(server.url)
        await server.door.open()
        assert server.door.port == port
        assert (await session.post(server.url)).status == 200


async def test_a_door_opens_when_all_have_let_go(server: BrokenServer) -> None:
    for _ in range(2):
        await server.door.shut()
    await server.door.open()
    assert matches(await see(server), aiohttp.ClientConnectorError)
    await server.door.open()
    assert await see(server) == WHOLE


async def test_a_shut_door_keeps_its_port(contexts: Contexts) -> None:
    async with broken_server(contexts) as server, broken_server(contexts) as other:
        await server.door.shut()
        with pytest.raises(OSError, match=r"in use"):
            await asyncio.start_server(
                lambda *_: None, "127.0.0.1", server.door.port, reuse_address=False
            )
        assert await see(other) == WHOLE


async def test_a_port_that_is_taken_is_an_error(server: BrokenServer) -> None:
    async with broken_server(server.contexts) as other:
        await other.door.remove()
        with pytest.raises(OSError, match="already in use"):
            await other.new_door().install(server.door.port)


@pytest.mark.parametrize(
    ("fault", "shuts"),
    [
        (drawn("before_effect", "refuse", lasting=EIGHT_SECONDS), True),
        (drawn("before_effect", "refuse"), False),
        (drawn("before_effect", "down", lasting=EIGHT_SECONDS), True),
        (drawn("before_effect", "down", lasting=EIGHT_SECONDS, ways=("refuse",)), True),
        (drawn("before_effect", "down", lasting=EIGHT_SECONDS, ways=("refuse", "hang")), False),
        (drawn("before_effect", "delay", lasting=EIGHT_SECONDS), False),
    ],
)
def test_what_refuses_everybody_for_a_while_shuts_the_door(
    fault: DrawnFault, *, shuts: bool
) -> None:
    assert shuts_door(fault) is shuts


def test_every_fault_of_a_reply_stands_in_the_table() -> None:
    kinds = {
        kind for kind, word in load_vocabulary().fault.items() if "mid_response" in word.points
    }
    assert {fault.fault.kind for fault, _ in DURING.values()} == kinds

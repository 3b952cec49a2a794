"""HTTP around the documents: what a listener refuses as a whole."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gateway.network.client import PATH
from gateway.network.server import Intake
from gateway.network.tls import client_context
from tests.support.network import Town, open_town
from tests.support.world import CORE
from wire.documents import MEDIA_TYPE

# Nothing here changes anything at A or B, so one town serves all.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    intake = Intake(stream_bytes=100_000, read_seconds=0.5)
    async with open_town(tmp_path_factory.mktemp("town"), intake) as opened:
        yield opened


async def chunks() -> AsyncIterator[bytes]:
    yield b"content-type: application/xml\r\n"


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (
            {"headers": {"Content-Encoding": "gzip"}, "data": gzip.compress(b"x")},
            415,
            "request.encoding",
        ),
        ({"headers": {"Content-Encoding": "identity"}}, 415, "request.encoding"),
        ({"headers": {"Content-Type": "application/xml"}}, 415, "request.media_type"),
        ({"headers": {"Content-Type": f"{MEDIA_TYPE}; a=b"}}, 415, "request.media_type"),
        ({"data": b"x" * 100_001}, 413, "request.too_large"),
        ({"data": b"no stream"}, 400, "message.malformed"),
        ({"data": b"content-length: 10\r\n\r\nshort"}, 400, "message.malformed"),
        ({"method": "GET", "data": None}, 405, "request.method"),
        ({"method": "PUT"}, 405, "request.method"),
        ({"path": "/network/v1/other"}, 404, "request.route"),
    ],
)
async def test_a_post_that_breaks_a_rule_of_http_is_a_problem_in_both_languages(
    options: dict[str, Any], status: int, code: str, town: Town
) -> None:
    answered, body, headers = await town.post(town.b, **({"data": b""} | options))

    problem = json.loads(body)
    assert (answered, problem["status"], problem["code"]) == (status, status, code)
    assert headers["Content-Type"] == "application/problem+json"
    assert problem["title_ja"]
    assert problem["title_en"].isascii()
    assert problem["occurrence"]
    assert problem["retry"] in ("never", "same_id", "after")


async def test_a_body_of_unknown_length_is_refused(town: Town) -> None:
    status, body, _ = await town.post(town.b, chunks())

    assert (status, json.loads(body)["code"]) == (411, "request.http")


async def test_an_empty_stream_has_an_empty_reply(town: Town) -> None:
    status, body, headers = await town.post(town.b, b"")

    assert (status, body, headers["Content-Type"]) == (200, b"", MEDIA_TYPE)


async def raw(town: Town, head: str, body: bytes) -> bytes:
    """Return what the listener of B says to bytes that no HTTP client would send."""
    context = client_context(town.sites[CORE].leaf.files, town.trust, town.b)
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", town.sites[town.b].port, ssl=context
    )
    writer.write(head.replace("\n", "\r\n").encode() + b"\r\n" + body)
    try:
        async with asyncio.timeout(20):
            return await reader.readuntil(b"\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    finally:
        writer.close()


HEAD = f"POST {PATH} HTTP/1.1\nHost: b\nContent-Type: {MEDIA_TYPE}\nConnection: close\n"


async def test_a_body_that_does_not_come_is_not_waited_for_long(town: Town) -> None:
    answered = await raw(town, HEAD + "Content-Length: 100\n", b"half")

    assert answered.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "lengths",
    ["Content-Length: 4\nContent-Length: 5\n", "Content-Length: 4\nTransfer-Encoding: chunked\n"],
)
async def test_two_readings_of_a_length_are_refused(lengths: str, town: Town) -> None:
    assert b" 400 " in await raw(town, HEAD + lengths, b"half")

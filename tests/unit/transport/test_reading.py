"""Reading bodies: what does not arrive in time is refused."""

import asyncio
from typing import Any

import pytest
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request

from gateway.transport.operations import OPERATIONS
from gateway.transport.problems import RequestError
from gateway.transport.reading import read_body
from gateway.transport.routes import Operation

LOAD = next(operation for operation in OPERATIONS if operation.name == "load_replicas")


def hurried(operation: Operation) -> Operation:
    fields: dict[str, Any] = {
        name: getattr(operation, name) for name in Operation.__dataclass_fields__
    }
    return Operation(**(fields | {"read_seconds": 0.01}))


@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
async def test_a_body_that_never_ends_is_given_up(media_type: str) -> None:
    loop = asyncio.get_running_loop()
    protocol = BaseProtocol(loop)
    protocol.connection_made(asyncio.Transport())
    stream = StreamReader(protocol, 65536, loop=loop)
    stream.feed_data(b'{"entries"')
    request = make_mocked_request(
        "POST", LOAD.path, headers={"Content-Type": media_type}, payload=stream
    )
    with pytest.raises(RequestError) as refused:
        await read_body(hurried(LOAD), request)
    assert refused.value.code == "request.timeout"

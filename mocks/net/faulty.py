"""Faults on the wire: replies that break, and no reply at all, on sockets with and without TLS."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from mocks.engine.durations import Duration
from mocks.engine.exchange import DrawnFault
from mocks.net.moves import End, Hang, Letter, Move, Pause, Put, plan
from wire.documents import MEDIA_TYPE

Wait = Callable[[Duration], Awaitable[None]]  # returns when so much of the space's time has passed

_NO_LINGER: Final = struct.pack("ii", 1, 0)  # closing discards what is unsent and sends RST
_STATUS_OF_DOWN: Final = "status_503"


class Spoken(web.StreamResponse):
    """A response that went out by hand; aiohttp has nothing left to send."""

    def __init__(self, *, kept: bool) -> None:
        super().__init__()
        self._kept = kept

    @property
    def keep_alive(self) -> bool:
        """Whether the connection takes another request."""
        return self._kept

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Do nothing: the head went out, or none was to go."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: the body went out, or none was to go."""


async def respond(
    request: web.Request,
    body: bytes,
    faults: Sequence[DrawnFault],
    *,
    wait: Wait,
    content_type: str = MEDIA_TYPE,
) -> web.StreamResponse:
    """Reply with a body as the faults of `mid_response` want it; without faults as it should be.

    The reply has gone out when this returns, unless there was no fault.
    """
    if not faults:
        return web.Response(body=body, headers={"Content-Type": content_type})
    letter = Letter(body=body, headers={"Content-Type": content_type})
    return await _play(request, plan(letter, faults), wait)


async def interrupt(
    request: web.Request, drawn: DrawnFault, *, wait: Wait
) -> web.StreamResponse | None:
    """Let a fault of `before_effect` or `after_effect` happen; None if the exchange goes on.

    A refusal resets this connection, as nobody can refuse one that stands; see `shuts_door` for
    those that come.
    """
    fault = drawn.fault
    kind = fault.kind
    if kind == "down":
        ways = fault.ways or ("refuse",)
        kind = ways[drawn.turn % len(ways)]
    if kind == "delay" and fault.lasting:
        await wait(fault.lasting)
    elif kind == "status":
        return problem(fault.status or HTTPStatus.SERVICE_UNAVAILABLE)
    elif kind == _STATUS_OF_DOWN:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE)
    elif kind in {"reset", "refuse"}:
        return await _play(request, [End.RESET], wait)
    elif kind == "close":
        return await _play(request, [End.CLOSE], wait)
    elif kind == "hang":
        lasting = fault.lasting if fault.kind == "hang" else None
        return await _play(request, [Hang(lasting)], wait)
    return None


def shuts_door(drawn: DrawnFault) -> bool:
    """Return whether a fault refuses all connections of its party for a while (see `Door`)."""
    fault = drawn.fault
    refuses = fault.kind == "refuse" or (fault.kind == "down" and set(fault.ways) <= {"refuse"})
    return refuses and fault.lasting is not None


def problem(status: int) -> web.Response:
    """Return an HTTP error as somebody in between says it: without a code of ours."""
    return web.json_response(
        {"type": "about:blank", "status": status, "title": HTTPStatus(status).phrase},
        status=status,
        content_type="application/problem+json",
    )


def reset(transport: asyncio.Transport) -> None:
    """End a connection with RST instead of an orderly close, also below TLS."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


async def _play(request: web.Request, moves: Sequence[Move], wait: Wait) -> web.StreamResponse:
    """Carry out moves; what nothing lies between goes out in one write, so as to arrive as one."""
    transport, unsent = request.transport, b""
    if transport is None or transport.is_closing():
        return Spoken(kept=False)
    for move in moves:
        if isinstance(move, Put):
            unsent += move.data
            continue
        await _send(request, transport, unsent)
        unsent = b""
        if isinstance(move, Pause):
            await wait(move.lasting)
        elif isinstance(move, Hang):
            await _hang(request.protocol, transport, move, wait)
            transport.close()
        else:
            return _end(transport, move)
    return Spoken(kept=False)


async def _send(request: web.Request, transport: asyncio.Transport, data: bytes) -> None:
    """Hand everything to the machine: what stayed in this process a reset would discard."""
    if not data or transport.is_closing():
        return
    transport.set_write_buffer_limits(high=0)
    transport.write(data)
    with suppress(ConnectionError):
        await request.writer.drain()
    transport.set_write_buffer_limits()


async def _hang(
    protocol: asyncio.BaseProtocol, transport: asyncio.Transport, hang: Hang, wait: Wait
) -> None:
    """Say nothing until the other side has gone, or for a while."""
    if transport.is_closing():
        return
    deaf = _Deaf(protocol)
    transport.set_protocol(deaf)
    transport.resume_reading()  # or nobody would notice that the other side goes
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_time_out(deaf, hang.lasting, wait))
        await deaf.gone.wait()
        waiting.cancel()


async def _time_out(deaf: "_Deaf", lasting: Duration | None, wait: Wait) -> None:
    if lasting is not None:
        await wait(lasting)
        deaf.gone.set()


def _end(transport: asyncio.Transport, end: End) -> web.StreamResponse:
    if end is End.RESET:
        reset(transport)
    elif end is End.CLOSE:
        transport.close()
    return Spoken(kept=end is End.KEEP)


class _Deaf(asyncio.Protocol):
    """Listens to nothing but the end of the connection, of which it tells who listened before."""

    def __init__(self, before: asyncio.BaseProtocol) -> None:
        self._before = before
        self.gone = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the other side has gone."""
        self._before.connection_lost(exc)
        self.gone.set()

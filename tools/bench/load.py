"""A load generator that costs some ten microseconds a request: keep-alive, closed or paced."""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

CONNECTIONS = 64
_END = b"\r\n\r\n"
_LENGTH = b"content-length: "

MakeRequest = Callable[[], bytes]
IsGood = Callable[[bytes], bool]  # judges head and body of a response


class BadResponseError(Exception):
    """The server said something else than what is measured."""


@dataclass(slots=True)
class Tally:
    """What came back so far: how many, and seconds of each since it was due."""

    done: int = 0
    seconds: list[float] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One connection: one request under way at a time."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._buffer = b""
        self._due = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def send(self, request: bytes, due: float) -> None:
        """Send a request that was due at an instant of the loop's clock."""
        self._due = due
        if self._transport is not None:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Gather a response; a whole one goes to the pool."""
        data = self._buffer + data if self._buffer else data
        head, _, body = data.partition(_END)
        at = head.lower().find(_LENGTH)
        if at < 0 or len(body) < int(head[at + len(_LENGTH) :].partition(b"\r\n")[0]):
            self._buffer = data
            return
        self._buffer = b""
        self._pool.returned(self, data, self._due)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the pool."""
        self._pool.lost(exc)

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


class Pool:
    """Connections to one server and what they were told to do."""

    def __init__(self, make: MakeRequest, is_good: IsGood) -> None:
        self.tally = Tally()
        self._make, self._is_good = make, is_good
        self._idle: deque[Connection] = deque()
        self._all: list[Connection] = []
        self._due: deque[float] = deque()
        self._closed_loop = False
        self._failure: Exception | None = None
        self._closing = False

    async def open(self, port: int, *, count: int, context: ssl.SSLContext | None = None) -> None:
        """Open connections to a port of this machine."""
        loop = asyncio.get_running_loop()
        for _ in range(count):
            _, one = await loop.create_connection(
                lambda: Connection(self), "127.0.0.1", port, ssl=context
            )
            self._all.append(one)
            self._idle.append(one)

    async def saturate(self, seconds: float) -> None:
        """Keep every connection busy for a while.

        Raises:
            BadResponseError: a response was not good.
        """
        self._closed_loop = True
        now = time.monotonic()
        while self._idle:
            self._idle.popleft().send(self._make(), now)
        await self._wait(seconds)

    async def pace(self, rate: float, seconds: float) -> None:
        """Send at a rate, whatever comes back; what finds no idle connection waits its turn.

        Raises:
            BadResponseError: a response was not good.
        """
        begun = time.monotonic()
        for number in range(int(rate * seconds)):
            due = begun + number / rate
            if (left := due - time.monotonic()) > 0:
                await asyncio.sleep(left)
            self._start(due)
            self._raise()
        await self.rest()

    async def rest(self) -> None:
        """Start nothing more and wait until everything has come back.

        Raises:
            BadResponseError: a response was not good.
        """
        self._closed_loop = False
        async with asyncio.timeout(60):
            while len(self._idle) < len(self._all):
                self._raise()
                await asyncio.sleep(0.005)

    def close(self) -> None:
        """Close all connections."""
        self._closing = True
        for one in self._all:
            one.close()

    def returned(self, connection: Connection, response: bytes, due: float) -> None:
        """Count a response and let its connection go on."""
        now = time.monotonic()
        if not self._is_good(response):
            self._failure = BadResponseError(response[:400].decode("utf-8", "replace"))
        self.tally.done += 1
        self.tally.seconds.append(now - due)
        if self._due:
            connection.send(self._make(), self._due.popleft())
        elif self._closed_loop and self._failure is None:
            connection.send(self._make(), now)
        else:
            self._idle.append(connection)

    def lost(self, error: Exception | None) -> None:
        """Note that a connection ended."""
        if not self._closing:
            self._failure = BadResponseError(f"connection lost: {error}")

    def _start(self, due: float) -> None:
        if self._idle:
            self._idle.popleft().send(self._make(), due)
        else:
            self._due.append(due)

    async def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._raise()
            await asyncio.sleep(min(left, 0.1))
        self._raise()

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

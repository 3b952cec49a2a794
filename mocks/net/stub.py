"""A stub: fixed answers over plain HTTP for whatever stands beside the parties, all journalled."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from mocks.engine.journal import Journal
from mocks.engine.rows import Row
from mocks.net.answers import Answer, Answers, refuse_malformed
from mocks.net.door import HOST
from mocks.net.requests import Asked, RequestReader

_GO_ON: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Stub:
    """Says fixed answers on a port of this machine; `party` is its name in the journal.

    `durable` is awaited before anything is said, such as `JournalFile.flushed`.
    """

    def __init__(
        self,
        party: str,
        answers: Sequence[Answer],
        journal: Journal,
        *,
        now: Callable[[], datetime],
        durable: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._party, self._journal, self._now, self._durable = party, journal, now, durable
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._held: list[tuple[_Connection, bytes, bool]] = []
        self._releasing: asyncio.Future[None] | None = None
        self.port = 0
        self.replace(answers)

    @property
    def url(self) -> str:
        """Where it is called."""
        return f"http://{HOST}:{self.port}"

    def replace(self, answers: Sequence[Answer]) -> None:
        """Take other answers from the next call on; of two for the same call the first counts."""
        self._book = Answers(answers)

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes any, and `port` says which.

        Raises:
            OSError: somebody has that port.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), HOST, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close listener and connections; what waits for the journal is not said any more."""
        if self._server is not None:
            self._server.close()
        for one in tuple(self._connections):
            one.close()
        if self._releasing is not None:
            await self._releasing

    def take(self, connection: "_Connection", asked: Asked) -> None:
        """Answer a request: journal it, then say what belongs to it."""
        verdict = self._book.judge(asked)
        at = self._now()
        exchange = self._journal.begin(
            self._party, None, "in", asked.raw, at, answered=verdict.said
        )
        self._journal.add(
            Row(
                id=self._journal.next_row,
                at=at,
                exchange=exchange,
                party=self._party,
                op=verdict.name,
                rule=verdict.name,
                why_not=verdict.why_not,
                outcome=verdict.outcome,
            )
        )
        self._say(connection, verdict.said, kept=asked.kept)

    def refuse(self, connection: "_Connection", raw: bytes, code: str) -> None:
        """Journal bytes that are no request, say so and end the connection."""
        at, said = self._now(), refuse_malformed(code)
        exchange = self._journal.begin(self._party, None, "in", raw, at, answered=said)
        self._journal.add(Row(at=at, exchange=exchange, party=self._party, outcome=code))
        self._say(connection, said, kept=False)

    def _say(self, connection: "_Connection", said: bytes, *, kept: bool) -> None:
        """Say something, once it is durable where that is wanted."""
        if self._durable is None:
            connection.say(said, kept=kept)
            return
        self._held.append((connection, said, kept))
        if self._releasing is None:
            self._releasing = asyncio.ensure_future(self._release(self._durable))

    async def _release(self, durable: Callable[[], Awaitable[None]]) -> None:
        """Say what was held back until the journal was durable, or end those connections."""
        try:
            while self._held:
                held, self._held = self._held, []
                try:
                    await durable()
                except OSError:
                    for connection, _, _ in held:
                        connection.close()
                    continue
                for connection, said, kept in held:
                    connection.say(said, kept=kept)
                    connection.go_on()
        finally:
            self._releasing = None

    def joined(self, connection: "_Connection") -> None:
        """Note a connection, which is closed at the latest when the stub stops."""
        self._connections.add(connection)

    def left(self, connection: "_Connection") -> None:
        """Forget a connection."""
        self._connections.discard(connection)


class _Connection(asyncio.Protocol):
    """One caller of a stub, whose requests are answered one after the other.

    While the caller does not read what was said, nothing more is answered or read.
    """

    def __init__(self, stub: Stub) -> None:
        self._stub, self._reader = stub, RequestReader()
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[Asked] = deque()
        self._last = b""  # what came last, where it was no request
        self._stuck = self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._stub.joined(self)

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are whole, unless one before them is under way."""
        self._waiting.extend(self._reader.feed(data))
        if self._reader.bad and not self._last:
            self._last = data
        self.go_on()
        if self._reader.must_tell() and self._transport is not None:
            self._transport.write(_GO_ON)

    def say(self, said: bytes, *, kept: bool) -> None:
        """Send a response, unless the caller has gone; without `kept` it is the last."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(said)
            if not kept:
                self._transport.close()
        self._busy = False

    def go_on(self) -> None:
        """Answer what waits, as far as the caller reads what is said."""
        while not (self._busy or self._stuck):
            self._busy = True  # until `say`, which may come later
            if self._waiting:
                self._stub.take(self, self._waiting.popleft())
            elif self._last:
                last, self._last = self._last, b""
                self._stub.refuse(self, last, f"stub.malformed.{self._reader.bad}")
            else:
                self._busy = False
                return

    def close(self) -> None:
        """Close the connection."""
        self._waiting.clear()
        if self._transport is not None:
            self._transport.close()

    def pause_writing(self) -> None:
        """Stop reading and answering: the caller does not read."""
        self._stuck = True
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Read and answer again."""
        self._stuck = False
        if self._transport is not None:
            self._transport.resume_reading()
        self.go_on()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Tell the stub."""
        self._waiting.clear()
        self._stub.left(self)

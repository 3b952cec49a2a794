"""One party behind sockets: what arrives becomes an event, what the party wants is carried out."""

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from aiohttp import web

from mocks.engine.clock import SpaceClock
from mocks.engine.party import (
    Advance,
    Arrived,
    Due,
    Effect,
    Event,
    Later,
    Party,
    Returned,
    Send,
)
from mocks.net.client import PATH, DocumentsClient
from mocks.net.tls import PinnedObject, TlsFiles, server_context
from mocks.trust import Directory
from wire.documents import MEDIA_TYPE, decode_stream, encode_stream
from wire.errors import WireError

MAX_STREAM_BYTES = 64 << 20
RETRY_SECONDS = 0.5  # real time: what nobody took over is sent again


class World(Protocol):
    """What a host needs of the space it stands in."""

    clock: SpaceClock

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that outlives the turn that wants it."""
        ...

    def directory(self) -> Directory:
        """Return the trust configuration in force."""
        ...

    async def advance(self, step: timedelta) -> None:
        """Move the clock of the space and tell everybody."""
        ...

    async def wait_until(self, instant: datetime) -> None:
        """Return once the space's clock has reached an instant."""
        ...

    def changed(self) -> None:
        """Wake everybody who waits for a party's state."""
        ...


@dataclass(slots=True)
class Host:
    """A party, its listener and its outgoing calls."""

    party: Party
    files: TlsFiles
    world: World
    client: DocumentsClient
    runner: web.AppRunner | None = None
    port: int = 0

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes any and `port` says which."""
        app = web.Application(client_max_size=MAX_STREAM_BYTES)
        app.router.add_post(PATH, self._serve)
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        context = server_context(self.files, self.world.directory)
        await web.TCPSite(self.runner, "127.0.0.1", port, ssl_context=context).start()
        self.port = self.runner.addresses[0][1]

    async def stop(self) -> None:
        """Close listener and connections."""
        if self.runner is not None:
            await self.runner.cleanup()
        await self.client.close()

    async def give(self, event: Event) -> list[bytes]:
        """Let the party take a turn, carry out its effects, return its reply documents."""
        return await self.perform(self.party.handle(event, now=self.world.clock.now()))

    async def perform(self, effects: Sequence[Effect]) -> list[bytes]:
        """Carry out effects: what moves the clock first comes first, calls run side by side."""
        replies: list[bytes] = []
        calls: list[Awaitable[list[bytes]]] = []
        for effect in effects:
            if isinstance(effect, Advance):
                await self.world.advance(effect.step)
            elif isinstance(effect, Send) and effect.mark is not None:
                calls.append(self._call(effect, effect.mark))
            elif isinstance(effect, Send):
                self.world.spawn(self._deliver(effect))
            elif isinstance(effect, Later):
                self.world.spawn(self._wake(effect.at))
            else:
                replies.append(effect.document)
        for found in await asyncio.gather(*calls):
            replies += found
        self.world.changed()
        return replies

    async def _call(self, send: Send, mark: str) -> list[bytes]:
        found = await self.client.post(send.to, send.documents)
        return await self.give(Returned(mark=mark, documents=found))

    async def _deliver(self, send: Send) -> None:
        while True:
            if await self.client.post(send.to, send.documents) is not None:
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def _wake(self, at: datetime) -> None:
        await self.world.wait_until(at)
        await self.give(Due())

    async def _serve(self, request: web.Request) -> web.Response:
        end = request.transport.get_extra_info("ssl_object") if request.transport else None
        if not isinstance(end, PinnedObject) or not end.institution:
            return _problem(403, "tls.refused")
        if request.content_type != MEDIA_TYPE or "Content-Encoding" in request.headers:
            return _problem(415, "request.media_type")
        try:
            documents = decode_stream(await request.read())
        except WireError as error:
            return _problem(400, error.code)
        replies = await self.give(Arrived(hop=end.institution, documents=documents))
        return web.Response(body=encode_stream(replies), headers={"Content-Type": MEDIA_TYPE})


def _problem(status: int, code: str) -> web.Response:
    return web.json_response(
        {"type": "about:blank", "status": status, "code": code},
        status=status,
        content_type="application/problem+json",
    )

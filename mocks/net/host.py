"""One party behind sockets: its listener, its outgoing calls, and the faults of its connections."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from mocks.engine.exchange import DrawnFault
from mocks.engine.party import Effect, Event, Party
from mocks.net.around import World
from mocks.net.clerk import Clerk
from mocks.net.client import PATH, DocumentsClient
from mocks.net.door import Door
from mocks.net.faulty import interrupt, respond, shuts_door
from mocks.net.tls import PinnedObject, TlsFiles, server_context
from mocks.trust import Directory
from wire.documents import MEDIA_TYPE

MAX_STREAM_BYTES = 64 << 20
STOP_SECONDS = 1.0  # real time: how long exchanges may take that are under way at the end


class Site(World, Protocol):
    """What a host needs of the space it stands in."""

    def directory(self) -> Directory:
        """Return the trust configuration in force."""
        ...


@dataclass(slots=True)
class Host:
    """A party, its listener and its outgoing calls; while switched off it neither hears nor calls.

    `outages` are the lasting faults, by rule, that keep the door shut at present.
    """

    party: Party
    files: TlsFiles
    world: Site
    client: DocumentsClient
    runner: web.AppRunner | None = None
    port: int = 0
    off: bool = False
    door: Door | None = None
    outages: set[str] = field(default_factory=set)
    clerk: Clerk = field(init=False)

    def __post_init__(self) -> None:
        self.clerk = Clerk(self.party, self.world)

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes any and `port` says which."""
        app = web.Application(client_max_size=MAX_STREAM_BYTES)
        app.router.add_post(PATH, self._serve)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
        await self.runner.setup()
        self.door = Door(self.runner, server_context(self.files, self.world.directory))
        await self.door.install(port)
        self.port = self.door.port

    async def stop(self) -> None:
        """Close listener and connections."""
        if self.door is not None:
            await self.door.remove()
        if self.runner is not None:
            await self.runner.cleanup()
        await self.client.close()

    async def switch(self, *, on: bool) -> None:
        """Turn the party off, as a power cut would, or on again; its state stays."""
        if self.door is None or on is not self.off:
            return
        self.off = not on
        await (self.door.open() if on else self.door.shut())

    async def give(self, event: Event) -> list[bytes]:
        """Let the party take a turn, carry out its effects, return its reply documents."""
        return await self.clerk.give(event)

    async def perform(self, effects: Sequence[Effect]) -> list[bytes]:
        """Carry out effects: what moves the clock first comes first, calls run side by side."""
        return await self.clerk.perform(effects)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        end = request.transport.get_extra_info("ssl_object") if request.transport else None
        if not isinstance(end, PinnedObject) or not end.institution:
            return _problem(403, "tls.refused")
        if request.content_type != MEDIA_TYPE or "Content-Encoding" in request.headers:
            return _problem(415, "request.media_type")
        raw = await request.read()
        return await self.clerk.serve(end.institution, raw, _Connection(self, request))

    def shut_until_over(self, drawn: DrawnFault) -> None:
        """Refuse all connections until a lasting fault is over, once for each rule."""
        if self.door is not None and drawn.rule not in self.outages:
            self.outages.add(drawn.rule)
            self.world.spawn(self._outage(self.door, drawn))

    async def _outage(self, door: Door, drawn: DrawnFault) -> None:
        await door.shut()
        if drawn.until is not None:
            await self.world.wait_until(drawn.until)
        self.outages.discard(drawn.rule)
        await door.open()


@dataclass(frozen=True, slots=True)
class _Connection:
    """The connection that one request came on."""

    host: Host
    request: web.Request

    def refuse(self, status: int, code: str) -> web.StreamResponse:
        return _problem(status, code)

    async def interrupt(self, drawn: DrawnFault) -> web.StreamResponse | None:
        if shuts_door(drawn):
            self.host.shut_until_over(drawn)
        return await interrupt(self.request, drawn, wait=self.host.clerk.wait)

    async def respond(self, body: bytes, faults: Sequence[DrawnFault]) -> web.StreamResponse:
        return await respond(self.request, body, faults, wait=self.host.clerk.wait)


def _problem(status: int, code: str) -> web.Response:
    return web.json_response(
        {"type": "about:blank", "status": status, "code": code},
        status=status,
        content_type="application/problem+json",
    )

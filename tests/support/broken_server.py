"""A server whose replies break, on a real socket with or without TLS, and who calls it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

from mocks.engine.clock import system_time
from mocks.engine.durations import Duration
from mocks.engine.exchange import DrawnFault
from mocks.engine.scenario_rules import Fault
from mocks.net.door import Door
from mocks.net.faulty import interrupt, respond
from mocks.net.tls import TlsFiles, client_context, server_context
from mocks.pki import Pki
from mocks.trust import Directory, Place, describe

SERVER, CLIENT = "990019", "990027"
TEXT = "照会の回答です。\r\n" * 640
BODY = TEXT.encode()
TEXT_TYPE = "text/plain"


@dataclass(frozen=True, slots=True)
class Contexts:
    """Both ends of mutual TLS, or of none."""

    server: ssl.SSLContext | None = None
    client: ssl.SSLContext | None = None


def make_contexts(folder: Path) -> Contexts:
    pki = Pki(folder, now=system_time())
    identities = [pki.identity(code) for code in (SERVER, CLIENT)]
    places = [
        Place(identity=one, url="https://127.0.0.1", issues_permits=False) for one in identities
    ]
    directory = Directory(sequence=1, peer=tuple(describe(one) for one in places))
    server, client = (
        TlsFiles(certificate=one.tls_certificate, key=one.tls_key, authority=pki.authority)
        for one in identities
    )
    return Contexts(
        server=server_context(server, lambda: directory),
        client=client_context(client, lambda: directory, SERVER),
    )


@dataclass(slots=True)
class BrokenServer:
    """Does to every request what `before` and `during` say; counts requests and keeps waits."""

    contexts: Contexts
    before: Sequence[DrawnFault] = ()
    during: Sequence[DrawnFault] = ()
    requests: list[str] = field(default_factory=list)
    waits: list[Duration] = field(default_factory=list)
    blocked: asyncio.Event | None = None
    came: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    door: Door = field(init=False)
    runner: web.AppRunner = field(init=False)

    @property
    def url(self) -> str:
        scheme = "http" if self.contexts.server is None else "https"
        return f"{scheme}://127.0.0.1:{self.door.port}/"

    def new_door(self) -> Door:
        return Door(self.runner, self.contexts.server)

    async def wait(self, lasting: Duration) -> None:
        self.waits.append(lasting)
        if self.blocked is not None:
            await self.blocked.wait()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.method)
        self.came.set()
        await request.read()
        try:
            for one in self.before:
                answer = await interrupt(request, one, wait=self.wait)
                if answer is not None:
                    return answer
            return await respond(request, BODY, self.during, wait=self.wait, content_type=TEXT_TYPE)
        finally:
            self.left.set()


@asynccontextmanager
async def broken_server(contexts: Contexts) -> AsyncIterator[BrokenServer]:
    server = BrokenServer(contexts)
    app = web.Application()
    app.router.add_route("*", "/", server.handle)
    server.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await server.runner.setup()
    server.door = server.new_door()
    await server.door.install()
    try:
        yield server
    finally:
        await server.door.remove()
        await server.runner.cleanup()


def open_session(contexts: Contexts, *, seconds: float = 20.0) -> ClientSession:
    connector = TCPConnector(ssl=True if contexts.client is None else contexts.client)
    return ClientSession(connector=connector, timeout=ClientTimeout(total=seconds), trust_env=False)


def drawn(at: str, kind: str, **told: object) -> DrawnFault:
    return DrawnFault(rule="r", fault=Fault(at=at, kind=kind, **told))  # type: ignore[arg-type]  # tables

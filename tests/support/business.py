"""The business API of both sides of a world on a real loopback server, and clients that call it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aiohttp import ClientResponse, ClientSession
from aiohttp.web import Application, AppRunner, TCPSite
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.ports import Ports
from gateway.transport.app import SERVER_OPTIONS, Served, build_app
from gateway.transport.assertions import TYPE, make_assertion
from gateway.transport.clients import Client
from gateway.transport.health import Check
from gateway.transport.operations import list_scopes
from gateway.transport.tokens import TokenPolicy
from tests.support.world import CountingIds, World

ISSUER = "https://gateway.example"
SECRET = b"s" * 32
GRANT = "client_credentials"


class WallClock:
    """The machine's clock as a test sets it; the sandbox's clock is another one."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def move(self, **by: float) -> None:
        self.instant += timedelta(**by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One business system: its registration and what proves it."""

    client: Client
    key: ec.EllipticCurvePrivateKey | bytes

    @property
    def client_id(self) -> str:
        return self.client.client_id


def desk(client_id: str, institution: str, *, system: str = "kokuho", secret: bool = False) -> Desk:
    """Return a business system with a P-256 key, or with a shared secret."""
    private = ec.generate_private_key(ec.SECP256R1())
    client = Client(
        client_id=client_id,
        system=system,
        institution=institution,
        scopes=list_scopes(system),
        public_key=None if secret else private.public_key(),
        secret=SECRET if secret else None,
    )
    return Desk(client=client, key=SECRET if secret else private)


@dataclass(slots=True)
class Business:
    """The API as it is served, and the business systems that are registered."""

    world: World
    clock: WallClock
    desks: dict[str, Desk]
    token_key: ec.EllipticCurvePrivateKey
    url: str = ""
    session: ClientSession | None = None
    server: "Server | None" = None
    tokens: dict[str, str] = field(default_factory=dict)

    async def call(
        self,
        method: str,
        path: str,
        *,
        desk: str | None = "a",
        headers: Mapping[str, str] | None = None,
        **content: Any,  # noqa: ANN401  # whatever aiohttp takes
    ) -> ClientResponse:
        """Return the response to a request of a desk; None calls without a token."""
        sent = dict(headers or {})
        if desk is not None and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {await self.token(desk)}"
        assert self.session is not None
        response = await self.session.request(method, self.url + path, headers=sent, **content)
        await response.read()
        return response

    async def token(self, desk: str, scope: str | None = None) -> str:
        """Return an access token of a desk; the one for all scopes is kept."""
        if scope is None and desk in self.tokens:
            return self.tokens[desk]
        response = await self.ask_token(self.desks[desk], scope=scope)
        assert response.status == 200, await response.text()
        token: str = (await response.json())["access_token"]
        if scope is None:
            self.tokens[desk] = token
        return token

    async def ask_token(
        self,
        desk: Desk,
        *,
        scope: str | None = None,
        assertion: str | None = None,
        **form: str,
    ) -> ClientResponse:
        """Return the response of the token endpoint."""
        data = {
            "grant_type": GRANT,
            "client_assertion_type": TYPE,
            "client_assertion": assertion or self.assertion(desk),
            **({} if scope is None else {"scope": scope}),
            **form,
        }
        return await self.call("POST", "/v1/token", desk=None, data=data)

    def assertion(self, desk: Desk, *, audience: str = ISSUER) -> str:
        """Return a fresh client assertion."""
        return make_assertion(
            desk.client_id, desk.key, audience=audience, now=self.clock.now(), jti=str(uuid4())
        )


@asynccontextmanager
async def serve_business(
    world: World, *, checks: Mapping[str, Check] | None = None
) -> AsyncIterator[Business]:
    """Serve both sides of a world: desks a and tax at A, b at B, secret at A by shared secret."""
    desks = {
        "a": desk("a", world.a),
        "tax": desk("tax", world.a, system="tax"),
        "secret": desk("secret", world.a, secret=True),
        "b": desk("b", world.b),
    }
    business = Business(
        world=world,
        clock=WallClock(),
        desks=desks,
        token_key=ec.generate_private_key(ec.SECP256R1()),
    )
    app = make_app(business, checks=checks or {})
    async with serve(app) as server, ClientSession(auto_decompress=False) as session:
        business.server, business.url, business.session = server, server.url, session
        yield business


class Server:
    """An application as bootstrap serves it: the same runner with the same options."""

    def __init__(self, app: Application) -> None:
        self.runner = AppRunner(app, **SERVER_OPTIONS)
        self.url = ""

    async def start(self) -> None:
        await self.runner.setup()
        await TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def close(self) -> None:
        await self.runner.cleanup()


@asynccontextmanager
async def serve(app: Application) -> AsyncIterator[Server]:
    """Serve an application on loopback."""
    server = Server(app)
    await server.start()
    try:
        yield server
    finally:
        await server.close()


def make_app(
    business: Business,
    *,
    checks: Mapping[str, Check] | None = None,
    ports: Mapping[str, Ports] | None = None,
) -> Application:
    """Return the application of a business; `ports` may serve fewer institutions."""
    served = Served(
        ports_by_institution=business.world.sides if ports is None else ports,
        clients=[one.client for one in business.desks.values()],
        token_key=business.token_key,
        token_policy=TokenPolicy(issuer=ISSUER),
        clock=business.clock,
        ids=CountingIds(77),
        checks=checks or {},
    )
    return build_app(served)


async def count_rows(world: World) -> dict[str, int]:
    """Return how many exchange records each side has: whatever was changed left one."""
    return {code: len(await world.records(code)) for code in world.sides}

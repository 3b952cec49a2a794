"""The network API on real loopback TLS: listeners of A and B, and a core that a test plays."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.bootstrap.runner import TaskRunner
from gateway.network.arrivals import Arrivals
from gateway.network.client import PATH, DocumentsClient
from gateway.network.core import NetworkCore
from gateway.network.directory import Trust, read_directory
from gateway.network.documents import SealedDocuments
from gateway.network.inspection import Served
from gateway.network.line import Line
from gateway.network.registry import NetworkRegistry
from gateway.network.sealing import Sealer
from gateway.network.server import Intake, make_app
from gateway.network.signatures import TextSignatures
from gateway.network.tls import client_context, find_hop, server_context
from gateway.ports import Ports
from permitlists import load_builtin
from tests.support.world import CORE, NOON, REGISTRY, TAX, CountingIds, World, open_world
from tests.unit.network.pki import Authority, Leaf, new_key, public_pem
from wire import messages as wire
from wire.documents import CONTENT_TYPES, MEDIA_TYPE, PERMIT_TYPE, Document, decode_stream, seal
from wire.keys import ECDSA_P256, Signer
from wire.permit import PermitClaims, PermitGrant, issue

SERIAL = 7
TAX_ITEMS = ("total_income", "income_levy")


def uuid(number: int) -> str:
    return str(UUID(int=(0xABCD << 112) + number))


@dataclass(slots=True)
class Site:
    """One party: its certificate, its signing key, and where it listens."""

    code: str
    leaf: Leaf
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    port: int = 1

    permit_key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    @property
    def signer(self) -> Signer:
        return Signer(f"{self.code}-1", ECDSA_P256, self.key)

    @property
    def permit_signer(self) -> Signer:
        return Signer(f"{self.code}-permits", ECDSA_P256, self.permit_key)


@dataclass(slots=True)
class Town:
    """Everybody on the network, with the real use cases and storage of A and B behind it."""

    world: World
    sites: dict[str, Site]
    trust: Trust
    session: aiohttp.ClientSession
    clients: dict[str, DocumentsClient]
    ports: dict[str, Ports]
    sealers: dict[str, Sealer]
    script: Callable[[list[Document], str], Awaitable[Sequence[bytes]]] | None = None
    serial: int = 0  # tests that share a town count it up: drafts get other ids

    @property
    def a(self) -> str:
        return self.world.a

    @property
    def b(self) -> str:
        return self.world.b

    async def post(
        self,
        to: str,
        data: object,
        *,
        hop: str = CORE,
        path: str = PATH,
        **options: Any,  # noqa: ANN401  # whatever aiohttp takes
    ) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers of a POST by `hop` to the listener of `to`."""
        headers = {"Content-Type": MEDIA_TYPE} | options.pop("headers", {})
        context = client_context(self.sites[hop].leaf.files, self.trust, to)
        url = f"https://127.0.0.1:{self.sites[to].port}{path}"
        method = options.pop("method", "POST")
        async with self.session.request(
            method, url, data=data, headers=headers, ssl=context, **options
        ) as response:
            return response.status, await response.read(), dict(response.headers)

    async def deliver(self, *documents: Document | bytes, hop: str = CORE) -> list[Document]:
        """Return the replies of B to a stream that `hop` brings."""
        raws = [one if isinstance(one, bytes) else one.raw for one in documents]
        status, body, _ = await self.post(self.b, b"".join(raws), hop=hop)
        assert status == 200, body
        replies = decode_stream(body)
        assert all(isinstance(one, Document) for one in replies)
        return [one for one in replies if isinstance(one, Document)]

    def write(
        self,
        message: wire.Message,
        *,
        by: str,
        to: str,
        **header: Any,  # noqa: ANN401  # fields of a header
    ) -> Document:
        """Return a document signed by a site; `header` changes what its header says."""
        kind = wire.kind_of(message)
        fields: dict[str, Any] = {
            "kind": kind,
            "message_id": self.world.ports_a.ids.uuid(),
            "sender": by,
            "recipient": to,
            "created": self.world.clock.now(),
            "body": wire.encode(message),
            "content_type": CONTENT_TYPES[kind],
            "signer": self.sites[by].signer,
        }
        return seal(**(fields | header))

    def draft(self, **changed: Any) -> "Draft":  # noqa: ANN401  # fields of Draft
        """Return a good inquiry of A to B about the person SERIAL, as the core relays it."""
        first = self.serial * 1000
        ids = {
            "number": uuid(first + 1),
            "permit_id": uuid(first + 2),
            "message_id": uuid(first + 3),
        }
        return Draft(town=self, **(ids | changed))


@dataclass(slots=True)
class Draft:
    """An inquiry, its notice and its permit before they are sealed; each part can be changed."""

    town: Town
    number: str
    permit_id: str
    message_id: str
    inquiry: dict[str, Any] = field(default_factory=dict)
    notice: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    inquiry_header: dict[str, Any] = field(default_factory=dict)
    notice_header: dict[str, Any] = field(default_factory=dict)
    permit_signer: Signer | None = None

    def inquiry_document(self) -> Document:
        town = self.town
        message = wire.Inquiry(
            transaction_number=self.number,
            permit_id=self.permit_id,
            inquirer=town.a,
            provider=town.b,
            instrument="shourei-r6",
            row="69",
            clause="7",
            information=(wire.RequestedInformation(name=TAX),),
            requested_at=NOON,
            period_from=None,
            period_to=None,
            nondisclosure=False,
        )
        header = {"message_id": self.message_id} | self.inquiry_header
        return town.write(
            replace(message, **self.inquiry), **({"by": town.a, "to": town.b} | header)
        )

    def notice_document(self) -> Document:
        town = self.town
        message = wire.Notice(
            transaction_number=self.number,
            permit_id=self.permit_id,
            symbol=symbol_at_b(town.world),
            route=CORE,
            inquirer=town.a,
            inquiry_message_id=self.message_id,
        )
        header = {"by": CORE, "to": town.b} | self.notice_header
        return town.write(replace(message, **self.notice), **header)

    def permit(self) -> bytes:
        town = self.town
        claims = PermitClaims(
            permit_id=self.permit_id,
            issuer=CORE,
            audience=town.b,
            inquirer=town.a,
            instrument="shourei-r6",
            row="69",
            clause="7",
            information=(PermitGrant(information=TAX, items=TAX_ITEMS),),
            transaction_number=self.number,
            edition_sha256=edition_sha256(),
            request_message_id=uuid(9),
            issued_at=NOON,
            not_before=NOON,
            expires_at=NOON + timedelta(minutes=5),
        )
        signer = self.permit_signer or town.sites[CORE].permit_signer
        return issue(replace(claims, **self.claims), signer.private_key, signer.key_id)

    def permit_document(self, compact: bytes | None = None) -> Document:
        return enclose(compact or self.permit(), self.permit_id, self.town.b, NOON)

    def stream(self) -> list[Document]:
        return [self.inquiry_document(), self.permit_document(), self.notice_document()]


def enclose(
    compact: bytes, permit_id: str, to: str, at: datetime, reply_to: str | None = None
) -> Document:
    """Return the unsigned document that carries a permit."""
    return seal(
        kind="permit",
        message_id=permit_id,
        sender=CORE,
        recipient=to,
        in_reply_to=reply_to,
        created=at,
        body=compact,
        content_type=PERMIT_TYPE,
        signer=None,
    )


def edition_sha256() -> str:
    [edition] = [one for one in load_builtin().editions if one.key.instrument == "shourei-r6"]
    return edition.key.sha256


def symbol_at_b(world: World) -> str:
    [found] = [symbol for (code, _), symbol in world.core.symbols.items() if code == world.b]
    return found.value


def directory_text(sites: Sequence[Site], sequence: int = 1) -> bytes:
    """Return the trust configuration that names these sites."""
    lines = [f"sequence = {sequence}"]
    for site in sites:
        lines += [
            "[[peer]]",
            f'institution = "{site.code}"',
            f'url = "https://127.0.0.1:{site.port}"',
            f'tls_sha256 = ["{site.leaf.sha256}"]',
            "[[peer.key]]",
            f'key_id = "{site.signer.key_id}"',
            'algorithm = "ecdsa-p256-sha256"',
            f'public_key = """{public_pem(site.key)}"""',
            "[[peer.key]]",
            f'key_id = "{site.permit_signer.key_id}"',
            'algorithm = "ES256"',
            f'public_key = """{public_pem(site.permit_key)}"""',
        ]
    return "\n".join(lines).encode()


@asynccontextmanager
async def open_town(folder: Path, intake: Intake | None = None) -> AsyncIterator[Town]:
    """Open A, B and a scripted core; B knows the person SERIAL and tax items of them."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(folder))
        await world.register(world.b, SERIAL)
        await world.load_tax(world.b, SERIAL, **dict.fromkeys(TAX_ITEMS, "1000"))
        authority = Authority(folder=folder)
        codes = (CORE, REGISTRY, world.a, world.b)
        sites = {code: Site(code, authority.issue(code)) for code in codes}
        trust = Trust(read_directory(directory_text(list(sites.values()))))
        runner = await stack.enter_async_context(TaskRunner())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        town = Town(world, sites, trust, session, {}, {}, {})
        for code in (world.a, world.b):
            await _open_gateway(town, code, runner, stack, intake)
        await _open_scripted(town, CORE, stack)
        town.sites[REGISTRY].port = town.sites[CORE].port
        await _open_scripted(town, REGISTRY, stack)
        trust.replace(read_directory(directory_text(list(sites.values()), 2)))
        stack.push_async_callback(runner.drain, 5)
        yield town


async def _open_gateway(
    town: Town, code: str, runner: TaskRunner, stack: AsyncExitStack, intake: Intake | None
) -> None:
    site = town.sites[code]
    client = DocumentsClient(site.leaf.files, town.trust, runner)
    stack.push_async_callback(client.close)
    ids = CountingIds(0x1000 + int(code))
    sealer = Sealer(institution=code, signer=site.signer, ids=ids)
    core, registry = (
        Line(client=client, sealer=sealer, trust=town.trust, clock=town.world.clock, peer=peer)
        for peer in (CORE, REGISTRY)
    )
    ports = replace(
        town.world.sides[code],
        core=NetworkCore(core),
        registry=NetworkRegistry(registry),
        documents=SealedDocuments(sealer),
        signatures=TextSignatures(code, site.signer, town.trust),
    )
    town.clients[code], town.ports[code], town.sealers[code] = client, ports, sealer
    served = {code: Served(ports=ports, sealer=sealer)}
    await listen(town, code, make_app(Arrivals(served, town.trust), ids, intake), stack)


async def _open_scripted(town: Town, code: str, stack: AsyncExitStack) -> None:
    """Listen as a party whose replies the test's script decides."""

    async def receive(request: web.Request) -> web.Response:
        found = decode_stream(await request.read())
        documents = [one for one in found if isinstance(one, Document)]
        assert town.script is not None
        replies = await town.script(documents, find_hop(request.transport) or "")
        return web.Response(body=b"".join(replies), headers={"Content-Type": MEDIA_TYPE})

    app = web.Application()
    app.router.add_post(PATH, receive)
    await listen(town, code, app, stack)


async def listen(town: Town, code: str, app: web.Application, stack: AsyncExitStack) -> None:
    """Serve an application as a site, from now on until `stack` ends."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    context = server_context(town.sites[code].leaf.files, town.trust)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    town.sites[code].port = runner.addresses[0][1]

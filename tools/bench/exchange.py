"""Contestants that answer requests: a bare server, our gateway on both sides, a naive gateway."""

import asyncio
import json
import os
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from uuid import uuid4

from mocks.engine.clock import system_time
from mocks.net.tls import TlsFiles, client_context
from tools.bench.arena import CLAUSE, INFORMATION, ROW, Arena, process_of
from tools.bench.load import CONNECTIONS, IsGood, MakeRequest, Pool, Tally
from tools.bench.machine import MEASURED_CORE, Machine, pin, used_by_others
from tools.bench.quick_core import Relay
from tools.bench.rounds import Slice, percentile
from wire.documents import MEDIA_TYPE
from wire.messages import PermitRequest, RequestedInformation

WARM_UP_SECONDS = 0.5
HERE = Path(__file__).parent


OURS: set[int] = set()  # processes of this benchmark that may work beside the measured one


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One server to drive: its process, its port, what to send, what a good response is."""

    process: int
    port: int
    make: Callable[[], Awaitable[MakeRequest]]
    is_good: IsGood
    context: ssl.SSLContext | None = None

    async def saturate(self, seconds: float) -> Slice:
        """Return what the server does with every connection busy."""
        return await self._drive(lambda pool, some: pool.saturate(some), seconds)

    async def pace(self, rate: float, seconds: float) -> Slice:
        """Return what the server does with so many requests a second."""
        return await self._drive(lambda pool, some: pool.pace(rate, some), seconds)

    async def _drive(self, act: Callable[[Pool, float], Awaitable[None]], seconds: float) -> Slice:
        pool = Pool(await self.make(), self.is_good)
        await pool.open(self.port, count=CONNECTIONS, context=self.context)
        machine = Machine(measured=self.process, beside=(os.getpid(), *OURS))
        try:
            await act(pool, WARM_UP_SECONDS)
            before, pool.tally = machine.read(), Tally()
            await act(pool, seconds)
            after, tally = machine.read(), pool.tally
            await pool.rest()
        finally:
            pool.close()
        elapsed, used = after.at - before.at, after.measured - before.measured
        return Slice(
            rate=tally.done / elapsed,
            cpu=used / max(1, tally.done) * 1e6,
            cores=used / elapsed,
            others=used_by_others(before, after),
            p50=percentile(tally.seconds, 0.5),
            p99=percentile(tally.seconds, 0.99),
        )


@asynccontextmanager
async def _run(script: str, *arguments: str) -> AsyncIterator[tuple[int, int]]:
    """Run a server of this folder on the measured core; give its process id and its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(HERE / script),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError(script)
    try:
        port = int(await process.stdout.readline())
        pin(process.pid, MEASURED_CORE)
        OURS.add(process.pid)
        yield process.pid, port
    finally:
        process.stdin.close()
        await process.wait()
        OURS.discard(process.pid)


@asynccontextmanager
async def bare(_arena: Arena) -> AsyncIterator[Target]:
    """Run the bare server in clear."""
    async with _run("bare_server.py") as (process, port):
        yield _bare(process, port)


@asynccontextmanager
async def bare_behind_tls(arena: Arena) -> AsyncIterator[Target]:
    """Run the bare server behind the TLS of our network API."""
    identity = arena.pki.identity(arena.provider.plan.code)
    files = (identity.tls_certificate, identity.tls_key, arena.pki.authority)
    given = (*files, arena.folder / "directory.toml")
    async with _run("bare_server.py", *map(str, given)) as (process, port):
        yield replace(_bare(process, port), context=_as_core(arena))


def _bare(process: int, port: int) -> Target:
    request = b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n"

    async def make() -> MakeRequest:
        return lambda: request

    return Target(
        process=process,
        port=port,
        make=make,
        is_good=lambda response: response.startswith(b"HTTP/1.1 200"),
    )


def _as_core(arena: Arena) -> ssl.SSLContext:
    """Return the context in which the core calls the provider."""
    identity = arena.pki.identity(arena.core.code)
    files = TlsFiles(
        certificate=identity.tls_certificate, key=identity.tls_key, authority=arena.pki.authority
    )
    return client_context(files, arena.space.directory, arena.provider.plan.code)


def inquiries(arena: Arena) -> Target:
    """Return the inquirer's gateway as a target: every request is a complete inquiry."""
    gateway = arena.inquirer
    return Target(
        process=process_of(gateway),
        port=gateway.plan.business_port,
        make=lambda: make_inquiries(arena),
        is_good=is_answered,
    )


def provisions(arena: Arena) -> Target:
    """Return the provider's gateway as a target: every request is one relayed inquiry."""
    gateway = arena.provider
    return Target(
        process=process_of(gateway),
        port=gateway.plan.network_port,
        make=lambda: make_streams(arena),
        is_good=lambda response: b"nakadachi-kind: answer\r\n" in response,
        context=_as_core(arena),
    )


@asynccontextmanager
async def naive(arena: Arena) -> AsyncIterator[Target]:
    """Run the naive gateway; it gets the same requests as ours."""
    async with _run("naive_gateway.py", str(write_naive_settings(arena))) as (process, port):
        yield replace(inquiries(arena), process=process, port=port)


def is_answered(response: bytes) -> bool:
    """Return whether a response is an inquiry that was answered."""
    return response.startswith(b"HTTP/1.1 200") and b'"state":"answered"' in response


async def make_inquiries(arena: Arena) -> MakeRequest:
    """Return a maker of inquiries about one resident after the other, each under its own key."""
    gateway = arena.inquirer
    await gateway.authorise()
    bodies = []
    for resident in arena.residents:
        body = json.dumps(
            {
                "number": arena.number(gateway, resident),
                "affair": f"{ROW}-{CLAUSE}",
                "provider": arena.provider.plan.code,
                "information": [{"information": INFORMATION}],
            },
            ensure_ascii=False,
        ).encode()
        head = (
            "POST /v1/inquiries HTTP/1.1\r\nHost: bench\r\n"
            f"Authorization: Bearer {gateway.token}\r\n"
            "Content-Type: application/json\r\nPrefer: wait=30\r\n"
            f"Content-Length: {len(body)}\r\nIdempotency-Key: "
        ).encode()
        bodies.append((head, b"\r\n\r\n" + body))
    run, numbers, most = uuid4().hex.encode(), count(), len(bodies)

    def make() -> bytes:
        number = next(numbers)
        head, body = bodies[number % most]
        return b"%b%b-%d%b" % (head, run, number, body)

    return make


async def make_streams(arena: Arena) -> MakeRequest:
    """Return a maker of streams as the core relays them: inquiry, permit and notice."""
    inquirer, provider = arena.inquirer.plan.code, arena.provider.plan.code
    symbols = arena.symbols(provider)
    request = PermitRequest(
        request_id=str(uuid4()),
        inquirer=inquirer,
        provider=provider,
        instrument="shourei-r6",
        row=ROW,
        clause=CLAUSE,
        basis="19-8",
        information=(RequestedInformation(name=INFORMATION),),
        symbol=symbols[0],
        requested_at=system_time(),
        period_from=None,
        period_to=None,
        nondisclosure=False,
    )
    signer = arena.signer(inquirer)
    relay = Relay(core=arena.core, request=request, signer=signer, symbols=symbols)

    def make() -> bytes:
        stream = relay.stream()
        head = (
            "POST /network/v1/documents HTTP/1.1\r\nHost: bench\r\n"
            f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(stream)}\r\n\r\n"
        )
        return head.encode() + stream

    return make


def write_naive_settings(arena: Arena) -> Path:
    """Write what the naive gateway must know: it is the inquirer, with its own database."""
    gateway = arena.inquirer
    code = gateway.plan.code
    identity = arena.pki.identity(code)
    numbers = [arena.number(gateway, one) for one in arena.residents]
    people = arena.folder / "naive-people.json"
    people.write_text(json.dumps(dict(zip(numbers, arena.symbols(code), strict=True))), "utf-8")
    settings = {
        "code": code,
        "core": arena.core.code,
        "signing_key": identity.signing_key,
        "key_id": identity.signing_key_id,
        "directory": arena.folder / "directory.toml",
        "ca": arena.pki.authority,
        "certificate": identity.tls_certificate,
        "tls_key": identity.tls_key,
        "database": arena.folder / "naive.db",
        "people": people,
        "affair": f"{ROW}-{CLAUSE}",
        "information": INFORMATION,
    }
    file = arena.folder / "naive.json"
    file.write_text(json.dumps({name: str(value) for name, value in settings.items()}), "utf-8")
    return file


@asynccontextmanager
async def _running(target: Target) -> AsyncIterator[Target]:
    """Give a target that runs already."""
    yield target


BY_NAME: Mapping[str, Callable[[Arena], AbstractAsyncContextManager[Target]]] = {
    "bare": bare,
    "bare behind TLS": bare_behind_tls,
    "inquiry": lambda arena: _running(inquiries(arena)),
    "provision": lambda arena: _running(provisions(arena)),
    "naive": naive,
}
"""How each contestant is run, by the name under which it stands in the results."""

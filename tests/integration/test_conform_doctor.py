"""The doctor at real listeners: whether a system demands a certificate of whoever calls it."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from mocks.conform.bench import ASKER, PERSON, Bench
from mocks.conform.doctor import Surgery
from mocks.engine.clock import SpaceClock, system_time
from mocks.engine.rows import Row
from mocks.engine.scenario import PartySetup
from mocks.gateway_files import find_free_ports
from mocks.net.client import PATH
from mocks.net.space import Space, tls_files
from mocks.pki import Pki
from mocks.runs.topic import TAX
from mocks.world import Setup, make_world

pytestmark = pytest.mark.integration

CODE = "991015"


async def _refuse_what_is_empty(request: web.Request) -> web.Response:
    """Answer as a system does that looks into the stream but not at who brings it."""
    return web.Response(status=200 if await request.read() else 400)


async def _never() -> Callable[[], Awaitable[None]]:
    raise NotImplementedError


@asynccontextmanager
async def listening(folder: Path, *, demands: bool = True) -> AsyncIterator[Bench]:
    """Let somebody listen in a space, who demands a certificate or not."""
    pki = Pki(folder, now=system_time())
    world = make_world(Setup(pki=pki, seed="1"))
    [port] = find_free_ports(1)
    identity = pki.identity(CODE)
    files = tls_files(pki, identity)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pki.authority))
    context.load_cert_chain(files.certificate, files.key)
    context.verify_mode = ssl.CERT_REQUIRED if demands else ssl.CERT_NONE
    app = web.Application()
    app.router.add_post(PATH, _refuse_what_is_empty)
    runner = web.AppRunner(app)
    async with Space(pki, SpaceClock(), world.core, world.keys, world.parties) as space:
        for agency in world.take_roles({"asker": PartySetup(kind="agency", code=ASKER)}):
            await space.join(agency)
        space.admit(identity, f"https://127.0.0.1:{port}")
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
        try:
            yield Bench(
                space=space,
                world=world,
                code=CODE,
                person=world.cast["D01"].resident,
                topic=TAX,
                close_office=_never,
            )
        finally:
            await runner.cleanup()


@pytest.mark.parametrize(("demands", "state"), [(True, "ok"), (False, "config_error")])
async def test_whoever_answers_without_a_certificate_is_set_up_wrongly(
    tmp_path: Path, *, demands: bool, state: str
) -> None:
    async with listening(tmp_path, demands=demands) as bench:
        found = {one.id: one.state for one in await Surgery(bench=bench).visit()}
    assert found["tls"] == "ok"
    assert found["mutual_tls"] == state


@pytest.mark.parametrize(("person", "state"), [(PERSON, "ok"), ("p2", "config_error")])
async def test_an_inquirer_knows_the_person_whose_symbol_it_acquired(
    tmp_path: Path, person: str, state: str
) -> None:
    async with listening(tmp_path) as bench:
        row = Row(at=bench.now, party="core", op="symbol.acquire", person=person)
        bench.space.journal.add(row)
        found = {one.id: one.state for one in await Surgery(bench=bench).visit()}
    assert found["test_person"] == state


async def test_a_provider_that_does_not_answer_about_the_person_lacks_the_replica(
    tmp_path: Path,
) -> None:
    async with listening(tmp_path) as bench:
        found = {one.id: one for one in await Surgery(bench=bench, provides=True).visit()}
    assert found["test_person"].state == "config_error"
    assert "地方税関係情報（総所得金額等）の副本" in found["test_person"].fix

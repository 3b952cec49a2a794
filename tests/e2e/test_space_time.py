"""Gateways as processes follow the time of a space: frozen, moved, hastened, over a restart."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from mocks.engine.durations import Duration
from mocks.gateway import Gateway
from mocks.sandbox import Options, Sandbox, open_sandbox
from wire.documents import Document, decode_stream

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PATIENCE = 30.0


async def said_after_restart(sandbox: Sandbox, gateway: Gateway) -> Document:
    """Start a gateway anew and return the first document that it sends to the core."""
    journal = sandbox.space.journal
    seen = len(journal.exchanges())
    await gateway.stop()
    await gateway.start()
    await gateway.wait_ready()
    async with asyncio.timeout(PATIENCE):
        while True:
            for one in journal.exchanges()[seen:]:
                if one.peer == gateway.plan.code and one.direction == "in":
                    [document, *_] = decode_stream(one.asked)
                    assert isinstance(document, Document)
                    return document
            await sandbox.space.news(0.1)


async def test_a_gateway_shows_the_very_instant_at_which_a_space_stands_still(
    tmp_path: Path,
) -> None:
    async with open_sandbox(Options(people=0, folder=tmp_path)) as sandbox:
        space, gateway = sandbox.space, sandbox.a
        await space.freeze()
        frozen = space.clock.now()
        assert (await said_after_restart(sandbox, gateway)).created == frozen
        await space.advance(Duration(business_days=3, span=timedelta(hours=1)))
        assert (await said_after_restart(sandbox, gateway)).created == space.clock.now()
        await space.run(600)
        started, asked = space.clock.now(), await said_after_restart(sandbox, gateway)
        assert started <= asked.created <= space.clock.now()
        assert asked.created - started >= timedelta(minutes=1)
        assert not space.telling.missed


async def test_who_could_not_be_told_the_time_is_told_later(tmp_path: Path) -> None:
    async with open_sandbox(Options(people=0, folder=tmp_path)) as sandbox:
        space, gateway = sandbox.space, sandbox.a
        await gateway.kill()
        await space.freeze()
        await space.advance(timedelta(days=2))
        assert space.telling.missed == {gateway.plan.code}
        await gateway.start()
        await gateway.wait_ready()
        async with asyncio.timeout(PATIENCE):
            while space.telling.missed:
                await space.news(0.1)
        assert (await said_after_restart(sandbox, gateway)).created == space.clock.now()

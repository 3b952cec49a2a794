"""The demo and the standing sandbox, with gateways as processes of their own."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from mocks.demo.playing import play
from mocks.gateway import GatewayFailedError
from mocks.sandbox import Options, open_sandbox

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PATIENCE = 120.0


async def test_all_cases_end_as_the_contract_says(tmp_path: Path) -> None:
    heard: list[str] = []
    report = await play(Options(seed=7, people=6, folder=tmp_path), heard.append)
    wrong = {one.case.id: one.fault or one.outcome for one in report.results if not one.expected}
    assert wrong == {}
    assert report.reconciled.differences == ()
    assert all(log["verified"] for log in report.records.values())
    assert len(report.records) == 3
    assert report.expected
    assert len(heard) == 4


async def test_up_prints_where_everything_is_and_stops_on_sigterm(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    command = [sys.executable, "-m", "gateway", "up", "--json", "--people", "0"]
    process = await asyncio.create_subprocess_exec(
        *command, "--folder", str(folder), stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        addresses = json.loads(await process.stdout.readline())
        api = addresses["gateway a (991015) API"].removesuffix("/v1")
        async with aiohttp.ClientSession() as session, session.get(f"{api}/readyz") as reply:
            assert reply.status == 200
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert (folder / "a.toml").exists()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"{api}/readyz")


async def test_up_without_the_register_it_names_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway", "up", "--register", str(tmp_path / "nowhere")]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(PATIENCE):
        _, complaint = await process.communicate()
    assert process.returncode == 3
    assert b"RegisterError" in complaint
    assert b"Traceback" not in complaint


async def test_a_gateway_that_cannot_start_says_why(tmp_path: Path) -> None:
    async with open_sandbox(Options(people=0, folder=tmp_path)) as sandbox:
        gateway = sandbox.a
        await gateway.kill()
        broken = gateway.plan.config.read_text("utf-8").replace('mode = "sandbox"', 'mode = "none"')
        gateway.plan.config.write_text(broken, "utf-8")
        await gateway.start()
        with pytest.raises(GatewayFailedError, match="mode"):
            await gateway.wait_ready()
        with pytest.raises(GatewayFailedError, match="mode"):
            await gateway.run("held", "list")

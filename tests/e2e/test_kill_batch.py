"""kill -9 of both gateways in the middle of a batch: every row ends once, logs verify (G2, G4, G7).

The points at which a single inquiry may die are in test_kill.py; here the process dies while tens
of inquiries are under way, and nobody repeats anything from outside.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mocks.demo.acting import Stage
from mocks.demo.registering import TAX, register_everybody
from mocks.gateway import Gateway, Json
from mocks.sandbox import Options, Sandbox, open_sandbox
from tests.conftest import Canaries

LEASE_SECONDS = 2  # what the dead process held is taken over after it
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.05
ROWS, STRANGERS = 300, 3


@pytest.fixture
async def sandbox(tmp_path: Path, canaries: Canaries) -> AsyncIterator[Sandbox]:
    async with open_sandbox(Options(seed=7, people=4, folder=tmp_path / "sandbox")) as opened:
        await register_everybody(opened)
        yield opened
        canaries.register(*opened.world.core.state.symbols.values())


async def shorten_leases(gateway: Gateway) -> None:
    """Restart a gateway whose work is taken over soon after its death."""
    await gateway.stop()
    settings = gateway.plan.config.read_text(encoding="utf-8")
    lease = f"\\g<0>\nlease_seconds = {LEASE_SECONDS}"
    gateway.plan.config.write_text(re.sub(r"slot_seconds = \d+", lease, settings), encoding="utf-8")
    await gateway.start()
    await gateway.wait_ready()


async def hand_over(stage: Stage) -> str:
    """Hand a batch over at A; return its path."""
    gateway = stage.sandbox.a
    number = stage.number("a", "D01")
    asked = [(number, f"row-{line}") for line in range(ROWS)]
    asked += [(str(line + 1), f"stranger-{line}") for line in range(STRANGERS)]
    row = {
        "affair": "69-7",
        "provider": stage.sandbox.world.code("b"),
        "information": [{"information": TAX}],
    }
    body = "".join(json.dumps(row | {"number": who, "key": key}) + "\n" for who, key in asked)
    assert gateway.session is not None
    headers = {
        "Authorization": f"Bearer {gateway.token}",
        "Content-Type": "application/x-ndjson",
        "Idempotency-Key": "batch",
    }
    url = f"{gateway.plan.business_url}/v1/batches"
    async with gateway.session.post(url, data=body.encode(), headers=headers) as reply:
        assert reply.status == 202, await reply.text()
        return reply.headers["Location"]


async def reach(gateway: Gateway, path: str, applied: int, *, running: int = 0) -> Json:
    """Return the batch once so many rows have ended as inquiries, and so many are under way.

    Its counts always add up.
    """
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            shown = (await gateway.call("GET", path)).demand(path)
            counts = shown["counts"]
            added = counts["applied"] + counts["rejected"] + counts["pending"]
            assert added == counts["total"] == ROWS + STRANGERS
            if counts["applied"] >= applied and counts["running"] >= running:
                return shown
            await asyncio.sleep(POLL_SECONDS)


async def kill(gateway: Gateway) -> None:
    """Kill a gateway and start it again on what it left."""
    await gateway.kill()
    await gateway.start()
    await gateway.wait_ready()


async def list_answers(gateway: Gateway, act: str) -> list[str]:
    """Return the transaction number of every recorded answer."""
    found: list[str] = []
    after = ""
    while True:
        path = f"/v1/records?act={act}&limit=500{after}"
        page = (await gateway.call("GET", path)).demand(path)
        found += [
            record["transaction_number"]
            for record in page["records"]
            if (record["phase"], record["result"]) == ("outcome", "answered")
        ]
        if not page["next"]:
            return found
        after = f"&after={page['next']}"


@pytest.mark.slow
async def test_a_batch_survives_the_death_of_either_gateway(sandbox: Sandbox) -> None:
    stage = Stage(sandbox)
    for gateway in (sandbox.a, sandbox.b):
        await shorten_leases(gateway)
    path = await hand_over(stage)
    await reach(sandbox.a, path, 20, running=1)
    await kill(sandbox.a)
    await reach(sandbox.a, path, 90, running=1)
    await kill(sandbox.b)
    await reach(sandbox.a, path, 160, running=1)
    await asyncio.gather(kill(sandbox.a), kill(sandbox.b))
    done = await reach(sandbox.a, path, ROWS)
    assert done["state"] == "ended"
    assert (done["counts"]["answered"], done["counts"]["rejected"]) == (ROWS, STRANGERS)
    for gateway, act in ((sandbox.a, "inquiry"), (sandbox.b, "provision")):
        answers = await list_answers(gateway, act)
        assert len(answers) == len(set(answers)) == ROWS  # each once
        assert (await gateway.run("records", "verify"))["verified"]

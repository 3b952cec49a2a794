"""kill -9 of a gateway at twelve points of D01, D07 and D12: same outcomes, logs verify (G2, G4).

One sandbox serves all points. For each, the gateway runs under `tests.support.crashing`, is armed
once it is ready, and dies on its way through the case; then it is started as usual.
"""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from mocks.demo.acting import FINAL, Stage
from mocks.demo.registering import TAX, register_everybody
from mocks.gateway import Gateway, GatewayFailedError, Json
from mocks.sandbox import Options, Sandbox, open_sandbox
from tests.conftest import Canaries

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEASE_SECONDS = 2  # what the dead process held is taken over after it
PATIENCE_SECONDS = 30.0

# case, whose gateway dies, at which point, at which passage of it
POINTS = [
    ("D01", "a", "before_commit", 1),  # nothing accepted yet
    ("D01", "a", "after_commit", 1),  # accepted, the caller was not told
    ("D01", "a", "before_post", 2),  # a permit is here, the inquiry has not left
    ("D01", "a", "after_post", 2),  # the answer is here, not recorded
    ("D01", "b", "before_commit", 2),  # the intent is recorded, the answer is not
    ("D01", "b", "after_commit", 2),  # the answer is recorded, it has not left
    ("D07", "b", "after_commit", 1),  # the intent is recorded, the hold is not
    ("D07", "b", "before_reply", 1),  # held, the inquirer was not told
    ("D07", "a", "after_post", 2),  # the inquirer got the receipt and forgot it
    ("D12", "a", "after_commit", 2),  # the outcome is recorded, the caller was not told
    ("D12", "b", "before_receive", 1),  # the inquiry arrived and was not even read
    ("D12", "a", "after_post", 1),  # a permit was issued and lost
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(
    tmp_path_factory: pytest.TempPathFactory, canaries: Canaries
) -> AsyncIterator[Sandbox]:
    folder: Path = tmp_path_factory.mktemp("kill")
    async with open_sandbox(Options(seed=7, people=4, folder=folder)) as opened:
        await register_everybody(opened)
        yield opened
        canaries.register(*opened.world.core.state.symbols.values())


async def start_crashing(gateway: Gateway, point: str, nth: int) -> None:
    """Restart a gateway so that it dies at a point once it is armed; arm it."""
    await gateway.stop()
    settings = gateway.plan.config.read_text(encoding="utf-8")
    if "lease_seconds" not in settings:
        lease = f"\\g<0>\nlease_seconds = {LEASE_SECONDS}"
        settings = re.sub(r"slot_seconds = \d+", lease, settings)
        gateway.plan.config.write_text(settings, encoding="utf-8")
    with gateway.plan.log.open("ab") as log:
        gateway.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.support.crashing", point, str(nth)),
            *("serve", "-c", str(gateway.plan.config)),
            stdout=log,
            stderr=log,
            cwd=Path(__file__).parents[2],
        )
    gateway.session = aiohttp.ClientSession(trust_env=False)
    await gateway.wait_ready()
    gateway.process.send_signal(signal.SIGUSR1)


async def restart_after_death(gateway: Gateway) -> None:
    """Wait until the armed gateway has died by SIGKILL; start it as usual."""
    assert gateway.process is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await gateway.process.wait() == -signal.SIGKILL
    if gateway.session is not None:
        await gateway.session.close()
    await gateway.start()
    await gateway.wait_ready()


async def ask(stage: Stage, case: str, key: str, wait: int = 0) -> Json | None:
    """Return what A says to the case's inquiry under a key, or None if A died over it."""
    headers = {"Idempotency-Key": key, "Prefer": f"wait={wait}"}
    body = {
        "number": stage.number("a", case),
        "affair": "69-7",
        "provider": stage.sandbox.world.code("b"),
        "information": [{"information": TAX}],
    }
    with suppress(aiohttp.ClientError, GatewayFailedError):
        said = await stage.sandbox.a.call("POST", "/v1/inquiries", body, headers)
        return said.body
    return None


async def reach(stage: Stage, case: str, key: str, states: frozenset[str]) -> Json:
    """Return A's inquiry once it is in one of some states; a repeat of the request waits for it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            shown = await ask(stage, case, key, wait=1)
            if shown is not None and shown["state"] in states:
                return shown


@pytest.mark.parametrize(("case", "short", "point", "nth"), POINTS, ids=str)
async def test_a_killed_gateway_loses_nothing_and_does_nothing_twice(
    sandbox: Sandbox, case: str, short: str, point: str, nth: int
) -> None:
    stage = Stage(sandbox)
    gateway = sandbox.gateways[short]
    key = f"{case}-{short}-{point}-{nth}"
    if case == "D07":
        await hold_income(stage)
    await start_crashing(gateway, point, nth)
    first = await ask(stage, case, key)
    await restart_after_death(gateway)
    again = await ask(stage, case, key)  # the caller repeats; it is the same inquiry
    assert again is not None
    if first is not None:
        assert first["id"] == again["id"]
    if case == "D07":
        held = await reach(stage, case, key, FINAL | {"held"})
        assert held["state"] == "held"
        await stage.decide(sandbox.b, held["transaction_number"], "release")
    done = await reach(stage, case, key, FINAL)
    assert done["state"] == "answered"
    if case == "D12":
        conflict = await sandbox.a.call(
            "POST",
            "/v1/inquiries",
            {
                "number": stage.number("a", case),
                "affair": "69-2",
                "provider": sandbox.world.code("b"),
                "information": [{"information": TAX}],
            },
            {"Idempotency-Key": key},
        )
        assert conflict.status == 409
    await check_records(stage, done)


async def hold_income(stage: Stage) -> None:
    """Let B hold the income of the person of D07; the same control twice is one."""
    body = {
        "number": stage.number("b", "D07"),
        "kind": "no_automatic_answer",
        "information": TAX,
        "item": "total_income",
        "reason": "test",
        "set_by": "clerk-1",
        "review_on": "2030-03-31",
    }
    (await stage.sandbox.b.call("POST", "/v1/controls", body)).demand("/v1/controls")


async def check_records(stage: Stage, done: Json) -> None:
    """The transaction was answered exactly once on each side."""
    path = f"/v1/records?transaction_number={done['transaction_number']}"
    for gateway in stage.sandbox.gateways.values():
        found = (await gateway.call("GET", path)).demand(path)
        ends = [(record["phase"], record["result"]) for record in found["records"]]
        assert ends.count(("outcome", "answered")) == 1, gateway.plan.short


async def test_after_all_kills_both_logs_verify(sandbox: Sandbox) -> None:
    for gateway in sandbox.gateways.values():
        assert (await gateway.run("records", "verify"))["verified"]


async def test_the_points_cover_both_sides_of_all_three_cases() -> None:
    assert {case for case, *_ in POINTS} == {"D01", "D07", "D12"}
    assert {short for _, short, *_ in POINTS} == {"a", "b"}
    assert len(POINTS) == len(set(POINTS)) == 12

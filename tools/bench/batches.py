"""P7: a long batch against a tenth of it: rows a second, and the most memory the gateway took.

A slice is one batch, from its first byte to its last row's end, however long that takes.
"""

import asyncio
import io
import json
import os
from uuid import uuid4

from mocks.gateway import Json
from tools.bench import exchange
from tools.bench.arena import CLAUSE, INFORMATION, ROW, Arena, process_of
from tools.bench.machine import Machine, forget_peak, read_peak, used_by_others
from tools.bench.rounds import Contestant, Plan, Rounds, Slice, alternate

TENTH = 10
WARM_UP_ROWS = 200
POLL_SECONDS = 0.1
ACCEPTED, UNAUTHORIZED = 202, 401


async def measure_batches(arena: Arena, plan: Plan) -> Rounds:
    """Return rounds of `tenth` and `batch`.

    Raises:
        RuntimeError: a batch was refused, or not all of its rows were answered.
    """
    await _run(arena, WARM_UP_ROWS)
    contestants = {"tenth": _batch(arena, plan.rows // TENTH), "batch": _batch(arena, plan.rows)}
    return await alternate(contestants, plan)


def _batch(arena: Arena, rows: int) -> Contestant:
    async def run(_seconds: float) -> Slice:
        return await _run(arena, rows)

    return run


async def _run(arena: Arena, rows: int) -> Slice:
    """Hand a batch over, wait for its end, and return what it took."""
    gateway = arena.inquirer
    process = process_of(gateway)
    machine = Machine(measured=process, beside=(os.getpid(), *exchange.OURS))
    body = _write(arena, rows)
    await gateway.authorise()
    forget_peak(process)
    before = machine.read()
    path = await _hand_over(arena, body)
    shown = await _look(arena, path)
    while not shown["final"]:
        await asyncio.sleep(POLL_SECONDS)
        shown = await _look(arena, path)
    after = machine.read()
    if shown["counts"]["answered"] != rows:
        raise RuntimeError(shown["counts"])
    elapsed, used = after.at - before.at, after.measured - before.measured
    return Slice(
        rate=rows / elapsed,
        cpu=used / rows * 1e6,
        cores=used / elapsed,
        others=used_by_others(before, after),
        memory=read_peak(process),
    )


def _write(arena: Arena, rows: int) -> bytes:
    """Return a body of so many rows about one resident after the other, each its own inquiry."""
    numbers = [arena.number(arena.inquirer, one) for one in arena.residents]
    asked = {
        "affair": f"{ROW}-{CLAUSE}",
        "provider": arena.provider.plan.code,
        "information": [{"information": INFORMATION}],
    }
    lines = (
        json.dumps(asked | {"number": numbers[n % len(numbers)], "key": f"{n}"}, ensure_ascii=False)
        for n in range(rows)
    )
    return "\n".join(lines).encode()


async def _hand_over(arena: Arena, body: bytes) -> str:
    """Hand a body over; return the batch's path."""
    gateway = arena.inquirer
    headers = {
        "Authorization": f"Bearer {gateway.token}",
        "Content-Type": "application/x-ndjson",
        "Idempotency-Key": uuid4().hex,
    }
    if gateway.session is None:
        raise RuntimeError(gateway.plan.short)
    url = f"{gateway.plan.business_url}/v1/batches"
    async with gateway.session.post(url, data=io.BytesIO(body), headers=headers) as reply:
        if reply.status != ACCEPTED:
            raise RuntimeError(await reply.text())
        return reply.headers["Location"]


async def _look(arena: Arena, path: str) -> Json:
    """Return how far a batch is; a token may run out meanwhile."""
    gateway = arena.inquirer
    said = await gateway.call("GET", path)
    if said.status == UNAUTHORIZED:
        await gateway.authorise()
        said = await gateway.call("GET", path)
    return said.demand(path)

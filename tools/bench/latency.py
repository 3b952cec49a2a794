"""P1b: how long an inquiry takes at half of saturation while replicas are being loaded."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from uuid import uuid4

from tools.bench import exchange
from tools.bench.arena import Arena, replica_entry
from tools.bench.load import MakeRequest, Pool
from tools.bench.rounds import Plan, Rounds, Slice, alternate

ENTRIES = 1000  # of one bulk request
HALF = 0.5
_KEY = "@key@"


async def measure_latency(arena: Arena, plan: Plan) -> Rounds:
    """Return rounds of inquiries: saturated, at half of that, and the same beside a bulk load."""
    target = exchange.inquiries(arena)
    saturation = 0.0

    async def saturated(seconds: float) -> Slice:
        nonlocal saturation
        done = await target.saturate(seconds)
        saturation = done.rate
        return done

    async def half(seconds: float) -> Slice:
        return await target.pace(HALF * saturation, seconds)

    async def beside_load(seconds: float) -> Slice:
        async with _loading(arena):
            return await target.pace(HALF * saturation, seconds)

    contestants = {"saturated": saturated, "half": half, "half beside load": beside_load}
    return await alternate(contestants, plan)


@asynccontextmanager
async def _loading(arena: Arena) -> AsyncIterator[None]:
    """Load replicas at the inquirer's gateway without a pause, one request after the other."""
    pool = Pool(await make_loads(arena), lambda response: response.startswith(b"HTTP/1.1 202"))
    await pool.open(arena.inquirer.plan.business_port, count=1)
    try:
        await pool.saturate(exchange.WARM_UP_SECONDS)
        yield
        await pool.rest()
    finally:
        pool.close()


async def make_loads(arena: Arena) -> MakeRequest:
    """Return a maker of replica loads: new data sets of the residents, line by line."""
    gateway = arena.inquirer
    await gateway.authorise()
    numbers = [arena.number(gateway, one) for one in arena.residents]
    lines = [
        json.dumps(replica_entry(numbers[n % len(numbers)], f"{_KEY}{n:04}"), ensure_ascii=False)
        for n in range(ENTRIES)
    ]
    body, run, loads = "\n".join(lines), uuid4().hex[:8], count()

    def make() -> bytes:
        content = body.replace(_KEY, f"{run}-{next(loads):05}-").encode()
        head = (
            "POST /v1/replicas HTTP/1.1\r\nHost: bench\r\n"
            f"Authorization: Bearer {gateway.token}\r\nContent-Type: application/x-ndjson\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    return make

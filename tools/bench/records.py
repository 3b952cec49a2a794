"""P4: records of our writer against a plain synchronous loop, both in this process on one core."""

import os
import tempfile
from pathlib import Path

from gateway.storage import migrate, open_database
from tools.bench import bench_records
from tools.bench.machine import MEASURED_CORE, OTHER_CORE, Machine, Reading, pin, used_by_others
from tools.bench.rounds import Plan, Rounds, Slice, alternate

ROW_BYTES = 900
WARM_UP_SECONDS = 0.5
INSTITUTION = "990022"


async def measure_records(plan: Plan) -> Rounds:
    """Return rounds of `records` and `plain`.

    Raises:
        RuntimeError: the log that was written is not right.
    """
    pin(os.getpid(), MEASURED_CORE)
    try:
        with tempfile.TemporaryDirectory(prefix="nakadachi-bench-") as name:
            return await _measure(Path(name), plan)
    finally:
        pin(os.getpid(), OTHER_CORE)


async def _measure(folder: Path, plan: Plan) -> Rounds:
    machine = Machine(measured=os.getpid())
    url = f"sqlite+aiosqlite:///{folder / 'ours.db'}"
    migrate(url)
    connection = bench_records.open_plain(folder)
    database = await open_database(url)
    store = await database.store(INSTITUTION, bytes(32), "bench")
    number = 0

    async def ours(seconds: float) -> Slice:
        nonlocal number
        before, first = machine.read(), number
        rate, number = await bench_records.ours(store, seconds, number)
        return _slice(before, machine.read(), rate, number - first)

    async def plain(seconds: float) -> Slice:
        before = machine.read()
        rate = bench_records.plain(connection, seconds, ROW_BYTES)
        after = machine.read()
        return _slice(before, after, rate, rate * (after.at - before.at))

    try:
        await ours(WARM_UP_SECONDS)
        rounds = await alternate({"records": ours, "plain": plain}, plan)
        fault = (await store.verify()).fault
    finally:
        await database.close()
        connection.close()
    if fault is not None:
        raise RuntimeError(fault)
    return rounds


def _slice(before: Reading, after: Reading, rate: float, done: float) -> Slice:
    used = after.measured - before.measured
    return Slice(
        rate=rate,
        cpu=used / done * 1e6,
        cores=used / (after.at - before.at),
        others=used_by_others(before, after),
    )

"""`--profile`: where the CPU time of one inquiry or of one provision goes, module by module."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from tools.bench import exchange
from tools.bench.arena import PEOPLE, Launch, open_arena, process_of
from tools.bench.machine import OTHER_CORE, pin
from tools.bench.samples import Shares, Summary, read_samples, summarise

PROFILED = ("inquiry", "provision")
WARM_UP_SECONDS = 1.5
PATIENCE_SECONDS = 20.0
ROWS = 40


async def profile(what: str, *, seconds: float) -> str:
    """Return tables of where the gateway's CPU time goes; sampling takes about a twentieth more."""
    pin(os.getpid(), OTHER_CORE)
    async with open_arena(PEOPLE, Launch(sampled=True)) as arena:
        exchange.OURS.update(process_of(one) for one in arena.gateways.values())
        gateway = arena.inquirer if what == "inquiry" else arena.provider
        target = (exchange.inquiries if what == "inquiry" else exchange.provisions)(arena)
        await target.saturate(WARM_UP_SECONDS)
        os.kill(target.process, signal.SIGUSR1)
        done = await target.saturate(seconds)
        os.kill(target.process, signal.SIGUSR2)
        await asyncio.to_thread(_wait_for, gateway.samples)
        summary = summarise(read_samples(gateway.samples))
    return "\n".join(_lines(what, summary, cpu=done.cpu))


def _wait_for(file: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not file.exists() and time.monotonic() < until:
        time.sleep(0.05)


def _lines(what: str, summary: Summary, *, cpu: float) -> Iterator[str]:
    yield f"one {what}: {cpu:.0f} us of CPU, {summary.samples} samples"
    tables: tuple[tuple[str, Shares], ...] = (
        ("module, with the libraries it called", summary.modules),
        ("function, with all below it", summary.functions),
        ("line, with the libraries it called", summary.lines),
    )
    for title, shares in tables:
        yield f"\n{'us':>6} {'share':>6}  {title}"
        for name, share in shares[:ROWS]:
            yield f"{share * cpu:6.0f} {share:6.1%}  {name}"

"""Batches under any order of events: whatever happens, every row is counted once (G4, G7)."""

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.batch import Batch, BatchRow, reject
from gateway.domain.errors import StateError
from gateway.domain.inquiry import Inquiry
from gateway.usecases import batches, work
from tests.support import batching
from tests.support.batching import DiedError, ask, come_back, die, ready, view
from tests.support.world import World, open_world

KINDS = ("here", "again", "late", "stranger", "forbidden", "no symbol", "no code")
EVENTS = st.one_of(
    st.sampled_from(["turn", "settle", "later", "cancel", "retry", "outage"]),
    st.integers(0, 12),  # the process dies at this commit
)


def make_row(world: World, line: int, kind: str) -> BatchRow:
    """Return a row of a kind."""
    key = f"k-{line}"
    return {
        "here": ask(world, line, 1, key=key),
        "again": ask(world, line, 1),
        "late": ask(world, line, 2, key=key),
        "stranger": ask(world, line, 99),
        "forbidden": ask(world, line, 1, affair="69-8"),
        "no symbol": ask(world, line, 3),
        "no code": reject(replace(ask(world, line, 1), asked=None), "batch.code_unknown", "f"),
    }[kind]


async def happen(world: World, batch: Batch, event: str | int) -> None:
    """Let one event happen."""
    ports = world.ports_a
    match event:
        case int():
            die(world, event)
            with suppress(DiedError):
                await world.settle()
            come_back(world)
        case "turn":
            await work.sweep(ports=ports)
        case "settle":
            await world.settle()
        case "outage":
            world.core.unreachable = 5
        case "later":
            world.clock.move(minutes=40)
            await world.settle()
        case _:
            act = batches.cancel if event == "cancel" else batches.retry
            with suppress(StateError):
                await act(batch.batch_id, system="kokuho", ports=ports)


@pytest.mark.slow
@settings(max_examples=25)
@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=90),
    events=st.lists(EVENTS, max_size=8),
    part_rows=st.integers(7, 80),
)
def test_rows_add_up_after_every_event_and_all_end(
    kinds: list[str], events: list[str | int], part_rows: int
) -> None:
    asyncio.run(walk(kinds, events, part_rows))


async def walk(kinds: list[str], events: list[str | int], part_rows: int) -> None:
    """Hand a batch over, let events happen, count after each; then wait until all have ended."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_world(Path(folder), b={"slot": timedelta(hours=1)}) as world:
            policy = replace(world.ports_a.policy, batch_rows=part_rows, batch_parts=20)
            world.sides[world.a] = replace(world.ports_a, policy=policy)
            await ready(world, 1)
            await ready(world, 2, items=False)
            await world.register(world.a, 3, symbol=False)
            rows = [make_row(world, line, kind) for line, kind in enumerate(kinds, 1)]
            batch = await batching.submit(world, rows)
            for event in events:
                await happen(world, batch, event)
                await view(world, batch)
            world.core.unreachable = 0
            for _ in range(4):
                await happen(world, batch, "later")
            counts = (await view(world, batch)).counts
            assert counts.pending == 0
            asked = [one.inquiry for one in await batching.list_rows(world, batch) if one.inquiry]
            ids = {inquiry.inquiry_id for inquiry in asked}
            stored = await world.ports_a.store.list_values(
                Inquiry, batch_id=batch.batch_id, limit=1000
            )
            assert ids <= {inquiry.inquiry_id for inquiry in stored}
            for work_item in world.runner.waiting:
                work_item.close()

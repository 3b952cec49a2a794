"""A bulk load beside other work: it is done in small portions."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from gateway.domain.identifiers import LocalNumber
from gateway.domain.replica import ReplicaItem
from gateway.usecases import replicas
from tests.support.world import World, open_world

ENTRIES = 120


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as found:
        yield found


async def test_others_have_their_turn_every_few_entries_of_a_load(world: World) -> None:
    entries = [
        replicas.ReplicaEntry(
            local_number=LocalNumber("9" * 15),
            information="地方税関係情報",
            record_key=str(number),
            as_of=date(2026, 1, 1),
            public_from=date(2026, 1, 1),
            items=(ReplicaItem(item="total_income", value="1"),),
        )
        for number in range(ENTRIES)
    ]
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.ensure_future(count())
    done = await replicas.load(entries, system="kokuho", ports=world.ports_a)
    other.cancel()
    assert len(done.rejected) == ENTRIES  # so that no commit ever waited
    assert turns >= ENTRIES // replicas.AT_ONCE

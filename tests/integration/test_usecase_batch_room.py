"""A batch of more rows than may wait: told at once, sent in portions, overtaken (S13)."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.domain.alarms import Alarm
from gateway.domain.batch import Batch, BatchCounts, BatchPart
from gateway.domain.inquiry import Inquiry
from gateway.domain.work import WorkItem
from gateway.ports import Unit
from gateway.usecases import batches
from gateway.usecases.batch_room import TURNS, find_share
from tests.support import batching
from tests.support.batching import ready, same, view
from tests.support.world import NOON, World, open_world

SLOT = timedelta(minutes=10)
LIMIT = 50  # of which batches use 45


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(
        two_database_urls, a={"batch_waiting": LIMIT}, b={"slot": SLOT}
    ) as opened:
        yield opened


async def waiting(world: World, *found: Batch) -> int:
    """Return how many rows wait at the core: asked and without an answer."""
    parts = [(await view(world, batch)).counts for batch in found]
    return sum(counts.running + counts.resting for counts in parts)


async def alarms(world: World) -> list[tuple[str, str, int]]:
    found = await world.ports_a.store.list_values(Alarm)
    return [(one.kind.value, one.subject, one.count) for one in found]


async def go_on(world: World) -> None:
    for _ in range(4):
        world.clock.move(seconds=31)  # longer than a part pauses
        await world.settle()


async def test_a_batch_over_the_limit_is_told_at_submission_and_kept(world: World) -> None:
    small = await batching.submit(world, same(world, 1, LIMIT), key="small")
    assert await alarms(world) == []
    large = await batching.submit(world, same(world, 1, LIMIT + 1), key="large")
    await batching.submit(world, same(world, 1, LIMIT + 1), key="large")  # a repeat
    assert await alarms(world) == [("batch_over_limit", large.batch_id, LIMIT + 1)]
    shown = [
        await batches.load(b.batch_id, system=b.system, ports=world.ports_a) for b in (small, large)
    ]
    assert [one.over_limit for one in shown] == [False, True]


async def test_never_more_wait_than_may_and_all_are_answered(world: World) -> None:
    await ready(world, 1, items=False)  # each answer comes only at its slot
    batch = await batching.submit(world, same(world, 1, 120))
    most = 0
    while not (await view(world, batch)).final:
        await world.settle()
        most = max(most, await waiting(world, batch))
        world.clock.move(seconds=31)
        assert world.clock.now() < NOON + timedelta(hours=2)
    assert most == 45
    assert (await view(world, batch)).counts.not_provided == 120


async def test_a_single_inquiry_overtakes_a_batch_that_waits_for_room(world: World) -> None:
    await ready(world, 1, items=False)
    await ready(world, 2)
    batch = await batching.submit(world, same(world, 1, 120))
    await go_on(world)
    assert await waiting(world, batch) == 45
    inquiry: Inquiry = await world.inquire(world.ask(2))
    assert inquiry.state == "answered"


async def test_two_batches_share_the_room(world: World) -> None:
    await ready(world, 1, items=False)
    found = [await batching.submit(world, same(world, 1, 60), key=key) for key in ("x", "y")]
    await go_on(world)
    assert await waiting(world, *found) == 45
    assert min([await waiting(world, one) for one in found]) >= 13


@pytest.mark.parametrize(
    ("open_rows", "shares"),
    [(0, [15, 15, 15]), (42, [43, 1, 1]), (44, [45, 0, 0]), (45, [45, 0, 0])],
)
async def test_what_is_free_is_divided_among_parts(
    world: World, open_rows: int, shares: list[int]
) -> None:
    parts = [
        BatchPart(
            batch_id=f"batch-{number}",
            part=0,
            counts=BatchCounts(waiting=1, resting=open_rows if number == 0 else 0),
            updated_at=NOON,
        )
        for number in range(3)
    ]
    unit = Unit()
    unit.add(*parts)
    unit.add(*(WorkItem(lane=TURNS, key=f"{one.batch_id} 0", run_at=NOON) for one in parts))
    await world.ports_a.store.commit(unit)
    assert [await find_share(one, ports=world.ports_a) for one in parts] == shares


async def test_a_part_that_asked_all_its_rows_takes_no_room_from_others(world: World) -> None:
    parts = [
        BatchPart(batch_id="a", part=0, counts=BatchCounts(resting=5), updated_at=NOON),
        BatchPart(batch_id="b", part=0, counts=BatchCounts(waiting=9), updated_at=NOON),
    ]
    unit = Unit()
    unit.add(*parts, *(WorkItem(lane=TURNS, key=f"{p.batch_id} 0", run_at=NOON) for p in parts))
    await world.ports_a.store.commit(unit)
    assert [await find_share(one, ports=world.ports_a) for one in parts] == [5, 40]

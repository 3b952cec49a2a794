"""Work items on both engines: leased to one owner, taken over when it is slow, done once."""

import asyncio
import dataclasses
import sys
from asyncio.subprocess import PIPE, Process
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.domain.errors import GuardFailedError
from gateway.domain.work import JobSlot, Setting, WorkItem
from gateway.ports import Lease, RecordQuery, Unit
from gateway.storage import Database, DatabaseStore
from tests.contract.conftest import KEY, OURS
from tests.contract.samples import LATER, NOON, WORK_ITEM

HELD = timedelta(seconds=30)
WALL = datetime(2030, 1, 1, tzinfo=UTC)  # leases run by another clock than what is due
LEASE = Lease(begins=WALL, ends=WALL + HELD)
NEXT = Lease(begins=LEASE.ends, ends=LEASE.ends + HELD)


async def add(store: DatabaseStore, *items: WorkItem | Setting) -> None:
    unit = Unit()
    unit.add(*items)
    await store.commit(unit)


def item(key: str, **fields: object) -> WorkItem:
    return dataclasses.replace(WORK_ITEM, key=key, **fields)  # type: ignore[arg-type]  # any field


async def start(act: str, url: str, owner: str) -> Process:
    """Start a child process on the same database."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.contract.children", act, url, owner),
        stdout=PIPE,
        cwd=Path(__file__).parents[2],
    )


@pytest.fixture
async def rival(database: Database) -> DatabaseStore:
    """The same institution in another process's name."""
    return await database.store(OURS, KEY, "process-2")


async def test_due_items_of_a_lane_are_leased_oldest_first(store: DatabaseStore) -> None:
    await add(
        store,
        item("late", run_at=NOON),
        item("early", run_at=NOON - timedelta(hours=1)),
        item("not yet", run_at=NOON + timedelta(microseconds=1)),
        item("elsewhere", lane="answer"),
    )
    claimed = await store.claim("inquiry", now=NOON, lease=LEASE, limit=5)
    assert [(one.key, one.owner, one.attempts, one.version) for one in claimed] == [
        ("early", "process-1", 1, 1),
        ("late", "process-1", 1, 1),
    ]
    assert {one.lease_until for one in claimed} == {LEASE.ends}
    assert claimed[0].payload == WORK_ITEM.payload
    assert await store.claim("inquiry", now=NOON, lease=LEASE, limit=5) == []


async def test_no_more_are_leased_than_asked_for(store: DatabaseStore) -> None:
    await add(store, *(item(f"{number}") for number in range(5)))
    first = await store.claim("inquiry", now=NOON, lease=LEASE, limit=2)
    rest = await store.claim("inquiry", now=NOON, lease=LEASE, limit=9)
    assert [one.key for one in (*first, *rest)] == ["0", "1", "2", "3", "4"]


async def test_an_item_is_leased_to_one_of_many_who_ask_at_once(
    store: DatabaseStore, rival: DatabaseStore
) -> None:
    await add(store, *(item(f"{number}") for number in range(10)))
    claims = [one.claim("inquiry", now=NOON, lease=LEASE, limit=3) for one in (store, rival) * 5]
    keys = [one.key for claimed in await asyncio.gather(*claims) for one in claimed]
    assert sorted(keys) == [str(number) for number in range(10)]


async def test_whoever_lost_the_lease_cannot_finish(
    store: DatabaseStore, rival: DatabaseStore
) -> None:
    await add(store, item("slow"))
    (slow,) = await store.claim("inquiry", now=NOON, lease=LEASE, limit=1)
    (taken,) = await rival.claim("inquiry", now=NOON, lease=NEXT, limit=1)
    assert (taken.owner, taken.attempts) == ("process-2", 2)
    late = Unit()
    late.remove(slow)
    late.add(Setting(name="effect of the slow one", value=""))
    with pytest.raises(GuardFailedError):
        await store.commit(late)
    done = Unit()
    done.remove(taken)
    done.add(Setting(name="effect", value=""))
    await rival.commit(done)
    assert [setting.name for setting in await store.list_values(Setting)] == ["effect"]
    assert await store.list_values(WorkItem) == []


async def test_an_item_put_back_is_leased_again_when_due(store: DatabaseStore) -> None:
    await add(store, item("again"))
    (claimed,) = await store.claim("inquiry", now=NOON, lease=LEASE, limit=1)
    unit = Unit()
    unit.change(claimed, run_at=LATER, lease_until=None, owner="")
    await store.commit(unit)
    assert await store.claim("inquiry", now=NOON, lease=LEASE, limit=1) == []
    (again,) = await store.claim("inquiry", now=LATER, lease=LEASE, limit=1)
    assert (again.attempts, again.version) == (2, 3)


async def test_the_next_run_is_that_of_the_first_item_which_nobody_holds(
    store: DatabaseStore,
) -> None:
    assert await store.next_run("inquiry", wall=WALL) is None
    await add(store, item("later", run_at=LATER), item("now"), item("else", lane="answer"))
    assert await store.next_run("inquiry", wall=WALL) == NOON
    await store.claim("inquiry", now=NOON, lease=LEASE, limit=1)
    assert await store.next_run("inquiry", wall=WALL) == LATER
    assert await store.next_run("inquiry", wall=LEASE.ends) == NOON


async def test_institutions_lease_their_own(
    store: DatabaseStore, other_store: DatabaseStore
) -> None:
    await add(store, item("ours"))
    assert await other_store.claim("inquiry", now=NOON, lease=LEASE, limit=9) == []
    assert await other_store.next_run("inquiry", wall=WALL) is None


async def test_two_processes_do_every_item_once(store: DatabaseStore, database_url: str) -> None:
    keys = {f"item-{number:02}" for number in range(40)}
    await add(store, *(item(key, lane="race") for key in keys))
    children = [await start("work", database_url, f"child-{number}") for number in range(2)]
    outputs = [(await child.communicate())[0].decode().split() for child in children]
    assert [child.returncode for child in children] == [0, 0]
    assert sorted(key for output in outputs for key in output) == sorted(keys)
    assert {slot.slot for slot in await store.list_values(JobSlot)} == keys
    assert await store.list_values(WorkItem) == []
    verification = await store.verify()
    assert (verification.size, verification.fault) == (40, None)


async def test_two_processes_lose_no_change_of_one_value(
    store: DatabaseStore, database_url: str
) -> None:
    await add(store, Setting(name="counter", value="0"))
    children = [await start("count", database_url, f"child-{number}") for number in range(2)]
    for child in children:
        assert await child.wait() == 0
    counter = await store.find(Setting, name="counter")
    assert counter is not None
    assert (counter.value, counter.version) == ("100", 100)
    stored = await store.records(RecordQuery(limit=1000))
    assert [one.sequence for one in stored] == list(range(100))
    assert {one.record.actor for one in stored} == {"child-0", "child-1"}
    assert (await store.verify()).fault is None

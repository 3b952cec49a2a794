"""Processes of their own that tests start, kill or starve: `python -m tests.contract.children`."""

import asyncio
import resource
import sys
from collections.abc import Awaitable, Callable

from gateway.domain.errors import EvidenceUnavailableError, GuardFailedError
from gateway.domain.work import JobSlot, Setting
from gateway.ports import Lease, RecordQuery, Unit
from gateway.storage import Database, DatabaseStore, open_database
from tests.contract.samples import LATER, NOON, numbered

KEY = bytes(range(32))
OURS = "990011"
WAITERS = 8


async def commit_for_ever(store: DatabaseStore, _database: Database, owner: str) -> None:
    """Print the name of every unit that is durable, several in flight, until killed."""

    async def go_on(waiter: int) -> None:
        number = 0
        while True:
            name = f"{owner}-{waiter}-{number}"
            unit = Unit()
            unit.add(Setting(name=name, value="x" * 200), Setting(name=f"{name}b", value=""))
            unit.record(numbered(number, transaction_number=name))
            await store.commit(unit)
            sys.stdout.write(f"{name}\n")
            sys.stdout.flush()
            number += 1

    await asyncio.gather(*(go_on(waiter) for waiter in range(WAITERS)))


async def work_until_done(store: DatabaseStore, _database: Database, owner: str) -> None:
    """Do every item that can be claimed, a few at a time; print what was done."""
    while items := await store.claim(
        "race", now=NOON, lease=Lease(begins=NOON, ends=LATER), limit=3
    ):
        for item in items:
            unit = Unit()
            unit.remove(item)
            unit.add(JobSlot(job="race", slot=item.key, owner=owner, claimed_at=NOON))
            unit.record(numbered(0, transaction_number=item.key))
            await store.commit(unit)
            sys.stdout.write(f"{item.key}\n")


async def count_up(store: DatabaseStore, _database: Database, owner: str) -> None:
    """Add 1 to the same setting 50 times, beginning again whenever somebody was first."""
    done = 0
    while done < 50:
        known = await store.find(Setting, name="counter")
        if known is None:
            raise LookupError
        unit = Unit()
        unit.change(known, value=str(int(known.value) + 1))
        unit.record(numbered(done, actor=owner))
        try:
            await store.commit(unit)
        except GuardFailedError:
            continue
        done += 1


async def fill_files(store: DatabaseStore, database: Database, owner: str) -> None:
    """Write until no file may grow any more, then allow it again and go on."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
    acknowledged = 0
    reason = None
    while reason is None:
        unit = Unit()
        unit.add(Setting(name=f"{owner}-{acknowledged}", value="x" * 2000))
        unit.record(numbered(acknowledged))
        try:
            await store.commit(unit)
        except EvidenceUnavailableError as error:
            reason = error.context["reason"]
        else:
            acknowledged += 1
    refused = database.health().reason
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    probed = await database.probe(owner)
    after = Unit()
    after.record(numbered(acknowledged + 1))
    await store.commit(after)
    records = await store.records(RecordQuery(limit=10_000))
    fault = (await store.verify()).fault
    sys.stdout.write(f"{reason} {refused} {probed.reason} {acknowledged} {len(records)} {fault}\n")


ACTS: dict[str, Callable[[DatabaseStore, Database, str], Awaitable[None]]] = {
    "commit": commit_for_ever,
    "work": work_until_done,
    "count": count_up,
    "fill": fill_files,
}


async def main(act: str, url: str, owner: str) -> None:
    """Open the database as any process of the gateway would and play one act."""
    database = await open_database(url)
    try:
        await ACTS[act](await database.store(OURS, KEY, owner), database, owner)
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""Jobs on a real database: however many processes tick, each slot is run once."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.bootstrap.office import open_office
from gateway.domain.work import JobSlot, StoredReply
from gateway.jobs import Job, Timetable, run, slot_of
from gateway.ports import Ports, Unit
from gateway.settings import load
from gateway.storage import migrate
from gateway.usecases import housekeeping
from tests.support.configured import A, Configured, configure

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CLAIMANT = """
import asyncio, json, sys
from datetime import datetime, timedelta
from pathlib import Path
from gateway.bootstrap.office import open_office
from gateway.jobs import Job, run
from gateway.settings import load

async def main() -> None:
    config, start, slots, owner = sys.argv[1:]
    async def act(ports: object) -> None: ...
    job = Job(name="test", seconds=60, act=act)
    async with open_office(load(Path(config), {}), ["991015"]) as office:
        sys.stdin.readline()
        won = []
        for slot in range(int(slots)):
            now = datetime.fromisoformat(start) + timedelta(seconds=60 * slot)
            if await run(job, now=now, owner=owner, ports=office.ports["991015"]):
                won.append(slot)
        print(json.dumps(won))

asyncio.run(main())
"""


@pytest.fixture
def gateway(tmp_path: Path) -> Configured:
    configured = configure(tmp_path)
    migrate(load(configured.config, {}).database.url)
    return configured


async def nothing(ports: Ports) -> None:
    del ports


def test_the_slot_of_an_instant_is_the_same_in_all_processes() -> None:
    job = Job(name="test", seconds=3600, act=nothing)
    inside = [START, START + timedelta(seconds=1), START + timedelta(seconds=3599)]
    assert {slot_of(job, now) for now in inside} == {START}
    assert slot_of(job, START + timedelta(hours=1)) == START + timedelta(hours=1)


def test_two_processes_claim_each_slot_once(gateway: Configured) -> None:
    slots = 40
    processes = [
        subprocess.Popen(  # noqa: S603  # our own code
            [
                sys.executable,
                "-c",
                CLAIMANT,
                str(gateway.config),
                START.isoformat(),
                str(slots),
                owner,
            ],
            env=gateway.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for owner in ("p1", "p2")
    ]
    for process in processes:  # both are up before either begins
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    won = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert sorted(won[0] + won[1]) == list(range(slots))


async def test_a_tick_runs_the_job_on_the_runner_and_a_second_one_in_the_slot_does_not(
    gateway: Configured,
) -> None:
    ran = asyncio.Event()

    async def act(ports: Ports) -> None:
        assert ports.store.institution == A
        ran.set()

    async with open_office(load(gateway.config, {}), [A]) as office, office.runner:
        ports = office.ports[A]
        table = Timetable(
            [Job(name="test", seconds=1, act=act), Job(name="never", seconds=0, act=act)],
            [ports],
            wall=office.clock,
            owner="p1",
        )
        table.start()
        async with asyncio.timeout(30):
            await ran.wait()
        table.stop()
        await office.runner.drain(10)
        [claimed, *_] = await ports.store.list_values(JobSlot)
        assert (claimed.job, claimed.owner) == ("test", "p1")
        job = Job(name="test", seconds=1, act=nothing)
        now = datetime.fromisoformat(claimed.slot)
        assert not await run(job, now=now, owner="p2", ports=ports)
    assert office.runner.failures == 0


async def test_replies_and_slots_are_purged_after_seven_days(gateway: Configured) -> None:
    async with open_office(load(gateway.config, {}), [A]) as office:
        ports = office.ports[A]
        now = ports.clock.now()
        ages = {"old": timedelta(days=7, seconds=60), "young": timedelta(days=6)}
        unit = Unit()
        for name, age in ages.items():
            unit.add(
                StoredReply(sender=A, message_id=name, digest=bytes(32), reply=b"", at=now - age),
                JobSlot(job=name, slot="s", owner="p1", claimed_at=now - age),
            )
        await ports.store.commit(unit)
        assert await housekeeping.purge(ports=ports) == 2
        assert [one.message_id for one in await ports.store.list_values(StoredReply)] == ["young"]
        assert [one.job for one in await ports.store.list_values(JobSlot)] == ["young"]

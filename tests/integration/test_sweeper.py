"""The loop that finds due work: whoever stored it, however the sandbox's clock moves."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.bootstrap.lines import Offline
from gateway.bootstrap.office import open_office
from gateway.bootstrap.runner import TaskRunner
from gateway.bootstrap.sweeper import sweep_forever
from gateway.bootstrap.system import SandboxClock
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.settings import load
from gateway.storage import migrate
from gateway.usecases.provision import SEND_LANE
from gateway.usecases.sandbox import OFFSET
from tests.support.configured import A, configure


class Taken(Offline):
    """A core that takes over documents and tells which."""

    def __init__(self) -> None:
        self.documents: asyncio.Queue[bytes] = asyncio.Queue()

    async def send_document(self, document: bytes) -> None:  # type: ignore[override]  # a double
        self.documents.put_nowait(document)


@pytest.fixture
async def swept(tmp_path: Path) -> AsyncIterator[tuple[Ports, Taken]]:
    """An institution whose work is swept, and the core it sends to."""
    settings = load(configure(tmp_path).config, {})
    migrate(settings.database.url)
    async with open_office(settings, [A]) as office, office.runner:
        core = Taken()
        ports = replace(office.ports[A], core=core)
        async with TaskRunner(correlated=False) as loops:
            loops.spawn(sweep_forever(ports))
            yield ports, core
        assert office.runner.failures == 0


async def store(ports: Ports, payload: bytes, delay: timedelta) -> None:
    """Store a document to be sent, as another process would."""
    unit = Unit()
    run_at = ports.clock.now() + delay
    unit.add(WorkItem(lane=SEND_LANE, key=payload.decode(), payload=payload, run_at=run_at))
    await ports.store.commit(unit)


async def test_due_work_is_found_without_a_notice(swept: tuple[Ports, Taken]) -> None:
    ports, core = swept
    await store(ports, b"first", timedelta(0))
    await store(ports, b"second", timedelta(milliseconds=50))
    async with asyncio.timeout(30):
        assert [await core.documents.get(), await core.documents.get()] == [b"first", b"second"]


async def test_a_moved_clock_makes_work_due_at_once(swept: tuple[Ports, Taken]) -> None:
    ports, core = swept
    await store(ports, b"tomorrow", timedelta(days=1))
    await store(ports, b"now", timedelta(0))
    async with asyncio.timeout(30):
        assert await core.documents.get() == b"now"
        assert core.documents.empty()
        assert isinstance(ports.clock, SandboxClock)
        ports.clock.set_offset(2 * 86_400_000)
        ports.watch.notify(OFFSET)
        assert await core.documents.get() == b"tomorrow"


async def test_work_that_cannot_be_read_does_not_end_the_loop(
    swept: tuple[Ports, Taken],
) -> None:
    ports, core = swept
    policy, failed = ports.policy, asyncio.Event()

    def hear(record: logging.LogRecord) -> bool:
        failed.set()
        return bool(record.__dict__["action"] == "sweep_fail")

    logging.getLogger("gateway.bootstrap.sweeper").addFilter(hear)
    object.__setattr__(ports, "policy", None)  # every sweep fails from here on
    await store(ports, b"later", timedelta(0))
    async with asyncio.timeout(30):
        await failed.wait()
        object.__setattr__(ports, "policy", policy)
        assert await core.documents.get() == b"later"
    logging.getLogger("gateway.bootstrap.sweeper").removeFilter(hear)

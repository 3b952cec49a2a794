import asyncio
import logging
from datetime import timedelta

import pytest

from gateway.bootstrap.runner import TaskRunner
from gateway.bootstrap.system import SandboxClock, SystemClock, SystemIds
from gateway.domain.errors import EvidenceUnavailableError


async def fail(error: Exception) -> None:
    raise error


async def test_a_failing_task_is_alarmed_and_ends_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    with caplog.at_level(logging.ERROR):
        async with TaskRunner() as runner:
            runner.spawn(fail(EvidenceUnavailableError()))
            runner.spawn(fail(KeyError("secret")))
            runner.spawn(work())
            assert await runner.drain(5) == 0
    assert done.is_set()
    assert runner.failures == 2
    codes = [record.__dict__["code"] for record in caplog.records]
    assert codes == ["storage.unavailable", "gateway.failed"]


async def test_leaving_cancels_what_did_not_drain_in_time() -> None:
    cancelled = asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with TaskRunner() as runner:
        runner.spawn(endless())
        assert await runner.drain(0.01) == 1
    assert cancelled.is_set()


async def test_nothing_starts_after_the_end() -> None:
    runner = TaskRunner()
    async with runner:
        pass
    runner.spawn(fail(KeyError()))
    assert runner.failures == 0


def test_the_sandbox_clock_is_offset_from_the_system_clock() -> None:
    clock = SandboxClock()
    clock.set_offset(400 * 86_400_000)
    ahead = clock.now() - SystemClock().now()
    assert timedelta(days=399) < ahead <= timedelta(days=400)
    assert clock.now().utcoffset() == timedelta(0)


def test_ids_have_their_shapes_and_do_not_repeat() -> None:
    ids = SystemIds()
    assert len({ids.uuid() for _ in range(100)}) == 100
    assert all(len(ids.digits(5)) == 5 and ids.digits(5).isdecimal() for _ in range(100))

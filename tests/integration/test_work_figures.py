"""The figures that tell whether a gateway works on something, and when it will."""

import asyncio
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from gateway.bootstrap.runner import TaskRunner
from gateway.bootstrap.work_figures import Looks, measure_work

NEXT = "nakadachi_work_next_timestamp_seconds"


def test_looks_are_counted_and_say_when_the_next_work_falls_due() -> None:
    looks, registry = Looks(), CollectorRegistry()
    measure_work(looks, TaskRunner(), registry)
    a, b = {"institution": "991015"}, {"institution": "991023"}
    looks.at("991015").found({"send": datetime(2027, 6, 1, tzinfo=UTC)})
    looks.at("991023").found({"send": datetime(2027, 6, 1, tzinfo=UTC)})
    looks.at("991023").found({})
    due = registry.get_sample_value(NEXT, a | {"lane": "send"})
    assert due == datetime(2027, 6, 1, tzinfo=UTC).timestamp()
    assert registry.get_sample_value(NEXT, b | {"lane": "send"}) is None
    assert registry.get_sample_value("nakadachi_work_looks_total", b) == 2


def test_tasks_under_way_are_counted() -> None:
    async def count() -> list[float | None]:
        registry, going = CollectorRegistry(), asyncio.Event()
        found = []
        async with TaskRunner() as runner:
            measure_work(Looks(), runner, registry)
            runner.spawn(_wait(going))
            found.append(registry.get_sample_value("nakadachi_work_running"))
            going.set()
            await runner.drain(5)
            found.append(registry.get_sample_value("nakadachi_work_running"))
        return found

    assert asyncio.run(count()) == [1, 0]


async def _wait(going: asyncio.Event) -> None:
    await going.wait()

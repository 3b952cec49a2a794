"""The figure by which a monitoring system learns of alarms."""

import asyncio
from pathlib import Path

from prometheus_client import CollectorRegistry

from gateway.bootstrap.alarm_figures import measure_alarms
from gateway.bootstrap.database import prepare
from gateway.bootstrap.office import open_office
from gateway.domain.alarms import AlarmKind
from gateway.settings import load
from gateway.usecases.alarms import Trouble, sound
from tests.support.configured import A, configure


def test_alarms_are_counted_by_kind_and_every_kind_is_shown(tmp_path: Path) -> None:
    settings = load(configure(tmp_path).config, {})
    prepare(settings)

    async def raise_two() -> dict[str, float | None]:
        async with open_office(settings, [A]) as office:
            registry = CollectorRegistry()
            measure_alarms(office, registry)
            for subject in ("a", "a", "b"):
                trouble = Trouble(kind=AlarmKind.UNREQUESTED_ITEM, subject=subject)
                await sound(trouble, ports=office.ports[A])
            name = "nakadachi_alarms_total"
            return {
                kind.value: registry.get_sample_value(name, {"kind": kind.value})
                for kind in AlarmKind
            }

    counts = asyncio.run(raise_two())
    assert counts.pop("unrequested_item") == 2.0
    assert set(counts.values()) == {0.0}

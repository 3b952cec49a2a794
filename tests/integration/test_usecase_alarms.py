"""Alarms: raised once, stored, logged, counted, listed (issue of the scenarios)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.domain.alarms import Alarm, AlarmKind
from gateway.usecases.alarms import RAISED, Trouble, list_alarms, sound
from tests.support.world import NOON, World, open_world

SKEW = Trouble(
    kind=AlarmKind.CLOCK_SKEW, peer="991023", subject="2026-11-24", details={"seconds": "90"}
)


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls) as opened:
        yield opened


async def test_an_alarm_is_raised_once_per_kind_peer_and_subject(world: World) -> None:
    ports = world.ports_a
    raised = [
        await sound(trouble, ports=ports)
        for trouble in (
            SKEW,
            SKEW,
            Trouble(kind=SKEW.kind, peer=SKEW.peer, subject="2026-11-25"),
            Trouble(kind=SKEW.kind, peer="991015", subject=SKEW.subject),
            Trouble(kind=AlarmKind.REPLICA_DIFFERS, peer=SKEW.peer, subject=SKEW.subject, count=3),
        )
    ]
    assert raised == [True, False, True, True, True]
    assert len(await list_alarms(ports=ports)) == 4
    assert ports.alarmed == {"clock_skew": 3, "replica_differs": 1}
    assert await list_alarms(ports=world.ports_b) == []  # G11


async def test_of_two_at_the_same_time_one_is_stored(world: World) -> None:
    both = await asyncio.gather(*(sound(SKEW, ports=world.ports_a) for _ in range(2)))
    assert sorted(both) == [False, True]
    [alarm] = await world.ports_a.store.list_values(Alarm)
    assert alarm.at == NOON
    assert alarm.details == {"seconds": "90"}


async def test_alarms_come_by_instant_page_by_page(world: World) -> None:
    ports = world.ports_a
    for day in range(5):
        await sound(Trouble(kind=SKEW.kind, subject=f"day {day}"), ports=ports)
        world.clock.move(minutes=day % 2)
    seen: list[str] = []
    after = None
    while page := await list_alarms(ports=ports, after=after, limit=2):
        seen += [alarm.subject for alarm in page]
        after = (page[-1].at, page[-1].alarm_id)
    assert seen == [f"day {day}" for day in range(5)]
    late = (NOON + timedelta(days=400), "x")
    assert await list_alarms(ports=ports, after=late) == []


async def test_one_line_is_logged_for_an_alarm_with_codes_only(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await sound(SKEW, ports=world.ports_a)
        await sound(SKEW, ports=world.ports_a)
    [line] = [one for one in caplog.records if getattr(one, "action", "") == RAISED]
    assert (line.kind, line.peer, line.code) == ("clock_skew", "991023", "alarm.clock_skew")  # type: ignore[attr-defined]  # extra fields

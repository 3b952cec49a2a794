"""Alarms: raised once, stored, logged, counted, listed (issue of the scenarios)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.domain.alarms import SINGLY, Alarm, AlarmKind
from gateway.usecases.alarms import RAISED, Trouble, list_alarms, sound
from gateway.usecases.housekeeping import purge
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


async def cause(world: World, subjects: range, kind: AlarmKind, peer: str) -> None:
    for number in subjects:
        trouble = Trouble(kind=kind, peer=peer, subject=f"message {number}")
        await sound(trouble, ports=world.ports_a)


async def test_what_a_peer_causes_beyond_the_first_of_a_day_is_one_alarm_that_counts(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    ports, kind, peer = world.ports_a, AlarmKind.DUPLICATE_WITH_DIFFERENT_BODY, "991023"
    await cause(world, range(SINGLY + 30), kind, peer)
    *singly, rest = await list_alarms(ports=ports)
    assert [one.count for one in singly] == [1] * SINGLY
    assert (rest.subject, rest.count) == ("2026-11-24/rest", 30)
    assert len([one for one in caplog.records if getattr(one, "action", "") == RAISED]) == 21
    assert ports.alarmed == {kind.value: SINGLY + 1}

    await cause(world, range(SINGLY), kind, peer)  # known ones are no news
    await cause(world, range(1), kind, "991015")  # of another peer
    await cause(world, range(1), AlarmKind.UNREQUESTED_ITEM, peer)
    world.clock.move(hours=15)  # another day in Japan
    await cause(world, range(100, 101), kind, peer)
    later = (await list_alarms(ports=ports))[SINGLY:]
    assert [(one.peer, one.subject, one.count) for one in later[1:]] == [
        ("991015", "message 0", 1),
        (peer, "message 0", 1),
        (peer, "message 100", 1),
    ]
    assert later[0].count == 30


async def test_of_many_at_the_same_time_each_is_counted(world: World) -> None:
    kind = AlarmKind.DUPLICATE_WITH_DIFFERENT_BODY
    await cause(world, range(SINGLY), kind, "991023")
    many = [Trouble(kind=kind, peer="991023", subject=f"other {number}") for number in range(10)]
    new = await asyncio.gather(*(sound(one, ports=world.ports_a) for one in many))
    assert sorted(new) == [False] * 9 + [True]
    assert sum(one.count for one in await list_alarms(ports=world.ports_a)) == SINGLY + 10


async def test_alarms_are_removed_after_seven_years(world: World) -> None:
    ports = world.ports_a
    await cause(world, range(1), AlarmKind.CLOCK_SKEW, "991023")
    world.clock.move(days=7 * 366 - 1)
    await cause(world, range(1, 2), AlarmKind.CLOCK_SKEW, "991023")
    await purge(ports=ports)
    assert len(await list_alarms(ports=ports)) == 2
    world.clock.move(days=2)
    await purge(ports=ports)
    assert [one.subject for one in await list_alarms(ports=ports)] == ["message 1"]

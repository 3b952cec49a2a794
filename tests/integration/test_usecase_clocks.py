"""Clocks that differ: what is accepted when, and who is told (S12)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.domain.alarms import Alarm
from gateway.domain.identifiers import Symbol
from gateway.domain.inquiry import Inquiry, Refusal
from gateway.domain.permits import ProvisionPermit
from gateway.ports import Delivery
from gateway.usecases.skew import watch_clock
from tests.support.world import CORE, NOON, World, open_world


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls) as opened:
        await opened.register(opened.a, 1)
        await opened.register(opened.b, 1)
        await opened.load_tax(opened.b, 1, total_income="3000000")
        yield opened


class SkewedCore:
    """Dates its permits by a clock of its own; each lives so long."""

    def __init__(self, world: World, ahead: timedelta, lives: timedelta) -> None:
        self.asks, self.ahead, self.lives = world.core.request_permit, ahead, lives
        self.issued: list[ProvisionPermit] = []

    async def request_permit(self, inquiry: Inquiry, symbol: Symbol) -> ProvisionPermit | Refusal:
        permit = await self.asks(inquiry, symbol)
        assert isinstance(permit, ProvisionPermit)
        known = [one for one in self.issued if one.permit_id == permit.permit_id]
        if known:
            return known[0]
        at = permit.issued_at + self.ahead
        made = replace(permit, issued_at=at, not_before=at, expires_at=at + self.lives)
        self.issued.append(made)
        return made


def skew(world: World, monkeypatch: pytest.MonkeyPatch, *, ahead: int, lives: int) -> SkewedCore:
    core = SkewedCore(world, timedelta(seconds=ahead), timedelta(seconds=lives))
    monkeypatch.setattr(world.core, "request_permit", core.request_permit)
    return core


async def told(world: World) -> list[tuple[str, str, str, str]]:
    found = await world.ports_a.store.list_values(Alarm)
    return [(one.kind.value, one.peer, one.subject, one.details["seconds"]) for one in found]


@pytest.mark.parametrize(("ahead", "waits"), [(60, False), (61, True)])
async def test_a_permit_that_begins_later_is_used_60_seconds_before_and_not_earlier(
    world: World, monkeypatch: pytest.MonkeyPatch, ahead: int, waits: bool
) -> None:
    core = skew(world, monkeypatch, ahead=ahead, lives=120)
    inquiry = await world.inquire(world.ask(1))
    assert (inquiry.state == "permit_requested") is waits
    assert ("send_inquiry" in world.core.calls) is not waits
    world.clock.move(seconds=ahead - 60)
    await world.settle()
    assert (await world.reload(inquiry)).state == "answered"
    assert len(core.issued) == 1


async def test_a_permit_that_is_expired_on_arrival_is_replaced_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = skew(world, monkeypatch, ahead=-60, lives=60)  # it ends this very moment
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "denied"
    assert inquiry.refusal is not None
    assert inquiry.refusal.code == "permit.expired"
    assert len(core.issued) == 2
    assert "send_inquiry" not in world.core.calls


@pytest.mark.parametrize(
    ("ahead", "alarm"), [(60, False), (61, True), (90, True), (-60, False), (-61, True)]
)
async def test_a_core_whose_clock_is_more_than_60_seconds_off_is_told_once_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch, ahead: int, alarm: bool
) -> None:
    skew(world, monkeypatch, ahead=ahead, lives=1000)
    for number in range(2):
        command = world.ask(1, idempotency_key=str(number), body_digest=bytes([number]) * 32)
        await world.inquire(command)
    expected = [("clock_skew", CORE, "2026-11-24", str(ahead))] if alarm else []
    assert await told(world) == expected
    world.clock.move(days=1)
    await world.inquire(world.ask(1, idempotency_key="next day", body_digest=b"9" * 32))
    assert len(await told(world)) == 2 * len(expected)


async def test_a_provider_that_replies_before_it_was_asked_has_a_wrong_clock(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends = world.core.send_inquiry

    async def send_inquiry(inquiry: Inquiry) -> Delivery:
        delivery = await sends(inquiry)
        return replace(delivery, author=world.b, dated=world.clock.now() - timedelta(seconds=90))

    monkeypatch.setattr(world.core, "send_inquiry", send_inquiry)
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "answered"
    assert await told(world) == [("clock_skew", world.b, "2026-11-24", "-90")]


@pytest.mark.parametrize(
    ("dated", "not_before", "alarm"),
    [
        (timedelta(days=-3), None, False),  # what lay somewhere may be as old as it likes
        (timedelta(seconds=-59), timedelta(0), False),
        (timedelta(seconds=-61), timedelta(0), True),
        (timedelta(hours=-2), timedelta(hours=-3), False),
        (timedelta(seconds=60), None, False),
        (timedelta(seconds=60, microseconds=1), None, True),
    ],
)
async def test_old_is_not_wrong_unless_it_cannot_be_so_old(
    world: World, dated: timedelta, not_before: timedelta | None, alarm: bool
) -> None:
    since: datetime | None = None if not_before is None else NOON + not_before
    await watch_clock(world.b, NOON + dated, ports=world.ports_a, not_before=since)
    assert bool(await told(world)) is alarm

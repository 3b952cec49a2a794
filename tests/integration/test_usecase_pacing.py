"""Providers that are closed or full: nobody knocks, nobody storms, all are answered (S03, S17)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from gateway.domain.errors import Retry
from gateway.domain.identifiers import Symbol
from gateway.domain.inquiry import Inquiry, Refusal
from gateway.domain.pace import Pace
from gateway.domain.permits import ProvisionPermit
from gateway.domain.work import WorkItem
from gateway.ports import Delivery
from gateway.usecases import inquiry as inquiries
from gateway.usecases.turns import MOST_ASKED
from tests.support import batching
from tests.support.world import CORE, NOON, World, open_world

OPENS = NOON + timedelta(hours=20, minutes=30)  # half past eight in Japan


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls) as opened:
        await opened.register(opened.a, 1)
        await opened.register(opened.b, 1)
        await opened.load_tax(opened.b, 1, total_income="3000000")
        yield opened


class Door:
    """The way to B: notes when inquiries are sent, and refuses them while B is full."""

    def __init__(self, world: World) -> None:
        self.world, self.sends = world, world.core.send_inquiry
        self.sent: list[tuple[datetime, str]] = []
        self.full_until: datetime | None = None

    async def send_inquiry(self, inquiry: Inquiry) -> Delivery:
        now = self.world.clock.now()
        self.sent.append((now, inquiry.inquiry_id))
        if self.full_until is not None and now < self.full_until:
            refusal = Refusal(
                code="capacity.exceeded",
                occurrence="o",
                retry=Retry.AFTER,
                retry_at=now + timedelta(minutes=1),
                by=self.world.b,
            )
            return Delivery(refusal=refusal)
        return await self.sends(inquiry)


@pytest.fixture
def door(world: World, monkeypatch: pytest.MonkeyPatch) -> Door:
    made = Door(world)
    monkeypatch.setattr(world.core, "send_inquiry", made.send_inquiry)
    return made


def close(world: World) -> None:
    policy = replace(world.ports_b.policy, opens=time(8, 30), closes=time(11))
    world.sides[world.b] = replace(world.ports_b, policy=policy)


async def ask(world: World, count: int, first: int = 0) -> list[Inquiry]:
    return [
        await inquiries.submit(
            world.ask(1, idempotency_key=str(number), body_digest=number.to_bytes(32, "big")),
            ports=world.ports_a,
        )
        for number in range(first, first + count)
    ]


async def next_due(world: World) -> datetime:
    """Return the instant at which the next work falls due."""
    return min(item.run_at for item in await world.ports_a.store.list_values(WorkItem, limit=1000))


async def step(world: World) -> None:
    """Go to the instant at which the next work falls due, and do it."""
    world.clock.instant = max(world.clock.instant, await next_due(world))
    await world.settle_once()


async def states(world: World, found: list[Inquiry]) -> set[str]:
    return {(await world.reload(one)).state.value for one in found}


async def test_nobody_sends_to_a_closed_provider_once_one_was_told(
    world: World, door: Door
) -> None:
    close(world)
    first = await ask(world, 1)
    await world.settle()
    later = await ask(world, 5, first=1)
    await world.settle()
    world.clock.move(hours=3)
    late = await ask(world, 5, first=6)
    await world.settle()
    assert len(door.sent) == 1
    waiting = await world.reload(late[0])
    assert waiting.refusal is not None
    assert (waiting.refusal.code, waiting.refusal.by) == ("provider.closed", world.b)
    assert waiting.refusal.retry_at is not None
    assert waiting.refusal.retry_at >= OPENS
    while await states(world, [*first, *later, *late]) != {"answered"}:
        await step(world)
    assert len(door.sent) == 12  # each once, and the one that was told
    assert {at for at, _ in door.sent[1:]} >= {OPENS}
    assert world.clock.now() < OPENS + timedelta(seconds=3)


async def test_after_an_opening_at_most_ten_are_sent_in_any_second(
    world: World, door: Door
) -> None:
    close(world)
    asked = await ask(world, 60)
    await world.settle()
    door.sent.clear()
    while await states(world, asked) != {"answered"}:
        await step(world)
    times = [at for at, _ in door.sent]
    assert min(times) == OPENS
    for first in times:
        assert len([at for at in times if first <= at < first + timedelta(seconds=1)]) <= 10


async def test_a_process_that_slept_over_the_opening_storms_nobody(
    world: World, door: Door
) -> None:
    close(world)
    asked = await ask(world, 30)
    await world.settle()
    door.sent.clear()
    world.sides[world.a] = replace(world.ports_a, pace=Pace())  # a new process
    world.clock.instant = OPENS + timedelta(minutes=10)
    await world.settle()
    assert len(door.sent) == 10
    while await states(world, asked) != {"answered"}:
        await step(world)
    assert len(door.sent) == 30


async def test_a_full_provider_is_left_alone_and_asked_again_a_few_times_only(
    world: World, door: Door
) -> None:
    door.full_until = NOON + timedelta(minutes=5)
    asked = await ask(world, 20)
    await world.settle()
    while await states(world, asked) != {"answered"}:
        await step(world)
    by_inquiry = [sum(one.inquiry_id == sent for _, sent in door.sent) for one in asked]
    assert max(by_inquiry) <= MOST_ASKED
    assert world.clock.now() < NOON + timedelta(hours=1)


async def test_a_provider_that_stays_full_ends_the_inquiry_with_its_own_words(
    world: World, door: Door
) -> None:
    door.full_until = NOON + timedelta(days=6)
    asked = await ask(world, 1)
    await world.settle()
    while await states(world, asked) != {"failed"}:
        await step(world)
    ended = await world.reload(asked[0])
    assert ended.refusal is not None
    assert ended.refusal.code == "capacity.exceeded"
    assert len(door.sent) == MOST_ASKED


async def test_an_outage_of_ten_minutes_costs_at_most_six_tries(world: World) -> None:
    [inquiry] = await ask(world, 1)
    world.core.calls.clear()
    world.core.unreachable = 10**6
    await world.settle()
    while await next_due(world) < NOON + timedelta(minutes=10):
        await step(world)
    assert 3 <= world.core.calls.count("request_permit") <= 6
    world.core.unreachable = 0
    while await states(world, [inquiry]) != {"answered"}:
        await step(world)
    assert world.clock.now() <= NOON + timedelta(minutes=15)


LONG_CLOSING = timedelta(days=20)


@pytest.mark.parametrize(
    ("deadline", "state"), [(None, "answered"), (timedelta(days=7), "expired")]
)
async def test_a_closing_longer_than_the_usual_deadline_costs_no_inquiry_its_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, deadline: timedelta | None, state: str
) -> None:
    sends = world.core.send_inquiry

    async def send_inquiry(inquiry: Inquiry) -> Delivery:
        if world.clock.now() >= NOON + LONG_CLOSING:
            return await sends(inquiry)
        refusal = Refusal(
            code="provider.closed",
            occurrence="o",
            retry=Retry.AFTER,
            retry_at=NOON + LONG_CLOSING,
            by=world.b,
        )
        return Delivery(refusal=refusal)

    monkeypatch.setattr(world.core, "send_inquiry", send_inquiry)
    asked = await inquiries.submit(world.ask(1, deadline=deadline), ports=world.ports_a)
    await world.settle()
    while await states(world, [asked]) != {state}:
        await step(world)
    late = NOON + (LONG_CLOSING if deadline is None else deadline)
    assert late <= world.clock.now() <= late + timedelta(minutes=1)


@pytest.mark.parametrize(("deadline", "days"), [(None, 14), (timedelta(days=7), 7)])
async def test_a_held_inquiry_does_not_run_out_of_a_time_that_nobody_set(
    world: World, monkeypatch: pytest.MonkeyPatch, deadline: timedelta | None, days: int
) -> None:
    async def send_inquiry(_: Inquiry) -> Delivery:
        return Delivery(receipt="held")

    monkeypatch.setattr(world.core, "send_inquiry", send_inquiry)
    asked = await world.inquire(world.ask(1, deadline=deadline))
    assert asked.state == "held"
    assert asked.deadline_at == NOON + timedelta(days=days)
    world.clock.instant = asked.deadline_at
    await world.settle()
    assert (await world.reload(asked)).state == "expired"


async def test_a_provider_that_the_core_says_is_closed_is_left_alone_by_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = world.core.request_permit

    async def request_permit(inquiry: Inquiry, symbol: Symbol) -> ProvisionPermit | Refusal:
        if world.clock.now() >= OPENS:
            return await asked(inquiry, symbol)
        world.core.calls.append("refused")
        return Refusal(
            code="provider.closed", occurrence="o", retry=Retry.AFTER, retry_at=OPENS, by=CORE
        )

    monkeypatch.setattr(world.core, "request_permit", request_permit)
    found = await ask(world, 1)
    await world.settle()
    found += await ask(world, 5, first=1)
    await world.settle()
    assert world.core.calls.count("refused") == 1
    while await states(world, found) != {"answered"}:
        await step(world)


async def test_a_full_core_holds_up_batches_and_no_single_inquiry(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = world.core.request_permit

    async def request_permit(inquiry: Inquiry, symbol: Symbol) -> ProvisionPermit | Refusal:
        if inquiry.batch_id is None:
            return await asks(inquiry, symbol)
        world.core.calls.append("refused")
        later = world.clock.now() + timedelta(minutes=30)
        return Refusal(
            code="capacity.exceeded", occurrence="o", retry=Retry.AFTER, retry_at=later, by=CORE
        )

    monkeypatch.setattr(world.core, "request_permit", request_permit)
    await batching.submit(world, batching.same(world, 1, 1))
    await world.settle()
    await batching.submit(world, batching.same(world, 1, 40), key="second")
    await world.settle()
    assert world.core.calls.count("refused") == 1
    assert (await world.inquire(world.ask(1))).state == "answered"

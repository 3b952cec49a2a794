"""What peers that mean harm, or answers at the wrong moment, could make an inquirer do."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.domain.errors import PeerUnreachableError, RefusedError, Retry
from gateway.domain.identifiers import Symbol
from gateway.domain.inquiry import Answer, Inquiry, Refusal
from gateway.domain.permits import ProvisionPermit, Wanted
from gateway.domain.work import WorkItem
from gateway.ports import Delivery
from gateway.usecases import inquiry as inquiries
from gateway.usecases.conclusion import ArrivedAnswer
from gateway.usecases.turns import MOST_ASKED
from tests.support.world import CORE, TAX, CallingCore, World, open_world

INCOME = {"total_income": "3000000", "income_levy": "120000"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, b={"slot": timedelta(hours=1)}) as opened:
        await opened.register(opened.a, 1)
        await opened.register(opened.b, 1)
        await opened.load_tax(opened.b, 1, **INCOME)
        yield opened


class LaterCore(CallingCore):
    """A core, or a provider, that always names a time to come again."""

    def __init__(self, world: World, wait: timedelta, *, permits: bool) -> None:
        super().__init__(world)
        self.wait, self.permits_given = wait, permits
        self.symbols, self.permits = world.core.symbols, world.core.permits

    def _later(self) -> Refusal:
        at = self.world.clock.now() + self.wait
        return Refusal(code="provider.closed", occurrence="o", retry=Retry.AFTER, retry_at=at)

    async def request_permit(self, inquiry: Inquiry, symbol: Symbol) -> ProvisionPermit | Refusal:
        if self.permits_given:
            return await super().request_permit(inquiry, symbol)
        self._reach("request_permit")
        return self._later()

    async def send_inquiry(self, inquiry: Inquiry) -> Delivery:
        self._reach(f"send_inquiry {inquiry.state}")
        return Delivery(refusal=self._later())


async def bounded(world: World, rounds: int) -> None:
    """Let what is due happen, but only so often: a peer may want it to go on for ever."""
    await world.runner.run()
    for _ in range(rounds):
        await world.settle_once()


@pytest.mark.parametrize("permits", [True, False], ids=["the provider", "the core"])
async def test_a_peer_that_says_come_again_at_once_makes_nobody_run_hot(
    world: World, *, permits: bool
) -> None:
    core = LaterCore(world, timedelta(seconds=-5), permits=permits)
    world.sides[world.a] = replace(world.ports_a, core=core)
    begun = await inquiries.submit(world.ask(1), ports=world.ports_a)
    await bounded(world, 20)
    assert len(core.calls) <= 2
    waits = []
    while items := await world.ports_a.store.list_values(WorkItem):
        waits.append(items[0].run_at - world.clock.now())
        world.clock.instant = items[0].run_at
        await bounded(world, 1)
    assert waits == sorted(waits)
    assert waits[-1] >= timedelta(seconds=10)
    assert len(waits) < MOST_ASKED
    ended = await world.reload(begun)
    assert ended.state == "failed"
    assert ended.refusal is not None
    assert ended.refusal.code == "provider.closed"


async def test_no_later_time_of_a_peer_outlives_the_deadline(world: World) -> None:
    core = LaterCore(world, timedelta(days=3650), permits=True)
    world.sides[world.a] = replace(world.ports_a, core=core)
    begun = await world.inquire(world.ask(1, deadline=timedelta(hours=2)))
    world.clock.move(hours=2)
    await world.settle()
    assert (await world.reload(begun)).state == "expired"
    last = (await world.records(world.a, act="inquiry"))[-1]
    assert (last.phase, last.code) == ("outcome", "inquiry.expired")


async def test_an_answer_to_an_inquiry_that_is_not_under_way_is_refused(world: World) -> None:
    core = LaterCore(world, timedelta(hours=1), permits=True)
    world.sides[world.a] = replace(world.ports_a, core=core)
    waiting = await world.inquire(world.ask(1))
    assert waiting.state == "permitted"
    answer = Answer(
        transaction_number=waiting.transaction_number or "",
        permit_id=waiting.permit_id or "",
        provided=False,
    )
    arrived = ArrivedAnswer(answer=answer, sender=world.b, digest=b"", signature=b"")
    with pytest.raises(RefusedError, match=r"answer\.late"):
        await inquiries.receive_answer(arrived, ports=world.ports_a)
    assert await world.reload(waiting) == waiting


class CancellingCore(CallingCore):
    """The caller cancels while the answer is on its way back."""

    async def send_inquiry(self, inquiry: Inquiry) -> Delivery:
        delivery = await super().send_inquiry(inquiry)
        await inquiries.cancel(inquiry.inquiry_id, system="kokuho", ports=self.world.ports_a)
        return delivery


async def test_an_answer_that_meets_a_cancellation_is_dropped_and_recorded(world: World) -> None:
    core = CancellingCore(world)
    core.symbols = world.core.symbols
    world.sides[world.a] = replace(world.ports_a, core=core)
    ended = await world.inquire(world.ask(1))
    assert (ended.state, ended.answer) == ("cancelled", None)
    number = ended.transaction_number
    *_, cancelled, dropped = await world.records(world.a, transaction_number=number)
    assert (cancelled.result, cancelled.code) == ("cancelled", None)
    assert (dropped.result, dropped.code) == ("cancelled", "answer.late")
    theirs = (await world.records(world.b, transaction_number=number))[-1]
    assert (theirs.result, theirs.digest) == ("answered", dropped.digest)


class LeavingCore(CallingCore):
    """The caller cancels while nobody answers."""

    async def send_inquiry(self, inquiry: Inquiry) -> Delivery:
        await inquiries.cancel(inquiry.inquiry_id, system="kokuho", ports=self.world.ports_a)
        raise PeerUnreachableError(peer=CORE)


async def test_a_cancellation_that_meets_a_failing_call_is_no_alarm(world: World) -> None:
    core = LeavingCore(world)
    core.symbols = world.core.symbols
    world.sides[world.a] = replace(world.ports_a, core=core)
    assert (await world.inquire(world.ask(1))).state == "cancelled"


@pytest.mark.parametrize(
    ("items", "state"),
    [
        (("fixed_asset_tax",), "denied"),
        (("no_such_item",), "denied"),
        (("total_income", "fixed_asset_tax"), "answered"),
    ],
)
async def test_items_that_the_clause_does_not_open_are_not_even_asked_for(
    world: World, items: tuple[str, ...], state: str
) -> None:
    before = len(world.core.calls)
    ended = await world.inquire(world.ask(1, wanted=(Wanted(information=TAX, items=items),)))
    assert ended.state == state
    if state == "denied":
        assert ended.refusal is not None
        assert (ended.refusal.failed, ended.refusal.by) == ("information", world.a)
        assert len(world.core.calls) == before  # nothing left (G1)


async def test_a_request_that_arrives_many_times_at_once_is_one_inquiry(world: World) -> None:
    same = [inquiries.submit(world.ask(1), ports=world.ports_a) for _ in range(8)]
    found = await asyncio.gather(*same)
    await world.settle()
    assert len({one.inquiry_id for one in found}) == 1
    assert len(await world.records(world.b, act="provision")) == 2  # G4: one provision


async def test_of_two_bodies_under_one_key_at_once_one_conflicts(world: World) -> None:
    bodies = [world.ask(1, body_digest=bytes([n]) * 32) for n in (1, 2)]
    ends = await asyncio.gather(
        *(inquiries.submit(body, ports=world.ports_a) for body in bodies), return_exceptions=True
    )
    await world.settle()
    assert sorted(type(end).__name__ for end in ends) == ["ConflictError", "Inquiry"]


async def test_a_late_answer_of_anybody_else_changes_nothing_even_as_a_repeat(
    world: World,
) -> None:
    answered = await world.inquire(world.ask(1))
    assert answered.answer is not None
    arrived = ArrivedAnswer(answer=answered.answer, sender=CORE, digest=b"", signature=b"")
    with pytest.raises(RefusedError, match=r"answer\.sender"):
        await inquiries.receive_answer(arrived, ports=world.ports_a)

"""One inquiry through the use cases of both sides, on real storage (S5.2a, S5.2b)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta

import pytest

from gateway.domain.errors import (
    AddressUnknownError,
    ConflictError,
    InvalidError,
    RefusedError,
    StateError,
    UnknownError,
)
from gateway.domain.inquiry import Inquiry
from gateway.domain.permits import Wanted
from gateway.domain.provision import Provision
from gateway.domain.work import WorkItem
from gateway.usecases import inquiry as inquiries
from gateway.usecases import provision
from gateway.usecases.conclusion import ArrivedAnswer
from gateway.usecases.stored_replies import find_reply
from tests.support.world import CORE, TAX, World, delivery_of, open_world

INCOME = {"total_income": "3000000", "income_levy": "120000"}


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls, b={"slot": timedelta(hours=1)}) as opened:
        yield opened


async def prepared(world: World, serial: int, **items: str) -> None:
    await world.register(world.a, serial)
    await world.register(world.b, serial)
    if items:
        await world.load_tax(world.b, serial, **items)


async def results(world: World, code: str, act: str) -> list[tuple[str, str]]:
    return [(r.phase.value, r.result) for r in await world.records(code, act=act)]


async def test_a_permitted_inquiry_is_answered_and_recorded_on_both_sides(world: World) -> None:
    await prepared(world, 1, **INCOME)
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "answered"
    assert inquiry.answer is not None
    values = {i.item: i.value for i in inquiry.answer.information[0].items}
    assert values["total_income"] == "3000000"
    assert await results(world, world.a, "inquiry") == [
        ("intent", "permit_requested"),
        ("outcome", "answered"),
    ]
    assert await results(world, world.b, "provision") == [
        ("intent", "received"),
        ("outcome", "answered"),
    ]
    number = inquiry.transaction_number
    ours = (await world.records(world.a, transaction_number=number))[-1]
    theirs = (await world.records(world.b, transaction_number=number))[-1]
    assert ours.digest == theirs.digest  # both keep the digest of the same answer document


async def test_items_that_the_replica_holds_beyond_the_permit_stay(world: World) -> None:
    await prepared(world, 1, **INCOME, fixed_asset_tax="99999")
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.answer is not None
    assert "fixed_asset_tax" not in {i.item for i in inquiry.answer.information[0].items}  # G10


@pytest.mark.parametrize(
    ("affair", "failed"),
    [("69-8", "information"), ("2-1", "inquirer"), ("69", "affair"), ("999-1", "affair")],
)
async def test_what_the_list_does_not_hold_is_denied_here_and_explained(
    world: World, affair: str, failed: str
) -> None:
    await prepared(world, 1, **INCOME)
    before = len(world.core.calls)
    inquiry = await world.inquire(world.ask(1, affair=affair))
    assert inquiry.state == "denied"
    assert inquiry.refusal is not None
    assert inquiry.refusal.failed == failed
    assert inquiry.refusal.text_ja
    assert inquiry.refusal.text_en
    assert len(world.core.calls) == before  # nothing left
    assert await results(world, world.a, "inquiry") == [("outcome", "denied")]


async def test_an_inquiry_without_a_symbol_fails_without_a_call(world: World) -> None:
    await world.register(world.a, 1, symbol=False)
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "failed"
    assert inquiry.refusal is not None
    assert inquiry.refusal.code == "symbol.not_acquired"
    assert "request_permit" not in world.core.calls


async def test_the_same_request_twice_is_one_inquiry_and_another_body_conflicts(
    world: World,
) -> None:
    await prepared(world, 1, **INCOME)
    first = await world.inquire(world.ask(1))
    again = await world.inquire(world.ask(1))
    assert again == first
    with pytest.raises(ConflictError):
        await world.inquire(world.ask(1, body_digest=b"other".ljust(32)))
    assert len(await results(world, world.b, "provision")) == 2  # one provision


async def test_an_expired_permit_is_replaced_once_under_the_same_request_id(world: World) -> None:
    await prepared(world, 1, **INCOME)
    world.core.before_relay = [timedelta(minutes=6)]
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "answered"
    assert inquiry.permits_asked == 2
    assert world.core.calls.count("request_permit") == 2
    assert ("outcome", "denied") in await results(world, world.b, "provision")


async def test_a_second_expired_permit_ends_the_inquiry(world: World) -> None:
    await prepared(world, 1, **INCOME)
    world.core.before_relay = [timedelta(minutes=6), timedelta(minutes=6)]
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "denied"
    assert inquiry.refusal is not None
    assert inquiry.refusal.code == "permit.expired"


async def test_a_closed_provider_answers_at_its_opening_time(world: World) -> None:
    await prepared(world, 1, **INCOME)
    closed = replace(world.ports_b.policy, opens=time(8, 30), closes=time(11))
    world.sides[world.b] = replace(world.ports_b, policy=closed)
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "permitted"
    assert inquiry.refusal is not None
    assert inquiry.refusal.code == "provider.closed"
    world.clock.move(hours=20, minutes=29)
    await world.settle()
    assert (await world.reload(inquiry)).state == "permitted"
    world.clock.move(minutes=1)
    await world.settle()
    ended = await world.reload(inquiry)
    assert ended.state == "answered"


async def test_an_unreachable_core_is_tried_again_and_the_deadline_ends_it(world: World) -> None:
    await prepared(world, 1, **INCOME)
    world.core.unreachable = 2
    inquiry = await world.inquire(world.ask(1, deadline=timedelta(minutes=10)))
    assert inquiry.state == "permit_requested"
    for _ in range(3):
        world.clock.move(seconds=30)
        await world.settle()
    ended = await world.reload(inquiry)
    assert ended.state == "answered"
    world.core.unreachable = 10**6
    second = await world.inquire(
        world.ask(1, idempotency_key="second", deadline=timedelta(minutes=10))
    )
    world.clock.move(minutes=11)
    await world.settle()
    lost = await world.reload(second)
    assert lost.state == "expired"
    assert (await results(world, world.a, "inquiry"))[-1] == ("outcome", "expired")


async def test_a_reply_that_gets_lost_is_asked_for_again_and_provided_once(world: World) -> None:
    await prepared(world, 1, **INCOME)
    world.core.lose_reply = 1
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "sent"
    world.clock.move(seconds=5)
    await world.settle()
    ended = await world.reload(inquiry)
    assert ended.state == "answered"
    assert len(await results(world, world.b, "provision")) == 2


async def test_a_drive_that_died_is_taken_over_after_its_lease(world: World) -> None:
    await prepared(world, 1, **INCOME)
    inquiry = await inquiries.submit(world.ask(1), ports=world.ports_a)
    for work in world.runner.waiting:
        work.close()  # the process dies here
    world.runner.waiting.clear()
    await world.settle()
    assert (await world.reload(inquiry)).state == "permit_requested"
    world.wall.move(seconds=31)
    await world.settle()
    ended = await world.reload(inquiry)
    assert ended.state == "answered"
    assert await world.ports_a.store.list_values(WorkItem) == []


async def test_over_permitting_is_refused_by_the_provider_itself(world: World) -> None:
    await prepared(world, 1, **INCOME)
    await world.inquire(world.ask(1))
    inquiry = (await world.ports_a.store.list_values(Inquiry))[0]
    received = world.core.received(inquiry)
    wrong = replace(
        received,
        clause="8",
        message_id="other",
        digest=b"d" * 32,
        permit=replace(received.permit, clause="8", permit_id="p8"),
    )
    refusal = delivery_of(await provision.receive(wrong, ports=world.ports_b)).refusal
    assert refusal is not None
    assert refusal.code == "inquiry.denied.information"
    assert (await results(world, world.b, "provision"))[-1] == ("outcome", "denied")


async def test_a_permit_serves_one_inquiry_only(world: World) -> None:
    await prepared(world, 1, **INCOME)
    inquiry = await world.inquire(world.ask(1))
    received = world.core.received(inquiry)
    other = replace(received, message_id="another", digest=b"x" * 32)
    refusal = delivery_of(await provision.receive(other, ports=world.ports_b)).refusal
    assert refusal is not None
    assert refusal.code == "permit.used"
    with pytest.raises(RefusedError, match=r"message\.conflict"):
        await provision.receive(replace(received, digest=b"x" * 32), ports=world.ports_b)
    same = await provision.receive(received, ports=world.ports_b)
    stored = await find_reply(
        received.inquirer, received.message_id, received.digest, ports=world.ports_b
    )
    assert same == stored
    assert len(await world.ports_b.store.list_values(Provision)) == 1


MISMATCHES = {
    "issuer": {"issuer": "999001"},
    "inquirer": {"inquirer": "999001"},
    "transaction": {"transaction_number": "n"},
    "row": {"row": "70"},
    "information": {"wanted": (Wanted(information="住民票関係情報", items=("address",)),)},
    "items": {"wanted": (Wanted(information=TAX, items=("no_such_item",)),)},
}


@pytest.mark.parametrize("changed", MISMATCHES.values(), ids=MISMATCHES)
async def test_a_permit_that_covers_something_else_is_refused(
    world: World, changed: dict[str, object]
) -> None:
    await prepared(world, 1, **INCOME)
    inquiry = await world.inquire(world.ask(1))
    received = world.core.received(inquiry)
    permit = replace(received.permit, permit_id="other", **changed)  # type: ignore[arg-type]  # by name
    wrong = replace(received, message_id="wrong", digest=b"w" * 32, permit=permit)
    refusal = delivery_of(await provision.receive(wrong, ports=world.ports_b)).refusal
    assert refusal is not None
    assert refusal.code == "permit.mismatch"


async def test_a_permit_of_another_edition_is_refused(world: World) -> None:
    await prepared(world, 1, **INCOME)
    inquiry = await world.inquire(world.ask(1))
    received = world.core.received(inquiry)
    permit = replace(received.permit, permit_id="other", edition_sha256="ff" * 32)
    wrong = replace(received, message_id="wrong", digest=b"w" * 32, permit=permit)
    refusal = delivery_of(await provision.receive(wrong, ports=world.ports_b)).refusal
    assert refusal is not None
    assert refusal.code == "permit.edition"


async def test_nothing_registered_is_told_at_the_slot_only(world: World) -> None:
    await prepared(world, 1)
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "sent"
    world.clock.move(minutes=59)
    await world.settle()
    assert world.core.sent == []
    world.clock.move(minutes=1)
    await world.settle()
    ended = await world.reload(inquiry)
    assert ended.state == "not_provided"
    assert ended.answer is not None
    assert ended.answer.information == ()


async def test_an_inquiry_can_be_cancelled_and_a_late_answer_is_refused(world: World) -> None:
    await prepared(world, 1)
    inquiry = await world.inquire(world.ask(1))
    cancelled = await inquiries.cancel(inquiry.inquiry_id, system="kokuho", ports=world.ports_a)
    assert cancelled.state == "cancelled"
    assert (
        await inquiries.cancel(inquiry.inquiry_id, system="kokuho", ports=world.ports_a)
        == cancelled
    )
    world.clock.move(hours=1)
    await world.settle()
    ended = await world.reload(inquiry)
    assert ended.state == "cancelled"
    last = (await world.records(world.b, act="provision"))[-1]
    assert (last.result, last.code, last.actor) == ("undelivered", "answer.late", world.a)
    assert await world.ports_b.store.list_values(WorkItem) == []


async def test_a_final_inquiry_cannot_be_cancelled(world: World) -> None:
    await prepared(world, 1, **INCOME)
    inquiry = await world.inquire(world.ask(1))
    with pytest.raises(StateError):
        await inquiries.cancel(inquiry.inquiry_id, system="kokuho", ports=world.ports_a)


async def test_a_late_answer_is_checked_against_inquiry_and_permit(world: World) -> None:
    await prepared(world, 1, **INCOME)
    await prepared(world, 2)
    answered = await world.inquire(world.ask(1))
    waiting = await world.inquire(world.ask(2))
    assert answered.answer is not None
    good = replace(
        answered.answer,
        transaction_number=waiting.transaction_number or "",
        permit_id=waiting.permit_id or "",
    )

    async def arrive(sender: str = world.b, **changed: object) -> None:
        answer = replace(good, **changed)  # type: ignore[arg-type]  # fields by name
        await inquiries.receive_answer(
            ArrivedAnswer(answer=answer, sender=sender, digest=b"", signature=b""),
            ports=world.ports_a,
        )

    with pytest.raises(RefusedError, match=r"answer\.unknown"):
        await arrive(transaction_number="nobody's")
    with pytest.raises(RefusedError, match=r"answer\.sender"):
        await arrive(sender=CORE)
    with pytest.raises(RefusedError, match=r"answer\.permit"):
        await arrive(permit_id="other")
    await arrive()
    await arrive()  # a duplicate changes nothing
    ended = await world.reload(waiting)
    assert ended.state == "answered"


async def test_unreadable_requests_change_nothing(world: World) -> None:
    await prepared(world, 1, **INCOME)
    before = await world.records(world.a)
    with pytest.raises(AddressUnknownError):
        await world.inquire(world.ask(12345))
    with pytest.raises(InvalidError):
        await world.inquire(world.ask(1, affair="六十九"))
    with pytest.raises(InvalidError):
        await world.inquire(world.ask(1, wanted=()))
    assert await world.records(world.a) == before
    assert await world.ports_a.store.list_values(Inquiry) == []


async def test_another_systems_inquiry_does_not_exist_for_this_one(world: World) -> None:
    await prepared(world, 1, **INCOME)
    inquiry = await world.inquire(world.ask(1))
    with pytest.raises(UnknownError):
        await inquiries.load(inquiry.inquiry_id, system="zeimu", ports=world.ports_a)


async def test_waiting_for_a_result_ends_with_it_or_with_the_time(world: World) -> None:
    await prepared(world, 1, **INCOME)
    begun = await inquiries.submit(world.ask(1), ports=world.ports_a)
    still = await inquiries.await_result(begun, seconds=0.01, ports=world.ports_a)
    assert still.state == "permit_requested"
    await world.settle()
    ended = await inquiries.await_result(begun, seconds=5, ports=world.ports_a)
    assert ended.state == "answered"

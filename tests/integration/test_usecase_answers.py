"""Answers that come again, come different, or say too much (S05, S15)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.alarms import Alarm
from gateway.domain.errors import RefusedError
from gateway.domain.inquiry import Answer, AnsweredItem, Inquiry
from gateway.domain.permits import Wanted
from gateway.domain.work import WorkItem
from gateway.ports import Delivery, Ports
from gateway.usecases import inquiry as inquiries
from gateway.usecases.conclusion import ArrivedAnswer
from gateway.usecases.refusal import RefusedArrival, refuse
from tests.support.world import TAX, World, open_world

INCOME = {"total_income": "3000000", "income_levy": "120000"}
ONE_ITEM = (Wanted(information=TAX, items=("total_income",)),)
EXTRA = "8765432"


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls, b={"slot": timedelta(hours=1)}) as opened:
        yield opened


async def prepared(world: World, **items: str) -> None:
    await world.register(world.a, 1)
    await world.register(world.b, 1)
    if items:
        await world.load_tax(world.b, 1, **items)


async def alarms(ports: Ports) -> list[tuple[str, str, int]]:
    found = await ports.store.list_values(Alarm)
    return [(one.kind.value, one.peer, one.count) for one in found]


def with_extra_item(answer: Answer) -> Answer:
    [part] = answer.information
    extra = AnsweredItem(item="fixed_asset_tax", value=EXTRA)
    return replace(answer, information=(replace(part, items=(*part.items, extra)),))


async def arrive(world: World, answer: Answer, mark: bytes = b"1") -> None:
    arrived = ArrivedAnswer(
        answer=answer, sender=world.b, digest=mark.ljust(32), signature=b"signature"
    )
    await inquiries.receive_answer(arrived, ports=world.ports_a)


class Talkative:
    """A provider that adds an item to whatever it answers at once."""

    def __init__(self, world: World) -> None:
        self.sends = world.core.send_inquiry
        self.count = 0

    async def send_inquiry(self, inquiry: Inquiry) -> Delivery:
        self.count += 1
        delivery = await self.sends(inquiry)
        assert delivery.answer is not None
        return replace(delivery, answer=with_extra_item(delivery.answer))


async def test_a_repeated_answer_is_taken_over_once_and_accepted_each_time(world: World) -> None:
    await prepared(world, **INCOME)
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.answer is not None
    before = await world.records(world.a)
    for mark in (b"2", b"3", b"4"):  # other documents, the same words
        await arrive(world, inquiry.answer, mark)
    assert await world.reload(inquiry) == inquiry
    assert await world.records(world.a) == before
    assert await alarms(world.ports_a) == []


async def test_another_answer_to_the_same_inquiry_is_refused_with_one_alarm(world: World) -> None:
    await prepared(world, **INCOME)
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.answer is not None
    other = replace(inquiry.answer, provided=False, information=())
    for _ in range(2):
        with pytest.raises(RefusedError, match=r"answer\.conflict"):
            await arrive(world, other)
    assert await world.reload(inquiry) == inquiry
    assert await alarms(world.ports_a) == [("duplicate_with_different_body", world.b, 1)]


async def test_a_message_id_with_another_content_is_an_alarm_if_its_author_is_proven(
    world: World,
) -> None:
    arrival = RefusedArrival(
        code="message.conflict",
        message_id="message-1",
        sender=world.b,
        kind="inquiry",
        digest=bytes(32),
    )
    await refuse(replace(arrival, authentic=False, hop=world.b), ports=world.ports_a)
    assert await alarms(world.ports_a) == []
    for _ in range(2):
        await refuse(arrival, ports=world.ports_a)
    assert await alarms(world.ports_a) == [("duplicate_with_different_body", world.b, 1)]


async def test_an_answer_with_an_item_too_many_ends_the_inquiry_and_nothing_of_it_stays(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await prepared(world, **INCOME)
    talkative = Talkative(world)
    monkeypatch.setattr(world.core, "send_inquiry", talkative.send_inquiry)
    inquiry = await world.inquire(world.ask(1, wanted=ONE_ITEM))
    assert (inquiry.state, inquiry.answer) == ("failed", None)
    assert inquiry.refusal is not None
    assert (inquiry.refusal.code, inquiry.refusal.retry) == ("answer.items", "never")
    assert talkative.count == 1  # asking again would only bring it again
    found = (await world.records(world.a, act="inquiry"))[-1]
    assert (found.result, found.code) == ("failed", "answer.items")
    assert found.digest  # of the document, so that both sides can show what came
    assert await alarms(world.ports_a) == [("unrequested_item", world.b, 1)]
    assert await world.ports_a.store.list_values(WorkItem) == []
    kept: list[Any] = [*await world.ports_a.store.list_values(Alarm), inquiry, found]
    assert EXTRA not in repr(kept) + caplog.text
    assert "fixed_asset_tax" not in repr(kept) + caplog.text


async def test_a_late_answer_with_an_item_too_many_ends_the_inquiry_too(world: World) -> None:
    await prepared(world)
    waiting = await world.inquire(world.ask(1, wanted=ONE_ITEM))
    assert waiting.state == "sent"
    await world.load_tax(world.b, 1, **INCOME)
    answered = await world.inquire(
        world.ask(1, wanted=ONE_ITEM, idempotency_key="second", body_digest=b"2".ljust(32))
    )
    assert answered.answer is not None
    late = replace(
        with_extra_item(answered.answer),
        transaction_number=waiting.transaction_number or "",
        permit_id=waiting.permit_id or "",
    )
    with pytest.raises(RefusedError, match=r"answer\.items"):
        await arrive(world, late)
    ended = await world.reload(waiting)
    assert ended.state == "failed"
    assert ended.refusal is not None
    assert ended.refusal.code == "answer.items"
    assert await alarms(world.ports_a) == [("unrequested_item", world.b, 1)]
    with pytest.raises(RefusedError, match=r"answer\.late"):
        await arrive(world, late)

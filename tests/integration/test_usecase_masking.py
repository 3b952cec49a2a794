"""Answers about people whose place must not be told: not kept, not shown, looks recorded (S10)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gateway.domain.identifiers import LocalNumber, Symbol
from gateway.domain.inquiry import Answer, AnsweredItem, Inquiry, Refusal
from gateway.domain.masking import LOCATING, mask
from gateway.domain.permits import ProvisionPermit, Wanted
from gateway.domain.replica import ControlKind
from gateway.network.mapping import from_answer, to_answer
from gateway.ports import Delivery
from gateway.usecases import controls
from gateway.usecases import inquiry as inquiries
from gateway.usecases.conclusion import ArrivedAnswer
from gateway.usecases.looks import note_look
from tests.support.business import Business, serve_business
from tests.support.world import TAX, World, open_world
from wire import messages as wire

PLACE = "みなと県かくれ市九丁目八番"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        for code in (opened.a, opened.b):
            await opened.register(code, 1)
        await opened.load_tax(opened.b, 1, total_income="3000000")
        yield opened


def marked(answer: Answer) -> Answer:
    [part] = answer.information
    places = tuple(AnsweredItem(item=name, value=PLACE) for name in sorted(LOCATING))
    wider = replace(part, items=(*part.items, *places))
    return replace(answer, information=(wider,), nondisclosure=True)


@pytest.fixture
def telling(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the core grant the items of a place, and the provider tell them, marked."""
    sends, asks = world.core.send_inquiry, world.core.request_permit

    async def request_permit(inquiry: Inquiry, symbol: Symbol) -> ProvisionPermit | Refusal:
        permit = await asks(inquiry, symbol)
        assert isinstance(permit, ProvisionPermit)
        [grant] = permit.wanted
        more = Wanted(information=grant.information, items=(*grant.items, *LOCATING))
        return replace(permit, wanted=(more,))

    async def send_inquiry(inquiry: Inquiry) -> Delivery:
        delivery = await sends(inquiry)
        assert delivery.answer is not None
        return replace(delivery, answer=marked(delivery.answer))

    monkeypatch.setattr(world.core, "request_permit", request_permit)
    monkeypatch.setattr(world.core, "send_inquiry", send_inquiry)


def places(answer: Answer | None) -> dict[str, tuple[str | None, str | None]]:
    assert answer is not None
    items = answer.information[0].items
    return {one.item: (one.value, one.reason) for one in items if one.item in LOCATING}


@pytest.mark.usefixtures("telling")
async def test_of_a_marked_answer_no_place_is_kept_and_the_record_is_hidden(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "answered"
    assert inquiry.nondisclosure
    assert places(inquiry.answer) == dict.fromkeys(LOCATING, (None, "nondisclosure"))
    records = await world.records(world.a)
    assert records[-1].nondisclosure
    assert PLACE not in repr(inquiry) + repr(records) + caplog.text


@pytest.mark.usefixtures("telling")
async def test_a_marked_answer_that_comes_again_is_a_repeat(world: World) -> None:
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.answer is not None
    items = (*inquiry.answer.information[0].items[: -len(LOCATING)],)
    plain = replace(inquiry.answer.information[0], items=items)
    again = marked(replace(inquiry.answer, information=(plain,)))
    arrived = ArrivedAnswer(answer=again, sender=world.b, digest=b"2" * 32, signature=b"")
    await inquiries.receive_answer(arrived, ports=world.ports_a)
    assert await world.reload(inquiry) == inquiry


async def test_an_answer_without_a_mark_tells_what_was_asked(world: World) -> None:
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.answer is not None
    told = replace(marked(inquiry.answer), nondisclosure=False)
    assert mask(told) == told


@pytest.mark.usefixtures("telling")
async def test_who_is_shown_a_marked_answer_is_recorded_once_a_day(world: World) -> None:
    inquiry = await world.inquire(world.ask(1))
    for actor in ("kokuho", "kokuho", "zeimu"):
        await note_look(inquiry, actor=actor, ports=world.ports_a)
    world.clock.move(days=1)
    await note_look(inquiry, actor="kokuho", ports=world.ports_a)
    looks = await world.records(world.a, act="access")
    assert [(one.result, one.actor) for one in looks] == [
        ("masked", "kokuho"),
        ("masked", "zeimu"),
        ("masked", "kokuho"),
    ]
    assert {one.request_id for one in looks} == {inquiry.request_id}
    assert {one.subject for one in looks} == {inquiry.unified_number}


async def test_looks_at_other_answers_cost_nothing(world: World) -> None:
    inquiry = await world.inquire(world.ask(1))
    await note_look(inquiry, actor="kokuho", ports=world.ports_a)
    assert await world.records(world.a, act="access") == []


@pytest.mark.usefixtures("telling")
async def test_no_way_over_http_shows_the_place_and_each_is_recorded(world: World) -> None:
    async with serve_business(world) as api:
        shown = await look_everywhere(api, world)
    assert PLACE not in shown
    assert shown.count('"nondisclosure"') >= len(LOCATING)
    looks = await world.records(world.a, act="access")
    assert {(one.result, one.actor) for one in looks} == {("masked", "a")}


async def look_everywhere(api: Business, world: World) -> str:
    body = {
        "number": "1",
        "affair": "69-7",
        "provider": world.b,
        "information": [{"information": TAX}],
    }
    headers = {"Idempotency-Key": "k-1"}
    await api.call("POST", "/v1/inquiries", json=body, headers=headers)
    await world.settle()
    again = await api.call("POST", "/v1/inquiries", json=body, headers=headers)
    path = again.headers["Location"]
    texts = [await again.text(), await (await api.call("GET", path)).text()]
    events = await api.call("GET", path, headers={"Accept": "text/event-stream"})
    refused = await api.call("POST", f"{path}/cancel")
    return "".join([*texts, await events.text(), await refused.text()])


@pytest.mark.parametrize(
    ("kind", "hidden"),
    [(ControlKind.NONDISCLOSURE, True), (ControlKind.OWN_INFORMATION_REFUSED, False)],
)
async def test_an_answer_of_ours_is_marked_if_its_person_is(
    world: World, kind: ControlKind, *, hidden: bool
) -> None:
    command = controls.SetControl(
        system="kokuho",
        local_number=LocalNumber("1".zfill(15)),
        kind=kind,
        reason="支援措置",
        set_by="staff-1",
        review_on=date(2027, 3, 31),
    )
    await controls.set_control(command, ports=world.ports_b)
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.answer is not None
    assert inquiry.answer.nondisclosure is hidden
    assert inquiry.nondisclosure is hidden


async def test_the_mark_travels_and_nothing_provided_never_carries_one(world: World) -> None:
    inquiry = await world.inquire(world.ask(1))
    assert inquiry.answer is not None
    answer = replace(inquiry.answer, nondisclosure=True)
    number = "11111111-1111-4111-8111-111111111111"
    answer = replace(answer, transaction_number=number, permit_id=number)
    sent = to_answer(answer)
    assert sent.nondisclosure is True
    assert from_answer(sent) == answer
    assert to_answer(replace(answer, nondisclosure=False)).nondisclosure is None
    received = wire.decode("answer", wire.encode(sent))
    assert isinstance(received, wire.Answer)
    assert from_answer(received).nondisclosure

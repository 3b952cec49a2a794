"""Holds, protection and the slot, on real storage (S5.2c, K8, G12)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.domain.errors import (
    AddressUnknownError,
    InvalidError,
    SamePersonError,
    StateError,
    UnknownError,
)
from gateway.domain.identifiers import LocalNumber
from gateway.domain.inquiry import Inquiry
from gateway.domain.provision import Provision
from gateway.domain.replica import Control, ControlKind
from gateway.usecases import controls, holds
from tests.support.world import TAX, World, open_world

INCOME = {"total_income": "3000000", "income_levy": "120000"}


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls, b={"slot": timedelta(hours=1)}) as opened:
        yield opened


async def held(
    world: World, serial: int, kind: ControlKind, information: str | None = None, **items: str
) -> Inquiry:
    """Return an inquiry of A about a person over whom B has a control."""
    await world.register(world.a, serial)
    await world.register(world.b, serial)
    if items:
        await world.load_tax(world.b, serial, **items)
    await control(world, serial, kind, information=information)
    return await world.inquire(world.ask(serial))


async def control(
    world: World,
    serial: int,
    kind: ControlKind,
    *,
    information: str | None = None,
    item: str | None = None,
) -> Control:
    command = controls.SetControl(
        system="kokuho",
        local_number=LocalNumber(str(serial).zfill(15)),
        kind=kind,
        information=information,
        item=item,
        reason="申出",
        set_by="s1",
        review_on=date(2027, 11, 23),
    )
    return await controls.set_control(command, ports=world.ports_b)


async def provision_of(world: World, inquiry: Inquiry) -> Provision:
    found = await world.ports_b.store.find(Provision, transaction_number=inquiry.transaction_number)
    assert found is not None
    return found


async def test_a_held_item_is_answered_after_one_proposes_and_another_releases(
    world: World,
) -> None:
    inquiry = await held(world, 1, ControlKind.NO_AUTOMATIC_ANSWER, TAX, **INCOME)
    assert inquiry.state == "held"
    number = inquiry.transaction_number or ""
    assert [p.transaction_number for p in await holds.list_held(ports=world.ports_b)] == [number]
    view = await holds.show(number, staff="s1", ports=world.ports_b)
    proposed = await holds.propose(
        number, staff="s1", proposal="release", reason="確認済み", ports=world.ports_b
    )
    assert proposed.state == "held"
    for spelt in ("s1", "S1", "s1 ", "\uff53\uff11"):
        with pytest.raises(SamePersonError):
            await holds.decide(number, staff=spelt, decision="release", ports=world.ports_b)
    await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    await world.settle()
    answered = await world.reload(inquiry)
    assert answered.state == "answered"
    assert answered.answer == view.answer  # staff saw exactly what left
    acts = [(r.result, r.actor) for r in await world.records(world.b, act="hold")]
    assert acts == [("shown", "s1"), ("proposed_release", "s1"), ("released", "s2")]


async def test_the_slot_does_not_answer_again_what_was_released(world: World) -> None:
    inquiry = await held(world, 1, ControlKind.NO_AUTOMATIC_ANSWER, TAX, **INCOME)
    number = inquiry.transaction_number or ""
    await holds.propose(number, staff="s1", proposal="release", reason="r", ports=world.ports_b)
    await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    world.clock.move(hours=2)
    await world.settle()
    assert (await world.reload(inquiry)).state == "answered"
    assert len(world.core.sent) == 1


async def test_a_decision_needs_the_same_proposal_first(world: World) -> None:
    inquiry = await held(world, 1, ControlKind.NO_AUTOMATIC_ANSWER, TAX, **INCOME)
    number = inquiry.transaction_number or ""
    with pytest.raises(StateError):
        await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    await holds.propose(number, staff="s1", proposal="refuse", reason="r", ports=world.ports_b)
    with pytest.raises(StateError):
        await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    with pytest.raises(UnknownError):
        await holds.show("nothing", staff="s1", ports=world.ports_b)


async def test_a_hold_that_nobody_releases_ends_at_its_slot(world: World) -> None:
    inquiry = await held(world, 1, ControlKind.NO_AUTOMATIC_ANSWER, TAX, **INCOME)
    world.clock.move(hours=1)
    await world.settle()
    assert (await world.reload(inquiry)).state == "not_provided"
    assert (await provision_of(world, inquiry)).cause == "hold_expired"


async def test_a_protected_person_looks_to_an_outsider_like_nothing_registered(
    world: World,
) -> None:
    protected = await held(world, 1, ControlKind.PROTECTED_PERSON, **INCOME)
    await world.register(world.a, 2)
    await world.register(world.b, 2)
    absent = await world.inquire(world.ask(2))
    assert (protected.state, absent.state) == ("sent", "sent")
    number = protected.transaction_number or ""
    await holds.propose(number, staff="s1", proposal="refuse", reason="r", ports=world.ports_b)
    refused = await holds.decide(number, staff="s2", decision="refuse", ports=world.ports_b)
    assert refused.cause == "staff_refused"
    await world.settle()
    assert world.core.sent == []  # it waits for the slot like the other
    world.clock.move(hours=1)
    await world.settle()
    ends = [await world.reload(protected), await world.reload(absent)]
    assert [end.state for end in ends] == ["not_provided", "not_provided"]
    assert len({len(document) for document in world.core.sent}) == 1
    waits = [(await provision_of(world, end)) for end in ends]
    assert {w.slot_at - w.received_at for w in waits} == {timedelta(hours=1)}


async def test_a_protected_person_is_answered_after_two_people_released_it(world: World) -> None:
    inquiry = await held(world, 1, ControlKind.PROTECTED_PERSON, **INCOME)
    number = inquiry.transaction_number or ""
    await holds.propose(number, staff="s1", proposal="release", reason="r", ports=world.ports_b)
    await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    await world.settle()
    assert (await world.reload(inquiry)).state == "answered"


async def test_releasing_nothing_is_not_provided_at_the_slot(world: World) -> None:
    inquiry = await held(world, 1, ControlKind.PROTECTED_PERSON)
    number = inquiry.transaction_number or ""
    await holds.propose(number, staff="s1", proposal="release", reason="r", ports=world.ports_b)
    await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    await world.settle()
    assert (await world.reload(inquiry)).state == "sent"
    world.clock.move(hours=1)
    await world.settle()
    assert (await world.reload(inquiry)).state == "not_provided"


async def test_nondisclosure_marks_the_record_and_holds_nothing(world: World) -> None:
    inquiry = await held(world, 1, ControlKind.NONDISCLOSURE, **INCOME)
    assert inquiry.state == "answered"
    assert {r.nondisclosure for r in await world.records(world.b, act="provision")} == {True}


async def test_a_control_is_set_once_ended_once_and_recorded(world: World) -> None:
    await world.register(world.b, 1)
    first = await control(world, 1, ControlKind.NO_AUTOMATIC_ANSWER, information=TAX)
    assert await control(world, 1, ControlKind.NO_AUTOMATIC_ANSWER, information=TAX) == first

    async def end(name: str, staff: str) -> Control:
        return await controls.end_control(name, system="kokuho", staff=staff, ports=world.ports_b)

    await end(first.control_id, "s2")
    with pytest.raises(SamePersonError):
        await end(first.control_id, "S2")
    ended = await end(first.control_id, "s3")
    assert (ended.end_proposed_by, ended.ended_by) == ("s2", "s3")
    with pytest.raises(StateError):
        await end(first.control_id, "s2")
    with pytest.raises(UnknownError):
        await end("none", "s2")
    acts = [r.result for r in await world.records(world.b, act="control")]
    assert acts == ["set", "end_proposed", "ended"]


@pytest.mark.parametrize(
    ("information", "item", "field"),
    [(None, "income_levy", "item"), ("unknown", None, "information"), (TAX, "unknown", "item")],
)
async def test_a_control_over_something_unknown_is_refused(
    world: World, information: str | None, item: str | None, field: str
) -> None:
    await world.register(world.b, 1)
    with pytest.raises(InvalidError, match=field):
        await control(world, 1, ControlKind.NO_AUTOMATIC_ANSWER, information=information, item=item)
    with pytest.raises(AddressUnknownError):
        await control(world, 99, ControlKind.NONDISCLOSURE)


async def test_a_repeat_after_the_release_gets_the_answer_itself(world: World) -> None:
    inquiry = await held(world, 1, ControlKind.NO_AUTOMATIC_ANSWER, TAX, **INCOME)
    number = inquiry.transaction_number or ""
    world.core.unreachable = 0
    await holds.propose(number, staff="s1", proposal="release", reason="r", ports=world.ports_b)
    world.core.unreachable = 1  # the late answer gets lost once
    await holds.decide(number, staff="s2", decision="release", ports=world.ports_b)
    await world.settle()
    assert (await world.reload(inquiry)).state == "held"
    delivery = await world.core.send_inquiry(replace(inquiry))
    assert delivery.answer is not None
    world.clock.move(seconds=5)
    await world.settle()
    assert (await world.reload(inquiry)).state == "answered"

"""What somebody who means harm, or a crash at the wrong moment, could make a provider do."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.domain.addresses import Alias
from gateway.domain.errors import UnknownError
from gateway.domain.identifiers import LocalNumber, UnifiedNumber
from gateway.domain.inquiry import Inquiry
from gateway.domain.provision import Provision, ReceivedInquiry
from gateway.domain.replica import Control, ControlKind
from gateway.domain.work import StoredReply
from gateway.ports import Unit
from gateway.usecases import (
    holds,
    housekeeping,
    inquiry,
    provision,
    replicas,
    symbols,
    work,
)
from permitlists import Institutions
from tests.support.controls import set_control
from tests.support.world import TAX, PlainDocuments, World, delivery_of, open_world

INCOME = {"total_income": "3000000", "income_levy": "120000"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, b={"slot": timedelta(hours=1)}) as opened:
        yield opened


async def prepared(world: World, serial: int, **items: str) -> UnifiedNumber:
    """Return B's number of a person whom both sides know."""
    await world.register(world.a, serial)
    number = await world.register(world.b, serial)
    if items:
        await world.load_tax(world.b, serial, **items)
    return number


async def received(world: World, serial: int = 1, **changed: Any) -> ReceivedInquiry:  # noqa: ANN401  # fields of ReceivedInquiry
    """Return an inquiry as it would reach B, permitted but not yet delivered."""
    begun = await inquiry.submit(world.ask(serial), ports=world.ports_a, drive_here=False)
    binding = await symbols.list_bindings(begun.unified_number, ports=world.ports_a)
    permit = await world.core.request_permit(begun, binding[0].symbol)
    assert not hasattr(permit, "code")
    made = world.core.received(replace(begun, transaction_number=permit.transaction_number))
    digest = sha256(repr(sorted(changed)).encode()).digest() if changed else made.digest
    return replace(made, **({"digest": digest} | changed))


async def provision_of(world: World, one: ReceivedInquiry) -> Provision:
    found = await world.ports_b.store.find(Provision, permit_id=one.permit.permit_id)
    assert found is not None
    return found


async def refused(world: World, one: ReceivedInquiry) -> str:
    """Return the code by which B refuses an inquiry, once that it is recorded is proven."""
    refusal = delivery_of(await provision.receive(one, ports=world.ports_b)).refusal
    assert refusal is not None
    last = (await world.records(world.b, act="provision"))[-1]
    assert (last.phase, last.result, last.code) == ("outcome", "denied", refusal.code)  # G3
    return refusal.code


# A protected person is never answered automatically (G12)


async def test_a_protection_counts_however_many_other_controls_there_are(world: World) -> None:
    number = await prepared(world, 1, **INCOME)
    many = Unit()
    for serial in range(150):
        many.add(a_control(f"{serial:036d}", number, ControlKind.OWN_INFORMATION_REFUSED))
    many.add(a_control("z" * 36, number, ControlKind.PROTECTED_PERSON))
    await world.ports_b.store.commit(many)
    asked = await world.inquire(world.ask(1))
    assert asked.state == "sent"


def a_control(name: str, number: UnifiedNumber, kind: ControlKind) -> Control:
    return Control(
        control_id=name,
        unified_number=number,
        kind=kind,
        information=None,
        item=None,
        reason="申出",
        set_by="s1",
        set_at=datetime(2026, 11, 1, tzinfo=UTC),
        review_on=date(2027, 11, 1),
    )


@pytest.mark.parametrize(
    ("information", "item", "shown"),
    [(None, None, "sent"), (TAX, None, "held"), (TAX, "total_income", "held")],
)
async def test_only_a_control_over_items_shows_as_held(
    world: World, information: str | None, item: str | None, shown: str
) -> None:
    await prepared(world, 1, **INCOME)
    await set_control(world, 1, ControlKind.NO_AUTOMATIC_ANSWER, information=information, item=item)
    asked = await world.inquire(world.ask(1))
    assert asked.state == shown
    [held] = await world.ports_b.store.list_values(Provision)
    assert held.state == "held"  # staff see either


async def test_a_control_over_the_person_hides_one_over_an_item(world: World) -> None:
    await prepared(world, 1, **INCOME)
    for information in (TAX, None):
        await set_control(world, 1, ControlKind.NO_AUTOMATIC_ANSWER, information=information)
    assert (await world.inquire(world.ask(1))).state == "sent"


class DyingDocuments(PlainDocuments):
    """The process dies before any reply is stored."""

    def _made(self, *_: object, **__: object) -> bytes:
        raise SystemError


async def test_a_merge_between_intent_and_outcome_keeps_the_protection(world: World) -> None:
    kept = await prepared(world, 1)
    ended = await prepared(world, 2, **INCOME)
    await set_control(world, 2, ControlKind.PROTECTED_PERSON)
    one = await received(world, 2)
    dying = replace(world.ports_b, documents=DyingDocuments(world.b))
    with pytest.raises(SystemError):
        await provision.receive(one, ports=dying)
    await symbols.merge(kept, ended, staff="s1", reason="same person", ports=world.ports_b)
    reply = delivery_of(await provision.receive(one, ports=world.ports_b))
    assert reply.receipt == "sent"
    assert (await provision_of(world, one)).cause == "protected_person"


async def test_a_hold_over_a_merged_person_shows_what_holds_now(world: World) -> None:
    """What was corrected after the merge is what a release would send, not the state before."""
    kept = await prepared(world, 1)
    ended = await prepared(world, 2, total_income="1")
    await set_control(world, 2, ControlKind.PROTECTED_PERSON)
    one = await received(world, 2)
    await provision.receive(one, ports=world.ports_b)
    await symbols.merge(kept, ended, staff="s1", reason="same person", ports=world.ports_b)
    await world.load_tax(world.b, 2, total_income="2")
    view = await holds.show(one.transaction_number, staff="s1", ports=world.ports_b)
    assert view.answer is not None
    assert {item.value for item in view.answer.information[0].items} == {"2", None}


async def refuse(world: World, asked: Inquiry) -> None:
    number, ports = asked.transaction_number or "", world.ports_b
    await holds.propose(number, staff="s1", proposal="refuse", reason="r", ports=ports)
    await holds.decide(number, staff="s2", decision="refuse", ports=ports)


def seen(document: bytes) -> tuple[int, object]:
    """Return what an outsider sees of a document: its length, and all but its ids and instants."""
    content = msgspec.json.decode(document)
    for name in ("re", "number", "at"):
        content.pop(name, None)
    for name in ("transaction_number", "permit_id"):
        content.get("answer", {}).pop(name, None)
    return len(document), content


async def test_no_cause_of_not_provided_looks_like_any_other(world: World) -> None:
    """Eight people, eight causes, and one picture of all of them from outside (G12)."""
    for serial in range(1, 9):
        await world.register(world.a, serial)
        if serial != 1:  # 1: B never heard of the symbol
            await world.register(world.b, serial)
        if serial > 2:  # 2: nothing is registered
            await world.load_tax(world.b, serial, **INCOME)
    await revoke(world, 3)
    await delete(world, 4)
    for serial in (5, 6):
        await set_control(world, serial, ControlKind.PROTECTED_PERSON)
    for serial in (7, 8):
        await set_control(world, serial, ControlKind.NO_AUTOMATIC_ANSWER)
    asked = [await world.inquire(world.ask(serial)) for serial in range(1, 9)]
    assert {one.state for one in asked} == {"sent"}
    receipts = await world.ports_b.store.list_values(StoredReply)
    assert len({repr(seen(one.reply)) for one in receipts}) == 1
    for serial in (5, 7):
        await refuse(world, asked[serial - 1])
    world.clock.move(minutes=59)
    await world.settle()
    assert world.core.sent == []
    world.clock.move(minutes=1)
    await world.settle()
    assert len(world.core.sent) == 8
    assert len({repr(seen(document)) for document in world.core.sent}) == 1
    provisions = await world.ports_b.store.list_values(Provision)
    assert {str(one.cause) for one in provisions} == {
        "symbol_unknown",
        "nothing_registered",
        "staff_refused",
        "hold_expired",
    }
    assert {one.slot_at - one.received_at for one in provisions} == {timedelta(hours=1)}


async def revoke(world: World, serial: int) -> None:
    alias = await world.ports_b.store.find(Alias, local_number=LocalNumber(f"{serial:015d}"))
    assert alias is not None
    await symbols.revoke(alias.unified_number, staff="s1", reason="r", ports=world.ports_b)


async def delete(world: World, serial: int) -> None:
    entry = replicas.ReplicaEntry(
        local_number=LocalNumber(f"{serial:015d}"),
        information=TAX,
        record_key="2026",
        as_of=date(2026, 1, 1),
        public_from=date(2026, 1, 1),
        operation="delete",
    )
    await replicas.load([entry], system="kokuho", ports=world.ports_b)


@pytest.mark.parametrize("first", ["the slot", "two people"])
async def test_a_release_and_its_slot_send_one_answer_whoever_comes_first(
    world: World, first: str
) -> None:
    await prepared(world, 1, **INCOME)
    await set_control(world, 1, ControlKind.PROTECTED_PERSON)
    asked = await world.inquire(world.ask(1))
    number, ports = asked.transaction_number or "", world.ports_b
    await holds.propose(number, staff="s1", proposal="release", reason="r", ports=ports)
    world.clock.move(hours=1)
    await work.sweep(ports=ports)  # the slot is leased, and waits for its turn
    if first == "the slot":
        await world.runner.run()
        with pytest.raises(UnknownError):
            await holds.decide(number, staff="s2", decision="release", ports=ports)
    else:
        await holds.decide(number, staff="s2", decision="release", ports=ports)
    await world.settle()
    ended = await world.reload(asked)
    assert ended.state == ("not_provided" if first == "the slot" else "answered")
    assert len(world.core.sent) == 1


# Permits, transaction numbers and days (G1, G3, G4)


async def test_a_transaction_number_serves_one_permit_only(world: World) -> None:
    await prepared(world, 1, **INCOME)
    first = await received(world)
    await provision.receive(first, ports=world.ports_b)
    other = replace(first.permit, permit_id="another")
    again = replace(first, message_id="another", digest=b"x" * 32, permit=other)
    assert await refused(world, again) == "permit.used"
    assert len(await world.ports_b.store.list_values(Provision)) == 1


@pytest.mark.parametrize(
    ("row", "clause"), [("69-7", None), ("六十九", None), ("69", "7-1"), ("69", " 7")]
)
async def test_an_affair_that_is_not_written_as_one_is_refused_and_recorded(
    world: World, row: str, clause: str | None
) -> None:
    await prepared(world, 1, **INCOME)
    first = await received(world)
    permit = replace(first.permit, row=row, clause=clause)
    wrong = replace(first, row=row, clause=clause, permit=permit)
    assert await refused(world, wrong) == "inquiry.denied.affair"


async def test_the_inquirer_does_not_choose_the_day_whose_law_counts(world: World) -> None:
    await prepared(world, 1, **INCOME)
    gone = [
        replace(
            one,
            memberships=tuple(
                replace(worn, valid_to=date(2026, 11, 1)) for worn in one.memberships
            ),
        )
        if one.code == world.a
        else one
        for one in world.institutions
    ]
    first = await received(world, requested_at=datetime(2026, 10, 1, tzinfo=UTC))
    world.sides[world.b] = replace(world.ports_b, institutions=Institutions(gone))
    assert await refused(world, first) == "inquiry.denied.inquirer"


async def test_an_inquiry_that_outlives_its_stored_reply_is_provided_once(world: World) -> None:
    await prepared(world, 1, **INCOME)
    world.core.lifetime = timedelta(days=30)
    first = await received(world)
    reply = await provision.receive(first, ports=world.ports_b)
    world.clock.move(days=8)
    await housekeeping.purge(ports=world.ports_b)
    assert await world.ports_b.store.list_values(StoredReply) == []
    assert await provision.receive(first, ports=world.ports_b) == reply
    outcomes = [r for r in await world.records(world.b, act="provision") if r.phase == "outcome"]
    assert len(outcomes) == 1


@pytest.mark.parametrize("protected", [True, False])
async def test_a_receipt_that_was_purged_is_given_again(world: World, *, protected: bool) -> None:
    await prepared(world, 1, **(INCOME if protected else {}))
    if protected:
        await set_control(world, 1, ControlKind.PROTECTED_PERSON)
    world.core.lifetime = timedelta(days=30)
    longer = replace(world.ports_b.policy, slot=timedelta(days=9))
    world.sides[world.b] = replace(world.ports_b, policy=longer)
    first = await received(world)
    await provision.receive(first, ports=world.ports_b)
    world.clock.move(days=8)
    await housekeeping.purge(ports=world.ports_b)
    again = delivery_of(await provision.receive(first, ports=world.ports_b))
    assert again.receipt == "sent"


async def test_the_record_of_a_provision_names_the_edition_it_was_decided_by(world: World) -> None:
    await prepared(world, 1, **INCOME)
    first = await received(world)
    await provision.receive(first, ports=world.ports_b)
    intent = (await world.records(world.b, act="provision"))[0]
    assert intent.edition_sha256 == first.permit.edition_sha256  # G9

"""What records keep of every decision, and that it can be decided again, byte for byte (G9)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from gateway.domain.errors import (
    NotJudgedError,
    PermitListOlderError,
    RefusedError,
    UnknownError,
)
from gateway.domain.permit_book import OwnList, PermitBook
from gateway.domain.records import Act, Phase
from gateway.domain.states import InquiryState
from gateway.domain.work import ListSource, StoredSupplement
from gateway.ports import RecordQuery
from gateway.storage.migrate import connect
from gateway.usecases import permit_list, replaying
from permitlists import EMPTY, Hold, Supplement, load_builtin
from tests.support.permit_books import FixedRegister, without_row
from tests.support.world import CORE, World, offer, open_world

SUSPENDED = Supplement(
    holds=(
        Hold(kind="suspension", valid_from=date(2026, 11, 1), valid_to=date(2027, 1, 1), row="69"),
    )
)
R6 = "shourei-r6@2024-05-27"


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls) as opened:
        await opened.register(opened.a, 1)
        await opened.register(opened.b, 1)
        await opened.load_tax(opened.b, 1, total_income="1", income_levy="2")
        opened.urls = two_database_urls
        yield opened


async def judged_records(world: World, code: str) -> list[int]:
    """Return the numbers of all records of inquiries and provisions."""
    found = await world.sides[code].store.records(RecordQuery(limit=1000))
    acts = {Act.INQUIRY, Act.PROVISION}
    return [one.sequence for one in found if one.record.act in acts]


async def replay(world: World, code: str, sequence: int) -> replaying.Replay:
    return await replaying.replay(sequence, actor="auditor", ports=world.sides[code])


def execute(world: World, statement: str, **values: object) -> None:
    """Change A's database as nobody should."""
    with connect(world.urls[0]) as connection:
        changed = connection.execute(text(statement), values | {"ours": world.a})
        assert changed.rowcount == 1
        connection.commit()


async def test_every_judged_record_replays_to_the_same_bytes_on_both_sides(world: World) -> None:
    answered = await world.inquire(world.ask(1))
    assert answered.state is InquiryState.ANSWERED
    denied = await world.inquire(world.ask(1, idempotency_key="k2", affair="69-8"))
    assert denied.state is InquiryState.DENIED
    world.core.over_permit = True
    for code, count in ((world.a, 3), (world.b, 2)):
        numbers = await judged_records(world, code)
        assert len(numbers) == count
        for number in numbers:
            again = await replay(world, code, number)
            assert again.same
            assert (again.judged.sequence, again.judged.own_sequence) == (1, None)
            assert again.record.basis == "19-8"
            assert b'"on":"2026-11-24"' in again.ruling


async def test_a_decision_replays_by_the_list_of_then(world: World) -> None:
    await world.inquire(world.ask(1))
    later = offer(2, SUSPENDED)
    for ports in world.sides.values():
        await permit_list.receive_list(later, sender=CORE, ports=ports)
    refused = await world.inquire(world.ask(1, idempotency_key="k2"))
    assert refused.refusal is not None
    assert refused.refusal.code == "inquiry.denied.hold"
    found = [await replay(world, world.a, one) for one in await judged_records(world, world.a)]
    assert [(one.judged.sequence, one.same) for one in found] == [(1, True), (1, True), (2, True)]
    assert b'"allowed":true' in found[0].ruling
    assert b'"reason":"permits.hold.suspension"' in found[2].ruling


async def test_what_the_provider_refuses_replays_too(world: World) -> None:
    suspended = offer(2, SUSPENDED)
    await permit_list.receive_list(suspended, sender=CORE, ports=world.ports_b)
    denied = await world.inquire(world.ask(1))
    assert denied.refusal is not None
    assert (denied.refusal.code, denied.refusal.by) == ("inquiry.denied.hold", world.b)
    [number] = await judged_records(world, world.b)
    again = await replay(world, world.b, number)
    assert (again.same, again.record.result, again.judged.sequence) == (True, "denied", 2)


@pytest.mark.parametrize("with_digest", [False, True], ids=["content", "content and digest"])
async def test_a_tampered_edition_is_named(world: World, *, with_digest: bool) -> None:
    await world.inquire(world.ask(1))
    [number, *_] = await judged_records(world, world.a)
    edition = without_row(load_builtin().editions[-1], "157")
    content = edition.to_bytes()
    sha256 = edition.key.sha256 if with_digest else load_builtin().editions[-1].key.sha256
    execute(
        world,
        "UPDATE editions SET content = :content, sha256 = :sha256"
        " WHERE institution = :ours AND instrument = 'shourei-r6'",
        content=content,
        sha256=sha256,
    )
    again = await replay(world, world.a, number)
    assert (again.same, again.changed, again.ruling) == (False, (R6,), b"")


async def test_a_removed_edition_and_a_tampered_supplement_are_named(world: World) -> None:
    await permit_list.receive_list(offer(2, SUSPENDED), sender=CORE, ports=world.ports_a)
    await world.inquire(world.ask(1))
    [number] = await judged_records(world, world.a)
    execute(
        world,
        "UPDATE supplements SET content = :content WHERE institution = :ours AND sequence = 2",
        content=EMPTY.to_bytes(),
    )
    execute(
        world,
        "DELETE FROM editions WHERE institution = :ours AND sequence = 2"
        " AND instrument = 'beppyo2'",
    )
    again = await replay(world, world.a, number)
    assert again.changed == ("missing edition", "supplement")


async def test_what_an_own_register_held_back_replays_and_cannot_be_hidden(world: World) -> None:
    register = FixedRegister(OwnList(sequence=3, supplement=SUSPENDED, staff="chief"))
    world.sides[world.a] = replace(world.ports_a, register=register)
    denied = await world.inquire(world.ask(1))
    assert denied.refusal is not None
    assert (denied.refusal.code, denied.refusal.by) == ("inquiry.denied.hold", world.a)
    [number] = await judged_records(world, world.a)
    again = await replay(world, world.a, number)
    assert (again.same, again.judged.own_sequence) == (True, 3)
    execute(
        world,
        "DELETE FROM supplements WHERE institution = :ours AND source = 'own'",
    )
    again = await replay(world, world.a, number)
    assert again.changed == ("own register",)


async def test_a_record_that_tells_of_no_decision_is_refused(world: World) -> None:
    with pytest.raises(NotJudgedError):
        await replay(world, world.a, 0)
    with pytest.raises(UnknownError):
        await replay(world, world.a, 10_000)


async def test_a_stored_copy_that_was_changed_is_not_used_until_the_core_told_it_again(
    world: World,
) -> None:
    statement = (
        "UPDATE editions SET content = :content"
        " WHERE institution = :ours AND instrument = 'shourei-r6'"
    )
    edition = without_row(load_builtin().editions[-1], "157")
    execute(world, statement, content=edition.to_bytes())
    restarted = replace(world.ports_a, book=PermitBook())
    assert not await permit_list.load_stored(ports=restarted)
    assert (restarted.book.permit_list, restarted.book.broken) == (None, 1)
    world.sides[world.a] = restarted
    denied = await world.inquire(world.ask(1))
    assert denied.refusal is not None
    assert denied.refusal.code == "inquiry.denied.edition"
    await permit_list.refresh(ports=restarted)
    assert (restarted.book.sequence, restarted.book.broken) == (1, None)
    answered = await world.inquire(world.ask(1, idempotency_key="k2"))
    assert answered.state is InquiryState.ANSWERED


async def test_a_stored_copy_changed_with_its_digest_is_not_used_either(world: World) -> None:
    edition = without_row(load_builtin().editions[-1], "157")
    execute(
        world,
        "UPDATE editions SET content = :content, sha256 = :digest"
        " WHERE institution = :ours AND instrument = 'shourei-r6'",
        content=edition.to_bytes(),
        digest=edition.key.sha256,
    )
    restarted = replace(world.ports_a, book=PermitBook())
    assert not await permit_list.load_stored(ports=restarted)
    assert (restarted.book.permit_list, restarted.book.broken) == (None, 1)
    other = offer(1, SUSPENDED)
    with pytest.raises(PermitListOlderError):
        await permit_list.receive_list(other, sender=CORE, ports=restarted)
    await permit_list.refresh(ports=restarted)
    assert (restarted.book.sequence, restarted.book.broken) == (1, None)


async def test_a_number_set_back_in_the_database_brings_no_older_list_back(world: World) -> None:
    newer = offer(2, SUSPENDED)
    await permit_list.receive_list(newer, sender=CORE, ports=world.ports_a)
    execute(
        world,
        "UPDATE settings SET value = '1' WHERE institution = :ours AND name = :name",
        name=permit_list.SEQUENCE,
    )
    restarted = replace(world.ports_a, book=PermitBook())
    assert not await permit_list.load_stored(ports=restarted)
    assert (restarted.book.permit_list, restarted.book.broken) == (None, 2)
    with pytest.raises(PermitListOlderError):
        await permit_list.receive_list(offer(1), sender=CORE, ports=restarted)
    await permit_list.receive_list(newer, sender=CORE, ports=restarted)
    assert (restarted.book.sequence, restarted.book.broken) == (2, None)
    await permit_list.receive_list(offer(3), sender=CORE, ports=restarted)
    assert restarted.book.sequence == 3


async def test_a_list_is_recorded_with_all_its_parts(world: World) -> None:
    await permit_list.receive_list(offer(2, SUSPENDED), sender=CORE, ports=world.ports_a)
    records = [one for one in await world.records(world.a, act="permit_list") if one.note == "2"]
    assert {(one.phase, one.result, one.actor) for one in records} == {
        (Phase.OUTCOME, "received", CORE)
    }
    known = {edition.key.sha256 for edition in load_builtin().editions}
    assert {one.edition_sha256 for one in records} == known | {None}
    stored = await world.ports_a.store.find(StoredSupplement, source=ListSource.CORE, sequence=2)
    assert stored is not None
    assert [one.digest.hex() for one in records if one.digest] == [stored.sha256]
    assert stored.content == SUSPENDED.to_bytes()


async def test_a_list_whose_supplement_is_none_is_refused(world: World) -> None:
    for wrong in (b"", b"{", b'{"holds":1}', b"{ }"):
        broken = replace(offer(2), supplement=wrong)
        with pytest.raises(RefusedError, match=r"permit_list\.unreadable"):
            await permit_list.receive_list(broken, sender=CORE, ports=world.ports_a)
    assert world.ports_a.book.sequence == 1

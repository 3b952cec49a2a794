"""The connector and the replica on real storage (S5.1, S5.4, S6)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.domain.addresses import Alias, BasicItems, Confirmation, Person
from gateway.domain.errors import (
    CheckDigitError,
    EvidenceBrokenError,
    InvalidError,
    NumberKindError,
    PermitListOlderError,
    RefusedError,
    Retry,
    SamePersonError,
    StateError,
    UnknownError,
)
from gateway.domain.identifiers import (
    IndividualNumber,
    LocalNumber,
    ProcessNumber,
    Symbol,
    UnifiedNumber,
)
from gateway.domain.inquiry import Refusal
from gateway.domain.permit_book import PermitBook
from gateway.domain.records import Checkpoint
from gateway.domain.replica import ControlKind, ReplicaItem
from gateway.domain.symbols import Acquisition
from gateway.ports import RecordQuery
from gateway.usecases import (
    addresses,
    comparing,
    controls,
    permit_list,
    records,
    replicas,
    sandbox,
    symbols,
    work,
)
from permitlists import Hold, Supplement
from tests.support.world import CORE, TAX, World, basic, offer, open_world, sandbox_number

SUSPENDED = Supplement(holds=(Hold(kind="suspension", valid_from=date(2026, 1, 1)),))

REAL = IndividualNumber("123456789018")


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls) as opened:
        yield opened


def an_address(serial: int | None, *, local: int, **changed: object) -> addresses.RegisterAddress:
    fields: dict[str, object] = {
        "system": "kokuho",
        "local_number": LocalNumber(str(local).zfill(15)),
        "individual_number": sandbox_number(serial) if serial is not None else None,
        "basic": basic(),
    }
    return addresses.RegisterAddress(**(fields | changed))  # type: ignore[arg-type]  # by name


async def register(
    world: World, serial: int | None, *, local: int, **changed: object
) -> addresses.Registered:
    return await addresses.register(an_address(serial, local=local, **changed), ports=world.ports_a)


async def test_one_individual_number_is_one_person_whichever_system_registers(
    world: World,
) -> None:
    first = await register(world, 1, local=10)
    again = await register(world, 1, local=10)
    other = await register(world, 1, local=20, system="zeimu")
    assert (first.created, again.created, other.created) == (True, False, False)
    assert {first.unified_number, again.unified_number, other.unified_number} == {
        first.unified_number
    }
    assert [r.result for r in await world.records(world.a, act="address")] == [
        "numbered",
        "alias_added",
    ]


async def test_new_basic_items_update_the_person(world: World) -> None:
    first = await register(world, 1, local=10)
    changed = await register(world, 1, local=10, basic=basic("架空 太郎"))
    assert changed.changed
    person = await addresses.load_person(first.unified_number, ports=world.ports_a)
    assert person.basic.name == "架空 太郎"


async def test_a_number_can_come_later_for_a_person_without_one(world: World) -> None:
    blank = await register(world, None, local=10)
    with pytest.raises(StateError):
        await symbols.acquire(blank.unified_number, actor="kokuho", ports=world.ports_a)
    known = await register(world, 5, local=10)
    assert known.changed
    assert known.unified_number == blank.unified_number


@pytest.mark.parametrize("serial", [2, None], ids=["another number", "a blank"])
async def test_a_bound_number_is_never_overwritten_but_confirmed_by_two(
    world: World, serial: int | None
) -> None:
    first = await register(world, 1, local=10)
    aside = await register(world, serial, local=10, basic=basic("別人"))
    twice = await register(world, serial, local=10, basic=basic("別人"))
    assert aside.confirmation is not None
    assert twice.confirmation == aside.confirmation
    person = await addresses.load_person(first.unified_number, ports=world.ports_a)
    assert person.basic == basic()
    entry = aside.confirmation.confirmation_id
    assert len(await addresses.list_confirmations(ports=world.ports_a)) == 1
    with pytest.raises(StateError):
        await addresses.resolve_confirmation(
            entry, staff="s2", verdict="accept", ports=world.ports_a
        )
    await addresses.propose_confirmation(entry, staff="s1", verdict="accept", ports=world.ports_a)
    for spelt in ("s1", "S1 "):
        with pytest.raises(SamePersonError):
            await addresses.resolve_confirmation(
                entry, staff=spelt, verdict="accept", ports=world.ports_a
            )
    await addresses.resolve_confirmation(entry, staff="s2", verdict="accept", ports=world.ports_a)
    alias = await world.ports_a.store.find(
        Alias, system="kokuho", local_number=LocalNumber("10".zfill(15))
    )
    assert alias is not None
    bound = await addresses.load_person(alias.unified_number, ports=world.ports_a)
    assert bound.basic.name == "別人"
    assert bound.individual_number == sandbox_number(serial or 1)
    with pytest.raises(UnknownError):
        await addresses.propose_confirmation(
            entry, staff="s1", verdict="accept", ports=world.ports_a
        )


async def test_a_rejected_confirmation_changes_nothing(world: World) -> None:
    await register(world, 1, local=10)
    await register(world, 2, local=20)
    aside = await register(world, 2, local=10)
    assert aside.confirmation is not None
    entry = aside.confirmation.confirmation_id
    await addresses.propose_confirmation(entry, staff="s1", verdict="reject", ports=world.ports_a)
    await addresses.resolve_confirmation(entry, staff="s2", verdict="reject", ports=world.ports_a)
    stored = await world.ports_a.store.find(Confirmation, confirmation_id=entry)
    assert stored is not None
    assert (stored.state, stored.resolved_by) == ("rejected", "s2")


async def test_an_accepted_confirmation_moves_the_local_number_to_who_has_the_number(
    world: World,
) -> None:
    await register(world, 1, local=10)
    second = await register(world, 2, local=20)
    aside = await register(world, 2, local=10)
    assert aside.confirmation is not None
    entry = aside.confirmation.confirmation_id
    await addresses.propose_confirmation(entry, staff="s1", verdict="accept", ports=world.ports_a)
    await addresses.resolve_confirmation(entry, staff="s2", verdict="accept", ports=world.ports_a)
    found = await addresses.find_person(
        actor="s1",
        system="kokuho",
        local_number=LocalNumber("10".zfill(15)),
        ports=world.ports_a,
    )
    assert found is not None
    assert found.unified_number == second.unified_number


@pytest.mark.parametrize(
    ("number", "error"),
    [(IndividualNumber("123456789012"), CheckDigitError), (REAL, NumberKindError)],
)
async def test_a_wrong_number_is_refused_and_nothing_changes(
    world: World, number: IndividualNumber, error: type[Exception]
) -> None:
    before = await world.records(world.a)
    with pytest.raises(error):
        await register(world, None, local=10, individual_number=number)
    assert await world.records(world.a) == before
    assert await world.ports_a.store.list_values(Person) == []


async def test_persons_are_found_three_ways_and_every_look_is_recorded(world: World) -> None:
    done = await register(world, 1, local=10)
    ports = world.ports_a
    by_number = await addresses.find_person(
        actor="s1", individual_number=sandbox_number(1), ports=ports
    )
    by_unified = await addresses.find_person(
        actor="s1", unified_number=done.unified_number, ports=ports
    )
    nobody = await addresses.find_person(
        actor="s1", system="kokuho", local_number=LocalNumber("9" * 15), ports=ports
    )
    assert by_number is not None
    assert by_number == by_unified
    assert nobody is None
    with pytest.raises(InvalidError):
        await addresses.find_person(actor="s1", ports=ports)
    looks = [r.result for r in await world.records(world.a, act="address")][1:]
    assert looks == ["found", "found", "not_found"]


async def test_the_registry_is_asked_for_basic_items_and_that_is_recorded(world: World) -> None:
    await world.register(world.b, 1)  # so that the registry knows somebody
    world.core.processes["known"] = sandbox_number(1).value

    async def obtain(number: IndividualNumber | None) -> BasicItems:
        return await addresses.obtain_basic_items(number, actor="kokuho", ports=world.ports_a)

    assert await obtain(sandbox_number(1)) == basic()
    for nobody in (None, sandbox_number(2)):
        with pytest.raises(InvalidError):
            await obtain(nobody)
    with pytest.raises(NumberKindError):
        await obtain(REAL)
    assert [r.result for r in await world.records(world.a, act="address")] == [
        "registry_asked",
        "registry_asked",
    ]


async def test_a_symbol_comes_in_two_legs_and_the_process_number_is_purged(world: World) -> None:
    done = await register(world, 1, local=10)
    run = await symbols.acquire(done.unified_number, actor="kokuho", ports=world.ports_a)
    again = await symbols.acquire(done.unified_number, actor="kokuho", ports=world.ports_a)
    assert again.receipt == run.receipt
    await world.settle()
    asked = await symbols.find_acquisition(run.receipt, ports=world.ports_a)
    assert asked is not None
    assert asked.state == "sent_to_registry"
    process = asked.process_number
    assert process is not None
    await world.core.deliver_symbols(world.a)
    linked = await symbols.find_acquisition(run.receipt, ports=world.ports_a)
    assert linked is not None
    assert (linked.state, linked.process_number) == ("linked", None)
    bindings = await symbols.list_bindings(done.unified_number, ports=world.ports_a)
    assert [b.state for b in bindings] == ["linked"]
    same = symbols.SymbolArrived(
        process_number=process, symbol=bindings[0].symbol, reason=None, sender=CORE
    )
    await symbols.receive_symbol(same, ports=world.ports_a)  # a duplicate changes nothing
    assert await symbols.list_bindings(done.unified_number, ports=world.ports_a) == bindings
    final = await symbols.acquire(done.unified_number, actor="kokuho", ports=world.ports_a)
    assert final.state == "linked"


@pytest.mark.parametrize(
    ("sender", "code"), [(CORE, "symbol.process_unknown"), ("991023", "message.sender")]
)
async def test_a_symbol_that_nobody_waits_for_is_refused(
    world: World, sender: str, code: str
) -> None:
    arrived = symbols.SymbolArrived(
        process_number=ProcessNumber("x"), symbol=None, reason=None, sender=sender
    )
    with pytest.raises(RefusedError, match=code):
        await symbols.receive_symbol(arrived, ports=world.ports_a)
    fresh = replace(arrived, symbol=Symbol("s" * 43))
    with pytest.raises(RefusedError, match=code):
        await symbols.receive_symbol(fresh, ports=world.ports_a)


async def test_an_acquisition_fails_by_deadline_or_by_the_registrys_word(world: World) -> None:
    late = await register(world, 1, local=10)
    run = await symbols.acquire(late.unified_number, actor="kokuho", ports=world.ports_a)
    world.core.unreachable = 1
    await world.settle()
    world.clock.move(seconds=10)
    await world.settle()
    world.clock.move(days=1)
    await world.settle()
    failed = await symbols.find_acquisition(run.receipt, ports=world.ports_a)
    assert failed is not None
    assert (failed.state, failed.reason, failed.process_number) == ("failed", "timeout", None)
    world.core.processes.clear()
    world.core.silent_registry = True
    second = await symbols.acquire(late.unified_number, actor="kokuho", ports=world.ports_a)
    await world.settle()
    await world.core.deliver_symbols(world.a)
    refused = await symbols.find_acquisition(second.receipt, ports=world.ports_a)
    assert refused is not None
    assert (refused.state, refused.reason) == ("failed", "not_found")


@pytest.mark.parametrize("leg", ["request_process_number", "link"])
async def test_an_acquisition_that_is_refused_for_good_fails_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, leg: str
) -> None:
    calls = []

    async def refuse(*given: object) -> None:
        calls.append(given)
        raise RefusedError("symbol.not_found")

    monkeypatch.setattr(world.core, leg, refuse)
    person = await register(world, 1, local=10)
    run = await symbols.acquire(person.unified_number, actor="kokuho", ports=world.ports_a)
    await world.settle()
    world.clock.move(hours=1)
    await world.settle()
    failed = await symbols.find_acquisition(run.receipt, ports=world.ports_a)
    assert failed is not None
    assert (failed.state, failed.reason) == ("failed", "symbol.not_found")
    assert failed.process_number is None
    assert len(calls) == 1  # a permanent error is not retried


async def test_a_symbol_that_the_core_revoked_is_ended_here_and_can_be_acquired_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await world.register(world.a, 1)

    async def request_permit(*_: object) -> Refusal:
        return Refusal(code="symbol.revoked", occurrence="o", retry=Retry.NEVER, by=CORE)

    with monkeypatch.context() as patch:
        patch.setattr(world.core, "request_permit", request_permit)
        inquiry = await world.inquire(world.ask(1))
    assert inquiry.state == "failed"
    assert inquiry.refusal is not None
    assert inquiry.refusal.code == "symbol.revoked"
    [binding] = await symbols.list_bindings(number, ports=world.ports_a)
    assert (binding.state, binding.reason) == ("revoked", "symbol.revoked")
    again = await world.inquire(world.ask(1, idempotency_key="second", body_digest=b"2" * 32))
    assert again.refusal is not None
    assert again.refusal.code == "symbol.not_acquired"
    run = await symbols.acquire(number, actor="kokuho", ports=world.ports_a)
    assert run.state == "requested"


async def test_a_revoked_symbol_keeps_its_history_and_can_be_acquired_again(world: World) -> None:
    number = await world.register(world.a, 1)
    assert await symbols.revoke(number, staff="s1", reason="error", ports=world.ports_a) == 1
    assert await symbols.revoke(number, staff="s1", reason="error", ports=world.ports_a) == 0
    bindings = await symbols.list_bindings(number, ports=world.ports_a)
    assert [(b.state, b.reason) for b in bindings] == [("revoked", "error")]
    run = await symbols.acquire(number, actor="kokuho", ports=world.ports_a)
    assert run.state == "requested"


async def test_merging_two_numbers_loses_nothing(world: World) -> None:
    kept = await world.register(world.b, 1)
    ended = await world.register(world.b, 2)
    await world.load_tax(world.b, 1, total_income="1")
    await world.load_tax(world.b, 2, total_income="2")
    await controls.set_control(
        controls.SetControl(
            system="kokuho",
            local_number=LocalNumber("2".zfill(15)),
            kind=ControlKind.NONDISCLOSURE,
            reason="r",
            set_by="s1",
            review_on=date(2027, 1, 1),
        ),
        ports=world.ports_b,
    )
    await symbols.merge(kept, ended, staff="s1", reason="same person", ports=world.ports_b)
    alias = await world.ports_b.store.find(
        Alias, system="kokuho", local_number=LocalNumber("2".zfill(15))
    )
    assert alias is not None
    assert alias.unified_number == kept
    merged = await symbols.list_bindings(kept, ports=world.ports_b)
    assert sorted(b.state for b in merged) == ["linked", "merged"]
    assert (await addresses.load_person(ended, ports=world.ports_b)).unified_number == kept
    assert (await replicas.stats(ports=world.ports_b))[TAX] == 2
    await world.register(world.a, 2)  # A knows the person by the ended symbol's number
    inquiry = await world.inquire(world.ask(2))
    assert inquiry.state == "answered"
    with pytest.raises(StateError):
        await symbols.merge(kept, ended, staff="s1", reason="again", ports=world.ports_b)
    with pytest.raises(UnknownError):
        await symbols.merge(
            kept, UnifiedNumber("9" * 15), staff="s1", reason="r", ports=world.ports_b
        )


def an_entry(serial: int, **changed: object) -> replicas.ReplicaEntry:
    fields: dict[str, object] = {
        "local_number": LocalNumber(str(serial).zfill(15)),
        "information": TAX,
        "record_key": "2026",
        "as_of": date(2026, 1, 1),
        "public_from": date(2026, 6, 1),
        "items": (ReplicaItem(item="total_income", value="1"),),
    }
    return replicas.ReplicaEntry(**(fields | changed))  # type: ignore[arg-type]  # by name


BAD_ENTRIES: dict[str, dict[str, object]] = {
    "replica.information_unknown": {"information": "unknown"},
    "replica.public_period": {"public_to": date(2026, 6, 1)},
    "replica.item_twice": {"items": (ReplicaItem(item="total_income", value="1"),) * 2},
    "replica.item_unknown": {"items": (ReplicaItem(item="unknown", value="1"),)},
    "replica.value_missing": {"items": (ReplicaItem(item="total_income", value=""),)},
    "address.unknown": {"local_number": LocalNumber("9" * 15)},
}


async def test_every_entry_of_a_load_ends_as_applied_or_rejected_with_a_reason(
    world: World,
) -> None:
    await register(world, 1, local=1)
    entries = [an_entry(1), *(an_entry(1, **bad) for bad in BAD_ENTRIES.values()), an_entry(1)]
    done = await replicas.load(entries, system="kokuho", ports=world.ports_a)
    assert (done.total, done.applied, done.pending) == (8, 2, 0)
    assert [(r.line, r.code) for r in done.rejected] == list(enumerate(BAD_ENTRIES, 2))  # G7
    found = await replicas.find_load(done.receipt, system="kokuho", ports=world.ports_a)
    assert found == done
    assert await replicas.find_load(done.receipt, system="zeimu", ports=world.ports_a) is None


def test_a_missing_value_needs_a_reason_and_a_value_none() -> None:
    both = ReplicaItem(item="total_income", value="1", reason="x")
    neither = ReplicaItem(item="total_income", value=None)
    absent = ReplicaItem(item="total_income", value=None, reason="not_registered")
    faults = [replicas.find_fault(an_entry(1, items=(item,))) for item in (both, neither, absent)]
    assert faults == [("replica.value_missing", "items[0]")] * 2 + [None]


async def test_a_comparison_names_the_lines_that_differ_and_is_recorded(world: World) -> None:
    await register(world, 1, local=1)
    await register(world, 2, local=2)
    await replicas.load([an_entry(1), an_entry(2)], system="kokuho", ports=world.ports_a)
    await replicas.load([an_entry(2, operation="delete")], system="kokuho", ports=world.ports_a)
    original = [
        an_entry(1),
        an_entry(1, items=(ReplicaItem(item="total_income", value="2"),)),
        an_entry(2),
        an_entry(3),
    ]
    found = await comparing.compare(original, system="kokuho", ports=world.ports_a)
    assert (found.equal, found.different, found.missing) == (1, (2,), (3, 4))
    assert (await world.records(world.a, act="replica"))[-1].note == (
        "equal=1 different=1 missing=2"
    )


async def test_records_are_searched_verified_and_sealed_by_checkpoints(world: World) -> None:
    await world.register(world.a, 1)
    first = await records.make_checkpoint(ports=world.ports_a)
    assert await records.make_checkpoint(ports=world.ports_a) == first  # it has not grown
    found = await records.search(RecordQuery(act="symbol"), actor="s1", ports=world.ports_a)
    assert {stored.record.act for stored in found} == {"symbol"}
    checked = await records.verify(ports=world.ports_a)
    assert (checked.fault, checked.checkpoints) == (None, 1)
    assert checked.size == first.size + 1  # the search itself was recorded


async def test_a_forged_checkpoint_is_found(world: World) -> None:
    await world.register(world.a, 1)
    mine = world.sides[world.a]
    other = replace(mine, signatures=world.ports_b.signatures)
    await records.make_checkpoint(ports=other)
    checked = await records.verify(ports=mine)
    assert checked.fault is not None
    assert "signature" in checked.fault
    await world.register(world.a, 2)
    with pytest.raises(EvidenceBrokenError, match="signature"):  # the job alarms, and signs nothing
        await records.make_checkpoint(ports=mine)
    assert len(await mine.store.list_values(Checkpoint)) == 1


async def test_an_older_permit_list_or_one_of_another_sender_is_refused(world: World) -> None:
    ports = world.ports_a
    await permit_list.receive_list(offer(3), sender=CORE, ports=ports)
    await permit_list.receive_list(offer(3), sender=CORE, ports=ports)  # the same is fine
    other = replace(offer(3), supplement=SUSPENDED.to_bytes())
    for older in (offer(2), other):  # the same number may not come to mean something else
        with pytest.raises(PermitListOlderError):  # G8
            await permit_list.receive_list(older, sender=CORE, ports=ports)
    broken: tuple[dict[str, Any], ...] = (
        {"editions": (b"{}",)},
        {"editions": ()},
        {"supplement": b"[]"},
    )
    for wrong in broken:
        with pytest.raises(RefusedError, match=r"permit_list\.unreadable"):
            await permit_list.receive_list(replace(offer(4), **wrong), sender=CORE, ports=ports)
    with pytest.raises(RefusedError, match=r"message\.sender"):
        await permit_list.receive_list(offer(4), sender=world.b, ports=ports)
    ports = replace(ports, book=PermitBook())
    assert await permit_list.load_stored(ports=ports)
    assert ports.book.sequence == 3
    with pytest.raises(PermitListOlderError):  # the core offers 1 again
        await permit_list.refresh(ports=ports)
    assert ports.book.sequence == 3


async def test_the_sandbox_clock_is_moved_by_the_core_only_and_survives(world: World) -> None:
    start = world.clock.now()
    await sandbox.set_clock_offset(60_000, sender=CORE, ports=world.ports_a)
    await sandbox.set_clock_offset(90_000, sender=CORE, ports=world.ports_a)
    assert world.clock.now() - start == timedelta(seconds=90)
    world.clock.set_offset(0)
    await sandbox.load_clock_offset(ports=world.ports_a)
    assert world.clock.now() - start == timedelta(seconds=90)
    with pytest.raises(RefusedError, match=r"message\.sender"):
        await sandbox.set_clock_offset(0, sender=world.b, ports=world.ports_a)
    real = replace(world.ports_a, policy=world.policy(numbers="real"))
    with pytest.raises(RefusedError, match=r"clock\.production"):
        await sandbox.set_clock_offset(0, sender=CORE, ports=real)


async def test_the_next_run_is_the_earliest_of_all_lanes(world: World) -> None:
    assert await work.next_run(ports=world.ports_a) is None
    done = await register(world, 1, local=1)
    run = await symbols.acquire(done.unified_number, actor="kokuho", ports=world.ports_a)
    assert await work.next_run(ports=world.ports_a) == run.requested_at
    await world.settle()
    stored = await world.ports_a.store.find(Acquisition, receipt=run.receipt)
    assert stored is not None
    assert await work.next_run(ports=world.ports_a) == stored.deadline_at

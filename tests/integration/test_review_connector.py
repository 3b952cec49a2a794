"""Persons who are merged, numbered anew or registered again while something else goes on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest

from gateway.domain.addresses import Alias
from gateway.domain.errors import GuardFailedError
from gateway.domain.identifiers import LocalNumber, ProcessNumber, Symbol, UnifiedNumber
from gateway.domain.replica import ControlKind, ReplicaItem
from gateway.domain.symbols import Acquisition, SymbolBinding
from gateway.ports import Store
from gateway.usecases import addresses, inquiry, replicas, symbols
from tests.support.controls import set_control
from tests.support.world import CORE, TAX, World, basic, open_world, sandbox_number

INCOME = {"total_income": "3000000", "income_levy": "120000"}
NEW_YEAR = date(2026, 1, 1)
T = TypeVar("T")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


class Interrupted:
    """A store that lets something else happen right after the first look for a kind of value."""

    def __init__(self, store: Store, kind: type, event: Callable[[], Awaitable[Any]]) -> None:
        self._store, self._kind, self._event = store, kind, event
        self._pending = True

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the store has
        return getattr(self._store, name)

    async def find(self, kind: type[T], /, **equals: Any) -> T | None:  # noqa: ANN401  # any field
        found = await self._store.find(kind, **equals)
        if kind is self._kind and self._pending:
            self._pending = False
            await self._event()
        return found


def local(number: int) -> LocalNumber:
    return LocalNumber(str(number).zfill(15))


async def merge(world: World, kept: UnifiedNumber, ended: UnifiedNumber) -> None:
    await symbols.merge(kept, ended, staff="s1", reason="same person", ports=world.ports_b)


async def registered(
    world: World, serial: int | None, *, number: int, system: str = "kokuho"
) -> addresses.Registered:
    """Register at B under a local number, without a symbol."""
    command = addresses.RegisterAddress(
        system=system,
        local_number=local(number),
        individual_number=None if serial is None else sandbox_number(serial),
        basic=basic(),
    )
    return await addresses.register(command, ports=world.ports_b)


# Whoever is protected stays so, whatever becomes of numbers (G12)


async def test_a_symbol_that_comes_after_a_merge_is_bound_to_who_stays(world: World) -> None:
    await world.register(world.a, 2)
    kept = await world.register(world.b, 1, symbol=False)
    ended = await world.register(world.b, 2, symbol=False)
    await world.load_tax(world.b, 2, **INCOME)
    await set_control(world, 2, ControlKind.PROTECTED_PERSON)
    await symbols.acquire(ended, actor="kokuho", ports=world.ports_b)
    await world.settle()
    await merge(world, kept, ended)
    await world.core.deliver_symbols(world.b)
    assert [b.unified_number for b in await symbols.list_bindings(kept, ports=world.ports_b)] == [
        kept
    ]
    assert (await world.inquire(world.ask(2))).state == "sent"


@pytest.mark.parametrize("seen", [Acquisition, SymbolBinding])
async def test_a_symbol_and_a_merge_at_once_do_not_miss_each_other(
    world: World, seen: type
) -> None:
    kept = await world.register(world.b, 1, symbol=False)
    ended = await world.register(world.b, 2, symbol=False)
    run = await symbols.acquire(ended, actor="kokuho", ports=world.ports_b)
    await world.settle()
    process, symbol = ProcessNumber(f"process-{run.receipt}"), Symbol("s" * 43)
    store = Interrupted(world.ports_b.store, seen, lambda: merge(world, kept, ended))
    arrived = symbols.SymbolArrived(process_number=process, symbol=symbol, reason=None, sender=CORE)
    await symbols.receive_symbol(arrived, ports=replace(world.ports_b, store=store))
    assert len(await symbols.list_bindings(kept, ports=world.ports_b)) == 1


async def test_a_merge_that_meets_a_new_symbol_does_not_leave_it_behind(world: World) -> None:
    kept = await world.register(world.b, 1, symbol=False)
    ended = await world.register(world.b, 2, symbol=False)
    await symbols.acquire(ended, actor="kokuho", ports=world.ports_b)
    await world.settle()
    store = Interrupted(
        world.ports_b.store, SymbolBinding, lambda: world.core.deliver_symbols(world.b)
    )
    late = replace(world.ports_b, store=store)
    with pytest.raises(GuardFailedError):
        await symbols.merge(kept, ended, staff="s1", reason="r", ports=late)
    await merge(world, kept, ended)
    assert len(await symbols.list_bindings(kept, ports=world.ports_b)) == 1


async def test_a_former_number_leads_to_who_the_person_became(world: World) -> None:
    await world.register(world.a, 1)
    kept = await world.register(world.b, 1)
    ended = await world.register(world.b, 2, symbol=False)
    await world.load_tax(world.b, 1, **INCOME)
    await merge(world, kept, ended)
    again = await registered(world, 2, number=77, system="fukushi")
    assert again.unified_number == kept
    await set_control(world, 77, ControlKind.PROTECTED_PERSON, system="fukushi")
    assert (await world.inquire(world.ask(1))).state == "sent"


async def test_a_control_that_is_set_while_its_person_is_merged_is_not_lost(world: World) -> None:
    await world.register(world.a, 1)
    kept = await world.register(world.b, 1)
    ended = await world.register(world.b, 2, symbol=False)
    await world.load_tax(world.b, 1, **INCOME)
    store = Interrupted(world.ports_b.store, Alias, lambda: merge(world, kept, ended))
    mine, world.sides[world.b] = world.ports_b, replace(world.ports_b, store=store)
    control = await set_control(world, 2, ControlKind.PROTECTED_PERSON)
    world.sides[world.b] = mine
    assert control.unified_number == kept
    assert (await world.inquire(world.ask(1))).state == "sent"


@pytest.mark.parametrize("serial", [1, None], ids=["another number", "no number before"])
async def test_a_local_number_that_moves_takes_its_protection_along(
    world: World, serial: int | None
) -> None:
    await world.register(world.a, 2)
    await world.register(world.b, 2)
    await world.load_tax(world.b, 2, **INCOME)
    await registered(world, serial, number=5)
    await set_control(world, 5, ControlKind.PROTECTED_PERSON)
    aside = await registered(world, 2, number=5)
    assert aside.confirmation is not None
    entry, ports = aside.confirmation.confirmation_id, world.ports_b
    await addresses.propose_confirmation(entry, staff="s1", verdict="accept", ports=ports)
    await addresses.resolve_confirmation(entry, staff="s2", verdict="accept", ports=ports)
    assert (await world.inquire(world.ask(2))).state == "sent"


# Symbols


async def test_a_symbol_of_somebody_else_fails_the_acquisition(world: World) -> None:
    other = await world.register(world.b, 1)
    [binding] = await symbols.list_bindings(other, ports=world.ports_b)
    mine = await world.register(world.b, 2, symbol=False)
    run = await symbols.acquire(mine, actor="kokuho", ports=world.ports_b)
    await world.settle()
    await symbols.receive_symbol(
        symbols.SymbolArrived(
            process_number=ProcessNumber(f"process-{run.receipt}"),
            symbol=binding.symbol,
            reason=None,
            sender=CORE,
        ),
        ports=world.ports_b,
    )
    failed = await symbols.find_acquisition(run.receipt, ports=world.ports_b)
    assert failed is not None
    assert (failed.state, failed.reason) == ("failed", "symbol_taken")
    assert await symbols.list_bindings(other, ports=world.ports_b) == [binding]
    last = (await world.records(world.b, act="symbol"))[-1]
    assert (last.result, last.code) == ("failed", "symbol_taken")


async def test_a_revoked_symbol_that_comes_again_is_no_success(world: World) -> None:
    number = await world.register(world.b, 1)
    await symbols.revoke(number, staff="s1", reason="error", ports=world.ports_b)
    run = await symbols.acquire(number, actor="kokuho", ports=world.ports_b)
    await world.settle()
    await world.core.deliver_symbols(world.b)  # this core always has the same one
    failed = await symbols.find_acquisition(run.receipt, ports=world.ports_b)
    assert failed is not None
    assert (failed.state, failed.reason) == ("failed", "symbol_taken")


async def test_an_inquiry_goes_on_for_who_its_person_was_merged_into(world: World) -> None:
    kept = await world.register(world.a, 1, symbol=False)
    ended = await world.register(world.a, 2)
    await world.register(world.b, 2)
    await world.load_tax(world.b, 2, **INCOME)
    begun = await inquiry.submit(world.ask(2), ports=world.ports_a, drive_here=False)
    await symbols.merge(kept, ended, staff="s1", reason="same", ports=world.ports_a)
    await world.settle()
    assert (await world.reload(begun)).state == "answered"


# Replicas


async def test_a_correction_and_a_deletion_reach_what_was_merged(world: World) -> None:
    await world.register(world.a, 1)
    kept = await world.register(world.b, 1)
    ended = await world.register(world.b, 2)
    await world.load_tax(world.b, 1, total_income="1")
    await world.load_tax(world.b, 2, total_income="2")
    await merge(world, kept, ended)
    third = await world.register(world.b, 3)
    await world.load_tax(world.b, 3, total_income="3")
    await merge(world, kept, third)  # a second merge is as good as the first
    await world.load_tax(world.b, 2, total_income="4")
    corrected = await world.inquire(world.ask(1))
    assert corrected.answer is not None
    assert "4" in {item.value for item in corrected.answer.information[0].items}
    entry = replicas.ReplicaEntry(
        local_number=local(1),
        information=TAX,
        record_key="2026",
        as_of=NEW_YEAR,
        public_from=NEW_YEAR,
        operation="delete",
    )
    await replicas.load([entry], system="kokuho", ports=world.ports_b)
    deleted = await world.inquire(world.ask(1, idempotency_key="after"))
    assert deleted.state == "sent"  # nothing is registered any more


@pytest.mark.parametrize("value", ["\ufffe", "a\uffff", "\x00", "\ud800"])
async def test_a_value_that_no_document_can_carry_is_rejected_by_its_line(
    world: World, value: str
) -> None:
    await world.register(world.b, 1, symbol=False)
    entry = replicas.ReplicaEntry(
        local_number=local(1),
        information=TAX,
        as_of=NEW_YEAR,
        public_from=NEW_YEAR,
        items=(ReplicaItem(item="total_income", value=value),),
    )
    done = await replicas.load([entry], system="kokuho", ports=world.ports_b)
    assert [(one.code, one.field) for one in done.rejected] == [
        ("replica.value_charset", "items[0]")
    ]

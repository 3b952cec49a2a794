"""Symbols (符号): acquired in two legs that only a process number joins; history; merging (S5.1).

Leg one: process number from the core, then number and individual number to the registry. Leg
two, later: process number and symbol from the core. Neither leg carries what the other does.
"""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.addresses import Alias, Person, Residence
from gateway.domain.errors import (
    GuardFailedError,
    PeerUnreachableError,
    RefusedError,
    StateError,
    UnknownError,
)
from gateway.domain.identifiers import ProcessNumber, Symbol, UnifiedNumber
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.states import (
    ACQUISITION,
    SYMBOL,
    AcquisitionState,
    SymbolState,
    is_final,
    move,
)
from gateway.domain.symbols import Acquisition, SymbolBinding
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases.addresses import knows, load_person
from gateway.usecases.replicas import carry_over
from gateway.usecases.sending import backoff

LANE = "acquisition"


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolArrived:
    """The second leg: a symbol, or why there is none, under a process number."""

    process_number: ProcessNumber
    symbol: Symbol | None
    reason: str | None
    sender: str


async def acquire(number: UnifiedNumber, *, actor: str, ports: Ports) -> Acquisition:
    """Start an acquisition, or return the one that runs or has linked already.

    Raises:
        UnknownError: no such person.
        StateError: the person has no individual number to acquire a symbol by.
    """
    person = await load_person(number, ports=ports)
    if person.individual_number is None:
        raise StateError(state="without_individual_number", wanted="symbol")
    runs = await ports.store.list_values(
        Acquisition, unified_number=person.unified_number, limit=1000
    )
    linked = await ports.store.find(
        SymbolBinding, unified_number=person.unified_number, state=SymbolState.LINKED
    )
    for run in runs:
        done = linked is not None and run.state is AcquisitionState.LINKED
        if done or not is_final(ACQUISITION, run.state):
            return run
    now = ports.clock.now()
    run = Acquisition(
        receipt=ports.ids.uuid(),
        unified_number=person.unified_number,
        process_number=None,
        state=AcquisitionState.REQUESTED,
        requested_at=now,
        deadline_at=now + ports.policy.acquisition_deadline,
    )
    unit = Unit()
    unit.add(run, WorkItem(lane=LANE, key=run.receipt, run_at=now))
    unit.record(_act(run.unified_number, "requested", actor=actor, at=now, phase=Phase.INTENT))
    await ports.store.commit(unit)
    return run


async def find_acquisition(
    receipt: str, *, ports: Ports, system: str | None = None
) -> Acquisition | None:
    """Return an acquisition by its receipt; a business system sees those of persons it knows."""
    run = await ports.store.find(Acquisition, receipt=receipt)
    if run is None or system is None:
        return run
    return run if await knows(system, run.unified_number, ports=ports) else None


async def drive(item: WorkItem, *, ports: Ports) -> None:
    """Go on with an acquisition from its state; past its deadline it fails."""
    run = await ports.store.find(Acquisition, receipt=item.key)
    try:
        if run is None or is_final(ACQUISITION, run.state):
            unit = Unit()
            unit.remove(item)
            await ports.store.commit(unit)
        elif ports.clock.now() >= run.deadline_at:
            await _fail(run, item, "timeout", ports=ports)
        else:
            await _start_or_fail(run, item, ports=ports)
    except GuardFailedError:
        return  # the symbol came meanwhile
    except PeerUnreachableError:
        unit = Unit()
        unit.change(
            item,
            run_at=ports.clock.now() + backoff(item.attempts, ports=ports),
            lease_until=None,
        )
        await ports.store.commit(unit)


async def _start_or_fail(run: Acquisition, item: WorkItem, *, ports: Ports) -> None:
    """Start the two legs; whoever refuses for good ends it, for asking again would not help."""
    try:
        await _start(run, item, ports=ports)
    except RefusedError as error:
        known = await ports.store.find(Acquisition, receipt=run.receipt)  # it may have a number
        await _fail(known or run, item, error.code, ports=ports)


async def _start(run: Acquisition, item: WorkItem, *, ports: Ports) -> None:
    person = await load_person(run.unified_number, ports=ports)
    if person.individual_number is None:
        await _fail(run, item, "without_individual_number", ports=ports)
        return
    process = run.process_number
    if process is None:
        process = await ports.core.request_process_number(run.receipt)
        unit = Unit()
        run = unit.change(
            run,
            process_number=process,
            state=move(ACQUISITION, run.state, AcquisitionState.NUMBERED),
        )
        await ports.store.commit(unit)
    if run.state is AcquisitionState.NUMBERED:
        await ports.registry.link(process, person.individual_number)
    unit = Unit()
    if run.state is AcquisitionState.NUMBERED:
        unit.change(run, state=AcquisitionState.SENT_TO_REGISTRY)
    unit.change(item, run_at=run.deadline_at, lease_until=None)
    await ports.store.commit(unit)


async def _fail(run: Acquisition, item: WorkItem | None, reason: str, *, ports: Ports) -> None:
    now = ports.clock.now()
    unit = Unit()
    unit.change(
        run,
        state=move(ACQUISITION, run.state, AcquisitionState.FAILED),
        process_number=None,  # it must not be kept beyond its purpose
        reason=reason,
        ended_at=now,
    )
    if item is not None:
        unit.remove(item)
    unit.record(_act(run.unified_number, "failed", actor="", at=now, code=reason))
    await ports.store.commit(unit)


async def receive_symbol(arrived: SymbolArrived, *, ports: Ports) -> None:
    """Bind a symbol that came for a process number; a repeat changes nothing.

    Raises:
        RefusedError: the sender is not the core, or the process number is not awaited.
    """
    if arrived.sender != ports.policy.core:
        raise RefusedError("message.sender", sender=arrived.sender)
    for _ in range(3):
        run = await ports.store.find(Acquisition, process_number=arrived.process_number)
        if run is None:
            return await _accept_repeat(arrived, ports=ports)
        item = await ports.store.find(WorkItem, lane=LANE, key=run.receipt)
        try:
            if arrived.symbol is None:
                reason = arrived.reason or "not_issued"
                return await _fail(run, item, reason, ports=ports)
            return await _link(run, item, arrived.symbol, ports=ports)
        except GuardFailedError:
            continue
    raise GuardFailedError(act="receive_symbol")


async def _accept_repeat(arrived: SymbolArrived, *, ports: Ports) -> None:
    symbol = arrived.symbol
    if symbol is None or await ports.store.find(SymbolBinding, symbol=symbol) is None:
        raise RefusedError("symbol.process_unknown", sender=arrived.sender)


async def _link(run: Acquisition, item: WorkItem | None, symbol: Symbol, *, ports: Ports) -> None:
    now = ports.clock.now()
    person = await load_person(run.unified_number, ports=ports)
    known = await ports.store.find(SymbolBinding, symbol=symbol)
    ours = (person.unified_number, SymbolState.LINKED)
    if known is not None and (known.unified_number, known.state) != ours:
        return await _fail(run, item, "symbol_taken", ports=ports)
    unit = Unit()
    unit.change(person)  # so that a merge at the same time finds the symbol, or we its outcome
    unit.change(
        run,
        state=move(ACQUISITION, run.state, AcquisitionState.LINKED),
        process_number=None,
        ended_at=now,
    )
    if known is None:
        unit.add(
            SymbolBinding(
                symbol=symbol,
                unified_number=person.unified_number,
                state=SymbolState.LINKED,
                linked_at=now,
            )
        )
    if item is not None:
        unit.remove(item)
    unit.record(_act(person.unified_number, "linked", actor=ports.policy.core, at=now))
    await ports.store.commit(unit)
    ports.watch.notify(run.receipt)
    return None


async def list_bindings(number: UnifiedNumber, *, ports: Ports) -> list[SymbolBinding]:
    """Return all bindings of a person, ended ones included."""
    return await ports.store.list_values(SymbolBinding, unified_number=number, limit=1000)


async def revoke(number: UnifiedNumber, *, staff: str, reason: str, ports: Ports) -> int:
    """End the symbol in use of a person; return how many bindings ended."""
    now = ports.clock.now()
    unit = Unit()
    for binding in await list_bindings(number, ports=ports):
        if binding.state is SymbolState.LINKED:
            unit.change(
                binding,
                state=move(SYMBOL, binding.state, SymbolState.REVOKED),
                ended_at=now,
                reason=reason,
            )
    if unit.changed:
        unit.record(_act(number, "revoked", actor=staff, at=now))
        await ports.store.commit(unit)
    return len(unit.changed)


async def merge(
    kept: UnifiedNumber, ended: UnifiedNumber, *, staff: str, reason: str, ports: Ports
) -> None:
    """Merge two numbers found to be one person: `ended` leads to `kept`, nothing is lost.

    Symbols, local numbers, replicas and controls of `ended` go on under `kept`.

    Raises:
        UnknownError: one of them does not exist.
        StateError: both are the same, or one was merged before.
    """
    person = await ports.store.find(Person, unified_number=ended)
    target = await ports.store.find(Person, unified_number=kept)
    if person is None or target is None:
        raise UnknownError(field="unified_number")
    if kept == ended or person.merged_into is not None or target.merged_into is not None:
        raise StateError(state="merged", wanted="merge")
    now = ports.clock.now()
    unit = Unit()
    unit.change(person, residence=Residence.MERGED, merged_into=kept, updated_at=now)
    for alias in await ports.store.list_values(Alias, unified_number=ended, limit=1000):
        unit.change(alias, unified_number=kept)
    in_use = await ports.store.find(SymbolBinding, unified_number=kept, state=SymbolState.LINKED)
    for binding in await list_bindings(ended, ports=ports):
        if binding.state is SymbolState.LINKED:
            ends = in_use is not None
            unit.change(
                binding,
                unified_number=kept,
                state=SymbolState.MERGED if ends else binding.state,
                ended_at=now if ends else None,
                reason=reason,
            )
    await carry_over(unit, ended, kept, ports=ports)
    unit.record(
        _act(ended, "merged", actor=staff, at=now),
        _act(kept, "merged_from", actor=staff, at=now),
    )
    await ports.store.commit(unit)


def _act(  # the fields a record of this act has
    subject: UnifiedNumber,
    result: str,
    *,
    actor: str,
    at: datetime,
    phase: Phase = Phase.OUTCOME,
    code: str | None = None,
) -> ExchangeRecord:
    return ExchangeRecord(
        act=Act.SYMBOL, phase=phase, at=at, result=result, code=code, actor=actor, subject=subject
    )

"""The connector's addresses (団体内統合宛名): numbering, aliases, confirmation list (S6.1-S6.5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gateway.domain.addresses import (
    Alias,
    BasicItems,
    Confirmation,
    ConfirmationReason,
    Person,
    Residence,
)
from gateway.domain.errors import (
    CheckDigitError,
    GuardFailedError,
    InvalidError,
    NumberKindError,
    SamePersonError,
    StateError,
    UnknownError,
)
from gateway.domain.identifiers import IndividualNumber, LocalNumber, UnifiedNumber
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.staff import same_person
from gateway.domain.states import CONFIRMATION, ConfirmationState, move
from gateway.ports import Ports, Unit
from gateway.usecases.carrying import copy_controls

Verdict = Literal["accept", "reject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAddress:
    """A person as a business system registers one; a blank number is None."""

    system: str
    local_number: LocalNumber
    individual_number: IndividualNumber | None
    basic: BasicItems
    residence: Residence = Residence.RESIDENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What came of a registration: `confirmation` means that nothing was overwritten."""

    unified_number: UnifiedNumber
    created: bool
    changed: bool
    confirmation: Confirmation | None = None


async def register(command: RegisterAddress, *, ports: Ports) -> Registered:
    """Bind a local number to one person by exact individual number; idempotent (domain.md 2.1).

    Raises:
        CheckDigitError: the individual number's check digit is wrong.
        NumberKindError: a real number in the sandbox, or the reverse.
    """
    check_number(command.individual_number, ports=ports)
    for _ in range(3):
        try:
            return await _register(command, ports=ports)
        except GuardFailedError:
            continue
    raise GuardFailedError(system=command.system)


async def obtain_basic_items(
    number: IndividualNumber | None, *, actor: str, ports: Ports
) -> BasicItems:
    """Return the basic items that the resident registry holds; the look-up is recorded (K4).

    Raises:
        CheckDigitError: the individual number's check digit is wrong.
        NumberKindError: a real number in the sandbox, or the reverse.
        InvalidError: there is no number to ask by, or the registry knows nobody of it.
        PeerUnreachableError: the registry gave no usable reply.
    """
    check_number(number, ports=ports)
    if number is None:
        raise InvalidError(field="basic")
    unit = Unit()
    unit.record(_act(None, "registry_asked", actor=actor, at=ports.clock.now()))
    await ports.store.commit(unit)
    found = await ports.registry.find_basic_items(number)
    if found is None:
        raise InvalidError(field="individual_number", reason="registry")
    return found


def check_number(number: IndividualNumber | None, *, ports: Ports) -> None:
    """Refuse an individual number of the wrong kind; None passes."""
    if number is None:
        return
    kind = ports.policy.classify_number(number.value)
    if kind is None:
        raise CheckDigitError(field="individual_number")
    if kind != ports.policy.numbers:
        raise NumberKindError(field="individual_number", accepted=ports.policy.numbers)


async def _register(command: RegisterAddress, *, ports: Ports) -> Registered:
    alias = await ports.store.find(Alias, system=command.system, local_number=command.local_number)
    if alias is None:
        return await _bind(command, ports=ports)
    person = await load_person(alias.unified_number, ports=ports)
    number = command.individual_number
    if number == person.individual_number:
        return await _update(command, person, ports=ports)
    if number is None:
        return await _put_aside(command, person, ConfirmationReason.BLANK_NUMBER, ports=ports)
    taken = await ports.store.find(Person, individual_number=number)
    if person.individual_number is None and taken is None:
        return await _update(command, person, ports=ports)
    return await _put_aside(command, person, ConfirmationReason.OTHER_NUMBER, ports=ports)


async def _bind(command: RegisterAddress, *, ports: Ports) -> Registered:
    """Give a new local number to the person of that individual number, or to a new person."""
    now = ports.clock.now()
    number = command.individual_number
    person = await _find_numbered(number, ports=ports) if number else None
    unit = Unit()
    created = person is None
    if person is None:
        person = new_person(command, at=now, ports=ports)
        unit.add(person)
    else:
        unit.change(person)  # so that a merge at the same time finds the alias, or we its outcome
    unit.add(
        Alias(
            system=command.system,
            local_number=command.local_number,
            unified_number=person.unified_number,
            registered_at=now,
        )
    )
    result = "numbered" if created else "alias_added"
    unit.record(_act(person.unified_number, result, actor=command.system, at=now))
    await ports.store.commit(unit)
    return Registered(unified_number=person.unified_number, created=created, changed=True)


async def _find_numbered(number: IndividualNumber, *, ports: Ports) -> Person | None:
    """Return who has an individual number, or who that person became."""
    person = await ports.store.find(Person, individual_number=number)
    return await load_person(person.unified_number, ports=ports) if person else None


def new_person(command: RegisterAddress, *, at: datetime, ports: Ports) -> Person:
    """Return a person under a new unified number; its key refuses a number drawn twice."""
    return Person(
        unified_number=UnifiedNumber(ports.ids.digits(15)),
        individual_number=command.individual_number,
        basic=command.basic,
        residence=command.residence,
        registered_at=at,
        updated_at=at,
    )


async def _update(command: RegisterAddress, person: Person, *, ports: Ports) -> Registered:
    wanted = (command.individual_number, command.basic, command.residence)
    same = wanted == (person.individual_number, person.basic, person.residence)
    if not same:
        now = ports.clock.now()
        unit = Unit()
        unit.change(
            person,
            individual_number=command.individual_number,
            basic=command.basic,
            residence=command.residence,
            updated_at=now,
        )
        unit.record(_act(person.unified_number, "updated", actor=command.system, at=now))
        await ports.store.commit(unit)
    return Registered(unified_number=person.unified_number, created=False, changed=not same)


async def _put_aside(
    command: RegisterAddress, person: Person, why: ConfirmationReason, *, ports: Ports
) -> Registered:
    """Overwrite nothing: the registration waits on the confirmation list, once (S6.5)."""
    waiting = await ports.store.list_values(
        Confirmation, unified_number=person.unified_number, state=ConfirmationState.OPEN
    )
    for known in waiting:
        asked = (known.system, known.local_number, known.individual_number, known.basic)
        if asked == (
            command.system,
            command.local_number,
            command.individual_number,
            command.basic,
        ):
            return _unchanged(person, known)
    now = ports.clock.now()
    confirmation = Confirmation(
        confirmation_id=ports.ids.uuid(),
        system=command.system,
        local_number=command.local_number,
        unified_number=person.unified_number,
        individual_number=command.individual_number,
        basic=command.basic,
        why=why,
        state=ConfirmationState.OPEN,
        created_at=now,
    )
    unit = Unit()
    unit.add(confirmation)
    unit.record(_act(person.unified_number, "confirmation_required", actor=command.system, at=now))
    await ports.store.commit(unit)
    return _unchanged(person, confirmation)


def _unchanged(person: Person, confirmation: Confirmation) -> Registered:
    return Registered(
        unified_number=person.unified_number,
        created=False,
        changed=False,
        confirmation=confirmation,
    )


async def load_person(number: UnifiedNumber, *, ports: Ports) -> Person:
    """Return a person; a merged one leads to whom it was merged into, however often.

    Raises:
        UnknownError: no person of that unified number.
    """
    person = await ports.store.find(Person, unified_number=number)
    while person is not None and person.merged_into is not None:
        person = await ports.store.find(Person, unified_number=person.merged_into)
    if person is None:
        raise UnknownError(field="unified_number")
    return person


async def knows(system: str, person: UnifiedNumber, *, ports: Ports) -> bool:
    """Return whether a business system has a local number of a person."""
    now = await load_person(person, ports=ports)
    found = await ports.store.find(Alias, system=system, unified_number=now.unified_number)
    return found is not None


async def find_person(
    *,
    actor: str,
    ports: Ports,
    system: str | None = None,
    local_number: LocalNumber | None = None,
    individual_number: IndividualNumber | None = None,
    unified_number: UnifiedNumber | None = None,
) -> Person | None:
    """Return a person by local, individual or unified number; the look-up is recorded (K4)."""
    person = None
    if unified_number is not None:
        person = await ports.store.find(Person, unified_number=unified_number)
    elif individual_number is not None:
        check_number(individual_number, ports=ports)
        person = await ports.store.find(Person, individual_number=individual_number)
    elif local_number is not None:
        alias = await ports.store.find(Alias, system=system, local_number=local_number)
        if alias is not None:
            person = await load_person(alias.unified_number, ports=ports)
    else:
        raise InvalidError(field="number")
    unit = Unit()
    number = person.unified_number if person else None
    result = "found" if person else "not_found"
    unit.record(_act(number, result, actor=actor, at=ports.clock.now()))
    await ports.store.commit(unit)
    return person


async def list_confirmations(*, ports: Ports) -> list[Confirmation]:
    """Return the open entries of the confirmation list."""
    return await ports.store.list_values(Confirmation, state=ConfirmationState.OPEN, limit=1000)


async def propose_confirmation(
    confirmation_id: str, *, staff: str, verdict: Verdict, ports: Ports
) -> Confirmation:
    """Propose how to judge an entry.

    Raises:
        UnknownError: no such open entry.
    """
    entry = await _load_open(confirmation_id, ports=ports)
    unit = Unit()
    proposed = unit.change(entry, proposed_by=staff, proposal=verdict)
    unit.record(
        _act(entry.unified_number, f"proposed_{verdict}", actor=staff, at=ports.clock.now())
    )
    await ports.store.commit(unit)
    return proposed


async def resolve_confirmation(
    confirmation_id: str, *, staff: str, verdict: Verdict, ports: Ports
) -> Confirmation:
    """Confirm a colleague's proposal; accepting rebinds the local number or updates the person.

    Raises:
        UnknownError: no such open entry.
        StateError: nobody proposed this verdict.
        SamePersonError: the proposer tries to confirm alone.
    """
    entry = await _load_open(confirmation_id, ports=ports)
    if entry.proposal != verdict:
        raise StateError(state=entry.proposal or "not_proposed", wanted=verdict)
    if same_person(entry.proposed_by, staff):
        raise SamePersonError(staff=staff)
    now = ports.clock.now()
    accepted = verdict == "accept"
    state = ConfirmationState.ACCEPTED if accepted else ConfirmationState.REJECTED
    unit = Unit()
    resolved = unit.change(
        entry,
        state=move(CONFIRMATION, entry.state, state),
        resolved_by=staff,
        resolved_at=now,
    )
    if accepted:
        await _accept(unit, entry, at=now, ports=ports)
    unit.record(_act(entry.unified_number, f"{verdict}ed", actor=staff, at=now))
    await ports.store.commit(unit)
    return resolved


async def _accept(unit: Unit, entry: Confirmation, *, at: datetime, ports: Ports) -> None:
    """A blank keeps the number and updates the rest; another number moves the local number."""
    command = RegisterAddress(
        system=entry.system,
        local_number=entry.local_number,
        individual_number=entry.individual_number,
        basic=entry.basic,
    )
    if entry.individual_number is None:
        person = await load_person(entry.unified_number, ports=ports)
        unit.change(person, basic=entry.basic, updated_at=at)
        return
    target = await _find_numbered(entry.individual_number, ports=ports)
    if target is None:
        target = new_person(command, at=at, ports=ports)
        unit.add(target)
    else:
        unit.change(target)
    alias = await ports.store.find(Alias, system=entry.system, local_number=entry.local_number)
    if alias is not None:
        await copy_controls(unit, alias.unified_number, target.unified_number, ports=ports)
        unit.change(alias, unified_number=target.unified_number)
    unit.record(_act(target.unified_number, "rebound", actor=entry.system, at=at))


async def _load_open(confirmation_id: str, *, ports: Ports) -> Confirmation:
    entry = await ports.store.find(Confirmation, confirmation_id=confirmation_id)
    if entry is None or entry.state is not ConfirmationState.OPEN:
        raise UnknownError(confirmation_id=confirmation_id)
    return entry


def _act(subject: UnifiedNumber | None, result: str, *, actor: str, at: datetime) -> ExchangeRecord:
    return ExchangeRecord(
        act=Act.ADDRESS, phase=Phase.OUTCOME, at=at, result=result, actor=actor, subject=subject
    )

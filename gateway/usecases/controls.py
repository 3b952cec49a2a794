"""The three controls over a person's information, and protection (S5.2c, G12): set and end."""

from dataclasses import dataclass
from datetime import date

from gateway.domain.addresses import Alias
from gateway.domain.errors import (
    AddressUnknownError,
    GuardFailedError,
    InvalidError,
    SamePersonError,
    StateError,
    UnknownError,
)
from gateway.domain.identifiers import LocalNumber
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.replica import HOLDING, Control, ControlKind
from gateway.domain.staff import same_person
from gateway.ports import Ports, Unit
from gateway.usecases.addresses import knows, load_person
from gateway.usecases.carrying import list_controls
from permitlists import items_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SetControl:
    """A control as a business system sets it, with who set it and when it is reviewed."""

    system: str
    local_number: LocalNumber
    kind: ControlKind
    information: str | None = None
    item: str | None = None
    reason: str
    set_by: str
    review_on: date


async def set_control(command: SetControl, *, ports: Ports) -> Control:
    """Set a control over a person; the same one twice is one.

    Raises:
        AddressUnknownError: the local number is bound to nobody.
        InvalidError: the information or item is unknown.
    """
    _check(command)
    for _ in range(3):
        try:
            return await _set(command, ports=ports)
        except GuardFailedError:
            continue
    raise GuardFailedError(system=command.system)


async def _set(command: SetControl, *, ports: Ports) -> Control:
    alias = await ports.store.find(Alias, system=command.system, local_number=command.local_number)
    if alias is None:
        raise AddressUnknownError(system=command.system)
    person = await load_person(alias.unified_number, ports=ports)
    for control in await list_controls(person.unified_number, ports=ports):
        if (control.kind, control.information, control.item) == (
            command.kind,
            command.information,
            command.item,
        ):
            return await _keep(control, actor=command.set_by, ports=ports)
    now = ports.clock.now()
    control = Control(
        control_id=ports.ids.uuid(),
        unified_number=person.unified_number,
        kind=command.kind,
        information=command.information,
        item=command.item,
        reason=command.reason,
        set_by=command.set_by,
        set_at=now,
        review_on=command.review_on,
    )
    unit = Unit()
    unit.add(control)
    unit.change(person)  # so that a merge at the same time finds the control, or we its outcome
    unit.record(_act(control, "set", actor=command.set_by, ports=ports))
    await ports.store.commit(unit)
    return control


def _check(command: SetControl) -> None:
    if command.information is None:
        if command.item is not None:
            raise InvalidError(field="item")
        return
    items = {item.id for item in items_of(command.information)}
    if not items:
        raise InvalidError(field="information")
    if command.item is not None and command.item not in items:
        raise InvalidError(field="item")


async def _keep(control: Control, *, actor: str, ports: Ports) -> Control:
    """Return a control that stands already; a proposal to end it is thereby withdrawn."""
    if control.end_proposed_by is None:
        return control
    unit = Unit()
    kept = unit.change(control, end_proposed_by=None)
    unit.record(_act(kept, "end_withdrawn", actor=actor, ports=ports))
    await ports.store.commit(unit)
    return kept


async def end_control(control_id: str, *, system: str, staff: str, ports: Ports) -> Control:
    """End a control; it stays as history. One that holds answers back is ended by two (K8).

    Of such a control the first call only proposes the end, and another person's call ends it.

    Raises:
        UnknownError: no such control over a person whom the system knows.
        StateError: it ended before.
        SamePersonError: the proposer tries to end it alone.
    """
    control = await ports.store.find(Control, control_id=control_id)
    if control is None or not await knows(system, control.unified_number, ports=ports):
        raise UnknownError(control_id=control_id)
    if control.ended_at is not None:
        raise StateError(state="ended", wanted="end")
    if same_person(control.end_proposed_by, staff):
        raise SamePersonError(staff=staff)
    unit = Unit()
    if control.kind in HOLDING and control.end_proposed_by is None:
        changed, result = unit.change(control, end_proposed_by=staff), "end_proposed"
    else:
        changed = unit.change(control, ended_at=ports.clock.now(), ended_by=staff)
        result = "ended"
    unit.record(_act(changed, result, actor=staff, ports=ports))
    await ports.store.commit(unit)
    return changed


def _act(control: Control, result: str, *, actor: str, ports: Ports) -> ExchangeRecord:
    return ExchangeRecord(
        act=Act.CONTROL,
        phase=Phase.OUTCOME,
        at=ports.clock.now(),
        result=result,
        actor=actor,
        subject=control.unified_number,
        note=f"{control.kind} {control.information or '*'} {control.item or '*'}",
    )

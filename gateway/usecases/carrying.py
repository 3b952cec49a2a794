"""What goes along when the number changes under which a person is known: the controls (G12)."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.replica import Control
from gateway.ports import Ports, Unit

ALL = 100_000  # controls over one person: never that many


async def list_controls(person: UnifiedNumber | None, *, ports: Ports) -> Sequence[Control]:
    """Return all controls over a person that have not ended; over nobody there are none."""
    if person is None:
        return ()
    return await ports.store.list_values(Control, limit=ALL, unified_number=person, ended_at=None)


async def carry_controls(
    unit: Unit, old: UnifiedNumber, new: UnifiedNumber, *, ports: Ports
) -> None:
    """Let the controls over a merged person go on over whom it was merged into.

    A copy stays over the old number: an inquiry that found it before must find them too.
    """
    for control in await list_controls(old, ports=ports):
        unit.change(control, unified_number=new)
        unit.add(replace(control, control_id=ports.ids.uuid(), version=0))


async def copy_controls(
    unit: Unit, old: UnifiedNumber, new: UnifiedNumber, *, ports: Ports
) -> None:
    """Set the controls over one person over another too, to whom a local number moves."""
    there = await list_controls(new, ports=ports)
    known = {(one.kind, one.information, one.item) for one in there}
    for control in await list_controls(old, ports=ports):
        if (control.kind, control.information, control.item) not in known:
            copy = replace(control, control_id=ports.ids.uuid(), unified_number=new, version=0)
            unit.add(copy)

"""Controls over persons of B in a world."""

from datetime import date

from gateway.domain.identifiers import LocalNumber
from gateway.domain.replica import Control, ControlKind
from gateway.usecases import controls
from tests.support.world import World


async def set_control(
    world: World,
    local: int,
    kind: ControlKind,
    *,
    information: str | None = None,
    item: str | None = None,
    system: str = "kokuho",
) -> Control:
    """Return a control over whoever has a local number of a system at B."""
    command = controls.SetControl(
        system=system,
        local_number=LocalNumber(str(local).zfill(15)),
        kind=kind,
        information=information,
        item=item,
        reason="申出",
        set_by="s1",
        review_on=date(2027, 11, 23),
    )
    return await controls.set_control(command, ports=world.ports_b)

"""That every system that loads replicas compares them on every business day is expected (S5.4)."""

from datetime import timedelta
from typing import Final

from gateway.domain.alarms import AlarmKind
from gateway.domain.errors import GuardFailedError
from gateway.domain.hours import end_of_next_business_day
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases.alarms import Trouble, sound
from gateway.usecases.judging import day_of

LANE: Final = "comparison"


async def expect(system: str, *, ports: Ports, compared: bool = False) -> None:
    """Expect a comparison of a system until the end of the next business day.

    Without `compared` what is expected already stays as it is.
    """
    until = end_of_next_business_day(ports.clock.now())
    known = await ports.store.find(WorkItem, lane=LANE, key=system)
    unit = Unit()
    if known is None:
        unit.add(WorkItem(lane=LANE, key=system, run_at=until))
    elif compared:
        unit.change(known, run_at=until, lease_until=None, attempts=0)
    else:
        return
    try:
        await ports.store.commit(unit)
    except GuardFailedError:  # somebody else expects the same
        return


async def miss(item: WorkItem, *, ports: Ports) -> None:
    """Tell that the comparison of a system did not come, and expect the next one."""
    now = ports.clock.now()
    trouble = Trouble(
        kind=AlarmKind.REPLICA_NOT_COMPARED,
        subject=f"{day_of(now).isoformat()} {item.key}",
        details={"system": item.key},
    )
    await sound(trouble, ports=ports)
    until = end_of_next_business_day(item.run_at - timedelta(microseconds=1))
    if until <= now:  # nobody was here on the days between
        until = end_of_next_business_day(now)
    unit = Unit()
    unit.change(item, run_at=until, lease_until=None, attempts=0)
    await ports.store.commit(unit)

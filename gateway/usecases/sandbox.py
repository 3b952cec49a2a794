"""The sandbox's clock: an offset that the core pushes and that survives a restart."""

from datetime import datetime

from gateway.domain.errors import RefusedError
from gateway.domain.work import Setting
from gateway.ports import MovableClock, Ports, Unit

OFFSET = "sandbox.clock_offset"


async def set_clock_offset(
    milliseconds: int,
    *,
    sender: str,
    ports: Ports,
    since: datetime | None = None,
    pace: int | None = None,
) -> None:
    """Move this process's clock, or stop it or change its pace; only in the sandbox, by the core.

    Raises:
        RefusedError: `message.sender` or `clock.production`.
    """
    clock = ports.clock
    if not isinstance(clock, MovableClock) or ports.policy.numbers != "sandbox":
        raise RefusedError("clock.production", sender=sender)
    if sender != ports.policy.core:
        raise RefusedError("message.sender", sender=sender)
    unit, value = Unit(), _write(milliseconds, since, pace)
    known = await ports.store.find(Setting, name=OFFSET)
    if known is None:
        unit.add(Setting(name=OFFSET, value=value))
    elif known.value != value:
        unit.change(known, value=value)
    if unit.added or unit.changed:
        await ports.store.commit(unit)
    clock.set_offset(milliseconds, since=since, pace=pace)
    ports.watch.notify(OFFSET)


async def load_clock_offset(*, ports: Ports) -> None:
    """Take up the offset that was pushed before a restart."""
    known = await ports.store.find(Setting, name=OFFSET)
    if known is not None and isinstance(ports.clock, MovableClock):
        _follow(ports.clock, known.value)


def _write(milliseconds: int, since: datetime | None, pace: int | None) -> str:
    return f"{milliseconds}" if since is None else f"{milliseconds} {since.isoformat()} {pace}"


def _follow(clock: MovableClock, value: str) -> None:
    milliseconds, *course = value.split()
    if course:
        since, pace = datetime.fromisoformat(course[0]), int(course[1])
        clock.set_offset(int(milliseconds), since=since, pace=pace)
    else:
        clock.set_offset(int(milliseconds))

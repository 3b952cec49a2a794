"""The sandbox's clock: an offset that the core pushes and that survives a restart."""

from gateway.domain.errors import RefusedError
from gateway.domain.work import Setting
from gateway.ports import MovableClock, Ports, Unit

OFFSET = "sandbox.clock_offset"


async def set_clock_offset(milliseconds: int, *, sender: str, ports: Ports) -> None:
    """Move this process's clock; only in the sandbox, only by the core.

    Raises:
        RefusedError: `message.sender` or `clock.production`.
    """
    clock = ports.clock
    if not isinstance(clock, MovableClock) or ports.policy.numbers != "sandbox":
        raise RefusedError("clock.production", sender=sender)
    if sender != ports.policy.core:
        raise RefusedError("message.sender", sender=sender)
    unit = Unit()
    known = await ports.store.find(Setting, name=OFFSET)
    if known is None:
        unit.add(Setting(name=OFFSET, value=str(milliseconds)))
    else:
        unit.change(known, value=str(milliseconds))
    await ports.store.commit(unit)
    clock.set_offset(milliseconds)
    ports.watch.notify(OFFSET)


async def load_clock_offset(*, ports: Ports) -> None:
    """Take up the offset that was pushed before a restart."""
    known = await ports.store.find(Setting, name=OFFSET)
    if known is not None and isinstance(ports.clock, MovableClock):
        ports.clock.set_offset(int(known.value))

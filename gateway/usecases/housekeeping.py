"""Housekeeping: what must not be kept longer than it serves is removed (ASVS 14.2.7)."""

from datetime import datetime, timedelta

from gateway.domain.alarms import Alarm
from gateway.domain.work import JobSlot, StoredReply
from gateway.ports import Ports, Unit

KEPT = timedelta(days=7)  # as long as a repeat gets the stored reply (G4)
ALARMS_KEPT = timedelta(days=7 * 366)  # as long as the records of the exchanges that caused them
PAGE = 500


async def purge(*, ports: Ports) -> int:
    """Remove replies and job slots of seven days ago, alarms of seven years; return how many."""
    before = ports.clock.now() - KEPT
    replies = await _purge(StoredReply, "at", before, ports=ports)
    slots = await _purge(JobSlot, "claimed_at", before, ports=ports)
    return replies + slots + await _purge_alarms(ports=ports)


async def _purge_alarms(*, ports: Ports) -> int:
    """Remove the alarms of more than seven years ago, which come first; return how many."""
    removed, before = 0, ports.clock.now() - ALARMS_KEPT
    while page := await ports.store.list_values(Alarm, limit=PAGE):
        old = [alarm for alarm in page if alarm.at < before]
        if old:
            unit = Unit()
            unit.remove(*old)
            await ports.store.commit(unit)
            removed += len(old)
        if len(old) < PAGE:
            break
    return removed


async def _purge(kind: type[object], instant: str, before: datetime, *, ports: Ports) -> int:
    removed, after = 0, None
    while page := await ports.store.list_values(kind, limit=PAGE, after=after):
        after = ports.store.key_of(page[-1])
        old = [value for value in page if getattr(value, instant) < before]
        if old:
            unit = Unit()
            unit.remove(*old)
            await ports.store.commit(unit)
            removed += len(old)
    return removed

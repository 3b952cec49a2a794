"""Housekeeping: what must not be kept longer than it serves is removed (ASVS 14.2.7)."""

from datetime import datetime, timedelta

from gateway.domain.work import JobSlot, StoredReply
from gateway.ports import Ports, Unit

KEPT = timedelta(days=7)  # as long as a repeat gets the stored reply (G4)
PAGE = 500


async def purge(*, ports: Ports) -> int:
    """Remove stored replies and claimed job slots of more than seven days ago; return how many."""
    before = ports.clock.now() - KEPT
    replies = await _purge(StoredReply, "at", before, ports=ports)
    return replies + await _purge(JobSlot, "claimed_at", before, ports=ports)


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

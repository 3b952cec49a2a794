"""Housekeeping by the clock: APScheduler says when, a claimed row says who, a use case says what.

The scheduler keeps nothing: each tick claims a `(job, slot)` row in the institution's storage, and
only the process whose row it is calls the use case. Running one twice changes nothing anyway.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from gateway.domain.errors import DuplicateKeyError
from gateway.domain.work import JobSlot
from gateway.ports import Clock, Ports, Unit

_LOG = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One act of housekeeping, run by one process every so many seconds of wall time."""

    name: str
    seconds: int
    act: Callable[[Ports], Awaitable[object]]


def slot_of(job: Job, now: datetime) -> datetime:
    """Return the beginning of the slot of `job` that `now` lies in, the same in all processes."""
    every = timedelta(seconds=job.seconds)
    return _EPOCH + (now - _EPOCH) // every * every


async def run(job: Job, *, now: datetime, owner: str, ports: Ports) -> bool:
    """Claim the present slot of a job and do it; return False if somebody has the slot already."""
    slot = slot_of(job, now).isoformat()
    unit = Unit()
    unit.add(JobSlot(job=job.name, slot=slot, owner=owner, claimed_at=ports.clock.now()))
    try:
        await ports.store.commit(unit)
    except DuplicateKeyError:
        return False
    await job.act(ports)
    extra = {"job": job.name, "slot": slot, "institution": ports.store.institution}
    _LOG.info("Job done", extra={"action": "job_run", **extra})
    return True


class Timetable:
    """Starts the jobs of some institutions at the beginning of their slots, on their runners."""

    def __init__(
        self, jobs: Sequence[Job], institutions: Sequence[Ports], *, wall: Clock, owner: str
    ) -> None:
        self._institutions = institutions
        self._wall = wall
        self._owner = owner
        # A late tick still counts, several missed ones count once.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True}
        )
        for job in jobs:
            if job.seconds:
                first = slot_of(job, wall.now()) + timedelta(seconds=job.seconds)
                self._scheduler.add_job(
                    self._tick, "interval", [job], seconds=job.seconds, start_date=first
                )

    def start(self) -> None:
        """Begin to tick, in the running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more; what runs goes on."""
        self._scheduler.shutdown(wait=False)

    async def _tick(self, job: Job) -> None:
        for ports in self._institutions:
            ports.runner.spawn(self._run(job, ports))

    async def _run(self, job: Job, ports: Ports) -> None:
        await run(job, now=self._wall.now(), owner=self._owner, ports=ports)

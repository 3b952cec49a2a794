"""Alarms (警報): raised once, stored, logged, counted, listed."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import Final

from gateway.domain.alarms import SINGLY, Alarm, AlarmKind
from gateway.domain.errors import DuplicateKeyError, GuardFailedError
from gateway.domain.hours import JAPAN
from gateway.ports import Ports, Unit
from gateway.usecases.judging import day_of

RAISED: Final = "alarm.raised"
REST: Final = "rest"  # of a day: the subject of the alarm that counts what came beyond
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is to be raised; see `Alarm` for the fields."""

    kind: AlarmKind
    subject: str
    peer: str = ""
    count: int = 1
    details: Mapping[str, str] = field(default_factory=dict)


async def sound(trouble: Trouble, *, ports: Ports) -> bool:
    """Raise an alarm unless the same was raised before; return whether it is new.

    A peer cannot fill our alarms: what it causes beyond the first of a day is one that counts.
    It is durable of its own: raise it before the unit that it is about, so that a crash between
    them repeats both.

    Raises:
        EvidenceUnavailableError: nothing can be stored now.
    """
    same = {"kind": trouble.kind, "peer": trouble.peer, "subject": trouble.subject}
    if await ports.store.find(Alarm, **same) is not None:
        return False
    if trouble.peer and await _is_crowded(trouble, ports=ports):
        return await _count(trouble, ports=ports)
    return await _raise(trouble, ports=ports)


async def _is_crowded(trouble: Trouble, *, ports: Ports) -> bool:
    """Return whether the peer caused so much today that the rest is counted only."""
    midnight = datetime.combine(day_of(ports.clock.now()), time(0), tzinfo=JAPAN)
    start = ports.store.key_of(_place(midnight.astimezone(UTC), ""))
    today = await ports.store.list_values(
        Alarm, limit=SINGLY, after=start, kind=trouble.kind, peer=trouble.peer
    )
    return len(today) == SINGLY


async def _count(trouble: Trouble, *, ports: Ports) -> bool:
    """Let the alarm that counts the rest of a day grow; return whether it is new."""
    subject = f"{day_of(ports.clock.now()).isoformat()}/{REST}"
    while True:
        found = await ports.store.find(Alarm, kind=trouble.kind, peer=trouble.peer, subject=subject)
        if found is None:
            rest = replace(trouble, subject=subject, details={"singly": str(SINGLY)})
            if await _raise(rest, ports=ports):
                return True
            continue
        unit = Unit()
        unit.change(found, count=found.count + trouble.count)
        with suppress(GuardFailedError):  # somebody else counted meanwhile: count from there
            await ports.store.commit(unit)
            return False


async def _raise(trouble: Trouble, *, ports: Ports) -> bool:
    alarm = Alarm(
        alarm_id=ports.ids.uuid(),
        kind=trouble.kind,
        peer=trouble.peer,
        subject=trouble.subject,
        at=ports.clock.now(),
        count=trouble.count,
        details=dict(trouble.details),
    )
    unit = Unit()
    unit.add(alarm)
    try:
        await ports.store.commit(unit)
    except DuplicateKeyError:  # somebody else was faster
        return False
    ports.alarmed[alarm.kind.value] += 1
    _log(alarm, ports.store.institution)
    return True


def _log(alarm: Alarm, institution: str) -> None:
    extra = {
        "action": RAISED,
        "code": alarm.kind.code,
        "kind": alarm.kind.value,
        "institution": institution,
        "peer": alarm.peer,
        "count": alarm.count,
        "occurrence": alarm.alarm_id,
    }
    _LOG.warning("Alarm raised", extra=extra)


async def list_alarms(
    *, ports: Ports, after: tuple[datetime, str] | None = None, limit: int = 100
) -> list[Alarm]:
    """Return alarms by instant; `after` is the instant and the id of the last one seen."""
    start = None
    if after is not None:
        start = ports.store.key_of(_place(*after))
    return await ports.store.list_values(Alarm, limit=limit, after=start)


def _place(at: datetime, alarm_id: str) -> Alarm:
    """Return an alarm that only says where a page begins."""
    return Alarm(alarm_id=alarm_id, kind=AlarmKind.CLOCK_SKEW, peer="", subject="", at=at)

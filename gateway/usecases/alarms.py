"""Alarms (警報): raised once, stored, logged, counted, listed."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gateway.domain.alarms import Alarm, AlarmKind
from gateway.domain.errors import DuplicateKeyError
from gateway.ports import Ports, Unit

RAISED: Final = "alarm.raised"
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

    It is durable of its own: raise it before the unit that it is about, so that a crash between
    them repeats both.

    Raises:
        EvidenceUnavailableError: nothing can be stored now.
    """
    same = {"kind": trouble.kind, "peer": trouble.peer, "subject": trouble.subject}
    if await ports.store.find(Alarm, **same) is not None:
        return False
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

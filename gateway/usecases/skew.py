"""Clocks of counterparties that are wrong: noticed by what they date, told once a day."""

from datetime import datetime, timedelta
from typing import Final

from gateway.domain.alarms import AlarmKind
from gateway.ports import Ports
from gateway.usecases.alarms import Trouble, sound
from gateway.usecases.judging import day_of

MOST: Final = timedelta(seconds=60)


async def watch_clock(
    peer: str, dated: datetime, *, ports: Ports, not_before: datetime | None = None
) -> None:
    """Raise an alarm if a counterparty dates something more than 60 s off our own clock.

    What lies ahead of us is wrong for certain. What lies behind may only have taken long, so it
    is wrong only if it cannot have been made before `not_before`: a reply before its question.
    """
    now = ports.clock.now()
    off = dated - now
    if off <= MOST:
        if not_before is None or dated >= not_before - MOST:
            return
        off = dated - not_before
    trouble = Trouble(
        kind=AlarmKind.CLOCK_SKEW,
        peer=peer,
        subject=day_of(now).isoformat(),
        details={"seconds": str(round(off.total_seconds()))},
    )
    await sound(trouble, ports=ports)

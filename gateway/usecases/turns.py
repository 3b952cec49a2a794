"""Whose turn it is (照会の送出調整): what counterparties said of their hours and limits is kept."""

from datetime import datetime, timedelta
from typing import Final

from gateway.domain.errors import Retry
from gateway.domain.inquiry import Inquiry, Refusal
from gateway.ports import Ports

CLOSED: Final = "provider.closed"
FULL: Final = "capacity.exceeded"
MOST_ASKED: Final = 6  # a counterparty that tells us to come again so often is left alone
_WAITS: Final = frozenset({CLOSED, FULL})
_FIRST: Final = timedelta(seconds=30)
_MOST: Final = timedelta(hours=1)
_FARTHEST: Final = timedelta(days=10)  # nobody is closed longer without being asked again


def find_wait(inquiry: Inquiry, *, ports: Ports) -> Refusal | None:
    """Return None if an inquiry may go now, else why it waits and until when.

    Nobody is asked while it is closed or full. A batch also waits for the core; a single inquiry
    may find room there that a batch would take.
    """
    now = ports.clock.now()
    waited = inquiry.refusal is not None and inquiry.refusal.code in _WAITS
    ways = [inquiry.provider] if inquiry.batch_id is None else [ports.policy.core, inquiry.provider]
    for way in ways:
        until = ports.pace.find_wait(way, now=now, waited=waited)
        if until is not None:
            known = inquiry.refusal if waited else None
            return Refusal(
                code=known.code if known else ports.pace.find_why(way, now=now) or FULL,
                occurrence=known.occurrence if known else ports.ids.uuid(),
                retry=Retry.AFTER,
                retry_at=until,
                by=known.by if known else way,
            )
    return None


def note_refusal(inquiry: Inquiry, refusal: Refusal, *, ports: Ports) -> datetime | None:
    """Keep what a refusal says of hours and limits; return a turn of its own for the inquiry.

    None: the counterparty was asked often enough, or names no instant.
    """
    if refusal.retry is not Retry.AFTER or refusal.retry_at is None:
        return None
    if inquiry.permits_asked >= MOST_ASKED:
        return None
    if refusal.code not in _WAITS:
        return refusal.retry_at
    # The core may say that a provider is closed; that it is full itself concerns batches only.
    way = inquiry.provider if refusal.code == CLOSED else refusal.by or inquiry.provider
    now = ports.clock.now()
    earliest = min(refusal.retry_at, now + _FARTHEST)
    if way == inquiry.provider or inquiry.batch_id is not None:
        ports.pace.shut(way, earliest, refusal.code)
    if refusal.code == FULL:
        ports.pace.narrow(way)
        growing = min(_FIRST * 2**inquiry.permits_asked, _MOST)
        earliest = max(earliest, now + growing)
    return ports.pace.reserve(way, earliest)

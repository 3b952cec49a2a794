"""Looks at answers that must not become known beyond need (不開示): who looked is recorded (K4)."""

from typing import Final

from gateway.domain.inquiry import Inquiry
from gateway.domain.masking import MASKED
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.ports import Ports, Unit
from gateway.usecases.judging import day_of

SHOWN: Final = "masked"
MOST: Final = 10_000  # looks remembered; who is forgotten is recorded once more


async def note_look(inquiry: Inquiry, *, actor: str, ports: Ports) -> None:
    """Record who is shown an answer that its provider marked, before it is shown.

    Once per inquiry, actor and day: later looks cost nothing, so that nobody can tell a marked
    answer from another one by the time that it takes.

    Raises:
        EvidenceUnavailableError: nothing can be recorded now, so nothing is shown.
    """
    if inquiry.answer is None or not inquiry.answer.nondisclosure:
        return
    now = ports.clock.now()
    look = (inquiry.inquiry_id, actor, day_of(now).isoformat())
    if look in ports.looks:
        return
    unit = Unit()
    unit.record(
        ExchangeRecord(
            act=Act.ACCESS,
            phase=Phase.OUTCOME,
            at=now,
            result=SHOWN,
            code=MASKED,
            actor=actor,
            subject=inquiry.unified_number,
            request_id=inquiry.request_id,
            transaction_number=inquiry.transaction_number,
            provider=inquiry.provider,
            nondisclosure=True,
        )
    )
    await ports.store.commit(unit)
    if len(ports.looks) >= MOST:
        ports.looks.clear()
    ports.looks.add(look)

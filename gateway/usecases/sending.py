"""Late answers on their way: a signed document in a work item until somebody took it over."""

from dataclasses import replace
from datetime import timedelta

from gateway.domain.errors import PeerUnreachableError
from gateway.domain.inquiry import Refusal
from gateway.domain.provision import Provision
from gateway.domain.records import ExchangeRecord, Phase
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases.provision import record_of

UNDELIVERED = "undelivered"


def backoff(attempts: int, *, ports: Ports) -> timedelta:
    """Return how long to wait before the next try: doubling, with an upper end."""
    doubled: timedelta = ports.policy.retry_first * (2 ** min(attempts, 16))
    return min(doubled, ports.policy.retry_most)


async def send(item: WorkItem, *, ports: Ports) -> None:
    """Send the document of a work item along its route; what is not taken over is tried again.

    That it was refused for good is recorded like the answer itself (G3).
    """
    unit = Unit()
    try:
        refusal = await ports.core.send_document(item.payload)
        unit.remove(item)
        if refusal is not None:
            unit.record(*await _undelivered(item, refusal, ports=ports))
    except PeerUnreachableError:
        later = ports.clock.now() + backoff(item.attempts, ports=ports)
        unit.change(item, run_at=later, lease_until=None)
    await ports.store.commit(unit)


async def _undelivered(
    item: WorkItem, refusal: Refusal, *, ports: Ports
) -> tuple[ExchangeRecord, ...]:
    provision = await ports.store.find(Provision, transaction_number=item.key)
    if provision is None:
        return ()
    now = ports.clock.now()
    record = record_of(provision, Phase.OUTCOME, at=now, reply=item.payload)
    return (replace(record, result=UNDELIVERED, code=refusal.code, actor=refusal.by),)

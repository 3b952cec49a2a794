"""Late answers on their way: a signed document in a work item until somebody took it over."""

from dataclasses import replace
from datetime import timedelta

from gateway.domain.errors import PeerUnreachableError
from gateway.domain.inquiry import Answer, Refusal
from gateway.domain.provision import Provision
from gateway.domain.records import ExchangeRecord, Phase
from gateway.domain.states import PROVISION, ProvisionState, move
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases.provision import SEND_LANE, SLOT_LANE, answer_document, record_of

UNDELIVERED = "undelivered"


def backoff(attempts: int, *, ports: Ports) -> timedelta:
    """Return how long to wait before the next try: doubling, with an upper end."""
    doubled: timedelta = ports.policy.retry_first * (2 ** min(attempts, 16))
    return min(doubled, ports.policy.retry_most)


async def answer_late(
    unit: Unit, provision: Provision, answer: Answer, *, ports: Ports
) -> Provision:
    """Let an answer that waited leave now, and nothing at its slot; return what became of it."""
    now = ports.clock.now()
    number = provision.transaction_number
    reply = answer_document(provision, answer, at=now, ports=ports)
    state = move(PROVISION, provision.state, ProvisionState.ANSWERED)
    answered = unit.change(provision, state=state, reply=reply)
    slot = await ports.store.find(WorkItem, lane=SLOT_LANE, key=number)
    if slot is not None:
        unit.remove(slot)
    unit.add(WorkItem(lane=SEND_LANE, key=number, payload=reply, run_at=now))
    unit.record(record_of(answered, Phase.OUTCOME, at=now, reply=reply))
    return answered


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

"""Answers that wait until a replica agrees with its original again (S5.4)."""

from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.inquiry import Answer
from gateway.domain.provision import Cause, Provision, treat
from gateway.domain.records import Phase
from gateway.domain.states import PROVISION, ProvisionState, move
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases import own_register
from gateway.usecases.carrying import list_controls
from gateway.usecases.judging import day_of, judge_release
from gateway.usecases.provision import (
    ALL,
    SEND_LANE,
    SLOT_LANE,
    answer_document,
    follow,
    prepare,
    record_of,
)


async def drive(item: WorkItem, *, ports: Ports) -> None:
    """Answer what waited, if everything agrees, the list allows it still and nobody holds it."""
    unit = Unit()
    unit.remove(item)
    waiting = await ports.store.list_values(
        Provision,
        limit=ALL,
        state=ProvisionState.WAITING,
        unified_number=UnifiedNumber(item.payload.decode()),
    )
    for known in waiting:
        if known.cause is not Cause.REPLICA_DIFFERS:
            continue
        provision = await follow(known, ports=ports)
        answer = await _find_answer(provision, ports=ports)
        if answer is not None:
            await _answer(unit, provision, answer, ports=ports)
    await ports.store.commit(unit)


async def _find_answer(provision: Provision, *, ports: Ports) -> Answer | None:
    await own_register.catch_up(ports=ports)
    judgement = judge_release(provision, on=day_of(ports.clock.now()), ports=ports)
    if not judgement.decision.allowed:
        return None
    controls = await list_controls(provision.unified_number, ports=ports)
    prepared = await prepare(provision, ports=ports, controls=controls)
    return treat(
        provision, controls=controls, answer=prepared.answer, differs=prepared.differs
    ).answer


async def _answer(unit: Unit, provision: Provision, answer: Answer, *, ports: Ports) -> None:
    now = ports.clock.now()
    number = provision.transaction_number
    reply = answer_document(provision, answer, at=now, ports=ports)
    answered = unit.change(
        provision,
        state=move(PROVISION, provision.state, ProvisionState.ANSWERED),
        cause=None,
        reply=reply,
    )
    slot = await ports.store.find(WorkItem, lane=SLOT_LANE, key=number)
    if slot is not None:
        unit.remove(slot)
    unit.add(WorkItem(lane=SEND_LANE, key=number, payload=reply, run_at=now))
    unit.record(record_of(answered, Phase.OUTCOME, at=now, reply=reply))

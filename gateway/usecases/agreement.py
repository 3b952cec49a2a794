"""Answers that wait until a replica agrees with its original again (S5.4)."""

from dataclasses import replace

from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.inquiry import Answer
from gateway.domain.provision import Cause, Provision, treat
from gateway.domain.states import ProvisionState
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases import own_register
from gateway.usecases.carrying import list_controls
from gateway.usecases.judging import day_of, judge_release
from gateway.usecases.provision import ALL, follow, prepare
from gateway.usecases.sending import answer_late


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
            await answer_late(unit, replace(provision, cause=None), answer, ports=ports)
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

"""Holds (保留): staff see exactly what would leave; one proposes, another decides (S5.2c, K8)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from gateway.domain.errors import (
    NotPermittedError,
    ReplicaDifferenceError,
    SamePersonError,
    StateError,
    UnknownError,
)
from gateway.domain.inquiry import Answer
from gateway.domain.provision import Cause, Provision
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.staff import same_person
from gateway.domain.states import PROVISION, ProvisionState, move
from gateway.ports import Ports, Unit
from gateway.usecases import own_register
from gateway.usecases.judging import day_of, judge_release
from gateway.usecases.provision import follow, prepare
from gateway.usecases.sending import answer_late

Decision = Literal["release", "refuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldView:
    """A held provision and exactly the answer that a release would send now."""

    provision: Provision
    answer: Answer | None


async def list_held(*, ports: Ports) -> list[Provision]:
    """Return all provisions that wait for staff."""
    return await ports.store.list_values(Provision, state=ProvisionState.HELD, limit=1000)


async def show(transaction_number: str, *, staff: str, ports: Ports) -> HeldView:
    """Return what a release would send; that somebody looked is recorded (K4).

    Raises:
        UnknownError: nothing of that number is held here.
    """
    provision = await _load_held(transaction_number, ports=ports)
    prepared = await prepare(provision, ports=ports)
    unit = Unit()
    unit.record(_act(provision, "shown", staff=staff, at=ports.clock.now()))
    await ports.store.commit(unit)
    return HeldView(provision=provision, answer=prepared.answer)


async def propose(
    transaction_number: str, *, staff: str, proposal: Decision, reason: str, ports: Ports
) -> Provision:
    """Propose a release or a refusal with a reason; a new proposal replaces the old one.

    Raises:
        UnknownError: nothing of that number is held here.
    """
    provision = await _load_held(transaction_number, ports=ports)
    unit = Unit()
    proposed = unit.change(provision, proposed_by=staff, proposal=proposal, proposal_reason=reason)
    unit.record(_act(provision, f"proposed_{proposal}", staff=staff, at=ports.clock.now()))
    await ports.store.commit(unit)
    return proposed


async def decide(
    transaction_number: str, *, staff: str, decision: Decision, ports: Ports
) -> Provision:
    """Confirm a colleague's proposal; a release sends the answer, a refusal waits for the slot.

    Raises:
        UnknownError: nothing of that number is held here.
        StateError: nobody proposed this decision.
        SamePersonError: the proposer tries to confirm alone.
        NotPermittedError: the permit list, or a hold, no longer lets the answer leave.
        ReplicaDifferenceError: nobody could see what would leave; it stays held until both agree.
    """
    provision = await _load_held(transaction_number, ports=ports)
    if provision.proposal != decision:
        raise StateError(state=provision.proposal or "not_proposed", wanted=decision)
    if same_person(provision.proposed_by, staff):
        raise SamePersonError(staff=staff)
    refused = decision == "refuse"
    answer = None if refused else await _find_released(provision, ports=ports)
    now = ports.clock.now()
    unit = Unit()
    unit.record(_act(provision, f"{decision}d", staff=staff, at=now))
    if answer is None:
        decided = unit.change(
            provision,
            state=move(PROVISION, provision.state, ProvisionState.WAITING),
            cause=Cause.STAFF_REFUSED if refused else Cause.NOTHING_REGISTERED,
            decided_by=staff,
        )
    else:
        state = move(PROVISION, provision.state, ProvisionState.RELEASED)
        released = replace(provision, state=state, decided_by=staff)
        decided = await answer_late(unit, released, answer, ports=ports)
    await ports.store.commit(unit)
    return decided


async def _find_released(provision: Provision, *, ports: Ports) -> Answer | None:
    """Return what a release sends now, None where there is nothing to give."""
    await own_register.catch_up(ports=ports)
    judgement = judge_release(provision, on=day_of(ports.clock.now()), ports=ports)
    if not judgement.decision.allowed:
        raise NotPermittedError(reason=judgement.decision.failed)
    prepared = await prepare(provision, ports=ports)
    if prepared.differs:
        raise ReplicaDifferenceError(transaction_number=provision.transaction_number)
    return prepared.answer


async def _load_held(transaction_number: str, *, ports: Ports) -> Provision:
    provision = await ports.store.find(Provision, transaction_number=transaction_number)
    if provision is None or provision.state is not ProvisionState.HELD:
        raise UnknownError(transaction_number=transaction_number)
    return await follow(provision, ports=ports)


def _act(provision: Provision, result: str, *, staff: str, at: datetime) -> ExchangeRecord:
    return ExchangeRecord(
        act=Act.HOLD,
        phase=Phase.OUTCOME,
        at=at,
        result=result,
        actor=staff,
        subject=provision.unified_number,
        transaction_number=provision.transaction_number,
        permit_id=provision.permit_id,
        inquirer=provision.inquirer,
        wanted=provision.wanted,
    )

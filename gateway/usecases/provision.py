"""Provisions (情報提供): receive an inquiry, answer it, hold it or refuse it (S5.2b).

Nothing about a person is looked up before `verification` allowed the inquiry (G1, G12).
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from gateway.domain.errors import (
    DuplicateKeyError,
    GuardFailedError,
    PeerUnreachableError,
    PermitListOlderError,
    RefusedError,
)
from gateway.domain.identifiers import Symbol, UnifiedNumber
from gateway.domain.inquiry import Answer
from gateway.domain.provision import (
    Cause,
    Provision,
    ReceivedInquiry,
    Treatment,
    collect,
    is_known_to_differ,
    mark,
    treat,
)
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.replica import Control, ControlKind, Replica
from gateway.domain.states import PROVISION, ProvisionState, SymbolState, is_final, move
from gateway.domain.symbols import SymbolBinding
from gateway.domain.work import StoredReply, WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases import own_register, permit_list
from gateway.usecases.addresses import load_person
from gateway.usecases.carrying import list_controls
from gateway.usecases.judging import day_of
from gateway.usecases.refusal import refusal_of, refuse
from gateway.usecases.skew import watch_clock
from gateway.usecases.stored_replies import find_reply
from gateway.usecases.verification import Verdict, knows_edition, verify

SLOT_LANE = "slot"
SEND_LANE = "send"
AGREEMENT_LANE = "agreement"
ALL = 100_000  # versions of one information, or provisions, of one person: never that many


async def receive(received: ReceivedInquiry, *, ports: Ports) -> bytes:
    """Return the signed reply to an inquiry, durable before it is returned (G2).

    Raises:
        RefusedError: `message.conflict`, the message id came before with other bytes.
        EvidenceUnavailableError: nothing can be recorded now.
    """
    for _ in range(3):
        reply = await _find_earlier(received, ports=ports)
        if reply is not None:
            return reply
        now = ports.clock.now()
        verdict = await _verify(received, now=now, ports=ports)
        try:
            if verdict.refusal is not None:
                permit = received.permit
                await watch_clock(permit.issuer, permit.issued_at, ports=ports)
                return await refuse(verdict.refusal, ports=ports, received=received)
            return await _provide(received, verdict, now=now, ports=ports)
        except DuplicateKeyError:
            if await _is_used(received, ports=ports):
                return await refuse(
                    refusal_of(received, "permit.used"), ports=ports, received=received
                )
        except GuardFailedError:
            continue
    raise GuardFailedError(transaction_number=received.transaction_number)


async def _verify(received: ReceivedInquiry, *, now: datetime, ports: Ports) -> Verdict:
    """Return what our own list says; a permit of an edition not known here makes us look for it."""
    await own_register.catch_up(ports=ports)
    verdict = verify(received, now=now, ports=ports)
    refused = verdict.refusal is not None and verdict.refusal.code == "permit.edition"
    if not refused or knows_edition(received, ports=ports):
        return verdict
    with suppress(PeerUnreachableError, PermitListOlderError, RefusedError):
        await permit_list.refresh(ports=ports)
    return verify(received, now=now, ports=ports)


async def _is_used(received: ReceivedInquiry, *, ports: Ports) -> bool:
    """Return whether permit or transaction number served another inquiry before."""
    number, permit_id = received.transaction_number, received.permit.permit_id
    known = await ports.store.find(Provision, permit_id=permit_id)
    known = known or await ports.store.find(Provision, transaction_number=number)
    return known is not None and known.inquiry_digest != received.digest


async def _find_earlier(received: ReceivedInquiry, *, ports: Ports) -> bytes | None:
    """Return what this inquiry got before; once it is answered, the answer itself."""
    reply = await find_reply(received.inquirer, received.message_id, received.digest, ports=ports)
    if reply is None:
        return None
    known = await ports.store.find(Provision, transaction_number=received.transaction_number)
    if known is not None and known.inquiry_digest == received.digest and known.reply is not None:
        return known.reply
    return reply


async def _provide(
    received: ReceivedInquiry, verdict: Verdict, *, now: datetime, ports: Ports
) -> bytes:
    """Record the intent, then treat the inquiry and record what came of it."""
    provision = await ports.store.find(Provision, permit_id=received.permit.permit_id)
    if provision is None:
        provision = await _open(received, verdict, now=now, ports=ports)
    elif provision.inquiry_digest != received.digest:
        raise DuplicateKeyError(transaction_number=received.transaction_number)
    elif provision.state is not ProvisionState.RECEIVED:  # its stored reply was purged
        return await _repeat(provision, ports=ports)
    else:
        provision = await follow(provision, ports=ports)
    controls = await list_controls(provision.unified_number, ports=ports)
    prepared = await prepare(provision, ports=ports, controls=controls)
    treatment = treat(
        provision, controls=controls, answer=prepared.answer, differs=prepared.differs
    )
    if treatment.answer is not None:
        return await _answer_now(provision, treatment.answer, ports=ports)
    return await _keep_waiting(provision, treatment, ports=ports)


async def follow(provision: Provision, *, ports: Ports) -> Provision:
    """Return a provision under the number its person has now: it may have been merged since."""
    if provision.unified_number is None:
        return provision
    person = await load_person(provision.unified_number, ports=ports)
    return replace(provision, unified_number=person.unified_number)


async def _open(
    received: ReceivedInquiry, verdict: Verdict, *, now: datetime, ports: Ports
) -> Provision:
    """Record that we received a permitted inquiry; from here on it has exactly one provision."""
    person = await _find_person(received.symbol, ports=ports)
    controls = await list_controls(person, ports=ports)
    hidden = any(control.kind is ControlKind.NONDISCLOSURE for control in controls)
    provision = Provision(
        transaction_number=received.transaction_number,
        permit_id=received.permit.permit_id,
        message_id=received.message_id,
        inquiry_digest=received.digest,
        inquirer=received.inquirer,
        route=received.route,
        state=ProvisionState.RECEIVED,
        cause=None,
        unified_number=person,
        instrument=received.instrument,
        row=received.row,
        clause=received.clause,
        wanted=verdict.wanted,
        period=received.period,
        nondisclosure=received.nondisclosure or hidden,
        requested_at=received.requested_at,
        received_at=now,
        slot_at=now + ports.policy.slot,
        basis=received.basis,
        mandate=received.mandate,
        edition_sha256=received.permit.edition_sha256,
        judged=verdict.judged,
    )
    unit = Unit()
    unit.add(provision)
    unit.record(record_of(provision, Phase.INTENT, at=now, digest=received.digest))
    await ports.store.commit(unit)
    return provision


async def _find_person(symbol: Symbol, *, ports: Ports) -> UnifiedNumber | None:
    """Return whom a symbol names; a merged one leads to the person it was carried to."""
    binding = await ports.store.find(SymbolBinding, symbol=symbol)
    if binding is None or binding.state is SymbolState.REVOKED:
        return None
    return binding.unified_number


@dataclass(frozen=True, slots=True)
class Prepared:
    """The answer that would leave now, None where there is nothing to give.

    `differs`: there is none, for it would hold what is known to differ from its original.
    """

    answer: Answer | None = None
    differs: bool = False


async def prepare(
    provision: Provision, *, ports: Ports, controls: Sequence[Control] | None = None
) -> Prepared:
    """Return exactly the answer that would leave now; `controls` are read unless given."""
    person = provision.unified_number
    if person is None:
        return Prepared()
    if controls is None:
        controls = await list_controls(person, ports=ports)
    replicas = {
        want.information: await ports.store.list_values(
            Replica, limit=ALL, unified_number=person, information=want.information
        )
        for want in provision.wanted
    }
    on = day_of(ports.clock.now())
    if is_known_to_differ(provision, replicas, on=on):
        return Prepared(differs=True)
    answer = collect(provision, replicas, on=on)
    return Prepared(answer=None if answer is None else mark(answer, controls))


async def _answer_now(
    provision: Provision,
    answer: Answer,
    *,
    ports: Ports,
) -> bytes:
    now = ports.clock.now()
    reply = answer_document(provision, answer, at=now, ports=ports)
    unit = Unit()
    answered = unit.change(
        provision,
        state=move(PROVISION, provision.state, ProvisionState.ANSWERED),
        reply=reply,
    )
    unit.add(_stored(provision, reply, now))
    unit.record(record_of(answered, Phase.OUTCOME, at=now, reply=reply))
    await ports.store.commit(unit)
    return reply


async def _keep_waiting(
    provision: Provision,
    treatment: Treatment,
    *,
    ports: Ports,
) -> bytes:
    """Acknowledge and wait."""
    now = ports.clock.now()
    reply = _receipt(provision, treatment.cause, at=now, ports=ports)
    unit = Unit()
    unit.change(
        provision,
        state=move(PROVISION, provision.state, treatment.state),
        cause=treatment.cause,
    )
    unit.add(
        _stored(provision, reply, now),
        WorkItem(lane=SLOT_LANE, key=provision.transaction_number, run_at=provision.slot_at),
    )
    if treatment.cause is Cause.REPLICA_DIFFERS and provision.unified_number is not None:
        wake(unit, [provision.unified_number], ports=ports)  # they may agree since we looked
    await ports.store.commit(unit)
    return reply


def wake(unit: Unit, people: Iterable[UnifiedNumber], *, ports: Ports) -> None:
    """Let what waits for replicas of some people be looked at again, once the unit stands.

    What waits is looked for only then: whoever begins to wait meanwhile looks again too, so that
    one of the two sees the other.
    """
    for person in dict.fromkeys(people):
        unit.add(
            WorkItem(
                lane=AGREEMENT_LANE,
                key=ports.ids.uuid(),
                payload=person.value.encode(),
                run_at=ports.clock.now(),
            )
        )


async def _repeat(provision: Provision, *, ports: Ports) -> bytes:
    """Return the reply of a provision that has one, or acknowledge once more that it waits."""
    if provision.reply is not None:
        return provision.reply
    now = ports.clock.now()
    reply = _receipt(provision, provision.cause, at=now, ports=ports)
    unit = Unit()
    unit.add(_stored(provision, reply, now))
    await ports.store.commit(unit)
    return reply


def _receipt(provision: Provision, cause: Cause | None, *, at: datetime, ports: Ports) -> bytes:
    """Return the signed acknowledgement; only an item-level hold is shown as held (G12)."""
    return ports.documents.receipt(
        "held" if cause is Cause.NO_AUTOMATIC_ANSWER else "sent",
        transaction_number=provision.transaction_number,
        recipient=provision.inquirer,
        in_reply_to=provision.message_id,
        at=at,
    )


def _stored(provision: Provision, reply: bytes, now: datetime) -> StoredReply:
    return StoredReply(
        sender=provision.inquirer,
        message_id=provision.message_id,
        digest=provision.inquiry_digest,
        reply=reply,
        at=now,
    )


def answer_document(provision: Provision, answer: Answer, *, at: datetime, ports: Ports) -> bytes:
    """Return the signed document of an answer to the inquirer."""
    return ports.documents.answer(
        answer, recipient=provision.inquirer, in_reply_to=provision.message_id, at=at
    )


async def settle_slot(item: WorkItem, *, ports: Ports) -> None:
    """At its slot, answer `not_provided` whatever the cause; a hold nobody released ends too."""
    provision = await ports.store.find(Provision, transaction_number=item.key)
    unit = Unit()
    unit.remove(item)
    if provision is not None and not is_final(PROVISION, provision.state):
        now = ports.clock.now()
        answer = Answer(
            transaction_number=provision.transaction_number,
            permit_id=provision.permit_id,
            provided=False,
        )
        reply = answer_document(provision, answer, at=now, ports=ports)
        held = provision.state is ProvisionState.HELD
        ended = unit.change(
            provision,
            state=move(PROVISION, provision.state, ProvisionState.NOT_PROVIDED),
            cause=Cause.HOLD_EXPIRED if held else provision.cause,
            reply=reply,
        )
        unit.add(WorkItem(lane=SEND_LANE, key=item.key, payload=reply, run_at=now))
        unit.record(record_of(ended, Phase.OUTCOME, at=now, reply=reply))
    await ports.store.commit(unit)


def record_of(
    provision: Provision,
    phase: Phase,
    *,
    at: datetime,
    digest: bytes | None = None,
    reply: bytes | None = None,
) -> ExchangeRecord:
    """Return the exchange record of a provision as it stands; of a reply only its digest."""
    return ExchangeRecord(
        act=Act.PROVISION,
        phase=phase,
        at=at,
        result=provision.state,
        code=provision.cause,
        actor=provision.inquirer,
        subject=provision.unified_number,
        transaction_number=provision.transaction_number,
        permit_id=provision.permit_id,
        inquirer=provision.inquirer,
        instrument=provision.instrument,
        row=provision.row,
        clause=provision.clause,
        basis=provision.basis,
        mandate=provision.mandate,
        judged=provision.judged,
        wanted=provision.wanted,
        requested_at=provision.requested_at,
        edition_sha256=provision.edition_sha256 or None,
        nondisclosure=provision.nondisclosure,
        digest=digest if reply is None else sha256(reply).digest(),
        note=provision.decided_by or "",
    )

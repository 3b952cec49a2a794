"""How an inquiry ends: with an answer that was checked, and a record that proves it (G3, G10)."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.alarms import AlarmKind
from gateway.domain.errors import RefusedError, Retry
from gateway.domain.inquiry import Answer, Inquiry, Refusal
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.states import INQUIRY, InquiryState, move
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases.alarms import Trouble, sound

TOO_MUCH = "answer.items"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedAnswer:
    """A late answer whose signature was verified; digest and signature are its document's."""

    answer: Answer
    sender: str
    digest: bytes
    signature: bytes


async def conclude(
    inquiry: Inquiry, item: WorkItem | None, arrived: ArrivedAnswer, *, ports: Ports
) -> None:
    """End an inquiry with its answer, and record it with the proof of the answer's document."""
    answer = arrived.answer
    now = ports.clock.now()
    state = InquiryState.ANSWERED if answer.provided else InquiryState.NOT_PROVIDED
    unit = Unit()
    ended = unit.change(
        inquiry,
        state=move(INQUIRY, inquiry.state, state),
        answer=answer,
        nondisclosure=inquiry.nondisclosure or answer.nondisclosure,
        updated_at=now,
    )
    if item is not None:
        unit.remove(item)
    unit.record(
        record_of(ended, Phase.OUTCOME, at=now, digest=arrived.digest, signature=arrived.signature)
    )
    await ports.store.commit(unit)
    ports.watch.notify(inquiry.inquiry_id, ended)


def check(inquiry: Inquiry, arrived: ArrivedAnswer) -> None:
    """Refuse an answer of somebody else, or under another permit."""
    if arrived.sender != inquiry.provider:
        raise RefusedError("answer.sender", sender=arrived.sender)
    if arrived.answer.permit_id != inquiry.permit_id:
        raise RefusedError("answer.permit", transaction_number=inquiry.transaction_number)


def count_unrequested(inquiry: Inquiry, answer: Answer) -> int:
    """Return how many items of an answer were not granted, and so must not be taken over (G10)."""
    granted = {(want.information, item) for want in inquiry.granted for item in want.items}
    given = {(part.information, item.item) for part in answer.information for item in part.items}
    return len(given - granted)


async def reject(
    inquiry: Inquiry, item: WorkItem | None, arrived: ArrivedAnswer, *, ports: Ports
) -> None:
    """End an inquiry whose answer says too much: nothing of it is kept, that it came is.

    The alarm comes first, so that a crash in between repeats both.
    """
    extra = count_unrequested(inquiry, arrived.answer)
    trouble = Trouble(
        kind=AlarmKind.UNREQUESTED_ITEM,
        peer=inquiry.provider,
        subject=inquiry.transaction_number or inquiry.inquiry_id,
        count=extra,
    )
    await sound(trouble, ports=ports)
    now = ports.clock.now()
    refusal = Refusal(
        code=TOO_MUCH,
        occurrence=ports.ids.uuid(),
        retry=Retry.NEVER,
        by=ports.store.institution,
    )
    unit = Unit()
    state = move(INQUIRY, inquiry.state, InquiryState.FAILED)
    ended = unit.change(inquiry, state=state, refusal=refusal, updated_at=now)
    if item is not None:
        unit.remove(item)
    proof = {"digest": arrived.digest, "signature": arrived.signature}
    unit.record(record_of(ended, Phase.OUTCOME, at=now, **proof))
    await ports.store.commit(unit)
    ports.watch.notify(inquiry.inquiry_id, ended)


async def tell_apart(known: Inquiry, arrived: ArrivedAnswer, *, ports: Ports) -> bool:
    """Return whether an answer repeats the one that was taken over; another body is an alarm."""
    if known.answer is None:
        return False
    if known.answer == arrived.answer:
        return True
    trouble = Trouble(
        kind=AlarmKind.DUPLICATE_WITH_DIFFERENT_BODY,
        peer=arrived.sender,
        subject=arrived.answer.transaction_number,
        details={"kind": "answer"},
    )
    await sound(trouble, ports=ports)
    return False


def record_of(
    inquiry: Inquiry,
    phase: Phase,
    *,
    at: datetime,
    digest: bytes | None = None,
    signature: bytes | None = None,
) -> ExchangeRecord:
    """Return the exchange record of an inquiry as it stands; what ends carries its reason."""
    ended = phase is Phase.OUTCOME and inquiry.refusal is not None and inquiry.answer is None
    return ExchangeRecord(
        act=Act.INQUIRY,
        phase=phase,
        at=at,
        result=inquiry.state,
        code=inquiry.refusal.code if ended and inquiry.refusal else None,
        actor=inquiry.system,
        subject=inquiry.unified_number,
        request_id=inquiry.request_id,
        transaction_number=inquiry.transaction_number,
        permit_id=inquiry.permit_id,
        provider=inquiry.provider,
        instrument=inquiry.instrument,
        row=inquiry.row,
        clause=inquiry.clause,
        basis=inquiry.basis,
        mandate=inquiry.mandate,
        judged=inquiry.judged,
        wanted=inquiry.granted or inquiry.wanted,
        requested_at=inquiry.requested_at,
        edition_sha256=inquiry.edition_sha256,
        nondisclosure=inquiry.nondisclosure,
        digest=digest,
        signature=signature,
    )

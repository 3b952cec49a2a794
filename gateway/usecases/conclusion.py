"""How an inquiry ends: with an answer that was checked, and a record that proves it (G3, G10)."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.errors import RefusedError
from gateway.domain.inquiry import Answer, Inquiry
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.states import INQUIRY, InquiryState, move
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit


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
        inquiry, state=move(INQUIRY, inquiry.state, state), answer=answer, updated_at=now
    )
    if item is not None:
        unit.remove(item)
    unit.record(
        record_of(ended, Phase.OUTCOME, at=now, digest=arrived.digest, signature=arrived.signature)
    )
    await ports.store.commit(unit)
    ports.watch.notify(inquiry.inquiry_id, ended)


def check(inquiry: Inquiry, arrived: ArrivedAnswer) -> None:
    """Refuse an answer of somebody else, under another permit, or with items not granted (G10)."""
    granted = {(want.information, item) for want in inquiry.granted for item in want.items}
    given = {
        (part.information, item.item) for part in arrived.answer.information for item in part.items
    }
    if arrived.sender != inquiry.provider:
        raise RefusedError("answer.sender", sender=arrived.sender)
    if arrived.answer.permit_id != inquiry.permit_id:
        raise RefusedError("answer.permit", transaction_number=inquiry.transaction_number)
    if not given <= granted:
        raise RefusedError("answer.items", transaction_number=inquiry.transaction_number)


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

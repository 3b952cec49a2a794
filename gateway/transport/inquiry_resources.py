"""How a recorded inquiry looks from outside: its resource, its refusal explained, samples."""

from datetime import UTC, date, datetime
from typing import Final

from gateway.domain.catalogue import explain
from gateway.domain.errors import Retry
from gateway.domain.inquiry import Answer, Inquiry, Refusal
from gateway.domain.states import INQUIRY, is_final
from gateway.transport.schemas.inquiries import (
    AnsweredValue,
    AskedPeriod,
    ExplainedRefusal,
    InquiryPage,
    InquiryResource,
    InquirySummary,
    ItemValue,
    WantedInformation,
)


def affair_of(row: str, clause: str | None) -> str:
    """Return row and clause as one text, as in 69-7."""
    return row if clause is None else f"{row}-{clause}"


def to_resource(found: Inquiry) -> InquiryResource:
    """Return the resource of an inquiry; the person is not in it."""
    final = is_final(INQUIRY, found.state)
    refusal = found.refusal if found.answer is None else None
    return InquiryResource(
        id=found.inquiry_id,
        state=found.state.value,
        final=final,
        affair=affair_of(found.row, found.clause),
        provider=found.provider,
        instrument=found.instrument,
        basis=found.basis,
        inquirer_delegator=found.mandate.inquirer_delegator,
        provider_delegator=found.mandate.provider_delegator,
        consent=found.mandate.consent,
        asked=tuple(
            WantedInformation(information=want.information, items=want.items)
            for want in found.wanted
        ),
        period=AskedPeriod(begins_on=found.period.begins_on, ends_on=found.period.ends_on),
        nondisclosure=found.nondisclosure,
        requested_at=found.requested_at,
        deadline_at=found.deadline_at,
        updated_at=found.updated_at,
        transaction_number=found.transaction_number,
        information=_list_information(found.answer),
        refusal=None if refusal is None else _explain(refusal, final=final),
    )


def to_summary(found: Inquiry) -> InquirySummary:
    """Return how an inquiry stands, without its result."""
    final = is_final(INQUIRY, found.state)
    refusal = found.refusal if found.answer is None else None
    return InquirySummary(
        id=found.inquiry_id,
        state=found.state.value,
        final=final,
        affair=affair_of(found.row, found.clause),
        provider=found.provider,
        requested_at=found.requested_at,
        deadline_at=found.deadline_at,
        updated_at=found.updated_at,
        transaction_number=found.transaction_number,
        batch=found.batch_id,
        refusal=None if refusal is None else _explain(refusal, final=final),
    )


def _list_information(answer: Answer | None) -> tuple[AnsweredValue, ...] | None:
    if answer is None or not answer.provided:
        return None
    return tuple(
        AnsweredValue(
            information=part.information,
            as_of=part.as_of,
            items=tuple(
                ItemValue(item=item.item, value=item.value, reason=item.reason)
                for item in part.items
            ),
        )
        for part in answer.information
    )


def _explain(refusal: Refusal, *, final: bool) -> ExplainedRefusal:
    """Return a refusal with its texts; under the same id a final inquiry stays what it is."""
    entry = explain(refusal.code)
    retry = refusal.retry
    if final and retry is Retry.SAME_ID:
        retry = Retry.NEVER
    return ExplainedRefusal(
        code=refusal.code,
        failed=refusal.failed,
        title_ja=entry.title_ja,
        title_en=entry.title_en,
        detail_ja=entry.detail_ja,
        detail_en=entry.detail_en,
        text_ja=refusal.text_ja or entry.detail_ja,
        text_en=refusal.text_en or entry.detail_en,
        fix_by=entry.fix_by.value,
        occurrence=refusal.occurrence,
        retry=retry.value,
        retry_at=refusal.retry_at,
        by=refusal.by,
    )


_AT: Final = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

SAMPLE: Final = InquiryResource(
    id="6f2c1f2e-91a3-4c0e-8a39-5d1f0c6b7a10",
    state="answered",
    final=True,
    affair="69-7",
    provider="991023",
    instrument="shourei-r6",
    basis="19-8",
    inquirer_delegator=None,
    provider_delegator=None,
    consent=False,
    asked=(WantedInformation(information="地方税関係情報", items=("total_income",)),),
    period=AskedPeriod(),
    nondisclosure=False,
    requested_at=_AT,
    deadline_at=datetime(2026, 12, 1, 3, 0, tzinfo=UTC),
    updated_at=_AT,
    transaction_number="20261124000000001",
    information=(
        AnsweredValue(
            information="地方税関係情報",
            as_of=date(2026, 1, 1),
            items=(ItemValue(item="total_income", value="2400000", reason=None),),
        ),
    ),
    refusal=None,
)

REFUSED_SAMPLE: Final = InquiryResource(
    id="0b7e1c44-6f0e-4d0a-b1c5-3f5f0f7d9c21",
    state="denied",
    final=True,
    affair="69-8",
    provider="991023",
    instrument="shourei-r6",
    basis="19-8",
    inquirer_delegator=None,
    provider_delegator=None,
    consent=False,
    asked=(WantedInformation(information="地方税関係情報"),),
    period=AskedPeriod(),
    nondisclosure=False,
    requested_at=_AT,
    deadline_at=datetime(2026, 12, 1, 3, 0, tzinfo=UTC),
    updated_at=_AT,
    transaction_number=None,
    information=None,
    refusal=_explain(
        Refusal(
            code="inquiry.denied.information",
            occurrence="1d2c8b6a-30a4-4c55-9d57-0c9d5a7e4b11",
            retry=Retry.NEVER,
            failed="information",
            by="991015",
        ),
        final=True,
    ),
)
PAGE_SAMPLE: Final = InquiryPage(
    inquiries=(
        InquirySummary(
            id=REFUSED_SAMPLE.id,
            state=REFUSED_SAMPLE.state,
            final=REFUSED_SAMPLE.final,
            affair=REFUSED_SAMPLE.affair,
            provider=REFUSED_SAMPLE.provider,
            requested_at=REFUSED_SAMPLE.requested_at,
            deadline_at=REFUSED_SAMPLE.deadline_at,
            updated_at=REFUSED_SAMPLE.updated_at,
            transaction_number=None,
            batch=None,
            refusal=REFUSED_SAMPLE.refusal,
        ),
    ),
    next=None,
)

"""Between messages of the wire and values of the domain, written out field by field."""

from collections.abc import Sequence

from gateway.domain.addresses import BasicItems
from gateway.domain.catalogue import explain
from gateway.domain.errors import Retry
from gateway.domain.identifiers import Symbol
from gateway.domain.inquiry import Answer, AnsweredInformation, AnsweredItem, Inquiry, Refusal
from gateway.domain.permits import (
    OWN_AFFAIRS,
    Mandate,
    OfferedList,
    Period,
    ProvisionPermit,
    Wanted,
)
from wire import messages as wire
from wire.permit import PermitClaims
from wire.permit_list import PermitListBody


def to_permit_request(inquiry: Inquiry, symbol: Symbol, institution: str) -> wire.PermitRequest:
    """Return the request for a permit; it carries the inquirer's own symbol, for the core only."""
    return wire.PermitRequest(
        request_id=inquiry.request_id,
        inquirer=institution,
        provider=inquiry.provider,
        instrument=inquiry.instrument,
        row=inquiry.row,
        clause=inquiry.clause,
        basis=inquiry.basis,
        information=_requested(inquiry.wanted),
        symbol=symbol.value,
        requested_at=inquiry.requested_at,
        inquirer_delegator=inquiry.mandate.inquirer_delegator,
        provider_delegator=inquiry.mandate.provider_delegator,
        consent=inquiry.mandate.consent,
        period_from=inquiry.period.begins_on,
        period_to=inquiry.period.ends_on,
        nondisclosure=inquiry.nondisclosure,
    )


def to_inquiry(
    inquiry: Inquiry, institution: str, *, transaction_number: str, permit_id: str
) -> wire.Inquiry:
    """Return the inquiry as it goes to the provider: nobody is named in it."""
    return wire.Inquiry(
        transaction_number=transaction_number,
        permit_id=permit_id,
        inquirer=institution,
        provider=inquiry.provider,
        instrument=inquiry.instrument,
        row=inquiry.row,
        clause=inquiry.clause,
        basis=inquiry.basis,
        information=_requested(inquiry.wanted),
        requested_at=inquiry.requested_at,
        inquirer_delegator=inquiry.mandate.inquirer_delegator,
        provider_delegator=inquiry.mandate.provider_delegator,
        consent=inquiry.mandate.consent,
        period_from=inquiry.period.begins_on,
        period_to=inquiry.period.ends_on,
        nondisclosure=inquiry.nondisclosure,
    )


def to_answer(answer: Answer) -> wire.Answer:
    """Return the answer as it travels."""
    return wire.Answer(
        transaction_number=answer.transaction_number,
        permit_id=answer.permit_id,
        state="answered" if answer.provided else "not_provided",
        information=to_answered(answer.information),
        nondisclosure=True if answer.nondisclosure else None,
    )


def to_answered(
    information: Sequence[AnsweredInformation],
) -> tuple[wire.AnsweredInformation, ...]:
    """Return items with their values as they travel."""
    return tuple(
        wire.AnsweredInformation(
            name=part.information,
            as_of=part.as_of,
            items=tuple(
                wire.AnsweredItem(id=item.item, value=item.value, reason=item.reason)
                for item in part.items
            ),
        )
        for part in information
    )


def from_answer(message: wire.Answer) -> Answer:
    """Return the answer that a message holds."""
    return Answer(
        transaction_number=message.transaction_number,
        permit_id=message.permit_id,
        provided=message.state == "answered",
        information=tuple(
            AnsweredInformation(
                information=part.name,
                as_of=part.as_of,
                items=tuple(
                    AnsweredItem(item=item.id, value=item.value, reason=item.reason)
                    for item in part.items
                ),
            )
            for part in message.information
        ),
        nondisclosure=bool(message.nondisclosure),
    )


def to_refusal(refusal: Refusal, transaction_number: str | None) -> wire.Refusal:
    """Return a refusal as it travels, its texts from the catalogue where it brings none."""
    entry = explain(refusal.code)
    return wire.Refusal(
        code=refusal.code,
        occurrence=refusal.occurrence,
        title_ja=entry.title_ja,
        title_en=entry.title_en,
        detail_ja=refusal.text_ja or entry.detail_ja,
        detail_en=refusal.text_en or entry.detail_en,
        retry=refusal.retry.value,
        retry_at=refusal.retry_at if refusal.retry is Retry.AFTER else None,
        transaction_number=transaction_number,
        failed=refusal.failed,
    )


def from_refusal(message: wire.Refusal, by: str) -> Refusal:
    """Return the refusal that a message of the institution `by` holds."""
    return Refusal(
        code=message.code,
        occurrence=message.occurrence,
        retry=Retry(message.retry),
        retry_at=message.retry_at,
        failed=message.failed,
        text_ja=message.detail_ja,
        text_en=message.detail_en,
        by=by,
    )


def from_claims(claims: PermitClaims, compact: bytes) -> ProvisionPermit:
    """Return the permit that verified claims make."""
    return ProvisionPermit(
        permit_id=claims.permit_id,
        transaction_number=claims.transaction_number,
        issuer=claims.issuer,
        provider=claims.audience,
        inquirer=claims.inquirer,
        instrument=claims.instrument,
        row=claims.row,
        clause=claims.clause,
        basis=claims.basis,
        mandate=mandate_of(claims),
        wanted=tuple(
            Wanted(information=grant.information, items=grant.items) for grant in claims.information
        ),
        edition_sha256=claims.edition_sha256,
        request_message_id=claims.request_message_id,
        issued_at=claims.issued_at,
        not_before=claims.not_before,
        expires_at=claims.expires_at,
        compact=compact,
    )


def from_permit_list(body: PermitListBody) -> OfferedList:
    """Return the permit list that a body holds."""
    return OfferedList(sequence=body.sequence, editions=body.editions, supplement=body.supplement)


def from_basic_items(message: wire.BasicItems) -> BasicItems:
    """Return the four basic items of a person as the registry holds them."""
    return BasicItems(
        name=message.name,
        kana=message.name_kana,
        born_on=message.birth_date,
        sex_code=message.sex_code,
        address=message.address,
    )


def mandate_of(said: wire.Inquiry | PermitClaims) -> Mandate:
    """Return for whom the sides act, and whether the person agreed."""
    if not (said.inquirer_delegator or said.provider_delegator or said.consent):
        return OWN_AFFAIRS
    return Mandate(
        inquirer_delegator=said.inquirer_delegator,
        provider_delegator=said.provider_delegator,
        consent=said.consent,
    )


def wanted_of(message: wire.Inquiry) -> tuple[Wanted, ...]:
    """Return what an inquiry asks for."""
    return tuple(Wanted(information=part.name, items=part.items) for part in message.information)


def period_of(message: wire.Inquiry) -> Period:
    """Return the stretch of time an inquiry asks about."""
    return Period(begins_on=message.period_from, ends_on=message.period_to)


def _requested(wanted: Sequence[Wanted]) -> tuple[wire.RequestedInformation, ...]:
    return tuple(
        wire.RequestedInformation(name=want.information, items=want.items) for want in wanted
    )

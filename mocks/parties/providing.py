"""An agency as provider (情報提供者): verifies like a real one, then answers from what it knows.

Steps: 1 permit signed by the core and valid; 2 notice of the core for this very inquiry; 3 permit,
notice and inquiry say the same; 4 its own copy of the permit list allows it; 5 it is open.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mocks.engine.clock import day_of
from mocks.engine.party import Effect, Later, Reply, Send
from mocks.parties.agency_state import Bureau, Waiting
from mocks.parties.desk import Letter, content_digest
from mocks.parties.judging import grants
from mocks.parties.refusals import RefusedError, require
from wire.documents import Document
from wire.messages import Answer, AnsweredInformation, AnsweredItem, Inquiry, Notice, Receipt
from wire.permit import PermitClaims, PermitGrant

LEEWAY = timedelta(seconds=60)
Companions = Mapping[str, Sequence[Document]]  # the other documents of the stream, by kind


def provide(
    bureau: Bureau, document: Document, companions: Companions, now: datetime
) -> Sequence[Effect]:
    """Return the effects of one inquiry that arrived with its companions."""
    key = (document.sender, document.message_id)
    known = bureau.state.replies.get(key)
    letter = Letter(to=document.sender, at=now, reply_to=document.message_id)
    digest = content_digest(document)
    if known is not None and known[0] == digest:
        return (Reply(document=known[1]),)
    number = None
    try:
        require("message.conflict", holds=known is None)
        inquiry = _read(bureau, document, now)
        number = inquiry.transaction_number
        symbol, granted = _verify(bureau, document, inquiry, companions, now)
        answer = _collect(bureau, inquiry, symbol, granted, now)
    except RefusedError as error:
        refused = bureau.desk.refuse(error, letter, number)
        if error.code != "message.conflict":
            bureau.state.replies[key] = (digest, refused.raw)
        return (Reply(document=refused.raw),)
    bureau.state.permits_used.add(inquiry.permit_id)
    bureau.state.provided[inquiry.transaction_number] = answer.state
    effects = _respond(bureau, answer, letter, now)
    first = effects[0]
    if isinstance(first, Reply):
        bureau.state.replies[key] = (digest, first.document)
    return effects


def settle_due(bureau: Bureau, now: datetime) -> Sequence[Effect]:
    """Return the effects of `not_provided` answers whose slot has come."""
    due = [waiting for waiting in bureau.state.waiting if waiting.at <= now]
    bureau.state.waiting = [one for one in bureau.state.waiting if one.at > now]
    for waiting in due:
        digest, _ = bureau.state.replies[waiting.inquiry]
        bureau.state.replies[waiting.inquiry] = (digest, waiting.document)
    return [Send(to=waiting.to, documents=(waiting.document,)) for waiting in due]


def _read(bureau: Bureau, document: Document, now: datetime) -> Inquiry:
    require("message.addressee", holds=document.recipient == bureau.code)
    message = bureau.desk.read(document, now=now, old=True)
    if not isinstance(message, Inquiry) or message.provider != bureau.code:
        raise RefusedError("message.malformed")
    require("message.sender", holds=message.inquirer == document.sender)
    return message


def _verify(
    bureau: Bureau, document: Document, inquiry: Inquiry, companions: Companions, now: datetime
) -> tuple[str, Sequence[PermitGrant]]:
    """Return the symbol of the person and what may leave, or refuse at the first rule broken."""
    permits = [bureau.desk.read_permit(one.body) for one in companions.get("permit", ())]
    permit = next((one for one in permits if one.permit_id == inquiry.permit_id), None)
    if permit is None:
        raise RefusedError("permit.mismatch")
    require("permit.audience", holds=permit.audience == bureau.code)
    require("permit.not_yet_valid", holds=now >= permit.not_before - LEEWAY)
    require("permit.expired", holds=now < permit.expires_at)
    require("permit.mismatch", holds=_covers(permit, inquiry, bureau.core))
    notice = _find_notice(bureau, document, companions, now)
    same = (notice.permit_id, notice.transaction_number, notice.inquirer)
    told = (permit.permit_id, permit.transaction_number, permit.inquirer)
    require("notice.mismatch", holds=same == told)
    decision = bureau.judge.allow(inquiry, now)
    ours = decision.edition.sha256 if decision.edition else ""
    require("permit.edition", holds=permit.edition_sha256 == ours)
    require("permit.used", holds=permit.permit_id not in bureau.state.permits_used)
    opening = bureau.state.hours.opening_after(now)
    if opening is not None:
        raise RefusedError("provider.closed", retry_at=opening)
    return notice.symbol, _overlap(permit, grants(inquiry.information, decision))


def _find_notice(
    bureau: Bureau, document: Document, companions: Companions, now: datetime
) -> Notice:
    for one in companions.get("notice", ()):
        if one.sender == bureau.core and one.recipient == bureau.code:
            message = bureau.desk.read(one, now=now)
            if isinstance(message, Notice) and message.inquiry_message_id == document.message_id:
                return message
    raise RefusedError("notice.mismatch")


def _covers(permit: PermitClaims, inquiry: Inquiry, core: str) -> bool:
    granted = {grant.information for grant in permit.information}
    return (
        permit.issuer == core
        and permit.inquirer == inquiry.inquirer
        and permit.transaction_number == inquiry.transaction_number
        and (permit.instrument, permit.row, permit.clause)
        == (inquiry.instrument, inquiry.row, inquiry.clause)
        and (permit.basis, permit.consent) == (inquiry.basis, inquiry.consent)
        and (permit.inquirer_delegator, permit.provider_delegator)
        == (inquiry.inquirer_delegator, inquiry.provider_delegator)
        and {part.name for part in inquiry.information} <= granted
    )


def _overlap(permit: PermitClaims, ours: Sequence[PermitGrant]) -> Sequence[PermitGrant]:
    """Return what is on the permit as well as asked for and on the own list (G10)."""
    permitted = {grant.information: set(grant.items) for grant in permit.information}
    return [
        PermitGrant(
            information=grant.information,
            items=tuple(item for item in grant.items if item in permitted[grant.information]),
        )
        for grant in ours
    ]


def _collect(
    bureau: Bureau, inquiry: Inquiry, symbol: str, granted: Sequence[PermitGrant], now: datetime
) -> Answer:
    """Return what is known here of what may leave."""
    number = bureau.state.people.get(symbol, "")
    known = bureau.state.holdings.get(number, {})
    found = []
    for grant in granted:
        values = known.get(grant.information)
        if values is not None and grant.items:
            found.append(_information(grant, values, now))
    return Answer(
        transaction_number=inquiry.transaction_number,
        permit_id=inquiry.permit_id,
        state="answered" if found else "not_provided",
        information=tuple(found),
    )


def _information(
    grant: PermitGrant, values: Mapping[str, str | None], now: datetime
) -> AnsweredInformation:
    items = []
    for name in grant.items:
        value = values.get(name)
        reason = None if value else "not_registered"
        items.append(AnsweredItem(id=name, value=value or None, reason=reason))
    return AnsweredInformation(name=grant.information, as_of=day_of(now), items=tuple(items))


def _respond(bureau: Bureau, answer: Answer, letter: Letter, now: datetime) -> Sequence[Effect]:
    """Answer now, or acknowledge and let a `not_provided` leave at its slot (G12)."""
    if answer.state == "answered":
        return (Reply(document=bureau.desk.write(answer, letter).raw),)
    slot = now + bureau.slot
    receipt = Receipt(transaction_number=answer.transaction_number, state="sent")
    late = Letter(to=letter.to, at=slot, reply_to=letter.reply_to)
    document = bureau.desk.write(answer, late).raw
    inquiry = (letter.to, letter.reply_to or "")
    waiting = Waiting(inquiry=inquiry, at=slot, to=bureau.core, document=document)
    bureau.state.waiting.append(waiting)
    return (Reply(document=bureau.desk.write(receipt, letter).raw), Later(at=slot))

"""An agency as inquirer (情報照会者): symbol, permit, inquiry, answer; also wrongly on demand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mocks.engine.durations import Duration
from mocks.engine.party import Effect, Later, Returned, Send
from mocks.parties.agency_calls import asked_call
from mocks.parties.agency_state import Ask, Asked, Bureau
from mocks.parties.desk import Letter
from mocks.parties.outbox import Parcel, has
from mocks.parties.refusals import RefusedError, obey, require
from mocks.parties.role import Became
from mocks.parties.seen import shown
from wire.documents import Document
from wire.messages import (
    Answer,
    Inquiry,
    PermitRequest,
    Receipt,
    Refusal,
    encode,
)

RENEWABLE = frozenset({"permit.expired", "permit.edition"})
MOST_PERMITS = 2  # one fresh permit is enough
BETWEEN_POLLS = Duration(business_days=1)


def ask(bureau: Bureau, command: Ask, now: datetime) -> Sequence[Effect]:
    """Return the effects that start an inquiry; its course is `state.asked[request_id]`.

    Raises:
        RefusedError: `symbol.not_found`, the agency has no symbol of the person.
    """
    symbol = bureau.state.symbols.get(command.individual_number)
    if symbol is None:
        raise RefusedError("symbol.not_found")
    request = PermitRequest(
        request_id=command.request_id,
        inquirer=bureau.code,
        provider=command.provider,
        instrument=command.instrument,
        row=command.row,
        clause=command.clause,
        basis=command.basis,
        information=command.information,
        symbol=symbol,
        requested_at=now,
        inquirer_delegator=command.inquirer_delegator,
        provider_delegator=command.provider_delegator,
        consent=command.consent,
        period_from=None,
        period_to=None,
        nondisclosure=False,
    )
    asked = bureau.state.asked[command.request_id] = Asked(
        request=request, number=command.individual_number, polls=command.polls
    )
    if command.own_check:
        try:
            bureau.judge.allow(request, now)
        except RefusedError as error:
            asked.state, asked.code, asked.failed = "denied", error.code, error.failed
            return ()
    return request_permit(bureau, asked, now)


def request_permit(bureau: Bureau, asked: Asked, now: datetime) -> Sequence[Effect]:
    """Return the effects that ask the core for a permit, first or fresh."""
    document = bureau.desk.write(asked.request, Letter(to=bureau.core, at=now))
    mark = f"permit {asked.request.request_id}"
    return (Send(to=bureau.core, documents=(document.raw,), mark=mark),)


def go_on(bureau: Bureau, event: Returned, now: datetime) -> Sequence[Effect]:
    """Return the effects of a reply of the core to a permit request or an inquiry.

    What was forgotten meanwhile, because somebody cleared the state, has none.
    """
    kind, _, request_id = event.mark.partition(" ")
    asked = bureau.state.asked.get(request_id)
    if asked is None:
        return ()
    if not event.documents:
        asked.state, asked.code = "failed", "peer.unreachable"
        return ()
    for document in event.documents:
        asked.replies.append(document)
        if document.kind == "permit" and kind == "permit":
            return _inquire(bureau, asked, document, now)
        try:
            if effects := conclude(bureau, asked, document, now):
                return effects
        except RefusedError as error:
            asked.state, asked.code = "failed", error.code
        else:
            _accepted(bureau, asked, document, now)
    return ()


def _accepted(bureau: Bureau, asked: Asked, document: Document, now: datetime) -> None:
    """Write down that an answer was taken over that came with the reply to the inquiry."""
    if document.kind == "answer":
        call = asked_call(bureau, asked, "inquiry.answer.accepted", now)
        ruling = bureau.role.rule(replace(call, message_id=document.message_id), now)
        bureau.role.settle(ruling, Became(outcome=asked.state, decoded=shown(document)))


def _inquire(bureau: Bureau, asked: Asked, enclosed: Document, now: datetime) -> Sequence[Effect]:
    try:
        claims = bureau.desk.read_permit(enclosed.body)
    except RefusedError as error:
        asked.state, asked.code = "failed", error.code
        return ()
    request = asked.request
    inquiry = Inquiry(
        transaction_number=claims.transaction_number,
        permit_id=claims.permit_id,
        inquirer=bureau.code,
        provider=request.provider,
        instrument=request.instrument,
        row=request.row,
        clause=request.clause,
        basis=request.basis,
        information=request.information,
        requested_at=request.requested_at,
        inquirer_delegator=request.inquirer_delegator,
        provider_delegator=request.provider_delegator,
        consent=request.consent,
        period_from=None,
        period_to=None,
        nondisclosure=False,
    )
    enclosing = Letter(to=request.provider, at=now, message_id=claims.permit_id)
    asked.permit = bureau.desk.enclose(enclosed.body, enclosing, bureau.core).raw
    asked.transaction_number, asked.permit_ends = claims.transaction_number, claims.expires_at
    bureau.state.transactions[claims.transaction_number] = request.request_id
    return _inquire_as_ruled(bureau, asked, inquiry, now)


def _inquire_as_ruled(
    bureau: Bureau, asked: Asked, inquiry: Inquiry, now: datetime
) -> Sequence[Effect]:
    """Bring an inquiry to the rules and send it as they want it."""
    ruling = bureau.role.rule(asked_call(bureau, asked, "inquiry.send", now), now)
    try:
        obey(ruling)
    except RefusedError as error:
        asked.state, asked.code = "failed", error.code
        bureau.role.settle(ruling, Became(outcome=error.code))
        return ()
    letter = Letter(to=inquiry.provider, at=now, forged=has(ruling, "signature"))
    document = asked.inquiry = bureau.desk.write(inquiry, letter)
    before, after = {"inquiry": asked.state}, {"inquiry": "sent"}
    asked.state = "sent"
    decoded = shown(document, inquiry)
    became = Became(outcome="sent", before=before, after=after, decoded=decoded)
    bureau.role.settle(ruling, became)

    def anew(vary: Sequence[str], at: datetime) -> tuple[bytes, ...]:
        return (bureau.desk.again(document, vary, at).raw, asked.permit)

    parcel = Parcel(
        to=bureau.core,
        documents=(document.raw, asked.permit),
        anew=anew,
        mark=f"inquiry {asked.request.request_id}",
    )
    return bureau.outbox.send(parcel, ruling, now)


def _send(bureau: Bureau, asked: Asked, document: Document) -> Sequence[Effect]:
    mark = f"inquiry {asked.request.request_id}"
    return (Send(to=bureau.core, documents=(document.raw, asked.permit), mark=mark),)


def repeat(bureau: Bureau, request_id: str) -> Sequence[Effect]:
    """Return the effects that send the same inquiry again, byte for byte.

    Raises:
        RefusedError: no inquiry was sent yet.
    """
    asked = bureau.state.asked[request_id]
    if asked.inquiry is None:
        raise RefusedError("permit.mismatch")
    return _send(bureau, asked, asked.inquiry)


def distort(bureau: Bureau, request_id: str, now: datetime) -> Sequence[Effect]:
    """Return the effects that send another inquiry under the message id of the first.

    Raises:
        RefusedError: no inquiry was sent yet.
    """
    asked = bureau.state.asked[request_id]
    first = asked.inquiry
    if first is None:
        raise RefusedError("permit.mismatch")
    message = bureau.desk.read(first, now=now, old=True)
    if not isinstance(message, Inquiry):
        raise RefusedError("message.malformed")
    other = replace(message, requested_at=message.requested_at + timedelta(seconds=1))
    letter = Letter(to=first.recipient, at=now, message_id=first.message_id)
    sealed = bureau.desk.seal("inquiry", encode(other), first.content_type, letter)
    return _send(bureau, asked, sealed)


def conclude(bureau: Bureau, asked: Asked, document: Document, now: datetime) -> Sequence[Effect]:
    """Take over an answer, a receipt or a refusal; an outdated permit is replaced once.

    Raises:
        RefusedError: the document is not what its sender may say here.
    """
    message = bureau.desk.read(document, now=now, old=True)
    if isinstance(message, Answer):
        require("message.sender", holds=document.sender == asked.request.provider)
        require("permit.mismatch", holds=message.transaction_number == asked.transaction_number)
        asked.state, asked.answer, asked.code = message.state, message, None
    elif isinstance(message, Receipt) and asked.answer is None:
        asked.state = message.state
        return _plan_poll(bureau, asked, now)
    elif isinstance(message, Refusal):
        return _refused(bureau, asked, message, now)
    return ()


def _refused(bureau: Bureau, asked: Asked, refusal: Refusal, now: datetime) -> Sequence[Effect]:
    asked.refusal, asked.code = refusal, refusal.code
    if refusal.code in RENEWABLE and asked.permits_asked < MOST_PERMITS:
        asked.permits_asked += 1
        return request_permit(bureau, asked, now)
    if asked.answer is None:  # a refused repeat takes nothing away from an answer
        asked.failed = refusal.failed
        denied = refusal.code.startswith(("inquiry.denied.", "permit."))
        asked.state = "denied" if denied else "failed"
    return ()


def _plan_poll(bureau: Bureau, asked: Asked, now: datetime) -> Sequence[Effect]:
    """Return the effect that wakes the agency to ask how its inquiry stands, if it ever does."""
    if not asked.polls:
        return ()
    at = bureau.opening.calendar.shift(now, BETWEEN_POLLS)
    bureau.state.polls.append((at, asked.request.request_id))
    return (Later(at=at),)

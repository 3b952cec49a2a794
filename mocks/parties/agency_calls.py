"""Which acts of an agency a document asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from mocks.engine.exchange import Call
from mocks.engine.party import Arrived
from mocks.engine.scenario_terms import State
from mocks.parties.agency_state import Asked, Bureau
from mocks.parties.role import about
from mocks.parties.seen import content_of, peek, permit_end
from wire.documents import Document
from wire.messages import Answer, Inquiry, Notice

Companions = Mapping[str, Sequence[Document]]  # the other documents of a stream, by kind


def call_of(
    bureau: Bureau, document: Document, companions: Companions, event: Arrived, here: datetime
) -> Call | None:
    """Return the act that a document asks for, or None if it asks for none that rules know."""
    message = peek(document)
    if document.kind == "inquiry":
        known = message if isinstance(message, Inquiry) else None
        return _inquiry(bureau, document, known, companions, event, here)
    if isinstance(message, Answer):
        found = find_asked(bureau, message.transaction_number)
        if found is None:
            return None
        call = asked_call(bureau, found, "inquiry.answer.accepted", here)
        content = content_of(message, bureau.script.names)
        return replace(call, message_id=document.message_id, content=content)
    return None


def find_asked(bureau: Bureau, transaction_number: str) -> Asked | None:
    """Return the inquiry of this agency that a transaction number belongs to."""
    request_id = bureau.state.transactions.get(transaction_number)
    return bureau.state.asked.get(request_id or "")


def asked_call(bureau: Bureau, asked: Asked, op: str, here: datetime) -> Call:
    """Return an act of this agency about an inquiry of its own."""
    request, names = asked.request, bureau.script.names
    ended = asked.permit_ends is not None and asked.permit_ends <= here
    permit: State | None = (
        None if asked.permit_ends is None else "expired" if ended else "permitted"
    )
    call = Call(
        party=bureau.role.name,
        op=op,
        peer=names.called(request.provider),
        correlation=request.request_id,
        content=content_of(request, names),
        facts=bureau.role.facts(here, permit=permit, inquiry=cast("State", asked.state)),
    )
    return about(call, bureau.role.person(asked.number))


def _inquiry(
    bureau: Bureau,
    document: Document,
    message: Inquiry | None,
    companions: Companions,
    event: Arrived,
    here: datetime,
) -> Call:
    names, state = bureau.script.names, bureau.state
    number = message.transaction_number if message else ""
    received = state.received.get(number)
    repeated = received is not None and received.receipted
    repeated = repeated and (document.sender, document.message_id) in state.replies
    ends = next((permit_end(one) for one in companions.get("permit", ())), None)
    permit: State | None = None if ends is None else "expired" if ends <= here else "permitted"
    call = Call(
        party=bureau.role.name,
        op="inquiry.status" if repeated else "inquiry.receive",
        peer=names.called(document.sender),
        correlation=names.correlation_of(number) or number or None,
        message_id=document.message_id,
        content=content_of(message, names),
        facts=bureau.role.facts(
            here,
            under_way=event.under_way,
            waiting=len(state.waiting),
            permit=permit,
            inquiry=received.state if received else None,
        ),
    )
    notices = (peek(one) for one in companions.get("notice", ()))
    for notice in notices:
        if isinstance(notice, Notice) and notice.inquiry_message_id == document.message_id:
            who = bureau.role.person(state.people.get(notice.symbol, ""))
            return about(call, who or names.person_of_symbol(bureau.code, notice.symbol))
    return call

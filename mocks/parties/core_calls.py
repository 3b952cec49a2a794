"""Which acts of the core a document asks for."""

from dataclasses import replace
from datetime import datetime

from mocks.engine.exchange import Call, Facts
from mocks.engine.party import Arrived
from mocks.engine.scenario_terms import State
from mocks.parties.core_state import IssuedPermit, Office
from mocks.parties.role import about
from mocks.parties.seen import content_of, peek
from wire.documents import Document
from wire.messages import (
    Answer,
    Inquiry,
    Message,
    PermitRequest,
    ProcessNumberRequest,
    ResidentLink,
)


def call_of(core: Office, document: Document, event: Arrived, here: datetime) -> Call | None:
    """Return the act that a document asks for, or None if it asks for none that rules know."""
    op = _OPS.get(document.kind)
    if op is None:
        return None
    message = peek(document)
    plain = Call(
        party=core.role.name,
        op=op,
        peer=core.script.names.called(document.sender),
        message_id=document.message_id,
        content=content_of(message, core.script.names),
        facts=core.role.facts(here, under_way=event.under_way, waiting=len(core.state.open)),
    )
    return _narrowed(core, plain, message, here)


_OPS = {
    "permit-request": "permit.issue",
    "process-number-request": "symbol.acquire",
    "resident-link": "symbol.acquire",
    "permit-list-request": "list.distribute",
    "inquiry": "inquiry.relay",
    "answer": "inquiry.relay",
}


def _narrowed(core: Office, call: Call, message: Message | None, here: datetime) -> Call:
    """Return a call with the person, the exchange and the state that its message tells."""
    names, state = core.script.names, core.state
    if isinstance(message, PermitRequest):
        resident = state.people.get((message.inquirer, message.symbol), "")
        who = names.person_of(resident)
        who = who or names.person_of_symbol(message.inquirer, message.symbol)
        issued = state.permits.get((message.inquirer, message.request_id))
        facts = _facts(core, call.facts, issued, here)
        return about(replace(call, correlation=message.request_id, facts=facts), who)
    if isinstance(message, ProcessNumberRequest):
        return replace(call, correlation=message.request_id)
    if isinstance(message, ResidentLink):
        return about(call, names.person_of(message.resident_code))
    if isinstance(message, Inquiry | Answer):
        issued = state.transactions.get(message.transaction_number)
        return relay_call(core, call, issued, here)
    return call


def relay_call(core: Office, call: Call, issued: IssuedPermit | None, here: datetime) -> Call:
    """Return a call about the transaction of a permit; without one nothing is known of it."""
    if issued is None:
        return call
    facts = _facts(core, call.facts, issued, here)
    content = call.content
    if content.inquirer is None:
        called = core.script.names.called
        content = replace(
            content,
            inquirer=called(issued.claims.inquirer),
            provider=called(issued.claims.audience),
        )
    narrowed = replace(call, correlation=issued.request_id, facts=facts, content=content)
    return about(narrowed, core.role.person(issued.resident_code))


def _facts(core: Office, facts: Facts, issued: IssuedPermit | None, here: datetime) -> Facts:
    if issued is None:
        return facts
    permit: State = "permitted" if issued.valid(here) else "expired"
    return replace(facts, permit=permit, inquiry=inquiry_state(core, issued))


def inquiry_state(core: Office, issued: IssuedPermit) -> State | None:
    """Return how far the inquiry of a permit came, as far as the core saw."""
    outcome = core.state.outcomes.get(issued.claims.transaction_number)
    return _STATES.get(outcome or "")


_STATES: dict[str, State] = {
    "sent": "sent",
    "held": "held",
    "answered": "answered",
    "not_provided": "not_provided",
    "denied": "denied",
}

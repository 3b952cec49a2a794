"""The content of answers: what is known of what may leave, or what a rule wants to be said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from mocks.engine.clock import day_of
from mocks.engine.examples import find_example
from mocks.engine.scenario_rules import Reaction
from mocks.engine.scenario_terms import State
from mocks.parties.agency_state import Bureau, Received
from mocks.parties.seen import peek
from wire.documents import Document
from wire.messages import Answer, AnsweredInformation, AnsweredItem, encode
from wire.permit import PermitGrant

UNASKED = "1"  # the value of an item that nobody asked for
MARKING = frozenset({"non_disclosure"})  # flags of a person that answers tell


def nothing(received: Received) -> Answer:
    """Return the answer that says nothing, the same whatever the cause (G12)."""
    return Answer(
        transaction_number=received.inquiry.transaction_number,
        permit_id=received.inquiry.permit_id,
        state="not_provided",
    )


def compose(
    bureau: Bureau, received: Received, reaction: Reaction | None, here: datetime
) -> Answer:
    """Return what is known here, or a known answer by name, of what may leave."""
    example = reaction.example if reaction else None
    known: Mapping[str, Mapping[str, str | None]] = (
        find_example(example) if example else bureau.state.holdings.get(received.number, {})
    )
    found = []
    for grant in received.granted:
        values = known.get(grant.information)
        if values is not None and grant.items:
            found.append(_information(grant, values, here))
    if not found:
        return nothing(received)
    answer = replace(nothing(received), state="answered", information=tuple(found))
    return _marked(bureau, received, _with_items(answer, reaction), reaction)


def as_ruled(
    bureau: Bureau, received: Received, answer: Answer, reaction: Reaction, here: datetime
) -> Answer:
    """Return an answer changed by the rule on sending it."""
    wanted: State | None = reaction.reply.state if reaction.reply else None
    if wanted == "not_provided":
        return nothing(received)
    if reaction.example is not None:
        return compose(bureau, received, reaction, here)
    return _marked(bureau, received, _with_items(answer, reaction), reaction)


def of_another(bureau: Bureau, answer: Answer) -> Answer:
    """Return an answer that claims to belong to another inquiry: somebody else's."""
    own = answer.transaction_number
    others = [one for number, one in bureau.state.received.items() if number != own]
    if others:
        other = others[-1].inquiry
        numbers = (other.transaction_number, other.permit_id)
    else:
        numbers = (bureau.desk.new_id("transaction"), bureau.desk.new_id("permit"))
    return replace(answer, transaction_number=numbers[0], permit_id=numbers[1])


def varied(document: Document) -> bytes:
    """Return the body of an answer with another value; one without values stays as it is."""
    answer = peek(document)
    if not isinstance(answer, Answer) or not answer.information:
        return document.body
    first = answer.information[0]
    value = f"{first.items[0].value or ''}9"
    items = (AnsweredItem(id=first.items[0].id, value=value), *first.items[1:])
    return encode(
        replace(answer, information=(replace(first, items=items), *answer.information[1:]))
    )


def _with_items(answer: Answer, reaction: Reaction | None) -> Answer:
    """Return an answer with items beside those that may leave."""
    added = reaction.add_items if reaction else ()
    if not added or not answer.information:
        return answer
    first = answer.information[0]
    there = {item.id for item in first.items}
    more = tuple(AnsweredItem(id=name, value=UNASKED) for name in added if name not in there)
    wider = replace(first, items=(*first.items, *more))
    return replace(answer, information=(wider, *answer.information[1:]))


def _marked(
    bureau: Bureau, received: Received, answer: Answer, reaction: Reaction | None
) -> Answer:
    """Return an answer that says whether what it tells is to be disclosed to nobody."""
    flagged = bool(bureau.state.flags.get(received.number, set()) & MARKING)
    header = reaction.header if reaction else None
    hidden = header.non_disclosure if header else flagged
    return replace(answer, nondisclosure=True) if hidden and answer.information else answer


def _information(
    grant: PermitGrant, values: Mapping[str, str | None], now: datetime
) -> AnsweredInformation:
    items = []
    for name in grant.items:
        value = values.get(name)
        reason = None if value else "not_registered"
        items.append(AnsweredItem(id=name, value=value or None, reason=reason))
    return AnsweredInformation(name=grant.information, as_of=day_of(now), items=tuple(items))

"""What an agency answers and when: at once, at the slot, or when its staff say so."""

import heapq
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from mocks.engine.exchange import Call, Ruling
from mocks.engine.party import Effect, Later, Reply, UnableError
from mocks.engine.scenario_rules import Act, Reaction
from mocks.parties.agency_state import Bureau, Received
from mocks.parties.composing import as_ruled, compose, nothing, of_another, varied
from mocks.parties.desk import Letter
from mocks.parties.outbox import Parcel, has, swaps
from mocks.parties.refusals import OrderedError, RefusedError, obey
from mocks.parties.role import Became
from mocks.parties.seen import content_of, shown
from wire.documents import Document
from wire.messages import Answer, Receipt

ITEM_FLAGS: Final = frozenset({"auto_response_prohibited"})  # shown as held
PERSON_FLAGS: Final = frozenset({"non_disclosure", "dv_protected"})  # shown as sent
AFTER_STEPS: Final = timedelta(seconds=1)
UUID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Waits = Literal["sent", "held"]


def decide(
    bureau: Bureau, received: Received, ruling: Ruling | None, letter: Letter
) -> Sequence[Effect]:
    """Return the effects that answer an inquiry, or give a receipt; the reply comes first.

    Raises:
        RefusedError: a rule wants it refused.
    """
    wanted = ruling.reply.state if ruling and ruling.reply else None
    if wanted == "denied":
        raise OrderedError("inquiry.denied.hold", failed="hold")
    flags = bureau.state.flags.get(received.number, set())
    if wanted == "held" or (wanted is None and flags & ITEM_FLAGS):
        return [_wait(bureau, received, ruling, "held", letter)]
    if wanted == "sent":
        return _later(bureau, received, ruling, letter)
    shut = wanted == "not_provided" or bool(flags & PERSON_FLAGS)
    answer = compose(bureau, received, received.reaction, letter.at)
    if shut or answer.state == "not_provided":  # never leaves at once (G12)
        received.gives = False
        return _at(bureau, received, ruling, letter, letter.at + bureau.slot)
    return _at_once(bureau, received, answer, letter)


def _wait(
    bureau: Bureau, received: Received, ruling: Ruling | None, state: Waits, letter: Letter
) -> Reply:
    """Let an inquiry wait and give a receipt."""
    received.state = state
    bureau.state.waiting.add(received.inquiry.transaction_number)
    return _receipt(bureau, received, ruling, state, letter)


def _receipt(
    bureau: Bureau, received: Received, ruling: Ruling | None, state: Waits, letter: Letter
) -> Reply:
    """Return a receipt; the number that a rule gives it makes its message id."""
    received.receipted = True
    given = ruling.texts.get("receipt") if ruling else None
    message_id = None
    if isinstance(given, str):
        message_id = given if UUID.fullmatch(given) else bureau.desk.draw.uuid("receipt", given)
    marked = replace(letter, message_id=message_id)
    receipt = Receipt(transaction_number=received.inquiry.transaction_number, state=state)
    return Reply(document=bureau.desk.write(receipt, marked).raw)


def _later(
    bureau: Bureau, received: Received, ruling: Ruling | None, letter: Letter
) -> Sequence[Effect]:
    """Give a receipt; the answer leaves at the slot, but after what the rule does meanwhile.

    Where the rule says when to answer, nothing leaves by itself.
    """
    steps = ruling.later if ruling else ()
    if any(step.action == "answer" for step in steps):
        return [_wait(bureau, received, ruling, "sent", letter)]
    calendar = bureau.opening.calendar
    ends = [calendar.shift(letter.at, step.after) + AFTER_STEPS for step in steps]
    return _at(bureau, received, ruling, letter, max([letter.at + bureau.slot, *ends]))


def _at(
    bureau: Bureau, received: Received, ruling: Ruling | None, letter: Letter, at: datetime
) -> Sequence[Effect]:
    received.due_at = at
    heapq.heappush(bureau.state.due, (at, received.inquiry.transaction_number))
    return [_wait(bureau, received, ruling, "sent", letter), Later(at=at)]


def _at_once(
    bureau: Bureau, received: Received, answer: Answer, letter: Letter
) -> Sequence[Effect]:
    document, ruling = _seal(bureau, received, answer, letter)
    parcel = _parcel(bureau, document)
    if swaps(ruling):  # the inquirer is told to wait, the answer follows the next one
        receipt = _receipt(bureau, received, None, "sent", letter)
        return [receipt, *bureau.outbox.send(parcel, ruling, letter.at)]
    return bureau.outbox.reply(document.raw, parcel, ruling, letter.at)


def settle_due(bureau: Bureau, here: datetime) -> Sequence[Effect]:
    """Return the effects of answers that leave by themselves and whose instant has come."""
    effects: list[Effect] = []
    due = bureau.state.due
    while due and due[0][0] <= here:
        at, number = heapq.heappop(due)
        received = bureau.state.received[number]
        if received.due_at == at:  # nobody answered meanwhile
            answer = nothing(received)
            if received.gives:
                answer = compose(bureau, received, received.reaction, here)
            effects += _send(bureau, received, answer, here)
    return effects


def act_answer(bureau: Bureau, act: Act, call: Call | None, here: datetime) -> Sequence[Effect]:
    """Return the effects of staff who answer an inquiry that waits.

    Raises:
        UnableError: no inquiry of that exchange waits here.
    """
    received = _find_waiting(bureau, call)
    reaction = received.reaction
    if act.example is not None:
        reaction = replace(reaction or Reaction(), example=act.example)
    return _send(bureau, received, compose(bureau, received, reaction, here), here)


def _find_waiting(bureau: Bureau, call: Call | None) -> Received:
    for number in bureau.state.waiting:
        received = bureau.state.received[number]
        if call is not None and received.call.correlation == call.correlation:
            return received
    message = "回答を待つ照会がこのやり取りにありません / no inquiry of this exchange waits"
    raise UnableError(message)


def _send(bureau: Bureau, received: Received, answer: Answer, here: datetime) -> Sequence[Effect]:
    """Send a late answer; from now on a repeat of the inquiry gets it."""
    letter = Letter(to=received.inquiry.inquirer, at=here, reply_to=received.message_id)
    try:
        document, ruling = _seal(bureau, received, answer, letter)
    except RefusedError:
        return ()  # a rule wants it to stay
    digest, _ = bureau.state.replies[received.key]
    bureau.state.replies[received.key] = (digest, document.raw)
    return bureau.outbox.send(_parcel(bureau, document), ruling, here)


def _seal(
    bureau: Bureau, received: Received, answer: Answer, letter: Letter
) -> tuple[Document, Ruling]:
    """Bring an answer to the rules; return its document as they want it, and the ruling.

    Raises:
        RefusedError: a rule wants none.
    """
    names, number = bureau.script.names, received.inquiry.transaction_number
    before = {"inquiry": "none" if received.state == "accepted" else received.state}
    content = replace(content_of(received.inquiry, names), items=content_of(answer, names).items)
    facts = bureau.role.facts(letter.at, waiting=len(bureau.state.waiting), inquiry=received.state)
    call = replace(received.call, op="inquiry.answer", content=content, facts=facts)
    ruling = bureau.role.rule(call, letter.at)
    try:
        obey(ruling)
    except RefusedError as error:
        bureau.role.settle(ruling, Became(outcome=error.code, before=before, after=before))
        raise
    if ruling.reaction is not None:
        answer = as_ruled(bureau, received, answer, ruling.reaction, letter.at)
    if has(ruling, "person"):
        answer = of_another(bureau, answer)
    received.state, received.due_at = answer.state, None
    bureau.state.waiting.discard(number)
    bureau.state.provided[number] = answer.state
    document = bureau.desk.write(answer, replace(letter, forged=has(ruling, "signature")))
    after, decoded = {"inquiry": answer.state}, shown(document, answer)
    became = Became(outcome=answer.state, before=before, after=after, decoded=decoded)
    bureau.role.settle(ruling, became)
    return document, ruling


def _parcel(bureau: Bureau, document: Document) -> Parcel:
    def anew(vary: Sequence[str], at: datetime) -> tuple[bytes, ...]:
        body = varied(document) if "body" in vary else document.body
        return (bureau.desk.again(document, vary, at, body).raw,)

    return Parcel(to=bureau.core, documents=(document.raw,), anew=anew)

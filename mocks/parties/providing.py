"""An agency as provider (情報提供者): verifies like a real one, then answers from what it knows.

Steps: 1 permit signed by the core and valid; 2 notice of the core for this very inquiry; 3 permit,
notice and inquiry say the same; 4 its own copy of the permit list allows it; 5 it is open and has
room for one more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mocks.engine.exchange import Ruling
from mocks.engine.party import Arrived, Effect, Reply
from mocks.parties.agency_calls import Companions, call_of
from mocks.parties.agency_state import Bureau, Received
from mocks.parties.answering import decide
from mocks.parties.desk import Letter, content_digest
from mocks.parties.judging import grants
from mocks.parties.refusals import OrderedError, RefusedError, is_passing, obey, require
from mocks.parties.role import Became
from mocks.parties.seen import peek, shown
from wire.documents import Document
from wire.messages import Inquiry, Notice, Receipt
from wire.permit import PermitClaims, PermitGrant

LEEWAY = timedelta(seconds=60)
COME_AGAIN = timedelta(minutes=1)
WAITING = frozenset({"sent", "held"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An inquiry with the other documents of its stream, the stream, and the instant."""

    document: Document
    companions: Companions
    event: Arrived
    here: datetime

    @property
    def ruling(self) -> Ruling | None:
        """What the rules make of it."""
        return self.event.rulings.get(self.document.message_id)

    @property
    def key(self) -> tuple[str, str]:
        """What tells a repeat: sender and message id."""
        return self.document.sender, self.document.message_id

    @property
    def letter(self) -> Letter:
        """Where the reply goes."""
        return Letter(to=self.document.sender, at=self.here, reply_to=self.document.message_id)


def provide(bureau: Bureau, arrival: Arrival) -> Sequence[Effect]:
    """Return the effects of one inquiry that arrived with its companions."""
    known = bureau.state.replies.get(arrival.key)
    digest = content_digest(arrival.document)
    if known is not None and known[0] == digest:
        return _tell(bureau, arrival, known[1])
    number: str | None = None
    try:
        require("message.conflict", holds=known is None)
        inquiry = _read(bureau, arrival.document, arrival.here)
        number = inquiry.transaction_number
        obey(arrival.ruling)
        received = _accept(bureau, arrival, inquiry)
        effects = decide(bureau, received, arrival.ruling, arrival.letter)
    except RefusedError as error:
        return _refuse(bureau, arrival, error, number)
    bureau.state.permits_used.add(inquiry.permit_id)
    bureau.state.received[inquiry.transaction_number] = received
    bureau.state.provided[inquiry.transaction_number] = received.state
    first = effects[0]
    if isinstance(first, Reply):
        bureau.state.replies[arrival.key] = (digest, first.document)
    _settle(bureau, arrival, received)
    return effects


def _settle(bureau: Bureau, arrival: Arrival, received: Received) -> None:
    decoded = shown(arrival.document)
    before, after = {"inquiry": "none"}, {"inquiry": received.state}
    became = Became(outcome=received.state, before=before, after=after, decoded=decoded)
    bureau.role.settle(arrival.ruling, became)


def _refuse(
    bureau: Bureau, arrival: Arrival, error: RefusedError, number: str | None
) -> Sequence[Effect]:
    """Refuse, and keep the refusal for repeats if it is about the inquiry and not the moment."""
    refused = bureau.desk.refuse(error, arrival.letter, number)
    passing = isinstance(error, OrderedError) or is_passing(error)
    if error.code != "message.conflict" and not passing:
        digest = content_digest(arrival.document)
        bureau.state.replies[arrival.key] = (digest, refused.raw)
    bureau.role.settle(arrival.ruling, Became(outcome=error.code, decoded=shown(arrival.document)))
    return (Reply(document=refused.raw),)


def _tell(bureau: Bureau, arrival: Arrival, reply: bytes) -> Sequence[Effect]:
    """Return the reply to a repeat: what was said before, or what a rule wants to be said."""
    ruling = arrival.ruling
    message = peek(arrival.document)
    number = message.transaction_number if isinstance(message, Inquiry) else ""
    received = bureau.state.received.get(number)
    state = received.state if received else "denied"
    try:
        obey(ruling)
    except OrderedError as error:
        return _refuse(bureau, arrival, error, number or None)
    wanted = ruling.reply.state if ruling and ruling.reply else None
    if received is not None and wanted in WAITING:
        receipt = Receipt(transaction_number=number, state="held" if wanted == "held" else "sent")
        reply, state = bureau.desk.write(receipt, arrival.letter).raw, receipt.state
    now = {"inquiry": received.state} if received else {}
    became = Became(outcome=state, before=now, after=now, decoded=shown(arrival.document))
    bureau.role.settle(ruling, became)
    return (Reply(document=reply),)


def _accept(bureau: Bureau, arrival: Arrival, inquiry: Inquiry) -> Received:
    """Return the inquiry as it is kept, if nothing is against it."""
    symbol, granted = _verify(bureau, arrival, inquiry)
    call = call_of(bureau, arrival.document, arrival.companions, arrival.event, arrival.here)
    if call is None:
        raise RefusedError("message.malformed")
    return Received(
        inquiry=inquiry,
        message_id=arrival.document.message_id,
        call=call,
        number=bureau.state.people.get(symbol, ""),
        granted=granted,
        reaction=arrival.ruling.reaction if arrival.ruling else None,
    )


def _read(bureau: Bureau, document: Document, now: datetime) -> Inquiry:
    require("message.addressee", holds=document.recipient == bureau.code)
    message = bureau.desk.read(document, now=now, old=True)
    if not isinstance(message, Inquiry) or message.provider != bureau.code:
        raise RefusedError("message.malformed")
    require("message.sender", holds=message.inquirer == document.sender)
    return message


def _verify(
    bureau: Bureau, arrival: Arrival, inquiry: Inquiry
) -> tuple[str, Sequence[PermitGrant]]:
    """Return the symbol of the person and what may leave, or refuse at the first rule broken."""
    document, companions, now = arrival.document, arrival.companions, arrival.here
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
    if not bureau.opening.is_open(now):
        raise RefusedError("provider.closed", retry_at=bureau.opening.next_open(now))
    _find_room(bureau, arrival)
    return notice.symbol, _overlap(permit, grants(inquiry.information, decision))


def _find_room(bureau: Bureau, arrival: Arrival) -> None:
    taken = arrival.event.under_way
    full = bureau.role.is_full("at_once", taken)
    if full or bureau.role.is_full("waiting", len(bureau.state.waiting)):
        retry_at = arrival.here + COME_AGAIN
        raise RefusedError("capacity.exceeded", retry="after", retry_at=retry_at)


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

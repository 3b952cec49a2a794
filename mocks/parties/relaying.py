"""How the core relays: the author's bytes unchanged, beside its own notice to the provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mocks.engine.exchange import Ruling
from mocks.engine.party import Advance, Effect, Reply, Returned, Send
from mocks.parties.core_calls import inquiry_state
from mocks.parties.core_state import IssuedPermit, Office, Relay
from mocks.parties.desk import Letter
from mocks.parties.outbox import Parcel, has
from mocks.parties.permitting import COME_AGAIN
from mocks.parties.refusals import RefusedError, obey, require
from mocks.parties.role import Became
from mocks.parties.watching import see, see_taken
from wire.documents import Document
from wire.messages import Answer, Inquiry, Message, Notice, Receipt, Refusal

OPEN = frozenset({"sent", "held"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """A document on its way through the core, what it says, and what the rules make of it."""

    document: Document
    message: Message
    ruling: Ruling | None
    under_way: int = 0


def relay(
    core: Office, passing: Passing, permits: Mapping[str, Document], now: datetime
) -> Sequence[Effect]:
    """Return the effects that bring an inquiry, its permit and a notice to the provider.

    Raises:
        RefusedError: the inquiry is not the one that a permit of this core allows, or a rule or a
            limit is against it.
    """
    document, message = passing.document, passing.message
    if not isinstance(message, Inquiry):
        raise RefusedError("message.malformed")
    issued = core.state.transactions.get(message.transaction_number)
    see(core, issued, document, message, now)
    obey(passing.ruling)
    compact = issued.compact if issued else b""
    enclosed = next((one for one in permits.values() if one.body == compact), None)
    if issued is None or enclosed is None or not _fits(issued, document, message):
        raise RefusedError("permit.mismatch")
    # A repeat of what was relayed before only asks for the stored reply, at any time.
    repeated = message.transaction_number in core.state.relayed
    require("permit.expired", holds=repeated or issued.valid(now))
    if core.role.is_full("at_once", passing.under_way):
        raise RefusedError("capacity.exceeded", retry="after", retry_at=now + COME_AGAIN)
    core.state.relayed.add(message.transaction_number)
    notice = _notice(core, issued, passing, now)
    stream = (document.raw, enclosed.raw, notice.raw)
    mark = f"relay {message.transaction_number} {document.message_id}"
    _expect(core, mark, passing.ruling, issued)
    parcel = Parcel(to=document.recipient, documents=stream, mark=mark)
    slow = core.state.behaviour.occurs("relay.slow")
    return [
        *([Advance(step=timedelta(seconds=slow.amount))] if slow else []),
        Send(to=parcel.to, documents=stream, mark=mark),
        *core.outbox.repeat(parcel, passing.ruling, now),
    ]


def _fits(issued: IssuedPermit, document: Document, message: Inquiry) -> bool:
    claims = issued.claims
    return (
        document.sender == message.inquirer == claims.inquirer
        and document.recipient == message.provider == claims.audience
        and message.permit_id == claims.permit_id
    )


def _notice(core: Office, issued: IssuedPermit, passing: Passing, now: datetime) -> Document:
    claims = issued.claims
    notice = Notice(
        transaction_number=claims.transaction_number,
        permit_id=claims.permit_id,
        symbol=core.symbol_of(claims.audience, issued.resident_code),
        route=core.code,
        inquirer=claims.inquirer,
        inquiry_message_id=passing.document.message_id,
    )
    forged = has(passing.ruling, "signature")
    return core.desk.write(notice, Letter(to=claims.audience, at=now, forged=forged))


def pass_on(core: Office, passing: Passing, now: datetime) -> Sequence[Effect]:
    """Return the effects that bring a late answer to the inquirer.

    Raises:
        RefusedError: the transaction is unknown, the sender is not its provider, or a rule is
            against it.
    """
    document, message = passing.document, passing.message
    if not isinstance(message, Answer):
        raise RefusedError("message.malformed")
    issued = core.state.transactions.get(message.transaction_number)
    see(core, issued, document, message, now)
    obey(passing.ruling)
    ways = (issued.claims.audience, issued.claims.inquirer) if issued else ("", "")
    if issued is None or (document.sender, document.recipient) != ways:
        raise RefusedError("permit.mismatch")
    mark = f"pass {message.transaction_number} {document.message_id}"
    _expect(core, mark, passing.ruling, issued)
    _settle(core, message.transaction_number, message.state, document, now)
    parcel = Parcel(to=document.recipient, documents=(document.raw,), mark=mark)
    return core.outbox.send(parcel, None, now) + core.outbox.follow(parcel, passing.ruling, now)


def returned(core: Office, event: Returned, now: datetime) -> Sequence[Effect]:
    """Return the replies that belong to what was relayed, as the same bytes.

    Where nobody answered there is no reply: the sender repeats, and repeats are harmless. Neither
    is there one to what was forgotten meanwhile, because somebody cleared the state.
    """
    kind, _, rest = event.mark.partition(" ")
    if kind not in {"relay", "pass"}:
        return ()
    transaction_number, _, message_id = rest.partition(" ")
    if transaction_number not in core.state.transactions:
        return ()
    relayed = core.state.relays.pop(event.mark, None)
    core.role.exchange = relayed.exchange if relayed else 0
    replies = [one for one in event.documents or () if one.in_reply_to == message_id]
    outcome = "unreachable"
    for reply in replies:
        if kind == "relay":
            outcome = _note(core, transaction_number, reply, now)
        else:
            outcome = see_taken(core, transaction_number, reply, now)
    if kind == "relay" and not replies:
        core.record(now, act="relay", transaction_number=transaction_number, result="unreachable")
    if relayed is not None:
        _conclude(core, relayed, transaction_number, outcome)
    return [Reply(document=reply.raw) for reply in replies]


def _note(core: Office, transaction_number: str, reply: Document, now: datetime) -> str:
    """Record what a provider said, if it is the provider who said it; return it in a word."""
    issued = core.state.transactions[transaction_number]
    try:
        message = core.desk.read(reply, now=now, old=True)
    except RefusedError as error:
        core.record(
            now, act="relay", transaction_number=transaction_number, result="bad", code=error.code
        )
        return error.code
    if reply.sender != issued.claims.audience:
        return "message.sender"
    if isinstance(message, Answer):
        see(core, issued, reply, message, now)
    if isinstance(message, Answer | Receipt):
        _settle(core, transaction_number, message.state, reply, now)
        return message.state
    if isinstance(message, Refusal):
        _settle(core, transaction_number, "denied", reply, now, code=message.code)
        return message.code
    return reply.kind


def _settle(
    core: Office,
    transaction_number: str,
    result: str,
    document: Document,
    now: datetime,
    *,
    code: str | None = None,
) -> None:
    claims = core.state.transactions[transaction_number].claims
    core.state.outcomes[transaction_number] = result
    if result not in OPEN:
        core.state.open.discard(transaction_number)
    core.record(
        now,
        act="relay",
        transaction_number=transaction_number,
        permit_id=claims.permit_id,
        inquirer=claims.inquirer,
        provider=claims.audience,
        result=result,
        code=code,
        digest=document.digest.hex(),
        bytes=len(document.raw),
        kind=document.kind,
    )


def _expect(core: Office, mark: str, ruling: Ruling | None, issued: IssuedPermit) -> None:
    """Remember how it stood before something was relayed, until the reply comes."""
    before = {"inquiry": inquiry_state(core, issued) or "permitted"}
    core.state.relays[mark] = Relay(ruling=ruling, before=before, exchange=core.role.exchange)


def _conclude(core: Office, relay: Relay, transaction_number: str, outcome: str) -> None:
    issued = core.state.transactions[transaction_number]
    after = {"inquiry": inquiry_state(core, issued) or "permitted"}
    core.role.settle(relay.ruling, Became(outcome=outcome, before=relay.before, after=after))

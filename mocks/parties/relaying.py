"""How the core relays: the author's bytes unchanged, beside its own notice to the provider."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mocks.engine.party import Advance, Effect, Reply, Returned, Send
from mocks.parties.core_state import IssuedPermit, Office
from mocks.parties.desk import Letter
from mocks.parties.refusals import RefusedError, require
from wire.documents import Document
from wire.messages import Answer, Inquiry, Message, Notice, Receipt, Refusal

SPARE = "spare"  # a duplicate that the core was told to send: its reply goes nowhere


def relay(
    core: Office,
    document: Document,
    message: Message,
    permits: Mapping[str, Document],
    now: datetime,
) -> Sequence[Effect]:
    """Return the effects that bring an inquiry, its permit and a notice to the provider.

    Raises:
        RefusedError: the inquiry is not the one that a permit of this core allows.
    """
    if not isinstance(message, Inquiry):
        raise RefusedError("message.malformed")
    issued = core.state.transactions.get(message.transaction_number)
    compact = issued.compact if issued else b""
    enclosed = next((one for one in permits.values() if one.body == compact), None)
    if issued is None or enclosed is None or not _fits(issued, document, message):
        raise RefusedError("permit.mismatch")
    # A repeat of what was relayed before only asks for the stored reply, at any time.
    repeated = message.transaction_number in core.state.relayed
    require("permit.expired", holds=repeated or issued.valid(now))
    core.state.relayed.add(message.transaction_number)
    behaviour = core.state.behaviour
    effects: list[Effect] = []
    if slow := behaviour.occurs("relay.slow"):
        effects.append(Advance(step=timedelta(seconds=slow.amount)))
    stream = (document.raw, enclosed.raw, _notice(core, issued, document, now).raw)
    mark = f"relay {message.transaction_number} {document.message_id}"
    effects.append(Send(to=document.recipient, documents=stream, mark=mark))
    if behaviour.occurs("relay.duplicate"):
        effects.append(Send(to=document.recipient, documents=stream, mark=SPARE))
    return effects


def _fits(issued: IssuedPermit, document: Document, message: Inquiry) -> bool:
    claims = issued.claims
    return (
        document.sender == message.inquirer == claims.inquirer
        and document.recipient == message.provider == claims.audience
        and message.permit_id == claims.permit_id
    )


def _notice(core: Office, issued: IssuedPermit, document: Document, now: datetime) -> Document:
    claims = issued.claims
    notice = Notice(
        transaction_number=claims.transaction_number,
        permit_id=claims.permit_id,
        symbol=core.state.symbol_of(claims.audience, issued.resident_code, core.draw),
        route=core.code,
        inquirer=claims.inquirer,
        inquiry_message_id=document.message_id,
    )
    forged = core.state.behaviour.occurs("notice.forge") is not None
    return core.desk.write(notice, Letter(to=claims.audience, at=now, forged=forged))


def pass_on(core: Office, document: Document, message: Message, now: datetime) -> Sequence[Effect]:
    """Return the effects that bring a late answer to the inquirer.

    Raises:
        RefusedError: the transaction is unknown, or the sender is not its provider.
    """
    if not isinstance(message, Answer):
        raise RefusedError("message.malformed")
    issued = core.state.transactions.get(message.transaction_number)
    ways = (issued.claims.audience, issued.claims.inquirer) if issued else ("", "")
    if (document.sender, document.recipient) != ways:
        raise RefusedError("permit.mismatch")
    _settle(core, message.transaction_number, message.state, document, now)
    mark = f"pass {message.transaction_number} {document.message_id}"
    return (Send(to=document.recipient, documents=(document.raw,), mark=mark),)


def returned(core: Office, event: Returned, now: datetime) -> Sequence[Effect]:
    """Return the replies that belong to what was relayed, as the same bytes.

    Where nobody answered there is no reply: the sender repeats, and repeats are harmless.
    """
    kind, _, rest = event.mark.partition(" ")
    if kind not in {"relay", "pass"}:
        return ()
    transaction_number, _, message_id = rest.partition(" ")
    replies = [one for one in event.documents or () if one.in_reply_to == message_id]
    if kind == "relay":
        for reply in replies:
            _note(core, transaction_number, reply, now)
        if not replies:
            core.record(
                now, act="relay", transaction_number=transaction_number, result="unreachable"
            )
    return [Reply(document=reply.raw) for reply in replies]


def _note(core: Office, transaction_number: str, reply: Document, now: datetime) -> None:
    """Record what a provider said, if it is the provider who said it."""
    issued = core.state.transactions[transaction_number]
    try:
        message = core.desk.read(reply, now=now, old=True)
    except RefusedError as error:
        core.record(
            now, act="relay", transaction_number=transaction_number, result="bad", code=error.code
        )
        return
    if reply.sender != issued.claims.audience:
        return
    if isinstance(message, Answer | Receipt):
        _settle(core, transaction_number, message.state, reply, now)
    elif isinstance(message, Refusal):
        _settle(core, transaction_number, "denied", reply, now, code=message.code)


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

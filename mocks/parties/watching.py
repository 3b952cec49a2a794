"""What the core sees of the system under test as it relays: inquiries, answers, receipts."""

from datetime import datetime

from mocks.engine.exchange import Call
from mocks.parties.core_calls import relay_call
from mocks.parties.core_state import IssuedPermit, Office
from mocks.parties.refusals import RefusedError
from mocks.parties.seen import content_of, shown
from wire.documents import Document
from wire.messages import Answer, Inquiry, Message, Refusal


def see(
    core: Office, issued: IssuedPermit | None, document: Document, message: Message, now: datetime
) -> None:
    """Write down what the system under test sends: its inquiries and its answers."""
    if not core.role.is_outsider(document.sender):
        return
    names = core.script.names
    sends = isinstance(message, Inquiry)
    call = Call(
        party=names.called(document.sender),
        op="inquiry.send" if sends else "inquiry.answer",
        peer=names.called(document.recipient),
        message_id=document.message_id,
        content=content_of(message, names),
    )
    outcome = message.state if isinstance(message, Answer) else "sent"
    known = relay_call(core, call, issued, now)
    core.role.see(known, now, outcome, **shown(document, message))


def see_taken(core: Office, transaction_number: str, reply: Document, now: datetime) -> str:
    """Write down that the system under test took a late answer over; return its word for it."""
    if reply.kind != "acknowledgement":
        message = _read(core, reply, now)
        return message.code if isinstance(message, Refusal) else reply.kind
    issued = core.state.transactions[transaction_number]
    if core.role.is_outsider(reply.sender):
        names = core.script.names
        first = transaction_number not in core.state.accepted
        core.state.accepted.add(transaction_number)
        for op in ("inquiry.answer.accepted", "ack") if first else ("ack",):
            call = Call(
                party=names.called(reply.sender),
                op=op,
                peer=names.called(issued.claims.audience),
                message_id=reply.message_id,
            )
            core.role.see(relay_call(core, call, issued, now), now, "ok", **shown(reply))
    return "acknowledged"


def _read(core: Office, reply: Document, now: datetime) -> Message | None:
    try:
        return core.desk.read(reply, now=now, old=True)
    except RefusedError:
        return None

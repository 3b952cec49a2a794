"""How the core passes on requests of the citizen's view (N4), under the symbol of the asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mocks.engine.party import Effect, Reply, Returned, Send
from mocks.parties.core_state import Office
from mocks.parties.desk import Letter
from mocks.parties.refusals import RefusedError
from wire.documents import Document
from wire.messages import InformationRequest, Message, RecordRequest

KINDS = frozenset({"record-request", "information-request"})
MARK = "disclose"


def forward(core: Office, document: Document, message: Message, now: datetime) -> Sequence[Effect]:
    """Return the effect that brings a request to the institution that it is for.

    The request is the core's own document from here on: nobody else ever sees two symbols.

    Raises:
        RefusedError: the sender has no such symbol.
    """
    if not isinstance(message, RecordRequest | InformationRequest):
        raise RefusedError("message.malformed")
    person = core.state.people.get((document.sender, message.symbol))
    if person is None:
        raise RefusedError("symbol.not_found")
    asked = replace(message, symbol=core.symbol_of(document.recipient, person))
    sent = core.desk.write(asked, Letter(to=document.recipient, at=now))
    core.record(
        now,
        act="disclosure",
        result="asked",
        kind=document.kind,
        by=document.sender,
        provider=document.recipient,
        request_id=message.request_id,
    )
    mark = f"{MARK} {sent.message_id}"
    return (Send(to=document.recipient, documents=(sent.raw,), mark=mark),)


def returned(event: Returned) -> Sequence[Effect]:
    """Return what the institution said to a request, as the same bytes."""
    message_id = event.mark.partition(" ")[2]
    replies = [one for one in event.documents or () if one.in_reply_to == message_id]
    return [Reply(document=one.raw) for one in replies]

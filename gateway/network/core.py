"""The `Core` port: permits, inquiries, late answers and the permit list, by signed documents."""

import logging
from dataclasses import replace
from typing import Final

from gateway.domain.errors import InvalidError, PeerUnreachableError, RefusedError, Retry
from gateway.domain.identifiers import ProcessNumber, Symbol
from gateway.domain.inquiry import Inquiry, Refusal
from gateway.domain.permits import OfferedList, ProvisionPermit
from gateway.network.line import Line
from gateway.network.mapping import (
    from_answer,
    from_permit_list,
    from_refusal,
    to_inquiry,
    to_permit_request,
)
from gateway.network.permits import check_permit, open_permit
from gateway.network.sealing import derive_id
from gateway.ports import Delivery
from wire import messages as wire
from wire.documents import PERMIT_TYPE, Document, decode_stream, seal
from wire.errors import WireError
from wire.permit_list import decode_permit_list

_LOG: Final = logging.getLogger(__name__)


class NetworkCore:
    """The network core at the other end of a line; message ids of repeats stay the same."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def request_permit(self, inquiry: Inquiry, symbol: Symbol) -> ProvisionPermit | Refusal:
        """Ask for a permit; the request carries our own symbol, the permit names nobody.

        Raises:
            PeerUnreachableError: no usable reply came.
            RefusedError: the reply breaks a rule, or the permit is not the one asked for.
        """
        line = self._line
        institution = line.sealer.institution
        request = line.sealer.seal(
            to_permit_request(inquiry, symbol, institution),
            recipient=line.peer,
            at=line.clock.now(),
            message_id=derive_id(inquiry.request_id, f"permit-request:{inquiry.permits_asked}"),
            deadline=inquiry.deadline_at,
        )
        bulk = inquiry.batch_id is not None
        reply = await line.send([request], until=inquiry.deadline_at, bulk=bulk)
        if reply.kind != "permit":
            return self._refusal(line.open(reply, request, authors=(line.peer,)))
        permit = open_permit(reply.body, issuer=line.peer, keys=line.trust.directory.permit_keys)
        check_permit(permit, inquiry, inquirer=institution, request_message_id=request.message_id)
        return permit

    async def send_inquiry(self, inquiry: Inquiry) -> Delivery:
        """Send an inquiry together with its permit; return what the provider replied at once.

        Raises:
            PeerUnreachableError: no usable reply came.
            RefusedError: the reply breaks a rule, or belongs to another transaction.
            InvalidError: the inquiry has no permit.
        """
        line = self._line
        documents = self._inquiry_documents(inquiry)
        request = documents[0]
        bulk = inquiry.batch_id is not None
        reply = await line.send(documents, until=inquiry.deadline_at, bulk=bulk)
        refused = reply.kind == "refusal"  # the core may refuse to relay, but never answers itself
        authors = (inquiry.provider, line.peer) if refused else (inquiry.provider,)
        message = line.open(reply, request, authors=authors)
        made = Delivery(author=reply.sender, dated=reply.created)
        if isinstance(message, wire.Refusal):
            return replace(made, refusal=from_refusal(message, reply.sender))
        if isinstance(message, wire.Answer):
            _check_transaction(message, inquiry)
            digest, signature = reply.digest, reply.signature or b""
            return replace(made, answer=from_answer(message), digest=digest, signature=signature)
        if isinstance(message, wire.Receipt):
            _check_transaction(message, inquiry)
            return replace(made, receipt=message.state)
        raise RefusedError(code="message.malformed", kind=reply.kind)

    async def send_document(self, document: bytes) -> Refusal | None:
        """Hand a signed document of ours, a late answer, to the core.

        A refusal for good ends it too: it was delivered, and its addressee does not want it.
        None says that it was taken over.

        Raises:
            PeerUnreachableError: it was not taken over.
        """
        [sealed] = decode_stream(document)
        if isinstance(sealed, WireError):
            raise sealed
        reply = await self._line.send([sealed], bulk=True)
        try:
            authors = (self._line.peer, sealed.recipient)
            message = self._line.open(reply, sealed, authors=authors)
        except RefusedError as error:
            raise _unusable(error) from error
        if not isinstance(message, wire.Refusal):
            return None
        if Retry(message.retry) is not Retry.NEVER:
            raise PeerUnreachableError(institution=reply.sender, reason=message.code)
        extra = {"action": "document_refuse", "code": message.code, "peer": reply.sender}
        _LOG.warning("A document of ours was refused for good", extra=extra)
        return from_refusal(message, reply.sender)

    async def request_process_number(self, request_id: str) -> ProcessNumber:
        """Ask for the number that joins the two legs of symbol acquisition.

        Raises:
            PeerUnreachableError: no usable reply came; a refusal for now is none.
            RefusedError: it was refused for good.
        """
        question = wire.ProcessNumberRequest(request_id=request_id)
        message = await self._ask(question, derive_id(request_id, "process-number-request"))
        if isinstance(message, wire.ProcessNumber) and message.request_id == request_id:
            return ProcessNumber(message.process_number)
        refuse_for_good(message)
        raise PeerUnreachableError(institution=self._line.peer, reason=_why(message))

    async def request_permit_list(self) -> OfferedList:
        """Return the core's permit list.

        Raises:
            PeerUnreachableError: no usable reply came.
        """
        line = self._line
        question = wire.PermitListRequest()
        request = line.sealer.seal(question, recipient=line.peer, at=line.clock.now())
        reply = await line.send([request])
        try:
            line.check_author(reply, request, authors=(line.peer,))
        except RefusedError as error:
            raise _unusable(error) from error
        if reply.kind != "permit-list":
            raise PeerUnreachableError(institution=line.peer, reason=reply.kind)
        try:
            return from_permit_list(decode_permit_list(reply.body))
        except WireError as error:
            raise PeerUnreachableError(institution=line.peer, reason=error.code) from error

    async def _ask(self, message: wire.Message, message_id: str) -> wire.Message:
        try:
            return await self._line.ask(message, message_id=message_id)
        except RefusedError as error:
            raise _unusable(error) from error

    def _refusal(self, message: wire.Message) -> Refusal:
        if isinstance(message, wire.Refusal):
            return from_refusal(message, self._line.peer)
        raise RefusedError(code="message.malformed", kind=wire.kind_of(message))

    def _inquiry_documents(self, inquiry: Inquiry) -> list[Document]:
        """Return the inquiry and its permit, the permit's bytes being those of the core."""
        line = self._line
        number, permit_id, permit = inquiry.transaction_number, inquiry.permit_id, inquiry.permit
        if number is None or permit_id is None or permit is None:
            raise InvalidError(field="permit")
        now = line.clock.now()
        institution = line.sealer.institution
        message = to_inquiry(inquiry, institution, transaction_number=number, permit_id=permit_id)
        question = line.sealer.seal(
            message,
            recipient=inquiry.provider,
            at=now,
            message_id=derive_id(inquiry.request_id, f"inquiry:{inquiry.permits_asked}"),
            deadline=inquiry.deadline_at,
        )
        enclosed = seal(
            kind="permit",
            message_id=permit_id,
            sender=line.peer,
            recipient=inquiry.provider,
            created=now,
            body=permit,
            content_type=PERMIT_TYPE,
            signer=None,
        )
        return [question, enclosed]


def _check_transaction(message: wire.Answer | wire.Receipt, inquiry: Inquiry) -> None:
    same = message.transaction_number == inquiry.transaction_number
    if isinstance(message, wire.Answer):
        same = same and message.permit_id == inquiry.permit_id
    if not same:
        raise RefusedError(code="answer.permit", transaction_number=inquiry.transaction_number)


def refuse_for_good(message: wire.Message) -> None:
    """Return unless a message is a refusal after which asking again cannot help.

    Raises:
        RefusedError: it is one, with its code.
    """
    if isinstance(message, wire.Refusal) and Retry(message.retry) is Retry.NEVER:
        raise RefusedError(code=message.code)


def _unusable(error: RefusedError) -> PeerUnreachableError:
    return PeerUnreachableError(reason=error.code)


def _why(message: wire.Message) -> str:
    return message.code if isinstance(message, wire.Refusal) else wire.kind_of(message)

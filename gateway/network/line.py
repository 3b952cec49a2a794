"""One institution's line to one peer: seal, send, and verify the reply before looking into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.domain.errors import PeerUnreachableError, RefusedError
from gateway.network.client import DocumentsClient
from gateway.network.directory import Trust
from gateway.network.sealing import Sealer
from gateway.ports import Clock
from wire.documents import Document
from wire.errors import WireError
from wire.messages import Message, decode
from wire.signatures import verify

_CODES: Final = {"signature.sender": "message.sender", "signature.created": "message.early"}
_CALL_SECONDS: Final = 30.0  # where no deadline of an inquiry bounds a call


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Who speaks (`sealer`), through what (`client`), to whom (`peer`, an institution code)."""

    client: DocumentsClient
    sealer: Sealer
    trust: Trust
    clock: Clock
    peer: str

    async def ask(self, message: Message, *, message_id: str | None = None) -> Message:
        """Return what the peer itself replies to a message.

        Raises:
            PeerUnreachableError: no usable reply came.
            RefusedError: the reply breaks a rule.
        """
        request = self.sealer.seal(
            message, recipient=self.peer, at=self.clock.now(), message_id=message_id
        )
        reply = await self.send([request])
        return self.open(reply, request, authors=(self.peer,))

    async def send(
        self, documents: Sequence[Document], *, until: datetime | None = None, bulk: bool = False
    ) -> Document:
        """Return the reply to the first of some documents, not yet verified.

        Raises:
            PeerUnreachableError: no usable reply came before `until`.
        """
        seconds = _CALL_SECONDS
        if until is not None:
            seconds = (until - self.clock.now()).total_seconds()
        if seconds <= 0:
            raise PeerUnreachableError(institution=self.peer, reason="deadline")
        return await self.client.send(documents, hop=self.peer, seconds=seconds, bulk=bulk)

    def open(self, reply: Document, request: Document, *, authors: tuple[str, ...]) -> Message:
        """Return the message of a reply that one of `authors` signed, and for us.

        Raises:
            RefusedError: `message.addressee`, `.sender`, `.signature`, `.early` or `.malformed`.
        """
        self.check_author(reply, request, authors=authors)
        try:
            return decode(reply.kind, reply.body)
        except WireError as error:
            raise RefusedError(
                code="message.malformed", kind=reply.kind, reason=error.code
            ) from error

    def check_author(self, reply: Document, request: Document, *, authors: tuple[str, ...]) -> None:
        """Return if one of `authors` signed the reply, and for us.

        A stored reply may be older than any window; what binds it is the message it replies to.

        Raises:
            RefusedError: `message.addressee`, `.sender`, `.signature` or `.early`.
        """
        if reply.recipient != request.sender or reply.in_reply_to != request.message_id:
            raise RefusedError(code="message.addressee", kind=reply.kind)
        if reply.sender not in authors:
            raise RefusedError(code="message.sender", sender=reply.sender, kind=reply.kind)
        try:
            verify(reply, self.trust.directory.keys, now=self.clock.now(), window_seconds=None)
        except WireError as error:
            code = _CODES.get(error.code, "message.signature")
            raise RefusedError(code=code, sender=reply.sender, reason=error.code) from error

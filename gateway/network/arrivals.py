"""The receiving end of the network API: each document of a stream accepted or refused alone."""

import asyncio
import logging
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from gateway.domain.catalogue import explain
from gateway.domain.errors import (
    EvidenceUnavailableError,
    GuardFailedError,
    PermitListOlderError,
    RefusedError,
)
from gateway.domain.identifiers import ProcessNumber, Symbol
from gateway.domain.permits import OfferedList
from gateway.network.directory import Trust
from gateway.network.disclosing import disclose
from gateway.network.inspection import Letter, Served, inspect
from gateway.network.joining import Stream
from gateway.network.mapping import from_answer
from gateway.network.sealing import content_digest
from gateway.usecases import inquiry as inquiries
from gateway.usecases import permit_list, provision, sandbox, symbols
from gateway.usecases.conclusion import ArrivedAnswer
from gateway.usecases.refusal import RefusedArrival, refuse
from gateway.usecases.skew import watch_clock
from gateway.usecases.stored_replies import find_reply
from wire.documents import Document, decode_stream
from wire.errors import WireError
from wire.messages import (
    Acknowledgement,
    Answer,
    Clock,
    InformationRequest,
    Inquiry,
    Message,
    RecordRequest,
    SymbolNotice,
)

_LOG: Final = logging.getLogger(__name__)
_TRIES: Final = 3
_AT_ONCE: Final = 16  # documents verified before other work of the loop gets its turn


class Arrivals:
    """Receives for all institutions of this process, each with its own ports (G11)."""

    def __init__(self, served: Mapping[str, Served], trust: Trust) -> None:
        """Serve the institutions that `served` names by code; at least one."""
        self._served, self._trust = served, trust

    async def receive(self, data: bytes, *, hop: str) -> list[bytes]:
        """Return the signed replies to the documents of a stream that the peer `hop` brought.

        What could be neither accepted nor refused has no reply; its sender repeats it.

        Raises:
            WireError: `wire.stream.*`, the stream cannot be cut into documents.
            EvidenceUnavailableError: nothing can be recorded now and there is no reply at all.
        """
        stream = Stream()
        unread: list[WireError] = []
        directory = self._trust.directory
        for count, one in enumerate(decode_stream(data), start=1):
            if isinstance(one, WireError):
                unread.append(one)
            else:
                stream.add(inspect(one, hop=hop, served=self._served, directory=directory))
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)
        digest = sha256(data).digest()
        results = await asyncio.gather(
            *(self._refuse_unread(error, hop, digest) for error in unread),
            *(self._settle(one, stream) for one in stream.letters if not stream.is_enclosed(one)),
            return_exceptions=True,
        )
        return _replies(results)

    async def _settle(self, letter: Letter, stream: Stream) -> bytes:
        """Return the reply to a letter; whoever came in between makes us look again."""
        for _ in range(_TRIES - 1):
            try:
                return await self._reply(letter, stream)
            except GuardFailedError:
                continue
        return await self._reply(letter, stream)

    async def _reply(self, letter: Letter, stream: Stream) -> bytes:
        try:
            if letter.fault is None and isinstance(letter.content, Inquiry):
                return await self._inquire(letter, letter.content, stream)
            earlier = await self._find_earlier(letter)
            if earlier is not None:
                return earlier
            if letter.fault is not None:
                raise letter.fault
            said = await self._take_over(letter)
        except (RefusedError, PermitListOlderError) as error:
            return await self._refuse(letter, error)
        document, served = letter.document, letter.served
        return served.sealer.seal(
            said,
            recipient=document.sender,
            at=served.ports.clock.now(),
            in_reply_to=document.message_id,
        ).raw

    async def _inquire(self, letter: Letter, inquiry: Inquiry, stream: Stream) -> bytes:
        try:
            received = stream.join(letter, inquiry)
        except RefusedError:
            earlier = await self._find_earlier(letter)
            if earlier is None:
                raise
            return earlier
        return await provision.receive(received, ports=letter.served.ports)

    async def _find_earlier(self, letter: Letter) -> bytes | None:
        """Return what this very message got before; only a proven author can have got any."""
        if not letter.authentic:
            return None
        document = letter.document
        digest = _digest_of(document)
        ports = letter.served.ports
        return await find_reply(document.sender, document.message_id, digest, ports=ports)

    async def _take_over(self, letter: Letter) -> Message:
        """Hand a document to its use case and return the reply; of some kinds there is none."""
        content, document, ports = letter.content, letter.document, letter.served.ports
        if isinstance(content, RecordRequest | InformationRequest):
            return await disclose(content, sender=document.sender, ports=ports)
        if isinstance(content, Answer):
            arrived = ArrivedAnswer(
                answer=from_answer(content),
                sender=document.sender,
                digest=document.digest,
                signature=document.signature or b"",
            )
            await inquiries.receive_answer(arrived, ports=ports)
        elif isinstance(content, SymbolNotice):
            await symbols.receive_symbol(_symbol(content, document.sender), ports=ports)
        elif isinstance(content, OfferedList):
            await permit_list.receive_list(content, sender=document.sender, ports=ports)
        elif isinstance(content, Clock):
            await sandbox.set_clock_offset(
                content.offset_milliseconds,
                sender=document.sender,
                ports=ports,
                since=content.since,
                pace=content.pace,
            )
        else:
            raise RefusedError(code=_LONE.get(document.kind, "message.kind"), kind=document.kind)
        return Acknowledgement()

    async def _refuse(self, letter: Letter, error: RefusedError | PermitListOlderError) -> bytes:
        document = letter.document
        reason = error.context.get("reason")
        arrival = RefusedArrival(
            code=error.code,
            message_id=document.message_id,
            sender=document.sender,
            kind=document.kind,
            digest=_digest_of(document),
            transaction_number=getattr(letter.content, "transaction_number", None),
            failed=str(reason) if reason else None,
            authentic=letter.authentic,
            hop=letter.hop,
            retry=explain(error.code).retry,
        )
        _log_refusal(arrival)
        if letter.early:
            await watch_clock(document.sender, document.created, ports=letter.served.ports)
        return await refuse(arrival, ports=letter.served.ports)

    async def _refuse_unread(self, error: WireError, hop: str, digest: bytes) -> bytes:
        """Refuse a document without a readable header: it has no id, so one is drawn for it."""
        ports = next(iter(self._served.values())).ports
        arrival = RefusedArrival(
            code="message.malformed",
            message_id=ports.ids.uuid(),
            sender=hop,
            kind="",
            digest=digest,
            failed=error.code,
            authentic=False,
            hop=hop,
        )
        _log_refusal(arrival)
        return await refuse(arrival, ports=ports)


# Kinds that nobody here takes and that carry numbers of persons.
_NUMBERED: Final = frozenset({"registry-link", "resident-link", "basic-request", "basic-items"})


def _digest_of(document: Document) -> bytes:
    """Return what tells repeats from conflicts; nobody may find a person's number by it (G5)."""
    return document.digest if document.kind in _NUMBERED else content_digest(document)


# Notices and permits that go with no inquiry of their stream.
_LONE: Final = {"notice": "notice.mismatch", "permit": "permit.mismatch"}


def _symbol(notice: SymbolNotice, sender: str) -> symbols.SymbolArrived:
    return symbols.SymbolArrived(
        process_number=ProcessNumber(notice.process_number),
        symbol=None if notice.symbol is None else Symbol(notice.symbol),
        reason=notice.reason,
        sender=sender,
    )


def _replies(results: list[bytes | BaseException]) -> list[bytes]:
    """Return the replies there are; what failed is logged, and raised if nothing else is left."""
    failures = [one for one in results if isinstance(one, BaseException)]
    for failure in failures:
        extra = {"action": "document_fail", "code": getattr(failure, "code", "gateway.failed")}
        _LOG.error("A document could not be treated", extra=extra, exc_info=failure)
    replies = [one for one in results if isinstance(one, bytes)]
    if failures and not replies:
        missing = [one for one in failures if isinstance(one, EvidenceUnavailableError)]
        raise (missing or failures)[0]
    return replies


def _log_refusal(arrival: RefusedArrival) -> None:
    _LOG.warning(
        "A document was refused",
        extra={
            "action": "document_refuse",
            "code": arrival.code,
            "kind": arrival.kind,
            "sender": arrival.sender,
            "message_id": arrival.message_id,
            "reason": arrival.failed,
        },
    )

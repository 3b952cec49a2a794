"""Documents: header block, blank line, body; and the stream that carries one after another.

A document is kept as the exact bytes that were signed, so that it can be relayed unchanged.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from wire.errors import WireError
from wire.framing import Framed, frames
from wire.header import (
    CONTENT_TYPES,
    JSON_TYPE,
    PERMIT_TYPE,
    XML_TYPE,
    Header,
    Signed,
    read_block,
    signature_base,
)
from wire.instants import read_instant, write_instant
from wire.keys import Signer

__all__ = [
    "CONTENT_TYPES",
    "JSON_TYPE",
    "MAX_DOCUMENT_BYTES",
    "MEDIA_TYPE",
    "PERMIT_TYPE",
    "XML_TYPE",
    "Document",
    "decode_stream",
    "encode_stream",
    "header_of",
    "seal",
]

MEDIA_TYPE: Final = "application/vnd.nakadachi.documents"
MAX_DOCUMENT_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """電文: one document as its author sealed it or as it was received.

    Only `seal` and `decode_stream` make one, so that its values and `raw` agree.

    Attributes:
        kind: What it is, a key of CONTENT_TYPES.
        message_id: UUID text, unique per sender.
        sender: Institution code of the author, 6 digits.
        recipient: Institution code, 6 digits.
        in_reply_to: Message id of the document it answers, or None.
        created: Aware UTC instant in whole milliseconds.
        deadline: When the author stops waiting, likewise, or None.
        content_type: Media type of `body`; follows from `kind`.
        body: The content, not empty.
        signature: 64 raw bytes, or None for an unsigned document (a permit signs itself).
        key_id: Name of the key that the document claims; None if unsigned.
        algorithm: Algorithm that the document claims; None if unsigned.
        raw: The whole document, byte for byte as it travels.
    """

    kind: str
    message_id: str
    sender: str
    recipient: str
    in_reply_to: str | None
    created: datetime
    deadline: datetime | None
    content_type: str
    body: bytes = field(repr=False)
    signature: bytes | None = field(repr=False)
    key_id: str | None
    algorithm: str | None
    raw: bytes = field(repr=False)

    @property
    def digest(self) -> bytes:
        """SHA-256 of `raw`, 32 bytes."""
        return sha256(self.raw).digest()


def seal(  # noqa: PLR0913  every field of a header is the author's decision; keyword-only
    *,
    kind: str,
    message_id: str,
    sender: str,
    recipient: str,
    created: datetime,
    body: bytes,
    content_type: str,
    in_reply_to: str | None = None,
    deadline: datetime | None = None,
    signer: Signer | None,
) -> Document:
    """Return a new document, signed unless `signer` is None.

    Instants are cut to whole milliseconds.

    Raises:
        WireError: `wire.document.*`, a value is not what the header may hold.
    """
    header = Header(
        content_type=content_type,
        content_length=str(len(body)),
        digest=_digest(body),
        kind=kind,
        message_id=message_id,
        sender=sender,
        recipient=recipient,
        in_reply_to=in_reply_to,
        created=write_instant(created),
        deadline=None if deadline is None else write_instant(deadline),
    )
    block = header.block()
    read_block(block)  # what cannot travel is not signed
    signed = None
    if signer is not None:
        signed = _sign(header, block, created, signer)
        block += signed.lines()
    raw = b"%b\r\n%b" % (block.encode(), body)
    return _document(header, signed, Framed(block, body, raw))


def encode_stream(documents: Iterable[Document | bytes]) -> bytes:
    """Return the stream of these documents: their bytes, one after another."""
    return b"".join(one if isinstance(one, bytes) else one.raw for one in documents)


def decode_stream(
    data: bytes, *, max_documents: int = 1000, max_document_bytes: int = MAX_DOCUMENT_BYTES
) -> list[Document | WireError]:
    """Return the documents of a stream; a bad one stands as the error that refuses it.

    Signatures are not verified here. An empty stream has no documents.

    Raises:
        WireError: `wire.stream.*`, it cannot be told where a document ends, or there are more
            than `max_documents`.
    """
    found: list[Document | WireError] = []
    for framed in frames(data, max_documents=max_documents):
        try:
            found.append(_read(framed, max_document_bytes))
        except WireError as error:
            found.append(error.below(f"document[{len(found) + 1}]"))
    return found


def header_of(document: Document) -> Header:
    """Return the header that the values and the body of `document` must have."""
    deadline = document.deadline
    return Header(
        content_type=document.content_type,
        content_length=str(len(document.body)),
        digest=_digest(document.body),
        kind=document.kind,
        message_id=document.message_id,
        sender=document.sender,
        recipient=document.recipient,
        in_reply_to=document.in_reply_to,
        created=write_instant(document.created),
        deadline=None if deadline is None else write_instant(deadline),
    )


def _digest(body: bytes) -> str:
    return b64encode(sha256(body).digest()).decode()


def _sign(header: Header, block: str, created: datetime, signer: Signer) -> Signed:
    """Return the signature fields of a header, signed."""
    seconds = int(created.timestamp())
    if seconds < 0:
        raise WireError("signature.created", "header.nakadachi-created", "It is before 1970.")
    unsigned = Signed(
        components=header.components(),
        created=str(seconds),
        key_id=signer.key_id,
        algorithm=signer.algorithm,
        signature="",
    )
    signature = signer.sign(signature_base(block, unsigned.parameters()))
    return unsigned._replace(signature=b64encode(signature).decode())


def _read(framed: Framed, max_bytes: int) -> Document:
    """Return the document in a frame, its size and its digest checked."""
    if len(framed.raw) > max_bytes:
        raise WireError("wire.document.size", "", "The document is larger than allowed.")
    header, signed = read_block(framed.block)
    if header.digest != _digest(framed.body):
        path = "header.content-digest"
        raise WireError("wire.document.digest", path, "The body has another digest.")
    return _document(header, signed, framed)


def _document(header: Header, signed: Signed | None, framed: Framed) -> Document:
    """Return the document of these texts, if they agree with each other."""
    if CONTENT_TYPES[header.kind] != header.content_type:
        path = "header.content-type"
        raise WireError("wire.document.content_type", path, "The type is not that of the kind.")
    created = _instant(header.created, "header.nakadachi-created")
    if signed is not None:
        _check_signed(header, signed, created)
    return Document(
        kind=header.kind,
        message_id=header.message_id,
        sender=header.sender,
        recipient=header.recipient,
        in_reply_to=header.in_reply_to,
        created=created,
        deadline=_instant(header.deadline, "header.nakadachi-deadline")
        if header.deadline
        else None,
        content_type=header.content_type,
        body=framed.body,
        signature=b64decode(signed.signature) if signed else None,
        key_id=signed.key_id if signed else None,
        algorithm=signed.algorithm if signed else None,
        raw=framed.raw,
    )


def _check_signed(header: Header, signed: Signed, created: datetime) -> None:
    """Refuse a signature that does not cover the header, or is of another second."""
    path = "header.signature-input"
    if signed.components != header.components():
        raise WireError("signature.profile", path, "The whole header must be covered.")
    if signed.created != str(int(created.timestamp())):
        raise WireError("signature.created", path, "The document was made in another second.")


def _instant(text: str, path: str) -> datetime:
    try:
        return read_instant(text)
    except WireError as error:
        raise error.below(path) from None

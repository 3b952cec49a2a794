"""Documents of our own: sealed with the institution's key, under ids that repeats keep."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

from gateway.ports import Ids
from wire.documents import CONTENT_TYPES, Document, seal
from wire.keys import Signer
from wire.messages import Message, encode, kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealer:
    """Signs as one institution; ids come from `ids` where no repeat can come."""

    institution: str
    signer: Signer
    ids: Ids

    def seal(  # what a header says; keyword-only
        self,
        message: Message,
        *,
        recipient: str,
        at: datetime,
        message_id: str | None = None,
        in_reply_to: str | None = None,
        deadline: datetime | None = None,
    ) -> Document:
        """Return a message as a signed document, created at the instant `at`."""
        kind = kind_of(message)
        return seal(
            kind=kind,
            message_id=message_id or self.ids.uuid(),
            sender=self.institution,
            recipient=recipient,
            created=at,
            body=encode(message),
            content_type=CONTENT_TYPES[kind],
            in_reply_to=in_reply_to,
            deadline=deadline,
            signer=self.signer,
        )


def derive_id(request_id: str, act: str) -> str:
    """Return the message id of one act of a request: a repeat after a crash gets the same."""
    return str(uuid5(UUID(request_id), act))


def content_digest(document: Document) -> bytes:
    """Return what tells repeats from conflicts (G4): SHA-256 over what the author says, 32 bytes.

    It covers ids, kind, parties and the body. A repeat is sealed afresh, with another creation
    instant and, for ECDSA, another signature, so those are left out.
    """
    ids = (document.message_id, document.in_reply_to or "")
    said = (*ids, document.kind, document.sender, document.recipient)
    return sha256("\n".join(said).encode() + b"\n" + document.body).digest()

"""Where a party writes and reads documents: its keys, everybody's pinned keys, message ids."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from mocks.engine.draw import Draw
from mocks.parties.refusals import Occasion, RefusedError, explain
from mocks.parties.seen import decoded
from mocks.trust import DOCUMENT_ALGORITHM, PERMIT_ALGORITHM, Directory
from wire.documents import JSON_TYPE, PERMIT_TYPE, XML_TYPE, Document, seal
from wire.errors import WireError
from wire.keys import PublicKey
from wire.messages import Message, encode, kind_of
from wire.permit import PermitClaims, read
from wire.permit_list import PermitListBody, decode_permit_list
from wire.signatures import WINDOW_SECONDS, KeyRing, Signer, verify


@dataclass(slots=True)
class Keys:
    """Everybody's pinned public keys, for documents and for permits apart."""

    documents: KeyRing = field(default_factory=lambda: KeyRing({}))
    permits: KeyRing = field(default_factory=lambda: KeyRing({}))

    def pin(self, directory: Directory) -> None:
        """Take over the keys of a directory; keys that it lacks are forgotten."""
        self.documents = KeyRing(_keys(directory, DOCUMENT_ALGORITHM))
        self.permits = KeyRing(_keys(directory, PERMIT_ALGORITHM))


def _keys(directory: Directory, algorithm: str) -> dict[str, tuple[str, str, PublicKey]]:
    found: dict[str, tuple[str, str, PublicKey]] = {}
    for peer in directory.peer:
        for key in peer.key:
            public = load_pem_public_key(key.public_key.encode("ascii"))
            if key.algorithm == algorithm and isinstance(public, ec.EllipticCurvePublicKey):
                found[key.key_id] = (peer.institution, DOCUMENT_ALGORITHM, public)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """To whom a document goes, when, and what it replies to."""

    to: str
    at: datetime
    reply_to: str | None = None
    forged: bool = False  # signed with a key that nobody pinned
    message_id: str | None = None  # only to repeat an id on purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Whose word a document is, and who signs it, if anybody does."""

    sender: str
    signer: Signer | None = None


@dataclass(slots=True, kw_only=True)
class Desk:
    """The desk of one party; ids count up, so a space gives the same ids again."""

    code: str
    signer: Signer
    keys: Keys
    draw: Draw
    written: int = 0

    def write(self, message: Message, letter: Letter) -> Document:
        """Return a signed document that carries a message."""
        return self.seal(kind_of(message), encode(message), XML_TYPE, letter)

    def write_json(self, kind: str, body: bytes, letter: Letter) -> Document:
        """Return a signed document with a JSON body."""
        return self.seal(kind, body, JSON_TYPE, letter)

    def enclose(self, permit: bytes, letter: Letter, issuer: str | None = None) -> Document:
        """Return an unsigned document that carries a permit, which signs itself.

        `issuer` is the core where an inquirer hands a permit on: it stays the core's word.
        """
        return self._seal("permit", permit, PERMIT_TYPE, letter, Hand(sender=issuer or self.code))

    def seal(self, kind: str, body: bytes, content_type: str, letter: Letter) -> Document:
        """Return a signed document of any kind."""
        signer = forger(self.signer) if letter.forged else self.signer
        return self._seal(kind, body, content_type, letter, Hand(sender=self.code, signer=signer))

    def again(
        self, document: Document, vary: Sequence[str], at: datetime, body: bytes | None = None
    ) -> Document:
        """Return a document of this party sealed once more, with a new id or instant if wanted.

        With a `body` it says something else.
        """
        letter = Letter(
            to=document.recipient,
            at=at if "sent_at" in vary else document.created,
            reply_to=document.in_reply_to,
            message_id=None if "message_id" in vary else document.message_id,
        )
        return self.seal(document.kind, body or document.body, document.content_type, letter)

    def _seal(
        self, kind: str, body: bytes, content_type: str, letter: Letter, hand: Hand
    ) -> Document:
        return seal(
            kind=kind,
            message_id=letter.message_id or self.new_id("message"),
            sender=hand.sender,
            recipient=letter.to,
            created=letter.at,
            body=body,
            content_type=content_type,
            in_reply_to=letter.reply_to,
            signer=hand.signer,
        )

    def read(self, document: Document, *, now: datetime, old: bool = False) -> Message:
        """Return the message of a document whose sender signed it.

        Args:
            document: As received.
            now: The present instant.
            old: Whether it may have been made any time ago (a repeat, a late answer).

        Raises:
            RefusedError: `message.signature`, `.early`, `.expired` or `.malformed`.
        """
        self._verify(document, now=now, old=old)
        try:
            return decoded(document.kind, document.body)
        except WireError as error:
            raise RefusedError("message.malformed") from error

    def read_permit_list(self, document: Document, *, now: datetime) -> PermitListBody:
        """Return the permit list of a document whose sender signed it.

        Raises:
            RefusedError: `message.signature`, `.early`, `.expired` or `.malformed`.
        """
        self._verify(document, now=now)
        try:
            return decode_permit_list(document.body)
        except WireError as error:
            raise RefusedError("message.malformed") from error

    def _verify(self, document: Document, *, now: datetime, old: bool = False) -> None:
        try:
            window = None if old else WINDOW_SECONDS
            verify(document, self.keys.documents, now=now, window_seconds=window)
        except WireError as error:
            raise _explain_time(document, now, error) from error
        if document.deadline is not None and document.deadline <= now:
            raise RefusedError("message.expired")

    def read_permit(self, compact: bytes) -> PermitClaims:
        """Return what a permit says if a pinned key of its issuer signed it.

        Raises:
            RefusedError: `permit.signature`.
        """
        try:
            return read(compact, self.keys.permits)
        except WireError as error:
            raise RefusedError("permit.signature") from error

    def refuse(
        self, error: RefusedError, letter: Letter, transaction_number: str | None = None
    ) -> Document:
        """Return the signed refusal of a document."""
        occasion = Occasion(
            occurrence=self.new_id("occurrence"), transaction_number=transaction_number
        )
        return self.write(explain(error, occasion), letter)

    def new_id(self, kind: str) -> str:
        """Return a new UUID."""
        self.written += 1
        return self.draw.uuid(kind, self.written)


def content_digest(document: Document) -> bytes:
    """Return what tells a repeat from a conflict: SHA-256 over kind, parties and body.

    A repeat may be sealed afresh, so its creation instant and its signature are left out.
    """
    said = (document.kind, document.sender, document.recipient, document.in_reply_to or "")
    return sha256("\n".join(said).encode() + b"\n" + document.body).digest()


def forger(signer: Signer) -> Signer:
    """Return a signer that claims the same key id with a key of its own."""
    return Signer(signer.key_id, signer.algorithm, ec.generate_private_key(ec.SECP256R1()))


def _explain_time(document: Document, now: datetime, error: WireError) -> RefusedError:
    """Return what is told of a signature that does not count, or not at this time."""
    if error.code != "signature.created":
        return RefusedError("message.signature")
    if document.created > now:
        return RefusedError("message.early", retry_at=document.created)
    return RefusedError("message.expired")

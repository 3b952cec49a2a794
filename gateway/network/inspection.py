"""What every document must pass before anybody acts on it; each step names its refusal.

1 it is for an institution served here; 2 its author may send such a document, and whoever
brought it is its author or the core; 3 its instants lie within the window; 4 its author signed
it; from here on the author is proven; 5 the body is what its kind says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.errors import RefusedError
from gateway.domain.permits import OfferedList, ProvisionPermit
from gateway.network.directory import Directory
from gateway.network.mapping import from_permit_list
from gateway.network.permits import open_permit
from gateway.network.sealing import Sealer
from gateway.ports import Ports
from wire.documents import Document
from wire.errors import WireError
from wire.keys import KeyRing
from wire.messages import Message, decode
from wire.permit_list import decode_permit_list
from wire.signatures import verify

EARLY: Final = "message.early"
AHEAD: Final = timedelta(seconds=60)
AGE: Final = timedelta(seconds=300)
# A permit bounds the life of notice and inquiry; a late answer may have waited for its addressee
# for days; the sandbox's clock is told while the parties' clocks differ.
AGES: Final[Mapping[str, timedelta | None]] = {
    "notice": timedelta(hours=1),
    "inquiry": timedelta(hours=1),
    "answer": None,
    "clock": None,
}
ONLY_CORE: Final = frozenset(
    {
        "notice",
        "permit",
        "permit-list",
        "symbol-notice",
        "clock",
        "record-request",
        "information-request",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One institution that this process serves; `sealer` signs that something was taken over."""

    ports: Ports
    sealer: Sealer


Content = Message | OfferedList | ProvisionPermit


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A document as inspected: either its content, or the fault that refuses it.

    `authentic` says whether its author is proven; that `hop` brought it always is. One that is
    `early` was refused for its date, which its author really wrote.
    """

    document: Document
    served: Served
    hop: str
    content: Content | None = None
    fault: RefusedError | None = None
    authentic: bool = False
    early: bool = False


def inspect(
    document: Document, *, hop: str, served: Mapping[str, Served], directory: Directory
) -> Letter:
    """Return the letter of a document that the institution `hop` brought; nothing is raised."""
    one = served.get(document.recipient)
    if one is None:  # 1; whoever is served here keeps the record
        anyone = next(iter(served.values()))
        fault = RefusedError(code="message.addressee")
        return Letter(document=document, served=anyone, hop=hop, fault=fault)
    core = one.ports.policy.core
    authentic = False
    try:
        _check_hop(document, hop=hop, core=core)
        if document.kind == "permit":
            permit = open_permit(document.body, issuer=core, keys=directory.permit_keys)
            return Letter(document=document, served=one, hop=hop, content=permit)
        now = one.ports.clock.now()
        _check_instants(document, now)
        _check_signature(document, directory.keys, now)
        authentic = True
        content = _open(document)
    except RefusedError as fault:
        early = fault.code == EARLY and _is_signed(document, directory.keys)
        return Letter(
            document=document,
            served=one,
            hop=hop,
            fault=fault,
            authentic=authentic,
            early=early,
        )
    return Letter(document=document, served=one, hop=hop, content=content, authentic=True)


def _check_hop(document: Document, *, hop: str, core: str) -> None:  # 2
    if document.kind in ONLY_CORE and document.sender != core:
        code = "permit.foreign" if document.kind == "permit" else "message.sender"
        raise RefusedError(code=code, sender=document.sender)
    if hop not in (core, document.sender):
        raise RefusedError(code="message.sender", sender=document.sender, reason="hop")


def _check_instants(document: Document, now: datetime) -> None:  # 3
    age = AGES.get(document.kind, AGE)
    if document.created > now + AHEAD and document.kind != "clock":
        raise RefusedError(code=EARLY, sender=document.sender)
    if age is not None and document.created < now - age:
        raise RefusedError(code="message.expired", sender=document.sender, reason="created")
    if document.deadline is not None and document.deadline <= now:
        raise RefusedError(code="message.expired", sender=document.sender, reason="deadline")


def _check_signature(document: Document, keys: KeyRing, now: datetime) -> None:  # 4
    # The sandbox's clock may tell of a leap ahead, so its own instant is no measure of it.
    present = max(now, document.created) if document.kind == "clock" else now
    try:
        verify(document, keys, now=present, window_seconds=None)
    except WireError as error:
        code = "message.sender" if error.code == "signature.sender" else "message.signature"
        raise RefusedError(code=code, sender=document.sender, reason=error.code) from error


def _is_signed(document: Document, keys: KeyRing) -> bool:
    """Return whether the author signed a document, whatever its date."""
    try:
        verify(document, keys, now=document.created, window_seconds=None)
    except WireError:
        return False
    return True


def _open(document: Document) -> Content:  # 5
    try:
        if document.kind == "permit-list":
            return from_permit_list(decode_permit_list(document.body))
        return decode(document.kind, document.body)
    except WireError as error:
        raise RefusedError(
            code="message.malformed", sender=document.sender, reason=error.code
        ) from error

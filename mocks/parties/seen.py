"""What is said of documents to rules and to the journal: never a number, symbol or value."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from mocks.engine.exchange import Content
from mocks.engine.names import Names
from wire.documents import Document
from wire.errors import WireError
from wire.messages import Answer, Inquiry, Message, PermitRequest, decode
from wire.permit import PermitClaims

REMEMBERED = 256  # documents: a stream is looked into before its turn and within it


@lru_cache(maxsize=REMEMBERED)
def decoded(kind: str, body: bytes) -> Message:
    """Return what a body says; the latest bodies are remembered.

    Raises:
        WireError: it is no message of that kind.
    """
    return decode(kind, body)


def peek(document: Document) -> Message | None:
    """Return what a document says, unverified, or None if it cannot be read."""
    try:
        return decoded(document.kind, document.body)
    except WireError:
        return None


def permit_end(document: Document) -> datetime | None:
    """Return until when a permit says that it is valid, unverified, or None if it says nothing."""
    payload = document.body.split(b".")[1:2]
    try:
        claims = json.loads(urlsafe_b64decode(b"".join(payload) + b"=="))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (ValueError, LookupError, TypeError, OverflowError):
        return None


def content_of(message: Message | None, names: Names) -> Content:
    """Return what rules may ask about a message."""
    if isinstance(message, PermitRequest | Inquiry):
        clause = f"-{message.clause}" if message.clause else ""
        return Content(
            information=tuple(part.name for part in message.information),
            items=tuple(item for part in message.information for item in part.items),
            affair=f"{message.row}{clause}",
            inquirer=names.called(message.inquirer),
            provider=names.called(message.provider),
        )
    if isinstance(message, Answer):
        return Content(
            information=tuple(part.name for part in message.information),
            items=tuple(item.id for part in message.information for item in part.items),
        )
    return Content()


def shown(document: Document, message: Message | None = None) -> dict[str, Any]:
    """Return what the journal shows of a document; fields about persons are left out."""
    found: dict[str, Any] = {
        "kind": document.kind,
        "message_id": document.message_id,
        "in_reply_to": document.in_reply_to,
        "digest": sha256(document.body).hexdigest(),
    }
    if message is None and document.kind != "permit":
        message = peek(document)
    if message is not None:
        found |= _plain(message)
    if isinstance(message, Answer):
        found["items"] = [item.id for part in message.information for item in part.items]
    return {name: value for name, value in found.items() if not _is_absent(value)}


def shown_permit(claims: PermitClaims) -> dict[str, Any]:
    """Return what the journal shows of a permit: its numbers, its items, its two instants."""
    return {
        "permit_id": claims.permit_id,
        "transaction_number": claims.transaction_number,
        "nbf": claims.not_before.isoformat(),
        "exp": claims.expires_at.isoformat(),
        "items": [item for grant in claims.information for item in grant.items],
    }


def _plain(value: object) -> Any:  # noqa: ANN401  # JSON values of any shape
    if is_dataclass(value) and not isinstance(value, type):
        parts = ((one.name, getattr(value, one.name)) for one in fields(value) if one.repr)
        return {name: _plain(part) for name, part in parts if not _is_absent(part)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return value


def _is_absent(value: object) -> bool:
    return value is None or value == ()

"""Verifies documents under the fixed RFC 9421 profile; `seal` signs under the same.

The key and the algorithm come from the ring of pinned keys, never from the message.
"""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Final

from wire.documents import Document, header_of
from wire.errors import WireError
from wire.header import Signed, signature_base
from wire.keys import ECDSA_P256, ED25519, KeyRing, PinnedKey, PublicKey, Signer, is_signed

__all__ = [
    "ECDSA_P256",
    "ED25519",
    "WINDOW_SECONDS",
    "KeyRing",
    "PinnedKey",
    "PublicKey",
    "Signer",
    "verify",
]

WINDOW_SECONDS: Final = 300


def verify(
    document: Document,
    keys: KeyRing,
    *,
    now: datetime,
    window_seconds: int | None = WINDOW_SECONDS,
) -> None:
    """Return if the sender signed this very document; whoever relayed it does not matter.

    Args:
        document: The document as received.
        keys: Pinned keys of the registered peers.
        now: The present instant, aware.
        window_seconds: How far `created` may lie from `now`; None lets it lie any time back, for
            a document that was accepted before. Never more than 300 s ahead.

    Raises:
        WireError: `signature.missing`, `.unknown_key`, `.sender`, `.algorithm`, `.created`,
            `.digest`, `.bad`.
    """
    if document.signature is None or document.key_id is None:
        raise _refused("missing", "The document is not signed.")
    pinned = keys.find(document.key_id)
    if pinned is None:
        raise _refused("unknown_key", "The key is not pinned.")
    if pinned.institution != document.sender:
        raise _refused("sender", "The key is another institution's.")
    if pinned.algorithm != document.algorithm or pinned.algorithm not in (ECDSA_P256, ED25519):
        raise _refused("algorithm", "The key is pinned to another algorithm.")
    _check_created(document.created, now, window_seconds)
    header = header_of(document)
    signed = Signed(
        components=header.components(),
        created=str(int(document.created.timestamp())),
        key_id=document.key_id,
        algorithm=pinned.algorithm,
        signature=b64encode(document.signature).decode(),
    )
    block = header.block()
    # The bytes that are kept and relayed must be the ones whose values are verified here.
    if document.raw != b"%b%b\r\n%b" % (block.encode(), signed.lines().encode(), document.body):
        raise _refused("digest", "Values and bytes of the document differ.")
    base = signature_base(block, signed.parameters())
    if not is_signed(pinned.public_key, base, document.signature):
        raise _refused("bad", "The signature is not the sender's.")


def _check_created(created: datetime, now: datetime, window_seconds: int | None) -> None:
    ahead = WINDOW_SECONDS if window_seconds is None else window_seconds
    if created > now + timedelta(seconds=ahead):
        raise _refused("created", "The document lies too far ahead.")
    if window_seconds is not None and created < now - timedelta(seconds=window_seconds):
        raise _refused("created", "The document is too old.")


def _refused(reason: str, detail: str) -> WireError:
    return WireError(f"signature.{reason}", "header.signature", detail)

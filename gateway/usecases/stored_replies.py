"""Replies kept for repeats: the same message gets the same bytes, another one is refused (G4)."""

from gateway.domain.errors import RefusedError
from gateway.domain.work import StoredReply
from gateway.ports import Ports


async def find_reply(sender: str, message_id: str, digest: bytes, *, ports: Ports) -> bytes | None:
    """Return the reply that this message got before, or None if it is new.

    Raises:
        RefusedError: `message.conflict`, the sender used this id for other bytes.
    """
    known = await ports.store.find(StoredReply, sender=sender, message_id=message_id)
    if known is None:
        return None
    if known.digest != digest:
        raise RefusedError("message.conflict", sender=sender, message_id=message_id)
    return known.reply

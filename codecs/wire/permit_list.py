"""The body of a `permit-list` document: the list's number and its editions, as canonical JSON.

`{"editions":["<text of an edition>",...],"sequence":7}`: each edition is the UTF-8 text of its
canonical bytes, so its digest can be taken from what arrived. No white space, keys in this order.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from wire.errors import WireError

MAX_SEQUENCE: Final = (1 << 53) - 1


def encode_permit_list(sequence: int, editions: Sequence[bytes]) -> bytes:
    """Return the body of the list `sequence` with these editions.

    Raises:
        WireError: `wire.permit_list.value`, a number is out of range or an edition is no text.
    """
    try:
        texts = [edition.decode() for edition in editions]
    except UnicodeDecodeError:
        texts = []
    if not texts or not all(texts) or not 0 <= sequence <= MAX_SEQUENCE:
        raise WireError("wire.permit_list.value", "", "A list has a number and edition texts.")
    return _write({"editions": texts, "sequence": sequence})


def decode_permit_list(body: bytes) -> tuple[int, tuple[bytes, ...]]:
    """Return the number and the editions of a list, whose bytes are those of their author.

    Raises:
        WireError: `wire.permit_list.*`; whatever the bytes are, nothing else is raised.
    """
    value = None
    with suppress(ValueError, RecursionError):  # the library's message may repeat content
        value = json.loads(body.decode())
    if not isinstance(value, dict) or value.keys() != {"editions", "sequence"}:
        raise WireError("wire.permit_list.shape", "", "The body is not that of a permit list.")
    editions, sequence = value["editions"], value["sequence"]
    if not isinstance(editions, list) or not all(isinstance(one, str) for one in editions):
        raise WireError("wire.permit_list.shape", "editions", "Editions are a list of texts.")
    if not isinstance(sequence, int) or isinstance(sequence, bool):
        raise WireError("wire.permit_list.shape", "sequence", "The number is an integer.")
    if _write_or_nothing({"editions": editions, "sequence": sequence}) != body:
        raise WireError("wire.permit_list.canonical", "", "The body is not in its canonical form.")
    contents = tuple(one.encode() for one in editions)
    encode_permit_list(sequence, contents)
    return sequence, contents


def _write(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _write_or_nothing(value: object) -> bytes | None:
    """Return the canonical bytes, or None where a text holds a lone surrogate."""
    try:
        return _write(value)
    except UnicodeEncodeError:
        return None

"""The body of a `permit-list` document: number, editions and supplement, as canonical JSON.

`{"editions":["<text of an edition>",...],"sequence":7,"supplement":"<text>"}`: each text is the
UTF-8 of canonical bytes, so its digest can be taken from what arrived. The supplement holds what
stands beside the editions (holds, filings, withholdings). No white space, keys in this order.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from wire.errors import WireError

MAX_SEQUENCE: Final = (1 << 53) - 1
_NAMES: Final = {"editions", "sequence", "supplement"}


@dataclass(frozen=True, slots=True)
class PermitListBody:
    """A permit list as it travels; editions and supplement are canonical bytes of their own."""

    sequence: int
    editions: tuple[bytes, ...]
    supplement: bytes


def encode_permit_list(sequence: int, editions: Sequence[bytes], supplement: bytes) -> bytes:
    """Return the body of the list `sequence` with these editions and this supplement.

    Raises:
        WireError: `wire.permit_list.value`, a number is out of range, or an edition or the
            supplement is no text.
    """
    try:
        texts = [edition.decode() for edition in (*editions, supplement)]
    except UnicodeDecodeError:
        texts = []
    if not editions or not texts or not all(texts) or not 0 <= sequence <= MAX_SEQUENCE:
        raise WireError("wire.permit_list.value", "", "A list has a number, editions, supplement.")
    return _write({"editions": texts[:-1], "sequence": sequence, "supplement": texts[-1]})


def decode_permit_list(body: bytes) -> PermitListBody:
    """Return number, editions and supplement of a list, whose bytes are those of their author.

    Raises:
        WireError: `wire.permit_list.*`; whatever the bytes are, nothing else is raised.
    """
    value = None
    with suppress(ValueError, RecursionError):  # the library's message may repeat content
        value = json.loads(body.decode())
    if not isinstance(value, dict) or value.keys() != _NAMES:
        raise WireError("wire.permit_list.shape", "", "The body is not that of a permit list.")
    editions, sequence, supplement = (value[name] for name in sorted(_NAMES))
    if not isinstance(editions, list) or not all(isinstance(one, str) for one in editions):
        raise WireError("wire.permit_list.shape", "editions", "Editions are a list of texts.")
    if not isinstance(sequence, int) or isinstance(sequence, bool):
        raise WireError("wire.permit_list.shape", "sequence", "The number is an integer.")
    if not isinstance(supplement, str):
        raise WireError("wire.permit_list.shape", "supplement", "The supplement is a text.")
    ordered = {"editions": editions, "sequence": sequence, "supplement": supplement}
    if _write_or_nothing(ordered) != body:
        raise WireError("wire.permit_list.canonical", "", "The body is not in its canonical form.")
    contents = tuple(one.encode() for one in editions)
    encode_permit_list(sequence, contents, supplement.encode())
    return PermitListBody(sequence, contents, supplement.encode())


def _write(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _write_or_nothing(value: object) -> bytes | None:
    """Return the canonical bytes, or None where a text holds a lone surrogate."""
    try:
        return _write(value)
    except UnicodeEncodeError:
        return None

"""Cuts a stream into documents, by each one's content-length and nothing else."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from wire.errors import WireError

MAX_HEADER_BYTES: Final = 4096

_BLANK = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: ([1-9][0-9]{0,8})\r\n")


class Framed(NamedTuple):
    """One document cut out of a stream: header lines, body, and the bytes of both."""

    block: str
    body: bytes
    raw: bytes


def frames(data: bytes, *, max_documents: int) -> Iterator[Framed]:
    """Yield the documents of a stream, whether or not their headers are good.

    Raises:
        WireError: `wire.stream.*`, it cannot be told for sure where a document ends, or there
            are more than `max_documents`.
    """
    start = count = 0
    while start < len(data):
        count += 1
        path = f"document[{count}]"
        if count > max_documents:
            raise WireError("wire.stream.count", path, "The stream has too many documents.")
        blank = data.find(_BLANK, start, start + MAX_HEADER_BYTES)
        if blank < 0:
            raise WireError("wire.stream.header", path, "The header block does not end.")
        block = data[start : blank + 2]
        body_start = blank + len(_BLANK)
        end = body_start + _body_length(block, path)
        if end > len(data):
            raise WireError("wire.stream.truncated", path, "The stream ends within a body.")
        yield Framed(block.decode("ascii"), data[body_start:end], data[start:end])
        start = end


def _body_length(block: bytes, path: str) -> int:
    """Return the content length, if the block leaves no other reading of it."""
    ends = block.count(b"\r\n")
    if not block.isascii() or block.count(b"\r") != ends or block.count(b"\n") != ends:
        raise WireError("wire.stream.header", path, "Header lines are ASCII ended by CRLF.")
    found = _LENGTH.findall(b"\r\n" + block)
    # The name in any spelling, but for the signature's list of components, where it is quoted.
    lowered = block.lower()
    named = lowered.count(b"content-length") - lowered.count(b'"content-length"')
    if len(found) != 1 or named != 1:
        raise WireError("wire.stream.length", path, "There must be one plain content-length.")
    return int(found[0])

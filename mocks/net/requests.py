"""Takes HTTP/1.1 requests out of a stream of bytes, strictly, and keeps them as they came."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MAX_HEAD_BYTES: Final = 64 << 10
MAX_BODY_BYTES: Final = 64 << 20
_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_HEAD: Final = re.compile(
    rb"(%b) ([!-~\x80-\xff]+) HTTP/1\.([01])\r\n(?:%b:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n"
    % (_TOKEN, _TOKEN)
)
_FRAMING: Final = re.compile(
    rb"\n(content-length|transfer-encoding|connection|expect):[\t ]*([^\r]*?)[\t ]*\r"
)
_LENGTH: Final = re.compile(rb"[0-9]{1,18}")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[\t ]*;[^\r\n]*)?")
_MAX_CHUNK_LINE: Final = 1024
_LINE: Final = b"\r\n"
_END: Final = b"\r\n\r\n"


class _BadRequestError(Exception):
    """The bytes are no request that is taken; its text is a code of why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: what its head says, and its raw bytes; `target` is the path with its query."""

    method: str
    target: str
    kept: bool
    raw: bytes


@dataclass(slots=True)  # not frozen: one is made for every request
class _Head:
    """What a head says about itself; `size` is that of the body, None where it comes in chunks."""

    method: str
    target: str
    kept: bool
    end: int
    size: int | None = 0
    expects: bool = False


class RequestReader:
    """Reads one connection; after a request that ends it nothing more is read.

    `bad` says why what came is no request, or is too large: then too nothing more is read.
    """

    def __init__(self) -> None:
        self.bad: str | None = None
        self._buffer = bytearray()
        self._head: _Head | None = None
        self._at = 0  # where the next chunk begins
        self._told = self._ended = False

    def must_tell(self) -> bool:
        """Return, once for a request, whether its sender waits to be told to go on (100)."""
        waits = self._head is not None and self._head.expects and not self._told
        self._told = self._told or waits
        return waits

    def feed(self, data: bytes) -> list[Asked]:
        """Return the requests that are whole now; see `bad` for what comes after them."""
        self._buffer += data
        found: list[Asked] = []
        try:
            while self._buffer and not self._ended and (one := self._take()):
                found.append(one)
        except _BadRequestError as error:
            self.bad, self._ended = str(error), True
        return found

    def _take(self) -> Asked | None:
        """Return the next request, or None before it is whole."""
        head = self._head = self._head or self._begin()
        end = self._find_end(head) if head else None
        if head is None or end is None:
            return None
        raw = bytes(self._buffer[:end])
        del self._buffer[:end]
        self._head, self._at, self._told, self._ended = None, 0, False, not head.kept
        return Asked(method=head.method, target=head.target, kept=head.kept, raw=raw)

    def _begin(self) -> _Head | None:
        """Return the head of the next request, or None before it is there."""
        end = self._buffer.find(_END, 0, MAX_HEAD_BYTES) + len(_END)
        if end < len(_END):
            if len(self._buffer) >= MAX_HEAD_BYTES:
                raise _BadRequestError("head.size")
            return None
        match = _HEAD.fullmatch(self._buffer, 0, end)
        if match is None:
            raise _BadRequestError("head.form")
        method, target, minor = match.groups()
        head = _Head(method.decode("ascii"), target.decode("latin-1"), minor == b"1", end)
        if framing := _FRAMING.findall(self._buffer[: end - len(_LINE)].lower()):
            _frame(head, framing)
        return head

    def _find_end(self, head: _Head) -> int | None:
        """Return where the request ends, or None before all of it is there."""
        if head.size is not None:
            end = head.end + head.size
            return end if len(self._buffer) >= end else None
        self._at = self._at or head.end
        while (chunk := self._next_chunk()) is not None:
            line, size = chunk
            after = line + len(_LINE) + size + len(_LINE)
            if not size:
                return self._find_trailer_end(line + len(_LINE))
            if after - head.end > MAX_BODY_BYTES:
                raise _BadRequestError("body.size")
            if len(self._buffer) < after:
                return None
            if self._buffer[after - len(_LINE) : after] != _LINE:
                raise _BadRequestError("chunk.end")
            self._at = after
        return None

    def _next_chunk(self) -> tuple[int, int] | None:
        """Return where the line of the next chunk ends and its size, or None before it is there."""
        line = self._buffer.find(_LINE, self._at)
        known = line if line >= 0 else len(self._buffer)
        if known - self._at > _MAX_CHUNK_LINE:
            raise _BadRequestError("chunk.line")
        if line < 0:
            return None
        match = _CHUNK.fullmatch(self._buffer, self._at, line)
        if match is None:
            raise _BadRequestError("chunk.size")
        return line, int(match[1], 16)

    def _find_trailer_end(self, at: int) -> int | None:
        """Return where the trailer after the last chunk ends, or None before it is there."""
        if self._buffer.startswith(_LINE, at):
            return at + len(_LINE)
        end = self._buffer.find(_END, at, at + MAX_HEAD_BYTES)
        if end >= 0:
            return end + len(_END)
        if len(self._buffer) - at >= MAX_HEAD_BYTES:
            raise _BadRequestError("trailer.size")
        return None


def _frame(head: _Head, framing: Iterable[tuple[bytes, bytes]]) -> None:
    """Note what the fields say about body and connection; `kept` is True in HTTP/1.1 before."""
    recent = head.kept
    fields: dict[bytes, list[bytes]] = {}
    for name, value in framing:
        fields.setdefault(bytes(name), []).append(bytes(value))
    options = b",".join(fields.get(b"connection", ())).replace(b" ", b"").split(b",")
    head.kept = b"close" not in options if recent else b"keep-alive" in options
    head.size = _find_size(fields, recent=recent)
    head.expects = recent and b"100-continue" in fields.get(b"expect", ())


def _find_size(fields: dict[bytes, list[bytes]], *, recent: bool) -> int | None:
    """Return how many bytes the body has, or None where it comes in chunks."""
    lengths, codings = fields.get(b"content-length", []), fields.get(b"transfer-encoding", [])
    if codings:
        if codings != [b"chunked"] or lengths or not recent:
            raise _BadRequestError("framing")
        return None
    if len(set(lengths)) > 1 or not all(map(_LENGTH.fullmatch, lengths)):
        raise _BadRequestError("length")
    size = int(lengths[0]) if lengths else 0
    if size > MAX_BODY_BYTES:
        raise _BadRequestError("body.size")
    return size

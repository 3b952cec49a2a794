"""From an HTTP request to a validated value: deny on headers first, then read, then decode."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from gateway.transport.json_body import convert, decode
from gateway.transport.problems import RequestError
from gateway.transport.routes import INQUIRY_FILE, NDJSON, Operation

_MOST_FORM_FIELDS: Final = 20
_AT_ONCE: Final = 32  # lines of one chunk before other requests have their turn


def check_headers(operation: Operation, request: web.Request) -> None:
    """Refuse what the headers alone condemn, before a byte of the body is read.

    Raises:
        RequestError: the body is compressed, of another kind, too large, or not wanted at all.
    """
    if "Content-Encoding" in request.headers:
        raise RequestError("request.encoding")
    has_body = request.content_length or "Transfer-Encoding" in request.headers
    if not operation.media_types:
        if has_body:
            raise RequestError("request.body")
        return
    if request.headers.get("Content-Type") is None or not _takes(operation, request):
        raise RequestError("request.media_type", accepted=" ".join(operation.media_types))
    if (request.content_length or 0) > limit_of(operation, request):
        raise RequestError("request.too_large")


def _takes(operation: Operation, request: web.Request) -> bool:
    """Return whether media type and charset are ones that the operation takes."""
    charsets = {"utf-8", "utf8"}
    if request.content_type == INQUIRY_FILE:
        charsets = {"us-ascii", *charsets}
    charset = (request.charset or "utf-8").lower()
    return request.content_type in operation.media_types and charset in charsets


def limit_of(operation: Operation, request: web.Request) -> int:
    """Return how many bytes the body may have."""
    streamed = request.content_type in {NDJSON, INQUIRY_FILE}
    return operation.most_bytes_streamed if streamed else operation.most_bytes


async def read_body(operation: Operation, request: web.Request) -> Any:  # noqa: ANN401  # its type
    """Return the body as the operation's type, or None; lines come as a tuple of values.

    Where the operation reads lines itself, they come as an iterator, and from it its errors.

    Raises:
        RequestError: the body breaks a rule.
    """
    if operation.line_types:
        return list_lines(operation, request)
    if operation.body is None:
        return None
    if request.content_type == NDJSON and operation.lines is not None:
        return await _read_lines(operation, request, operation.lines)
    async with _arriving(_until(operation)):
        body = b"".join([chunk async for chunk in _chunks(operation, request)])
    if operation.form:
        return convert(_read_form(body), operation.body, root="form")
    return decode(body, operation.body)


def read_query(operation: Operation, request: web.Request) -> Any:  # noqa: ANN401  # its type
    """Return the query parameters as the operation's type.

    Raises:
        RequestError: a parameter is unknown, stands twice, or has not its form.
    """
    return convert(_once(request.query.items(), "query"), operation.query, root="query")


def _until(operation: Operation) -> float:
    return asyncio.get_running_loop().time() + operation.read_seconds


@asynccontextmanager
async def _arriving(until: float) -> AsyncIterator[None]:
    """Refuse what does not arrive until an instant of the loop's clock, or breaks off."""
    try:
        async with asyncio.timeout_at(until):
            yield
    except TimeoutError:
        raise RequestError("request.timeout") from None
    except ConnectionError:  # the caller left in the middle; nobody reads this
        raise RequestError("request.malformed", path="$") from None


async def _chunks(operation: Operation, request: web.Request) -> AsyncIterator[bytes]:
    size, most = 0, limit_of(operation, request)
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > most:
            raise RequestError("request.too_large")
        yield chunk


async def list_lines(operation: Operation, request: web.Request) -> AsyncIterator[bytes]:
    """Yield the lines of a body while it comes, with their line feeds; the last may lack one.

    Raises:
        RequestError: the body or one line is too large, comes too slowly, or breaks off.
    """
    until, chunks = _until(operation), _chunks(operation, request)
    count, rest, chunk = 0, b"", b" "
    while chunk:
        async with _arriving(until):
            chunk = await anext(chunks, b"")
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"
            count += 1
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)
        if len(rest) > operation.most_bytes:
            raise RequestError("request.too_large")
    if rest:
        yield rest


async def _read_lines(
    operation: Operation, request: web.Request, kind: type[msgspec.Struct]
) -> tuple[msgspec.Struct, ...]:
    """Decode line by line while bytes come, so that a long load never blocks the loop."""
    values: list[msgspec.Struct] = []
    async for line in list_lines(operation, request):
        text = line.removesuffix(b"\n")
        values.append(decode(text, kind, root=f"line {len(values) + 1}: $"))
    return tuple(values)


def _read_form(body: bytes) -> dict[str, str]:
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FORM_FIELDS,
        )
    except ValueError:
        raise RequestError("request.malformed", path="form") from None
    return _once(pairs, "form")


def _once(pairs: Iterable[tuple[str, str]], root: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in pairs:
        if name in found:
            raise RequestError("request.duplicate_key", path=root)
        found[name] = text
    return found

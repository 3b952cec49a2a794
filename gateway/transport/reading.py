"""From an HTTP request to a validated value: deny on headers first, then read, then decode."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from gateway.transport.json_body import convert, decode
from gateway.transport.problems import RequestError
from gateway.transport.routes import NDJSON, Operation

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
    charset = (request.charset or "utf-8").lower()
    return request.content_type in operation.media_types and charset in {"utf-8", "utf8"}


def limit_of(operation: Operation, request: web.Request) -> int:
    """Return how many bytes the body may have."""
    streamed = request.content_type == NDJSON
    return operation.most_bytes_streamed if streamed else operation.most_bytes


async def read_body(operation: Operation, request: web.Request) -> Any:  # noqa: ANN401  # its type
    """Return the body as the operation's type, or None; lines come as a tuple of values.

    Raises:
        RequestError: the body breaks a rule.
    """
    if operation.body is None:
        return None
    try:
        async with asyncio.timeout(operation.read_seconds):
            if request.content_type == NDJSON and operation.lines is not None:
                return await _read_lines(operation, request, operation.lines)
            body = b"".join([chunk async for chunk in _chunks(operation, request)])
    except TimeoutError:
        raise RequestError("request.timeout") from None
    except ConnectionError:  # the caller left in the middle; nobody reads this
        raise RequestError("request.malformed", path="$") from None
    if operation.form:
        return convert(_read_form(body), operation.body, root="form")
    return decode(body, operation.body)


def read_query(operation: Operation, request: web.Request) -> Any:  # noqa: ANN401  # its type
    """Return the query parameters as the operation's type.

    Raises:
        RequestError: a parameter is unknown, stands twice, or has not its form.
    """
    return convert(_once(request.query.items(), "query"), operation.query, root="query")


async def _chunks(operation: Operation, request: web.Request) -> AsyncIterator[bytes]:
    size, most = 0, limit_of(operation, request)
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > most:
            raise RequestError("request.too_large")
        yield chunk


async def _read_lines(
    operation: Operation, request: web.Request, kind: type[msgspec.Struct]
) -> tuple[msgspec.Struct, ...]:
    """Decode line by line while bytes come, so that a long load never blocks the loop."""
    values: list[msgspec.Struct] = []
    rest = b""
    async for chunk in _chunks(operation, request):
        *lines, rest = (rest + chunk).split(b"\n")
        for text in lines:
            values.append(decode(text, kind, root=f"line {len(values) + 1}: $"))
            if len(values) % _AT_ONCE == 0:
                await asyncio.sleep(0)
        if len(rest) > operation.most_bytes:
            raise RequestError("request.too_large")
    if rest:
        values.append(decode(rest, kind, root=f"line {len(values) + 1}: $"))
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

"""From an HTTP request to a validated value: deny on headers first, then read, then decode."""

import asyncio
from typing import Any, Final

from aiohttp import web

from mocks.admin.json_body import convert, decode
from mocks.admin.problems import AdminError
from mocks.admin.routes import JSON, Operation

_CHARSETS: Final = frozenset({"utf-8", "utf8"})


def check_headers(operation: Operation, request: web.Request) -> None:
    """Refuse what the headers alone condemn, before a byte of the body is read.

    Raises:
        AdminError: the body is compressed, of another kind, too large, or not wanted at all.
    """
    if "Content-Encoding" in request.headers:
        raise AdminError("request.encoding")
    if not operation.media_types:
        if request.content_length or "Transfer-Encoding" in request.headers:
            raise AdminError("request.body")
        return
    kind, charset = request.content_type, (request.charset or "utf-8").lower()
    fits = kind in operation.media_types and charset in _CHARSETS
    if "Content-Type" not in request.headers or not fits:
        raise AdminError("request.media_type", accepted=operation.media_types)
    if (request.content_length or 0) > operation.most_bytes:
        raise AdminError("request.too_large")


async def read_body(operation: Operation, request: web.Request) -> Any:  # noqa: ANN401  # its type
    """Return the body as the operation's type, as bytes where it takes a text, or None.

    Raises:
        AdminError: the body breaks a rule.
    """
    if not operation.media_types:
        return None
    body = await _read(operation, request)
    if request.content_type == JSON and operation.body is not None:
        return decode(body, operation.body)
    return body


async def _read(operation: Operation, request: web.Request) -> bytes:
    parts, size = [], 0
    try:
        async with asyncio.timeout(operation.read_seconds):
            async for chunk in request.content.iter_any():
                size += len(chunk)
                if size > operation.most_bytes:
                    raise AdminError("request.too_large")
                parts.append(chunk)
    except TimeoutError:
        raise AdminError("request.timeout") from None
    except ConnectionError:  # the caller left in the middle; nobody reads this
        raise AdminError("request.malformed", path="$") from None
    return b"".join(parts)


def read_query(operation: Operation, request: web.Request) -> Any:  # noqa: ANN401  # its type
    """Return the query parameters as the operation's type.

    Raises:
        AdminError: a parameter is unknown, stands twice, or has not its form.
    """
    found: dict[str, str] = {}
    for name, text in request.query.items():
        if name in found:
            raise AdminError("request.duplicate_key", path="query")
        found[name] = text
    return convert(found, operation.query)

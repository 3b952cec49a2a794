"""The listener of the network API: refuses on headers before it reads a body."""

import asyncio
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway.domain.catalogue import explain
from gateway.domain.errors import EvidenceUnavailableError
from gateway.network.arrivals import Arrivals
from gateway.network.client import PATH
from gateway.network.tls import find_hop
from gateway.ports import Ids
from wire.documents import MEDIA_TYPE, encode_stream
from wire.errors import WireError

RETRY_AFTER_SECONDS: Final = "2"

_LOG: Final = logging.getLogger(__name__)
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What one POST may bring: bytes of its stream, seconds until all of it is here."""

    stream_bytes: int = 64 << 20
    read_seconds: float = 30.0


class _DeniedError(Exception):
    def __init__(self, status: HTTPStatus, code: str, reason: str | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.reason = status, code, reason


def make_app(arrivals: Arrivals, ids: Ids, intake: Intake | None = None) -> web.Application:
    """Return the application; serve it with `tls.server_context` and without an access log."""
    intake = intake or Intake()

    async def receive(request: web.Request) -> web.Response:
        hop = find_hop(request.transport)
        if hop is None:
            raise _DeniedError(HTTPStatus.FORBIDDEN, "peer.unknown")
        _check_headers(request, intake)
        try:
            async with asyncio.timeout(intake.read_seconds):
                stream = await request.read()
        except TimeoutError as error:
            raise _DeniedError(HTTPStatus.REQUEST_TIMEOUT, "request.timeout") from error
        try:
            replies = await arrivals.receive(stream, hop=hop)
        except WireError as error:
            code = "message.malformed"
            raise _DeniedError(HTTPStatus.BAD_REQUEST, code, error.code) from error
        headers = {"Content-Type": MEDIA_TYPE, **_HEADERS}
        return web.Response(body=encode_stream(replies), headers=headers)

    app = web.Application(client_max_size=intake.stream_bytes, middlewares=[_make_refuser(ids)])
    app.router.add_post(PATH, receive)
    return app


def _check_headers(request: web.Request, intake: Intake) -> None:
    """Refuse what can be known to be bad before a byte of the body is read."""
    if "Content-Encoding" in request.headers:
        raise _DeniedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "request.encoding")
    if request.headers.get("Content-Type") != MEDIA_TYPE:
        raise _DeniedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "request.media_type")
    if request.content_length is None:
        raise _DeniedError(HTTPStatus.LENGTH_REQUIRED, "request.http")
    if request.content_length > intake.stream_bytes:
        raise _DeniedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request.too_large")


def _make_refuser(ids: Ids) -> Middleware:
    """Return the middleware that turns every error into problem details (RFC 9457)."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except _DeniedError as error:
            denied = error
        except EvidenceUnavailableError as error:
            denied = _DeniedError(HTTPStatus.SERVICE_UNAVAILABLE, error.code)
        except web.HTTPException as error:
            code = {404: "request.route", 405: "request.method"}.get(error.status, "request.http")
            denied = _DeniedError(HTTPStatus(error.status), code)
        except Exception:  # noqa: BLE001  # logged; the peer learns nothing of its cause
            _LOG.exception("A stream failed", extra={"action": "stream_fail"})
            denied = _DeniedError(HTTPStatus.INTERNAL_SERVER_ERROR, "gateway.failed")
        return _problem(denied, ids.uuid())

    return answer


def _problem(denied: _DeniedError, occurrence: str) -> web.Response:
    """Return the refusal of a whole POST; nothing of it was recorded."""
    entry = explain(denied.code)
    problem = {
        "type": f"urn:nakadachi:problem:{denied.code}",
        "status": int(denied.status),
        "code": denied.code,
        "occurrence": occurrence,
        "retry": entry.retry.value,
        "fix_by": entry.fix_by.value,
        "title": entry.title_ja,
        "detail": entry.detail_ja,
        "title_ja": entry.title_ja,
        "title_en": entry.title_en,
        "detail_ja": entry.detail_ja,
        "detail_en": entry.detail_en,
    }
    if denied.reason is not None:
        problem["error"] = denied.reason
    headers = {"Content-Type": "application/problem+json", "Content-Language": "ja", **_HEADERS}
    if denied.status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = RETRY_AFTER_SECONDS
    _LOG.warning(
        "A stream was refused",
        extra={
            "action": "stream_refuse",
            "code": denied.code,
            "status": int(denied.status),
            "reason": denied.reason,
            "occurrence": occurrence,
        },
    )
    return web.Response(
        status=int(denied.status), body=msgspec.json.encode(problem), headers=headers
    )

"""Around every request: refusals as problems, counts, one log line, headers of the reply."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from gateway.domain.errors import GatewayError
from gateway.ports import Ids
from gateway.transport.metrics import RequestMetrics
from gateway.transport.problems import Refused, RequestError, refuse, refuse_unforeseen

_log = logging.getLogger(__name__)

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]
UNMATCHED: Final = "unmatched"
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def route_of(request: web.Request) -> str:
    """Return the template of the matched route: paths may name identifiers, templates never."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else UNMATCHED


def make_observer(metrics: RequestMetrics) -> Middleware:
    """Return the outermost middleware: it sees the status that leaves."""

    @web.middleware
    async def observe(request: web.Request, handler: Next) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        response = await handler(request)
        seconds = loop.time() - begun
        route = route_of(request)
        metrics.observe(method=request.method, route=route, status=response.status, seconds=seconds)
        _log.info(
            "A request was served",
            extra={
                "action": "request_serve",
                "method": request.method,
                "route": route,
                "status": response.status,
                "milliseconds": round(seconds * 1000, 1),
            },
        )
        return response

    return observe


def make_refuser(ids: Ids) -> Middleware:
    """Return the middleware that turns every error into a problem."""

    @web.middleware
    async def answer(request: web.Request, handler: Next) -> web.StreamResponse:
        try:
            response = await handler(request)
        except GatewayError as error:
            response = _refuse(request, error, ids.uuid())
        except web.HTTPException as error:
            response = _refuse(request, _translate(error), ids.uuid())
        except Exception:  # noqa: BLE001  # nothing leaves as a stack trace
            occurrence = ids.uuid()
            _log.exception(
                "A request failed",
                extra={
                    "action": "request_fail",
                    "route": route_of(request),
                    "occurrence": occurrence,
                },
            )
            response = refuse_unforeseen(occurrence=occurrence).to_response()
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return answer


def _refuse(request: web.Request, error: GatewayError, occurrence: str) -> web.Response:
    refused: Refused = refuse(error, occurrence=occurrence)
    _log.warning(
        "A request was refused",
        extra={
            "action": "request_refuse",
            "code": error.code,
            "route": route_of(request),
            "path": refused.problem.path,
            "status": refused.problem.status,
            "occurrence": occurrence,
        },
    )
    return refused.to_response()


def _translate(error: web.HTTPException) -> RequestError:
    """Return our refusal for one that the HTTP library raised itself."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return RequestError("request.method", headers={"Allow": allowed})
    if isinstance(error, web.HTTPNotFound):
        return RequestError("request.route")
    return RequestError("request.http")

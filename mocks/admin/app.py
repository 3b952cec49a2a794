"""The application: every operation behind host, site, token and type checks; the login page."""

import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware

from mocks.admin import events
from mocks.admin.auth import SAFE_METHODS, SESSION_SECONDS
from mocks.admin.desk import Desk
from mocks.admin.openapi import build_document
from mocks.admin.operations import OPERATIONS
from mocks.admin.problems import UNFORESEEN, AdminError, refuse
from mocks.admin.reading import check_headers, read_body, read_query
from mocks.admin.routes import JSON, PREFIX, Call, Operation, Reply

# For web.AppRunner: a compressed body must not even be unpacked before it is refused.
SERVER_OPTIONS: Final[Mapping[str, Any]] = {  # Any: keyword arguments of the runner
    "auto_decompress": False,
    "lingering_time": 2.0,
    "access_log": None,
    "shutdown_timeout": 5.0,
}
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOGIN: Final = "/login"
_PAGE: Final = (
    '<!doctype html><html lang="ja"><meta charset="utf-8">'
    '<meta http-equiv="refresh" content="0; url=/"><title>nakadachi</title>'
    '<p><a href="/">パネルへ進みます</a></p></html>'
)
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_log = logging.getLogger(__name__)

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]
Extension = Callable[[web.Application, Desk], None]  # adds pages, such as the panel


def build_app(desk: Desk, *, extensions: Sequence[Extension] = ()) -> web.Application:
    """Return the application; give `SERVER_OPTIONS` to the runner that serves it."""
    app = web.Application(middlewares=[_make_refuser(desk)])
    events.prepare(app)
    for operation in OPERATIONS:
        handler = _Handler(operation, desk)
        methods = ("GET", "HEAD") if operation.method == "GET" else (operation.method,)
        for method in methods:
            if method == "HEAD" and operation.streams:
                continue
            # Only numbers are rows, so that `journal/replay` allows what it allows and no more.
            route = operation.route.replace("{row}", "{row:[0-9]+}")
            app.router.add_route(method, route, handler.serve, expect_handler=handler.expect)
    document = msgspec.json.encode(build_document(OPERATIONS))

    async def describe(_request: web.Request) -> web.Response:
        return web.Response(body=document, headers={"Content-Type": JSON})

    async def log_in(request: web.Request) -> web.Response:
        return _log_in(desk, request)

    app.router.add_get(f"{PREFIX}/openapi.json", describe)
    app.router.add_get(LOGIN, log_in, allow_head=False)
    for extend in extensions:
        extend(app, desk)
    return app


def _log_in(desk: Desk, request: web.Request) -> web.Response:
    """Spend the code of a login link and go on to the panel; a browser's prefetch spends nothing.

    Who is logged in already goes on also with a link that is spent.

    Raises:
        AdminError: `login.spent`, `request.origin`.
    """
    if "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        raise AdminError("request.origin")
    gate = desk.gate
    response = web.Response(text=_PAGE, content_type="text/html")
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    if gate.knows(request):
        return response
    session = gate.log_in(request.query.get("code", ""))
    # A page and no redirect: one that another site began would not carry the cookie.
    response.set_cookie(
        gate.cookie,
        session,
        max_age=int(SESSION_SECONDS),
        path="/",
        httponly=True,
        samesite="Strict",
    )
    return response


def _make_refuser(desk: Desk) -> Middleware:
    """Return the middleware that checks the host and turns every error into a problem."""

    @web.middleware
    async def answer(request: web.Request, handler: Next) -> web.StreamResponse:
        occurrence = str(uuid.uuid4())
        try:
            desk.gate.check_host(request)
            response = await handler(request)
        except AdminError as error:
            response = refuse(error, occurrence)
        except web.HTTPException as error:
            response = refuse(_translate(error), occurrence)
        except Exception:  # noqa: BLE001  # nothing leaves as a stack trace
            _log.exception("An admin request failed: %s", occurrence)
            response = refuse(AdminError(UNFORESEEN), occurrence)
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return answer


def _translate(error: web.HTTPException) -> AdminError:
    """Return our refusal for one that the HTTP library raised itself."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return AdminError("request.method", headers={"Allow": allowed})
    if isinstance(error, web.HTTPNotFound):
        return AdminError("request.route")
    return AdminError("request.http")


class _Handler:
    """One operation as an aiohttp handler: access, headers, query, body, act."""

    def __init__(self, operation: Operation, desk: Desk) -> None:
        self._operation, self._desk = operation, desk

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Return the response.

        Raises:
            AdminError: the request is refused.
        """
        operation = self._operation
        self._admit(request)
        query = read_query(operation, request)
        body = await read_body(operation, request)
        call: Call[Any, Any] = Call(request=request, desk=self._desk, body=body, query=query)
        reply = await operation.handler(call)
        return reply.to_response() if isinstance(reply, Reply) else reply

    async def expect(self, request: web.Request) -> web.StreamResponse | None:
        """Invite the body that waits for `100 Continue`, unless the headers condemn it."""
        try:
            self._desk.gate.check_host(request)
            self._admit(request)
        except AdminError as error:
            return refuse(error, str(uuid.uuid4()))
        await request.writer.write(_CONTINUE)
        return None

    def _admit(self, request: web.Request) -> None:
        operation = self._operation
        writes = request.method not in SAFE_METHODS
        self._desk.gate.admit(request, proof=writes or operation.streams)
        check_headers(operation, request)

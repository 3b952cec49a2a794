"""The application: every operation behind its scope, its checks and its problem handling."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from prometheus_client import CollectorRegistry

from gateway.domain.errors import GatewayError
from gateway.ports import Clock, Ids, Ports
from gateway.transport import waiting
from gateway.transport.access import Gatekeeper
from gateway.transport.clients import Client, Clients
from gateway.transport.health import Check, Health, description_operation
from gateway.transport.metrics import RequestMetrics
from gateway.transport.middleware import HEADERS, make_observer, make_refuser
from gateway.transport.openapi import build_document
from gateway.transport.operations import OPERATIONS
from gateway.transport.problems import RequestError, SetupError, refuse
from gateway.transport.reading import check_headers, read_body, read_query
from gateway.transport.routes import Call, Operation, Public, PublicCall, Reply
from gateway.transport.token_endpoint import TokenEndpoint
from gateway.transport.tokens import TokenMint, TokenPolicy

# For web.AppRunner: a compressed body must not even be unpacked before it is refused, and what
# is refused unread is not read to its end for long.
SERVER_OPTIONS: Final[Mapping[str, Any]] = {  # Any: keyword arguments of the runner
    "auto_decompress": False,
    "lingering_time": 2.0,
    "access_log": None,
    "shutdown_timeout": 10.0,
}
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What one application serves: institutions by code, their clients, the token key.

    `clock` is the machine's own clock, which no sandbox moves; `registry` collects figures.
    """

    ports_by_institution: Mapping[str, Ports]
    clients: Iterable[Client]
    token_key: EllipticCurvePrivateKey
    token_policy: TokenPolicy
    clock: Clock
    ids: Ids
    checks: Mapping[str, Check] = field(default_factory=dict)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)


def build_app(served: Served) -> web.Application:
    """Return the application; give `SERVER_OPTIONS` to the runner that serves it.

    Raises:
        SetupError: a client is registered wrongly.
    """
    clients = Clients(served.clients)
    mint = TokenMint(served.token_key, served.token_policy)
    endpoint = TokenEndpoint(
        mint=mint,
        clients=clients,
        ports_by_institution=served.ports_by_institution,
        clock=served.clock,
        ids=served.ids,
        issuer=served.token_policy.issuer,
    )
    keeper = Gatekeeper(
        mint=mint,
        clients=clients,
        ports_by_institution=served.ports_by_institution,
        clock=served.clock,
    )
    health = Health(checks=served.checks, registry=served.registry)
    described = (endpoint.operation(), *OPERATIONS, *health.operations())
    operations = (*described, description_operation(build_document(described)))
    return _assemble(operations, keeper, served)


def _assemble(
    operations: tuple[Operation, ...], keeper: Gatekeeper, served: Served
) -> web.Application:
    metrics = RequestMetrics(served.registry)
    app = web.Application(middlewares=[make_observer(metrics), make_refuser(served.ids)])
    waiting.prepare(app)
    for operation in operations:
        handler = _Handler(operation, keeper, served.ids)
        for method in ("GET", "HEAD") if operation.method == "GET" else (operation.method,):
            app.router.add_route(
                method, operation.path, handler.serve, expect_handler=handler.expect
            )
    app.on_startup.append(_make_startup_check(operations))
    return app


def _make_startup_check(operations: tuple[Operation, ...]) -> Any:  # noqa: ANN401  # aiohttp's
    declared = {(operation.method, operation.path) for operation in operations}

    async def check(app: web.Application) -> None:
        for route in app.router.routes():
            method = "GET" if route.method == "HEAD" else route.method
            path = route.resource.canonical if route.resource is not None else ""
            if (method, path) not in declared:
                raise SetupError(method=method, route=path, expected="a declared scope")

    return check


class _Handler:
    """One operation as an aiohttp handler: headers, access, query, body, act."""

    def __init__(self, operation: Operation, keeper: Gatekeeper, ids: Ids) -> None:
        self._operation, self._keeper, self._ids = operation, keeper, ids

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Return the response.

        Raises:
            GatewayError: the request is refused.
        """
        operation = self._operation
        check_headers(operation, request)
        if isinstance(operation.scope, Public):
            query = read_query(operation, request)
            body = await read_body(operation, request)
            call: PublicCall[Any, Any] | Call[Any, Any] = PublicCall(
                request=request, body=body, query=query
            )
        else:
            access = self._keeper.admit(request, operation.scope)
            query = read_query(operation, request)
            body = await read_body(operation, request)
            call = Call(request=request, access=access, body=body, query=query)
        reply = await operation.handler(call)
        return reply.to_response() if isinstance(reply, Reply) else reply

    async def expect(self, request: web.Request) -> web.StreamResponse | None:
        """Invite the body that waits for `100 Continue`, unless the headers condemn it."""
        try:
            if request.headers.get("Expect", "").lower() != "100-continue":
                raise RequestError("request.http")
            check_headers(self._operation, request)
            if not isinstance(self._operation.scope, Public):
                self._keeper.admit(request, self._operation.scope)
        except GatewayError as error:
            response = refuse(error, occurrence=self._ids.uuid()).to_response()
            response.headers.update(HEADERS)
            return response
        await request.writer.write(_CONTINUE)
        return None

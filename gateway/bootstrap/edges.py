"""The two listeners of a process: the business API and the network API."""

import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge

from gateway.bootstrap.alarm_figures import measure_alarms
from gateway.bootstrap.business import read_clients, read_token_key, token_policy
from gateway.bootstrap.connections import Connections
from gateway.bootstrap.list_figures import measure_lists
from gateway.bootstrap.office import Office
from gateway.bootstrap.readiness import build_checks
from gateway.bootstrap.system import SystemClock
from gateway.bootstrap.work_figures import measure_work
from gateway.logs import CORRELATION
from gateway.network import server as network_server
from gateway.network.arrivals import Arrivals
from gateway.network.inspection import Served as ServedParty
from gateway.network.tls import server_context
from gateway.settings import Settings
from gateway.transport.app import SERVER_OPTIONS, Served, build_app
from gateway.transport.tokens import derive_token_key

SHUTDOWN_SECONDS = 10.0
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_business_app(office: Office) -> web.Application:
    """Return the application of the business API.

    Raises:
        SettingsError: a key file is missing or wrong.
    """
    settings = office.settings
    registry = CollectorRegistry()
    failures = Gauge(
        "nakadachi_background_failures", "Background tasks that failed.", registry=registry
    )
    failures.set_function(lambda: office.runner.failures)
    measure_lists(office, registry)
    measure_alarms(office, registry)
    measure_work(office.looks, office.runner, registry)
    app = build_app(
        Served(
            ports_by_institution=office.ports,
            clients=read_clients(settings),
            token_key=derive_token_key(read_token_key(settings)),
            token_policy=token_policy(settings),
            clock=SystemClock(),
            ids=office.ids,
            checks=build_checks(office),
            registry=registry,
        )
    )
    app.middlewares.insert(0, _correlate)
    return app


def build_network_app(office: Office) -> web.Application:
    """Return the application of the network API."""
    served = {
        code: ServedParty(ports=ports, sealer=office.parties[code].sealer)
        for code, ports in office.ports.items()
    }
    app = network_server.make_app(Arrivals(served, office.trust), office.ids)
    app.middlewares.insert(0, _correlate)
    return app


async def listen(office: Office, connections: Connections, stack: AsyncExitStack) -> dict[str, int]:
    """Open both listeners until `stack` ends; return their ports by name.

    Raises:
        OSError: a port is taken or a TLS file is wrong.
    """
    business, network = office.settings.business, office.settings.network
    first = web.AppRunner(build_business_app(office), **SERVER_OPTIONS)
    second = web.AppRunner(
        build_network_app(office), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
    )
    for runner in (first, second):
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
    context = server_context(connections.files, office.trust)
    await web.TCPSite(second, network.host, network.port, ssl_context=context).start()
    own = _business_context(office.settings)
    await web.TCPSite(first, business.host, business.port, ssl_context=own).start()
    return {"business": first.addresses[0][1], "network": second.addresses[0][1]}


def _business_context(settings: Settings) -> ssl.SSLContext | None:
    business = settings.business
    if business.tls_certificate_file is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(business.tls_certificate_file, business.tls_key_file)
    return context


@web.middleware
async def _correlate(request: web.Request, handler: Next) -> web.StreamResponse:
    """Give every line that is logged for a request one id."""
    token = CORRELATION.set(str(uuid4()))
    try:
        return await handler(request)
    finally:
        CORRELATION.reset(token)

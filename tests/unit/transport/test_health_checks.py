"""Readiness: checks run side by side, and one that hangs is a reason."""

import asyncio

import msgspec
from aiohttp.test_utils import make_mocked_request
from prometheus_client import CollectorRegistry

from gateway.transport.health import CheckOutcome, Health
from gateway.transport.routes import PublicCall
from gateway.transport.schemas.common import NoQuery
from gateway.transport.schemas.health import Readiness


async def test_a_check_that_hangs_is_a_reason_not_to_be_ready() -> None:
    met = asyncio.Barrier(2)

    async def together() -> CheckOutcome:
        await met.wait()
        return CheckOutcome(ok=True)

    async def hanging() -> CheckOutcome:
        await asyncio.Event().wait()
        return CheckOutcome(ok=True)

    checks = {"one": together, "two": together, "three": hanging}
    health = Health(checks=checks, registry=CollectorRegistry(), seconds=0.05)
    request = make_mocked_request("GET", "/readyz")
    reply = await health.ready(PublicCall(request=request, body=None, query=NoQuery()))
    assert reply.status == 503
    assert isinstance(reply.body, msgspec.Struct)
    found = msgspec.json.decode(msgspec.json.encode(reply.body), type=Readiness)
    assert [(one.name, one.ok, one.reason) for one in found.checks] == [
        ("one", True, ""),
        ("two", True, ""),
        ("three", False, "no result in time"),
    ]

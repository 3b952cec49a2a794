"""Health: alive, ready with reasons, and figures."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from gateway.transport.routes import Operation, Public, PublicCall, Reply, Sample
from gateway.transport.schemas.common import NoQuery
from gateway.transport.schemas.health import CheckResult, Liveness, Readiness

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What a check found; `reason` is a constant text or a number, never a person's value."""

    ok: bool
    reason: str = ""


Check = Callable[[], Awaitable[CheckOutcome]]
AnyCall = PublicCall[None, NoQuery]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The health operations over the checks that bootstrap gives, by name."""

    checks: Mapping[str, Check]
    registry: CollectorRegistry
    seconds: float = 1.5  # how long one check may take

    async def live(self, call: AnyCall) -> Reply:  # noqa: ARG002  # every handler takes its call
        """Return that the process answers."""
        return Reply(body=Liveness(alive=True))

    async def ready(self, call: AnyCall) -> Reply:  # noqa: ARG002  # every handler takes its call
        """Return 200 if every check is fine, else 503 with the reasons."""
        async with asyncio.TaskGroup() as group:
            running = [
                group.create_task(_run(name, check, self.seconds))
                for name, check in self.checks.items()
            ]
        results = tuple(one.result() for one in running)
        ready = all(result.ok for result in results)
        return Reply(status=200 if ready else 503, body=Readiness(ready=ready, checks=results))

    async def figures(self, call: AnyCall) -> Reply:
        """Return the figures in the exposition format that the caller accepts."""
        encode, media_type = choose_encoder(call.request.headers.get("Accept", ""))
        return Reply(body=encode(self.registry), media_type=media_type)

    def operations(self) -> tuple[Operation, ...]:
        """Return the operations."""
        return (
            Operation(
                name="live",
                method="GET",
                path="/livez",
                scope=Public.ANYBODY,
                handler=self.live,
                summary_ja="稼働しているか",
                summary_en="Whether the process answers",
                replies={200: Sample(text="It does.", value=Liveness(alive=True))},
            ),
            Operation(
                name="ready",
                method="GET",
                path="/readyz",
                scope=Public.ANYBODY,
                handler=self.ready,
                summary_ja="業務を受け付けられるか",
                summary_en="Whether the gateway can work, with reasons",
                replies={200: _sample(ok=True), 503: _sample(ok=False)},
            ),
            Operation(
                name="metrics",
                method="GET",
                path="/metrics",
                scope=Public.ANYBODY,
                handler=self.figures,
                summary_ja="稼働統計",
                summary_en="Figures for Prometheus",
                replies={200: Sample(text="The figures.")},
                published=False,
            ),
        )


def _sample(*, ok: bool) -> Sample:
    result = CheckResult(name="writer", ok=ok, reason="" if ok else "stalled")
    return Sample(
        text="Ready." if ok else "Not ready.", value=Readiness(ready=ok, checks=(result,))
    )


async def _run(name: str, check: Check, seconds: float) -> CheckResult:
    try:
        async with asyncio.timeout(seconds):
            outcome = await check()
    except TimeoutError:
        return CheckResult(name=name, ok=False, reason="no result in time")
    except Exception:  # noqa: BLE001  # a broken check is a reason not to be ready
        _log.exception("A check failed", extra={"action": "check_fail", "kind": name})
        return CheckResult(name=name, ok=False, reason="the check itself failed")
    return CheckResult(name=name, ok=outcome.ok, reason=outcome.reason)


def description_operation(document: Mapping[str, object]) -> Operation:
    """Return the operation that serves the OpenAPI document, encoded once."""
    encoded = msgspec.json.encode(document)

    async def show(call: AnyCall) -> Reply:  # noqa: ARG001  # every handler takes its call
        return Reply(body=encoded)

    return Operation(
        name="describe",
        method="GET",
        path="/openapi.json",
        scope=Public.ANYBODY,
        handler=show,
        summary_ja="APIの定義",
        summary_en="The description of the API",
        replies={200: Sample(text="The OpenAPI document.")},
        published=False,
    )

"""Plays all cases one after another, verifies every log, and says what came of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import aiohttp

from mocks.demo.acting import Played, Stage, UnexpectedError
from mocks.demo.cases import CASES, Case
from mocks.demo.reconciling import Reconciled, reconcile
from mocks.demo.registering import register_everybody
from mocks.gateway import Gateway, GatewayFailedError, Json
from mocks.sandbox import Options, Sandbox, open_sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One case as it went; `fault` says what is not as it must be."""

    case: Case
    outcome: str
    reason: str
    milliseconds: int
    fault: str | None = None

    @property
    def expected(self) -> bool:
        """Whether everything is as the contract says."""
        return self.fault is None and self.outcome == self.case.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole demo: cases, the logs by institution code, their comparison."""

    seed: int
    results: tuple[Result, ...]
    records: dict[str, Json]
    reconciled: Reconciled

    @property
    def expected(self) -> bool:
        """Whether all cases, logs and comparisons are as they must be."""
        verified = all(log["verified"] for log in self.records.values())
        cases = all(result.expected for result in self.results)
        return cases and verified and not self.reconciled.differences

    def as_document(self) -> Json:
        """Return the JSON document of the contract, with what goes beyond it added."""
        return {
            "seed": self.seed,
            "cases": [
                {
                    "id": result.case.id,
                    "title": result.case.title,
                    "expected": result.case.expected,
                    "outcome": result.outcome,
                    "reason": result.fault or result.reason,
                    "ms": result.milliseconds,
                }
                for result in self.results
            ],
            "records": self.records,
            "reconciled": {
                "transactions": self.reconciled.transactions,
                "differences": list(self.reconciled.differences),
            },
        }


async def play(options: Options, tell: Callable[[str], None]) -> Report:
    """Return the report of a fresh sandbox; `tell` hears what is going on.

    Raises:
        GatewayFailedError: the sandbox does not start, or residents cannot be registered.
    """
    tell("starting counterparties and two gateways")
    async with open_sandbox(options) as sandbox:
        tell(f"sandbox in {sandbox.folder}; registering residents")
        await register_everybody(sandbox)
        tell("playing the cases")
        stage = Stage(sandbox)
        results = [await _play(case, stage) for case in CASES]
        tell("verifying and reconciling the logs")
        records, reconciled = await asyncio.gather(_verify(sandbox), reconcile(sandbox))
        return Report(
            seed=options.seed,
            results=tuple(results),
            records=records,
            reconciled=reconciled,
        )


async def _play(case: Case, stage: Stage) -> Result:
    start = monotonic()
    fault = None
    try:
        played = await case.play(stage)
    except (UnexpectedError, GatewayFailedError, aiohttp.ClientError) as error:
        fault = f"{type(error).__name__}: {error}"
        shown = stage.inquiries.get(case.id)
        played = Played(outcome=shown["state"] if shown else "failed", reason=fault)
    return Result(
        case=case,
        outcome=played.outcome,
        reason=played.reason,
        milliseconds=round((monotonic() - start) * 1000),
        fault=fault,
    )


async def _verify(sandbox: Sandbox) -> dict[str, Json]:
    """Return size and verification of every log: the gateways' by their command line."""
    found = await asyncio.gather(*map(_verify_gateway, sandbox.gateways.values()))
    log = sandbox.world.core.state.log
    core = {sandbox.world.core.code: {"size": len(log.rows), "verified": log.verify()}}
    return {**dict(found), **core}


async def _verify_gateway(gateway: Gateway) -> tuple[str, Json]:
    try:
        said = await gateway.run("records", "verify")
    except GatewayFailedError:
        return gateway.plan.code, {"size": 0, "verified": False}
    return gateway.plan.code, {"size": said["size"], "verified": said["verified"]}

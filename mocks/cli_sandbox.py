"""What `nakadachi demo` and `nakadachi up` do."""

import asyncio
import json
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import typer

from mocks.cli_output import ENVIRONMENT, NO
from mocks.demo.playing import Report, play
from mocks.demo.registering import register_everybody
from mocks.gateway import GatewayFailedError
from mocks.sandbox import Options, Sandbox, open_sandbox
from permitlists import PermitListError

T = TypeVar("T")


def demo(*, as_json: bool, seed: int, people: int, keep: bool) -> None:
    """Play the demo cases in a fresh sandbox.

    Raises:
        Exit: 1, not all are as expected; 3, something does not start.
    """
    options = Options(seed=seed, people=people, keep=keep)
    report = _run(lambda: play(options, _tell))
    if as_json:
        typer.echo(json.dumps(report.as_document(), ensure_ascii=False))
    else:
        typer.echo(describe(report))
    if not report.expected:
        raise typer.Exit(NO)


def up(
    *, as_json: bool, seed: int, people: int, folder: Path | None, register: Path | None
) -> None:
    """Keep a fresh sandbox running until Ctrl-C.

    Raises:
        Exit: 0 at the end; 3, something does not start.
    """

    async def stay() -> None:
        options = Options(seed=seed, people=people, folder=folder, register=register)
        _tell("starting counterparties and two gateways")
        async with open_sandbox(options) as sandbox:
            await register_everybody(sandbox)
            addresses = list_addresses(sandbox)
            text = json.dumps(addresses) if as_json else _pairs(addresses)
            typer.echo(text)
            await asyncio.Event().wait()

    _run(stay)


def list_addresses(sandbox: Sandbox) -> dict[str, str]:
    """Return where everything of a running sandbox is."""
    found = {"folder": str(sandbox.folder)}
    for short, gateway in sandbox.gateways.items():
        plan = gateway.plan
        found[f"gateway {short} ({plan.code}) API"] = f"{plan.business_url}/v1"
        found[f"gateway {short} OpenAPI"] = f"{plan.business_url}/openapi.json"
        found[f"gateway {short} network"] = plan.network_url
        found[f"gateway {short} settings"] = str(plan.config)
        found[f"gateway {short} client"] = plan.client_id
    for peer in sandbox.space.directory().peer:
        if peer.institution in sandbox.space.hosts:
            institution = sandbox.world.institutions.find(peer.institution)
            name = institution.short if institution else peer.institution
            found[f"{name} ({peer.institution})"] = peer.url
    return found


def describe(report: Report) -> str:
    """Return the report as a table for people."""
    lines = []
    for result in report.results:
        mark = "ok" if result.expected else "NO"
        lines.append(
            f"{result.case.id}  {mark}  {result.case.expected:<13}{result.outcome:<13}"
            f"{result.milliseconds:>6} ms  {result.case.title}: {result.reason}"
        )
    lines.append("")
    for code, log in report.records.items():
        verified = "verified" if log["verified"] else "NOT VERIFIED"
        lines.append(f"{code}  {log['size']} records, {verified}")
    compared = report.reconciled
    lines.append(
        f"{compared.transactions} transactions compared, {len(compared.differences)} differences"
    )
    lines += compared.differences
    lines.append("all as expected" if report.expected else "NOT as expected")
    return "\n".join(lines)


def _pairs(values: dict[str, str]) -> str:
    width = max(map(len, values))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in values.items())


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run until done; SIGTERM and Ctrl-C stop everything that was started."""

    async def guarded() -> T:
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work()

    try:
        return asyncio.run(guarded())
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(0) from None
    except (GatewayFailedError, PermitListError, OSError) as error:
        _tell(f"{type(error).__name__}: {error}")
        raise typer.Exit(ENVIRONMENT) from error

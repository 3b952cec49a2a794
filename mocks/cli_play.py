"""What `mocks scenario run` does once its scenarios are read: play them, one after another."""

import asyncio
import signal
from collections.abc import Sequence

import typer

from mocks.cli_output import ENVIRONMENT, echo
from mocks.cli_source import Source as File
from mocks.cli_source import load
from mocks.runs.plan import find_obstacle
from mocks.runs.play import Source, play
from mocks.runs.report import RunReport
from mocks.runs.stage import RunOptions


def play_files(
    files: Sequence[File], options: RunOptions, *, playable: bool, as_text: bool
) -> list[RunReport]:
    """Return the report of each scenario, or of each that is `playable`; texts are printed."""
    found = [Source(name=one.name, scenario=load(one).scenario, sha256=one.sha256) for one in files]
    if playable:
        found = [one for one in found if find_obstacle(one.scenario) is None]
    return _play(found, options, as_text=as_text)


def _play(sources: Sequence[Source], options: RunOptions, *, as_text: bool) -> list[RunReport]:
    """Play until done; SIGTERM and Ctrl-C stop everything that was started."""

    async def guarded() -> list[RunReport]:
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await _play_all(sources, options, as_text=as_text)

    try:
        return asyncio.run(guarded())
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(ENVIRONMENT) from None


async def _play_all(
    sources: Sequence[Source], options: RunOptions, *, as_text: bool
) -> list[RunReport]:
    reports = []
    for one in sources:
        report = await play(one, options, _tell)
        reports.append(report)
        if as_text:
            echo(report.as_text())
    if as_text and len(reports) > 1:
        passed = sum(one.outcome == "passed" for one in reports)
        echo(f"{passed}/{len(reports)} 合格 passed")
    return reports


def _tell(text: str) -> None:
    typer.echo(text, err=True)

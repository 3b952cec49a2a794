"""`nakadachi mocks scenario run`: play scenarios against our gateway and say what came of it."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mocks.cli_output import ENVIRONMENT, NO, JsonOption, echo, print_json
from mocks.cli_source import SOURCE_HELP, load, print_problems, read
from mocks.engine.scenario_lint import lint_bytes
from mocks.runs.plan import find_obstacle
from mocks.runs.play import Source, play
from mocks.runs.report import RunReport
from mocks.runs.stage import RunOptions
from mocks.scenarios.library import list_shipped


def run_scenarios(  # noqa: PLR0913  # each is an option of its own
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="ID|FILE...", help=SOURCE_HELP)
    ] = None,
    *,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="ファイルのもの以外の同梱のすべて / All that are shipped but those about files.",
        ),
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="乱数の種（既定はシナリオのもの）/ Seed of all draws.")
    ] = None,
    scale: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1_000_000,
            help="人数と上限をこの数で割る（既定は短く終わる大きさ）"
            " / Divide crowds and limits by this (default: a short run; 1: full size).",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="鍵を置いて使い回す / Where keys stay between runs."),
    ] = None,
    as_json: JsonOption = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="終了後もフォルダーを残す / Keep what the run left.")
    ] = False,
) -> None:
    """シナリオを仲立ち（試験対象）に対して実行する / Run scenarios against our gateway.

    Exit 0: all passed; 1: an expectation is broken or could not be judged; 3: it was not played.
    """
    names = [one.scenario.id for one in list_shipped()] if everything else list(sources or ())
    if not names:
        raise typer.BadParameter("ID|FILE", param_hint="--all")
    found = [_source(name) for name in names]
    if everything:
        found = [one for one in found if find_obstacle(one.scenario) is None]
    options = RunOptions(seed=seed, scale=scale, keep=keep, folder=folder)
    reports = _play(found, options, as_text=not as_json)
    if as_json:
        print_json([one.as_document() for one in reports])
    outcomes = {one.outcome for one in reports}
    if "error" in outcomes:
        raise typer.Exit(ENVIRONMENT)
    if outcomes - {"passed"}:
        raise typer.Exit(NO)


def _source(name: str) -> Source:
    """Return a scenario that lint lets pass."""
    given = read(name)
    problems = [one for one in lint_bytes(given.octets) if one.severity == "error"]
    if problems:
        print_problems({name: problems})
        raise typer.Exit(NO)
    return Source(name=name, scenario=load(given).scenario, sha256=given.sha256)


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

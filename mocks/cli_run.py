"""`nakadachi mocks scenario run`: play scenarios against our gateway and say what came of it."""

import importlib
from pathlib import Path
from typing import Annotated

import typer

from mocks.cli_output import ENVIRONMENT, NO, JsonOption, print_json
from mocks.cli_source import SOURCE_HELP, Source, print_problems, read
from mocks.engine.scenario_lint import lint_bytes
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
    files = [_read(name, as_json=as_json) for name in names]
    # Only a run needs all of the counterparties; `ls`, `lint` and `--help` need not wait for them.
    stage, playing = map(importlib.import_module, ("mocks.runs.stage", "mocks.cli_play"))
    options = stage.RunOptions(seed=seed, scale=scale, keep=keep, folder=folder)
    reports = playing.play_files(files, options, playable=everything, as_text=not as_json)
    if as_json:
        print_json([one.as_document() for one in reports])
    outcomes = {one.outcome for one in reports}
    if "error" in outcomes:
        raise typer.Exit(ENVIRONMENT)
    if outcomes - {"passed"}:
        raise typer.Exit(NO)


def _read(name: str, *, as_json: bool) -> Source:
    """Return the file of a scenario that lint lets pass; what is wrong with another is printed."""
    given = read(name)
    problems = [one for one in lint_bytes(given.octets) if one.severity == "error"]
    if problems:
        print_problems({name: problems}, as_json=as_json)
        raise typer.Exit(NO)
    return given

"""`nakadachi up`, `demo` and `mocks`; the command finds them by its entry point group.

Nothing here imports what a command needs before that command is called.
"""

import importlib
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer

from mocks.cli_output import JsonOption
from mocks.lazy import LazyGroup

DEFAULT_PEOPLE = 24

SeedOption = Annotated[int, typer.Option(help="乱数の種 / Seed of people and draws.")]
PeopleOption = Annotated[
    int, typer.Option(min=0, max=100_000, help="住民の数 / Residents beside the cast.")
]
KeepOption = Annotated[
    bool, typer.Option("--keep", help="終了後もフォルダーを残す / Keep the sandbox's folder.")
]
FolderOption = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="作成先（空のフォルダー）/ A new or empty folder."),
]
RegisterOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="配布元の許可照合リスト原簿（既定は同梱の版）"
        " / Permit register that the core distributes (default: the packaged list).",
    ),
]


class Mocks(LazyGroup):
    """The commands of counterparties."""

    modules: ClassVar = {
        "up": "mocks.cli_up",
        "scenario": "mocks.cli_scenarios",
        "space": "mocks.cli_space",
        "clock": "mocks.cli_clock",
        "fault": "mocks.cli_fault",
        "party": "mocks.cli_party",
        "journal": "mocks.cli_journal",
        "people": "mocks.cli_people",
        "conform": "mocks.conform.cli",
        "stub": "mocks.cli_stub",
    }


def register(app: typer.Typer) -> None:
    """Add the commands of this package to the application."""
    app.command("up")(up)
    app.command("demo")(demo)
    mocks = typer.Typer(
        cls=Mocks, help="模擬の相手機関 / Counterparties to test with.", no_args_is_help=True
    )
    mocks.callback()(_mocks)
    app.add_typer(mocks, name="mocks")


def demo(
    *,
    as_json: JsonOption = False,
    seed: SeedOption = 1,
    people: PeopleOption = DEFAULT_PEOPLE,
    keep: KeepOption = False,
) -> None:
    """模擬環境で D01 から D16 までを実演する / Play the demo cases in a fresh sandbox."""
    _sandbox().demo(as_json=as_json, seed=seed, people=people, keep=keep)


def up(
    *,
    as_json: JsonOption = False,
    seed: SeedOption = 1,
    people: PeopleOption = DEFAULT_PEOPLE,
    folder: FolderOption = None,
    register: RegisterOption = None,
) -> None:
    """模擬環境を起動したままにする / Keep a fresh sandbox running until Ctrl-C."""
    if folder is not None and folder.exists() and any(folder.iterdir()):
        raise typer.BadParameter(str(folder), param_hint="--folder")
    _sandbox().up(as_json=as_json, seed=seed, people=people, folder=folder, register=register)


def _mocks() -> None:
    """Hold the commands together."""


def _sandbox() -> Any:  # noqa: ANN401  # a module that is imported only when it is needed
    return importlib.import_module("mocks.cli_sandbox")

"""`nakadachi up`, `demo` and `mocks`; the command finds them by its entry point group.

Nothing here imports what a command needs before that command is called.
"""

import importlib
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer

from mocks.cli_output import JsonOption
from mocks.lazy import LazyGroup, Part

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

    # A test compares what is said here with what each group says of itself.
    parts: ClassVar = {
        "up": Part(
            "mocks.cli_up",
            "相手機関と試験対象を起動したままにする / Keep counterparties up until Ctrl-C.",
        ),
        "scenario": Part("mocks.cli_scenarios", "シナリオ / Scenarios of counterparties."),
        "space": Part("mocks.cli_space", "スペース / Spaces: units of isolation."),
        "clock": Part("mocks.cli_clock", "スペースの時計 / The clock of a space."),
        "fault": Part("mocks.cli_fault", "臨時の障害 / Faults for the moment."),
        "party": Part("mocks.cli_party", "参加者 / The parties of a space."),
        "journal": Part("mocks.cli_journal", "記録 / The journal of a space."),
        "people": Part("mocks.cli_people", "架空の人 / Fictitious people."),
        "conform": Part("mocks.conform.cli", "適合性試験 / Conformance of a system under test."),
        "stub": Part(
            "mocks.cli_stub",
            "決まった応答を HTTP で返し続ける / Give fixed answers over HTTP until Ctrl-C.",
        ),
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

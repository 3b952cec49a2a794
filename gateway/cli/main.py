"""Puts the command together: only the module of the command that is called is imported.

Commands of other packages (`up`, `demo`) come in by the entry point group `nakadachi.commands`,
whose functions take the application and add theirs.
"""

import importlib
import sys
from collections.abc import Sequence

import typer

from gateway.cli.output import Exit
from gateway.domain.catalogue import UNFORESEEN
from gateway.logs import describe

COMMANDS = {
    "serve": "gateway.cli.serve",
    "doctor": "gateway.cli.doctor",
    "token": "gateway.cli.token",
    "inquire": "gateway.cli.inquire",
    "addresses": "gateway.cli.addresses",
    "symbols": "gateway.cli.symbols",
    "replica": "gateway.cli.replica",
    "held": "gateway.cli.held",
    "permits": "gateway.cli.permits",
    "records": "gateway.cli.records",
    "codec": "gateway.cli.codec",
    "db": "gateway.cli.db",
}
OTHERS = frozenset({"up", "demo", "mocks"})  # commands of other packages that are known by name
GROUPS = frozenset({"addresses", "symbols", "replica", "held", "permits", "records", "codec", "db"})
_HELP = (
    "仲立ち: 情報提供ネットワークの中間サーバー（公開の模擬環境）\n\n"
    "An open simulation of Japan's inter-agency data-exchange gateway. Exit codes: 0 fine,"
    " 1 the answer is no or content is bad, 2 usage, 3 environment."
)


def build(called: str | None = None) -> typer.Typer:
    """Return the application with the command `called`, with all of them if nobody knows it."""
    app = typer.Typer(
        help=_HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    app.callback()(_root)
    known = COMMANDS.keys() | OTHERS
    for name, module in COMMANDS.items():
        if called not in known or name == called:
            found = importlib.import_module(module).app
            app.add_typer(found, name=name if name in GROUPS else None)
    if called not in COMMANDS:
        _add_others(app)
    return app


def _add_others(app: typer.Typer) -> None:
    """Add the commands of other packages; one that cannot be imported takes nobody else along."""
    from importlib.metadata import entry_points  # noqa: PLC0415  # slow, and few calls need it

    for point in entry_points(group="nakadachi.commands"):
        try:
            register = point.load()
        except ImportError as error:
            typer.echo(f"{point.value}: {error.name} cannot be imported", err=True)
        else:
            register(app)


def _root() -> None:
    """Hold the commands together; without this one command alone would lose its name."""


def called_command(arguments: Sequence[str]) -> str | None:
    """Return the first argument that is no option."""
    return next((one for one in arguments if not one.startswith("-")), None)


def main() -> None:
    """Run the command line of this process; of what nobody foresaw only type and place are said."""
    try:
        build(called_command(sys.argv[1:]))(prog_name="nakadachi")
    except Exception as error:  # noqa: BLE001  # its text may hold what must not be printed
        told = describe(error)
        typer.echo(f"{UNFORESEEN}: {told['type']} {told['at']}", err=True)
        sys.exit(Exit.ENVIRONMENT)

import importlib
import subprocess
import sys

import typer

from gateway.cli import permits
from gateway.cli.permits import Permits

SAY_WHAT_IS_IMPORTED = """
import sys
from gateway.cli.main import build
build("permits")
print(*sys.modules)
"""
HEAVY = (
    "permitlists.register",
    "permitlists.lint",
    "permitlists.lawxml",
    "permitlists.diff",
    "lxml",
)


def test_every_command_of_a_module_stands_in_the_table_and_no_other() -> None:
    group = typer.main.get_group(permits.app)
    for module in dict.fromkeys(Permits.modules.values()):
        part = typer.Typer()
        importlib.import_module(module).register(part)
        registered = set(typer.main.get_group(part).commands)
        assert registered == {one for one, of in Permits.modules.items() if of == module}
    for name in Permits.modules:
        assert group.get_command(None, name).name == name  # type: ignore[arg-type,union-attr]  # no context needed


def test_an_unknown_command_is_none() -> None:
    group = typer.main.get_group(permits.app)
    assert group.get_command(None, "unheard-of") is None  # type: ignore[arg-type]  # no context needed


def test_a_decision_imports_nothing_that_other_commands_need() -> None:
    command = [sys.executable, "-c", SAY_WHAT_IS_IMPORTED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # our own words
    imported = done.stdout.split()
    assert "permitlists.decide" in imported
    assert [one for one in imported if one.startswith(HEAVY)] == []

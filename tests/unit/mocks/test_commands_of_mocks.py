"""Groups of commands are imported when they are called, and described without that."""

import subprocess
import sys

import typer
from typer.testing import CliRunner

from mocks.cli import Mocks, register


def test_every_part_says_of_itself_what_the_list_says_of_it() -> None:
    app = typer.Typer()
    register(app)
    group = typer.main.get_group(app).commands["mocks"]
    assert isinstance(group, Mocks)
    with group.make_context("mocks", [], resilient_parsing=True) as context:
        for name, part in Mocks.parts.items():
            command = group.get_command(context, name)
            assert command is not None
            assert command.help == part.help
    listed = " ".join(CliRunner().invoke(app, ["mocks", "--help"]).output.split())
    assert all(name in listed for name in group.list_commands(context))


def test_the_list_of_commands_imports_none_of_them() -> None:
    program = (
        "import sys, typer\n"
        "from typer.testing import CliRunner\n"
        "from mocks.cli import register\n"
        "app = typer.Typer()\n"
        "register(app)\n"
        "said = CliRunner().invoke(app, ['mocks', '--help'])\n"
        "assert 'scenario' in said.output, said.output\n"
        "found = [one for one in sys.modules if one.startswith(('mocks.runs', 'mocks.cli_'))]\n"
        "print(*found)\n"
    )
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["mocks.cli_output"]

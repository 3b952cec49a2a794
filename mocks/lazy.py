"""Groups of commands of which only the one that is called is imported."""

import importlib
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

# typer carries a click of its own, without public types for commands and their context.
Command = Any
Context = Any


class Part(NamedTuple):
    """Where a command or a group comes from, and what a list of commands says of it."""

    module: str
    help: str


class LazyGroup(TyperGroup):
    """A group whose `parts` each bring one command or group; `register` adds it to an app."""

    parts: ClassVar[Mapping[str, Part]] = {}
    _listing = False

    def format_help(self, ctx: Context, formatter: Any) -> None:  # noqa: ANN401  # as for commands
        """Write the help of the group; what a list says of a part needs no import of it."""
        self._listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing = False

    def list_commands(self, ctx: Context) -> list[str]:
        """Return the names of all commands, imported or not."""
        return list(dict.fromkeys((*super().list_commands(ctx), *self.parts)))

    def get_command(self, ctx: Context, cmd_name: str) -> Command:
        """Return a command, None where there is none of that name."""
        if self._listing and cmd_name in self.parts:
            return TyperCommand(cmd_name, help=self.parts[cmd_name].help)
        if cmd_name in self.parts and cmd_name not in self.commands:
            part = typer.Typer()
            part.callback()(_part)
            importlib.import_module(self.parts[cmd_name].module).register(part)
            self.commands[cmd_name] = typer.main.get_group(part).commands[cmd_name]
        return super().get_command(ctx, cmd_name)


def _part() -> None:
    """Hold one command; without this it would lose its name."""

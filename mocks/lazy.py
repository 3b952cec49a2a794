"""Groups of commands of which only the one that is called is imported."""

import importlib
from collections.abc import Mapping
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup

# typer carries a click of its own, without public types for commands and their context.
Command = Any
Context = Any


class LazyGroup(TyperGroup):
    """A group whose `modules` each bring one command or group; `register` adds it to an app."""

    modules: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: Context) -> list[str]:
        """Return the names of all commands, imported or not."""
        return list(dict.fromkeys((*super().list_commands(ctx), *self.modules)))

    def get_command(self, ctx: Context, cmd_name: str) -> Command:
        """Return a command, None where there is none of that name."""
        if cmd_name in self.modules and cmd_name not in self.commands:
            part = typer.Typer()
            part.callback()(_part)
            importlib.import_module(self.modules[cmd_name]).register(part)
            self.commands[cmd_name] = typer.main.get_group(part).commands[cmd_name]
        return super().get_command(ctx, cmd_name)


def _part() -> None:
    """Hold one command; without this it would lose its name."""

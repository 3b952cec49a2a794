"""Every command with its options, from the application itself."""

from collections.abc import Iterator
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from gateway.cli.main import build
from tools.pages.markdown import code, table

KINDS = {int: "N", float: "N", Path: "FILE", date: "DATE"}

# typer carries a click of its own, without public types for commands and parameters.
Command = Any


def cli() -> str:
    """Return the page made from gateway/cli and the commands of other packages."""
    root = typer.main.get_command(build())
    sections = [_section(path, command) for path, command in _commands(root, "nakadachi")]
    return (
        "# Commands\n\nEvery command prints JSON with `--json` and explains itself with `--help`."
        " Exit codes: 0 fine, 1 the answer is no or the content is bad, 2 usage, 3 environment.\n\n"
        + "\n".join(sections)
    )


def _commands(command: Command, path: str) -> Iterator[tuple[str, Command]]:
    for name in command.list_commands(None):
        inner = command.get_command(None, name)
        if hasattr(inner, "commands"):
            yield from _commands(inner, f"{path} {name}")
        elif not inner.hidden:
            yield f"{path} {name}", inner


def _section(path: str, command: Command) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    usage = " ".join([path, *(_argument(one) for one in arguments), "[OPTIONS]"])
    help_text = (command.help or "").replace("\f", "").strip()
    rows = [
        [_names(one), one.help or "", "must be set" if one.required else ""]
        for one in sorted(command.params, key=lambda one: one.param_type_name != "argument")
    ]
    options = table(["option", "meaning", ""], rows) if rows else ""
    return f"## {code(path)}\n\n{help_text}\n\n```text\n{usage}\n```\n\n{options}"


def _argument(one: Command) -> str:
    name = one.metavar or one.name.upper()
    return name if one.required else f"[{name}]"


def _names(one: Command) -> str:
    if one.param_type_name == "argument":
        return code(_argument(one))
    both = "/".join([*one.opts, *one.secondary_opts])
    return code(both if one.is_flag else f"{both} {one.metavar or _kind(one)}")


def _kind(one: Command) -> str:
    kind = one.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(str(member.value) for member in kind)
    return KINDS.get(kind, "TEXT")

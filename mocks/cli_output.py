"""What every command here prints and ends with: lines, tables, JSON, exit codes."""

import json
import unicodedata
from typing import Annotated

import typer

NO, ENVIRONMENT = 1, 3
JsonOption = Annotated[bool, typer.Option("--json", help="JSON で出力 / Print JSON.")]


def echo(text: str, *, err: bool = False) -> None:
    """Print a text; what came from outside must not move the cursor of whoever reads it."""
    typer.echo("".join(one if one == "\n" or is_plain(one) else "�" for one in text), err=err)


def print_json(value: object) -> None:
    """Print a value as one line of JSON; what is not plain is escaped, so nothing of it is lost."""
    text = json.dumps(value, ensure_ascii=False)
    typer.echo("".join(one if is_plain(one) else json.dumps(one)[1:-1] for one in text))


def is_plain(char: str) -> bool:
    """Return whether a character stays where it is printed: the spaces of names and gaiji do."""
    return char.isprintable() or unicodedata.category(char) in {"Zs", "Co"}


def width_of(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, width: int) -> str:
    """Return a text that fills a number of columns, or more if it is longer."""
    return text + " " * (width - width_of(text))

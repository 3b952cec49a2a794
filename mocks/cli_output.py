"""What every command here prints and ends with: lines, tables, JSON, exit codes."""

import json
import unicodedata
from typing import Annotated

import typer

NO, ENVIRONMENT = 1, 3
JsonOption = Annotated[bool, typer.Option("--json", help="JSON で出力 / Print JSON.")]


def echo(text: str, *, err: bool = False) -> None:
    """Print a text; what came from outside must not move the cursor of whoever reads it."""
    plain = "".join(char if char.isprintable() or char == "\n" else "�" for char in text)
    typer.echo(plain, err=err)


def print_json(value: object) -> None:
    """Print a value as one line of JSON."""
    echo(json.dumps(value, ensure_ascii=False))


def width_of(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, width: int) -> str:
    """Return a text that fills a number of columns, or more if it is longer."""
    return text + " " * (width - width_of(text))

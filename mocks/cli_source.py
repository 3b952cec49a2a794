"""Scenarios at the command line: files by their names and what is wrong with them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from mocks.cli_output import ENVIRONMENT, NO, echo, print_json
from mocks.engine.loading import Loaded, load_scenario
from mocks.engine.problems import Problem, ScenarioError
from mocks.engine.yaml_tree import MAX_BYTES
from mocks.scenarios.library import find_shipped

SOURCE_HELP = "シナリオの ID・番号、又はファイル / Id or number of a scenario, or a file."
SourceArgument = Annotated[str, typer.Argument(metavar="ID|FILE", help=SOURCE_HELP)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A scenario's file: the name it was asked by, and its bytes."""

    name: str
    octets: bytes

    @property
    def sha256(self) -> str:
        """The hash that a run is repeated by, 64 hexadecimal digits."""
        return hashlib.sha256(self.octets).hexdigest()


def read(name: str) -> Source:
    """Return the file of that name, or else the shipped scenario of that id or number.

    Raises:
        Exit: 3, the file cannot be read.
        BadParameter: there is neither.
    """
    path = Path(name)
    try:
        if path.is_file():
            with path.open("rb") as file:
                return Source(name=name, octets=file.read(MAX_BYTES + 1))
    except OSError as error:
        echo(f"{name}: 読めません / cannot be read: {error.strerror}", err=True)
        raise typer.Exit(ENVIRONMENT) from error
    octets = find_shipped(name)
    if octets is None:
        message = f"{name}: シナリオもファイルもありません / neither a scenario nor a file"
        raise typer.BadParameter(message)
    return Source(name=name, octets=octets)


def load(source: Source, *, as_json: bool = False) -> Loaded:
    """Return the scenario of a file; what is wrong with it is printed.

    Raises:
        Exit: 1, it is none.
    """
    try:
        return load_scenario(source.octets)
    except ScenarioError as error:
        print_problems({source.name: error.problems}, as_json=as_json)
        raise typer.Exit(NO) from error


def print_problems(found: Mapping[str, Sequence[Problem]], *, as_json: bool = False) -> None:
    """Print what is wrong with each file, one line each, or all as JSON."""
    if as_json:
        print_json([_report(name, problems) for name, problems in found.items()])
        return
    for name, problems in found.items():
        for one in problems:
            place = f"{name}:{one.place.line}:{one.place.column}"
            echo(f"{place}: {one.severity} {one.code}: {one.ja} / {one.en}")
        if not problems:
            echo(f"{name}: ok")


def _report(name: str, problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "file": name,
        "ok": all(one.severity != "error" for one in problems),
        "problems": [
            {
                "code": one.code,
                "severity": one.severity,
                "line": one.place.line,
                "column": one.place.column,
                "path": one.pointer,
                "message_ja": one.ja,
                "message_en": one.en,
            }
            for one in problems
        ],
    }

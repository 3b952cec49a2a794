"""`nakadachi mocks scenario`: list, lint, show, draw and compare scenarios."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from mocks.engine.loading import Loaded, load_scenario
from mocks.engine.problems import Problem, ScenarioError
from mocks.engine.scenario_diff import list_changes
from mocks.engine.scenario_graph import draw_graph, write_mermaid, write_text
from mocks.engine.scenario_lint import lint_bytes
from mocks.engine.yaml_tree import MAX_BYTES, read_yaml
from mocks.scenarios.library import find_shipped, list_shipped

NO, ENVIRONMENT = 1, 3

app = typer.Typer(help="シナリオ / Scenarios of counterparties.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="JSON で出力 / Print JSON.")]
_SOURCE_HELP = "シナリオの ID・番号、又はファイル / Id or number of a scenario, or a file."
SourceArgument = Annotated[str, typer.Argument(metavar="ID|FILE", help=_SOURCE_HELP)]


class GraphFormat(Enum):
    """How a scenario is drawn."""

    TEXT = "text"
    MERMAID = "mermaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A scenario's file: the name it was asked by, and its bytes."""

    name: str
    octets: bytes

    @property
    def sha256(self) -> str:
        """The hash that a run is repeated by, 64 hexadecimal digits."""
        return hashlib.sha256(self.octets).hexdigest()


@app.command("ls")
def list_scenarios(*, as_json: JsonOption = False) -> None:
    """同梱のシナリオを一覧にする / List the scenarios that are shipped."""
    rows = [_summary(loaded) for loaded in list_shipped()]
    if as_json:
        _print_json(rows)
        return
    width = max(len(row["id"]) for row in rows)
    for row in rows:
        _echo(f"{row['id']:<{width}}  {_pad(row['title']['ja'], 46)}  {row['title']['en']}")


@app.command("lint")
def lint_scenarios(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE...",
            help="シナリオのファイル、ID、番号（省略時は同梱のすべて）"
            " / Files, ids or numbers (default: everything that is shipped).",
        ),
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """シナリオを点検する。誤りがあれば 1 で終わる / Lint scenarios; exit 1 on an error."""
    names = sources or [loaded.scenario.id for loaded in list_shipped()]
    found = {name: lint_bytes(_read(name).octets) for name in names}
    if as_json:
        _print_json([_report(name, problems) for name, problems in found.items()])
    else:
        _print_problems(found)
    if any(one.severity == "error" for problems in found.values() for one in problems):
        raise typer.Exit(NO)


@app.command("show")
def show_scenario(source: SourceArgument, *, as_json: JsonOption = False) -> None:
    """シナリオをそのまま表示する / Show a scenario as it is written."""
    read = _read(source)
    loaded = _load(read)
    if as_json:
        value = read_yaml(read.octets).value
        _print_json({"id": loaded.scenario.id, "sha256": read.sha256, "scenario": value})
    else:
        _echo(read.octets.decode("utf-8").rstrip("\n"))


@app.command("graph")
def graph_scenario(
    source: SourceArgument,
    *,
    form: Annotated[
        GraphFormat, typer.Option("--format", help="図の形式 / How it is drawn.")
    ] = GraphFormat.TEXT,
    as_json: JsonOption = False,
) -> None:
    """シナリオを図にする / Draw parties as lanes, rules as arrows, faults and later steps."""
    graph = draw_graph(_load(_read(source)).scenario)
    if as_json:
        _print_json(asdict(graph))
    else:
        _echo(write_mermaid(graph) if form is GraphFormat.MERMAID else write_text(graph))


@app.command("diff")
def diff_scenarios(
    first: Annotated[str, typer.Argument(metavar="A", help=_SOURCE_HELP)],
    second: Annotated[str, typer.Argument(metavar="B", help=_SOURCE_HELP)],
    *,
    as_json: JsonOption = False,
) -> None:
    """二つのシナリオの違いを示す / Show what differs between two scenarios."""
    before, after = _read(first), _read(second)
    _load(before)
    _load(after)
    changes = list(list_changes(read_yaml(before.octets).value, read_yaml(after.octets).value))
    if as_json:
        _print_json([asdict(one) for one in changes])
        return
    for one in changes:
        values = [_value(one.before)] if one.kind != "added" else []
        values += [_value(one.after)] if one.kind != "removed" else []
        _echo(f"{one.kind:<8} {one.path}: {' -> '.join(values)}")
    if not changes:
        _echo("同じ内容です / no difference")


def _summary(loaded: Loaded) -> dict[str, Any]:
    scenario = loaded.scenario
    octets = find_shipped(scenario.id) or b""
    return {
        "id": scenario.id,
        "title": dict(scenario.title),
        "level": scenario.level,
        "seed": scenario.seed,
        "parties": {name: one.kind for name, one in scenario.parties.items()},
        "rules": len(scenario.rules),
        "expect": len(scenario.expect),
        "sha256": hashlib.sha256(octets).hexdigest(),
    }


def _read(name: str) -> Source:
    """Return the file of that name, or else the shipped scenario of that id or number."""
    path = Path(name)
    try:
        if path.is_file():
            with path.open("rb") as file:
                return Source(name=name, octets=file.read(MAX_BYTES + 1))
    except OSError as error:
        typer.echo(f"{name}: {type(error).__name__}", err=True)
        raise typer.Exit(ENVIRONMENT) from error
    octets = find_shipped(name)
    if octets is None:
        message = f"{name}: シナリオもファイルもありません / neither a scenario nor a file"
        raise typer.BadParameter(message)
    return Source(name=name, octets=octets)


def _load(source: Source) -> Loaded:
    try:
        return load_scenario(source.octets)
    except ScenarioError as error:
        _print_problems({source.name: error.problems})
        raise typer.Exit(NO) from error


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


def _print_problems(found: Mapping[str, Sequence[Problem]]) -> None:
    for name, problems in found.items():
        for one in problems:
            place = f"{name}:{one.place.line}:{one.place.column}"
            _echo(f"{place}: {one.severity} {one.code}: {one.ja} / {one.en}")
        if not problems:
            _echo(f"{name}: ok")


def _echo(text: str) -> None:
    """Print a text; what is in somebody's file must not move the cursor of whoever reads it."""
    typer.echo("".join(char if char.isprintable() or char == "\n" else "�" for char in text))


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _print_json(value: object) -> None:
    _echo(json.dumps(value, ensure_ascii=False))


def _pad(text: str, width: int) -> str:
    taken = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(width - taken, 0)

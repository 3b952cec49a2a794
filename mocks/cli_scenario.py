"""`nakadachi mocks scenario`: list, lint, show, draw, compare and run scenarios."""

import hashlib
import json
from dataclasses import asdict
from enum import Enum
from typing import Annotated, Any

import typer

from mocks.cli_output import NO, JsonOption, echo, pad, print_json
from mocks.cli_run import run_scenarios
from mocks.cli_source import SOURCE_HELP, SourceArgument, load, print_problems, read
from mocks.engine.loading import Loaded
from mocks.engine.scenario_diff import list_changes
from mocks.engine.scenario_graph import draw_graph, write_mermaid, write_text
from mocks.engine.scenario_lint import lint_bytes
from mocks.engine.yaml_tree import read_yaml
from mocks.scenarios.library import find_shipped, list_shipped

app = typer.Typer(help="シナリオ / Scenarios of counterparties.", no_args_is_help=True)
app.command("run")(run_scenarios)


class GraphFormat(Enum):
    """How a scenario is drawn."""

    TEXT = "text"
    MERMAID = "mermaid"


@app.command("ls")
def list_scenarios(*, as_json: JsonOption = False) -> None:
    """同梱のシナリオを一覧にする / List the scenarios that are shipped."""
    rows = [_summary(loaded) for loaded in list_shipped()]
    if as_json:
        print_json(rows)
        return
    width = max(len(row["id"]) for row in rows)
    for row in rows:
        echo(f"{row['id']:<{width}}  {pad(row['title']['ja'], 46)}  {row['title']['en']}")


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
    found = {name: lint_bytes(read(name).octets) for name in names}
    print_problems(found, as_json=as_json)
    if any(one.severity == "error" for problems in found.values() for one in problems):
        raise typer.Exit(NO)


@app.command("show")
def show_scenario(source: SourceArgument, *, as_json: JsonOption = False) -> None:
    """シナリオをそのまま表示する / Show a scenario as it is written."""
    found = read(source)
    loaded = load(found, as_json=as_json)
    if as_json:
        value = read_yaml(found.octets).value
        print_json({"id": loaded.scenario.id, "sha256": found.sha256, "scenario": value})
    else:
        echo(found.octets.decode("utf-8").rstrip("\n"))


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
    graph = draw_graph(load(read(source), as_json=as_json).scenario)
    if as_json:
        print_json(asdict(graph))
    else:
        echo(write_mermaid(graph) if form is GraphFormat.MERMAID else write_text(graph))


@app.command("diff")
def diff_scenarios(
    first: Annotated[str, typer.Argument(metavar="A", help=SOURCE_HELP)],
    second: Annotated[str, typer.Argument(metavar="B", help=SOURCE_HELP)],
    *,
    as_json: JsonOption = False,
) -> None:
    """二つのシナリオの違いを示す / Show what differs between two scenarios."""
    before, after = read(first), read(second)
    load(before, as_json=as_json)
    load(after, as_json=as_json)
    changes = list(list_changes(read_yaml(before.octets).value, read_yaml(after.octets).value))
    if as_json:
        print_json([asdict(one) for one in changes])
        return
    for one in changes:
        values = [_value(one.before)] if one.kind != "added" else []
        values += [_value(one.after)] if one.kind != "removed" else []
        echo(f"{one.kind:<8} {one.path}: {' -> '.join(values)}")
    if not changes:
        echo("同じ内容です / no difference")


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


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

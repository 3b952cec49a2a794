"""`nakadachi mocks space`: open, look at, close, keep and bring back spaces of a running server."""

import json
from pathlib import Path
from typing import Annotated

import typer

from mocks.admin.client import AdminClient, RefusedError, in_space
from mocks.cli_output import NO, JsonOption, echo
from mocks.cli_remote import Json, SpaceArgument, UrlOption, server, show, write_file

SNAPSHOT = "application/vnd.nakadachi.snapshot+json"
YAML = "application/yaml"
BUNDLE = "nakadachi-space-1"
COLUMNS = ("name", "seed", "now", "mode", "scenarios", "journal_end", "unmatched", "warnings")
FileArgument = Annotated[Path, typer.Argument(metavar="FILE")]
app = typer.Typer(help="スペース / Spaces: units of isolation.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the group to an application."""
    parent.add_typer(app, name="space")


@app.command("ls")
def list_spaces(*, url: UrlOption = None, as_json: JsonOption = False) -> None:
    """スペースを一覧にする / List the spaces."""
    with server(url, as_json=as_json) as client:
        found = client.ask("GET", "/spaces")["spaces"]
        show(found if as_json else [_brief(one) for one in found], as_json=as_json, only=COLUMNS)


@app.command("show")
def show_space(name: SpaceArgument, *, url: UrlOption = None, as_json: JsonOption = False) -> None:
    """スペースを見る / Show a space and what needs attention."""
    with server(url, as_json=as_json) as client:
        show(client.ask("GET", in_space(name)), as_json=as_json)


@app.command("new")
def open_space(
    name: SpaceArgument,
    *,
    scenario: Annotated[
        str | None, typer.Option(metavar="ID", help="同梱のシナリオ / A shipped scenario.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="乱数の種 / The seed.")] = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """スペースを作る / Open a space."""
    body = {"name": name, "scenario": scenario, "seed": seed}
    with server(url, as_json=as_json) as client:
        made = client.ask("POST", "/spaces", body)
        show(made if as_json else _brief(made), as_json=as_json)


@app.command("rm")
def close_space(name: SpaceArgument, *, url: UrlOption = None, as_json: JsonOption = False) -> None:
    """スペースを消す / Close a space and forget all that was in it."""
    with server(url, as_json=as_json) as client:
        client.ask("DELETE", in_space(name))
        show({"removed": name}, as_json=as_json)


@app.command("snapshot")
def take_snapshot(
    name: SpaceArgument,
    file: FileArgument,
    *,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """スペースの状態をファイルに残す / Keep the state of a space in a file."""
    with server(url, as_json=as_json) as client:
        octets = client.send("GET", in_space(name, "snapshot"), None, {})
        write_file(file, octets, as_json=as_json)


@app.command("restore")
def restore_snapshot(
    name: SpaceArgument,
    file: FileArgument,
    *,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """残した状態をスペースに読み込む / Bring a kept state back into a space."""
    with server(url, as_json=as_json) as client:
        space = _put_snapshot(client, name, file.read_bytes())
        show(space if as_json else _brief(space), as_json=as_json)


@app.command("export")
def export_space(
    name: SpaceArgument,
    file: FileArgument,
    *,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """スペースを、別のサーバーでも開ける形で書き出す / Write a space so that it opens elsewhere."""
    with server(url, as_json=as_json) as client:
        space = client.ask("GET", in_space(name))
        scenarios = client.ask("GET", in_space(name, "scenarios"))["scenarios"]
        bundle = {
            "bundle": BUNDLE,
            "seed": space["seed"],
            "clock": {"mode": space["clock"]["mode"], "rate": space["clock"]["rate"] or None},
            "scenarios": [{"id": one["id"], "source": one["source"]} for one in scenarios],
            "snapshot": client.ask("GET", in_space(name, "snapshot")),
        }
        file.write_text(json.dumps(bundle, ensure_ascii=False), encoding="utf-8")
        show({"file": str(file), "space": name}, as_json=as_json)


@app.command("import")
def import_space(
    name: SpaceArgument,
    file: FileArgument,
    *,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """書き出したスペースを新しい名前で開く / Open an exported space under a new name."""
    with server(url, as_json=as_json) as client:
        bundle = _read_bundle(file)
        client.ask("POST", "/spaces", {"name": name, "seed": bundle["seed"]})
        try:
            client.ask("POST", in_space(name, "clock"), bundle["clock"])
            for one in bundle["scenarios"]:
                path = in_space(name, "scenarios", one["id"])
                client.send("PUT", path, one["source"].encode(), {"Content-Type": YAML})
            snapshot = json.dumps(bundle["snapshot"], ensure_ascii=False).encode()
            space = _put_snapshot(client, name, snapshot)
        except RefusedError:
            client.ask("DELETE", in_space(name))
            raise
        show(space if as_json else _brief(space), as_json=as_json)


@app.command("panel")
def make_link(*, url: UrlOption = None, as_json: JsonOption = False) -> None:
    """パネルへの一度だけのログイン用 URL を作る / Make a link that logs a browser in, once."""
    with server(url, as_json=as_json) as client:
        link = client.ask("POST", "/login-links")
        if as_json:
            show(link, as_json=True)
        else:
            echo(link["url"])


def _put_snapshot(client: AdminClient, name: str, octets: bytes) -> Json:
    path = in_space(name, "snapshot")
    return json.loads(client.send("PUT", path, octets, {"Content-Type": SNAPSHOT}))


def _read_bundle(file: Path) -> Json:
    try:
        bundle = json.loads(file.read_bytes())
        kind = bundle["bundle"]
    except (ValueError, KeyError, TypeError):
        bundle, kind = None, None
    if kind != BUNDLE:
        echo(f"{file}: space export のファイルではありません / not a file of space export")
        raise typer.Exit(NO)
    return bundle


def _brief(space: Json) -> Json:
    """Return a space in one line."""
    return {
        **{name: space[name] for name in ("name", "seed", "journal_end", "unmatched")},
        "now": space["clock"]["now"],
        "mode": space["clock"]["mode"],
        "scenarios": " ".join(one["id"].partition("-")[0] for one in space["scenarios"]),
        "warnings": " ".join(one["code"] for one in space["warnings"]),
        "repeat": space["repeat"],
    }

"""`nakadachi mocks scenario load|unload|verify`: scenarios of a running server."""

from pathlib import Path
from typing import Annotated

import typer

from mocks.admin.client import in_space
from mocks.cli_output import NO, JsonOption, echo
from mocks.cli_remote import Json, SpaceOption, UrlOption, choose_space, server, show

YAML = "application/yaml"
MARKS = {"met": "ok", "broken": "NO", "open": "--"}
COLUMNS = ("id", "seed", "sha256", "rules")


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the group of scenarios."""
    app.command("load")(load)
    app.command("unload")(unload)
    app.command("verify")(verify)


def load(
    source: Annotated[
        str, typer.Argument(metavar="ID|FILE", help="同梱の ID か、ファイル / Shipped, or a file.")
    ],
    *,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """動いているスペースにシナリオを読み込む・差し替える / Load or replace a scenario."""
    file = Path(source)
    with server(url, as_json=as_json) as client:
        name = choose_space(client, space)
        if file.is_file():
            octets = file.read_bytes()
            path = in_space(name, "scenarios", _id_of(octets, file))
            client.send("PUT", path, octets, {"Content-Type": YAML})
        else:
            path = in_space(name, "scenarios", source)
            client.ask("PUT", path, {})
        _show(client.ask("GET", path), as_json=as_json)


def _show(loaded: Json, *, as_json: bool) -> None:
    """Print a scenario as it runs; for people its rules by name, and what is weak in it."""
    if as_json:
        show(loaded, as_json=True)
        return
    show(loaded | {"rules": [one["id"] for one in loaded["rules"]]}, as_json=False, only=COLUMNS)
    for one in loaded["problems"]:
        place = f"{one['line']}:{one['column']}: {one['severity']} {one['code']}"
        echo(f"{place}: {one['message_ja']} / {one['message_en']}")


def unload(
    scenario: Annotated[str, typer.Argument(metavar="ID", help="ID か番号 / Its id or number.")],
    *,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """シナリオを外す / Unload a scenario."""
    with server(url, as_json=as_json) as client:
        name = choose_space(client, space)
        client.ask("DELETE", in_space(name, "scenarios", scenario))
        show({"removed": scenario}, as_json=as_json)


def verify(
    *,
    over: Annotated[
        bool, typer.Option("--over", help="もう何も来ないものとして / As if nothing more came.")
    ] = False,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """期待をいま判定する。破られていれば 1 で終わる / Judge now; exit 1 if one is broken."""
    with server(url, as_json=as_json) as client:
        path = in_space(choose_space(client, space), "verify")
        found = client.ask("POST", path, {"over": over})
        if as_json:
            show(found, as_json=True)
        for one in () if as_json else found["verdicts"]:
            echo(f"{MARKS[one['outcome']]}  {one['kind']}: {one['said']['ja']}")
            echo(f"      {one['said']['en']}")
    if not found["ok"]:
        raise typer.Exit(NO)


def _id_of(octets: bytes, file: Path) -> str:
    """Return the id that a file says, without judging the rest of it: the server does that."""
    for line in octets.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "id":
            return value.split("#")[0].strip().strip("\"'")
    return file.stem

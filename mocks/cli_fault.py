"""`nakadachi mocks fault`: rules for the moment, made by hand."""

import json
from typing import Annotated

import typer

from mocks.admin.client import in_space
from mocks.cli_output import JsonOption
from mocks.cli_remote import Json, SpaceOption, UrlOption, choose_space, server, show

app = typer.Typer(help="臨時の障害 / Faults for the moment.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the group to an application."""
    parent.add_typer(app, name="fault")


@app.command("ls")
def list_faults(
    *, space: SpaceOption = None, url: UrlOption = None, as_json: JsonOption = False
) -> None:
    """臨時の障害を一覧にする / List the faults for the moment."""
    with server(url, as_json=as_json) as client:
        found = client.ask("GET", in_space(choose_space(client, space), "faults"))
        show(found["faults"], as_json=as_json, only=("id", "until", "rule"))


@app.command("add")
def add_fault(  # noqa: PLR0913  # each is an option of its own
    party: Annotated[str, typer.Argument(metavar="PARTY", help="参加者 / Whose calls.")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help="reset, delay, down, …")],
    *,
    at: Annotated[
        str, typer.Option(metavar="POINT", help="before_effect, after_effect, mid_response, …")
    ] = "before_effect",
    op: Annotated[str, typer.Option(metavar="OP", help="行い / permit.issue, …; * is all.")] = "*",
    person: Annotated[str | None, typer.Option(help="人 / Only about this person.")] = None,
    nth: Annotated[str | None, typer.Option(help="何回目か / 1, 3.., 2..4")] = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME=VALUE", help="for=PT10S, status=503, chance=50, …"),
    ] = None,
    ttl: Annotated[
        str | None, typer.Option(metavar="DURATION", help="除くまでの期間 / How long it applies.")
    ] = None,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """障害を加える。言葉はシナリオと同じ / Add a fault, in the words of scenarios."""
    when = {"party": party, "op": op, "person": person, "nth": nth}
    body = {
        "when": {name: value for name, value in when.items() if value is not None},
        "fault": [{"at": at, "kind": kind, **_read_options(options or [])}],
        "ttl": ttl,
    }
    with server(url, as_json=as_json) as client:
        path = in_space(choose_space(client, space), "faults")
        show(client.ask("POST", path, body), as_json=as_json)


@app.command("rm")
def remove_fault(
    name: Annotated[str, typer.Argument(metavar="ID", help="fault ls の id / Its id.")],
    *,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """障害を一つ除く / Remove one fault."""
    with server(url, as_json=as_json) as client:
        client.ask("DELETE", in_space(choose_space(client, space), "faults", name))
        show({"removed": name}, as_json=as_json)


@app.command("clear")
def clear_faults(
    *, space: SpaceOption = None, url: UrlOption = None, as_json: JsonOption = False
) -> None:
    """障害をすべて除く / Remove every fault for the moment."""
    with server(url, as_json=as_json) as client:
        path = in_space(choose_space(client, space), "faults")
        show(client.ask("DELETE", path), as_json=as_json)


def _read_options(pairs: list[str]) -> dict[str, Json]:
    """Return members of a fault; what reads as a JSON number or list is one."""
    found: dict[str, Json] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(pair, param_hint="--with")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        found[name] = value
    return found

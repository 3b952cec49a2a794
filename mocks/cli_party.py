"""`nakadachi mocks party`: list parties, switch them off and on."""

from typing import Annotated

import typer

from mocks.admin.client import in_space
from mocks.cli_output import JsonOption
from mocks.cli_remote import SpaceOption, UrlOption, choose_space, server, show

COLUMNS = ("name", "code", "kind", "state", "open", "url", "title")
app = typer.Typer(help="参加者 / The parties of a space.", no_args_is_help=True)
PartyArgument = Annotated[
    str, typer.Argument(metavar="PARTY", help="名前か団体コード / Its name or institution code.")
]


def register(parent: typer.Typer) -> None:
    """Add the group to an application."""
    parent.add_typer(app, name="party")


@app.command("ls")
def list_parties(
    *, space: SpaceOption = None, url: UrlOption = None, as_json: JsonOption = False
) -> None:
    """参加者を一覧にする / List the parties."""
    with server(url, as_json=as_json) as client:
        found = client.ask("GET", in_space(choose_space(client, space), "parties"))
        show(found["parties"], as_json=as_json, only=COLUMNS)


@app.command("down")
def switch_off(
    party: PartyArgument,
    *,
    ttl: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="動かすまでの期間 / Until it is up by itself."),
    ] = None,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """参加者を止める / Switch a party off: it refuses connections."""
    with server(url, as_json=as_json) as client:
        path = in_space(choose_space(client, space), "parties", party, "down")
        show(client.ask("POST", path, {"ttl": ttl}), as_json=as_json, only=COLUMNS)


@app.command("up")
def switch_on(
    party: PartyArgument,
    *,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """参加者を動かす / Switch a party on."""
    with server(url, as_json=as_json) as client:
        path = in_space(choose_space(client, space), "parties", party, "down")
        show(client.ask("DELETE", path), as_json=as_json, only=COLUMNS)

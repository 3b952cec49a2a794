"""`nakadachi mocks people`: list the people of a space, make further ones."""

import json
from pathlib import Path
from typing import Annotated

import typer

from mocks.admin.client import in_space
from mocks.cli_output import JsonOption
from mocks.cli_remote import SpaceOption, UrlOption, choose_space, server, show

MOST = 10_000
app = typer.Typer(help="架空の人 / Fictitious people.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the group to an application."""
    parent.add_typer(app, name="people")


@app.command("ls")
def list_people(
    *, space: SpaceOption = None, url: UrlOption = None, as_json: JsonOption = False
) -> None:
    """スペースの人を一覧にする（番号は伏せる）/ List people by name, numbers masked."""
    with server(url, as_json=as_json) as client:
        found = client.ask("GET", in_space(choose_space(client, space), "people"))
        show(found["people"], as_json=as_json)


@app.command("gen")
def make_people(
    *,
    count: Annotated[int, typer.Option("--n", min=1, max=MOST, help="人数 / How many.")] = 10,
    seed: Annotated[
        int, typer.Option(min=0, help="乱数の種 / The same seed, the same people.")
    ] = 0,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="JSON Lines の書き先 / Where to."),
    ] = None,
    space: SpaceOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """架空の住民を作る / Make fictitious residents, with sandbox numbers."""
    with server(url, as_json=as_json) as client:
        path = in_space(choose_space(client, space), "people")
        made = client.ask("POST", path, {"count": count, "seed": seed})["people"]
        if output is None:
            show(made, as_json=as_json)
            return
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made)
        output.write_text(lines, encoding="utf-8")
        show({"file": str(output), "people": len(made)}, as_json=as_json)

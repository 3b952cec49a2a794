"""`nakadachi permits usable`: what one institution may ask of another on a day."""

from dataclasses import asdict
from typing import Annotated

import typer

from gateway.cli.options import JsonOption
from gateway.cli.output import Exit, show
from gateway.cli.permit_options import InstitutionsFile, On
from gateway.cli.permit_questions import today
from gateway.cli.permit_refusals import refusals
from gateway.cli.permit_source import RegisterOption, read_permit_list
from permitlists import ORDINANCE, load_institutions
from permitlists.usable import Pairing, Usable, list_usable

Asker = Annotated[
    str, typer.Option("--inquirer", metavar="CODE", help="照会者 / Who would ask: 991015.")
]
Asked = Annotated[
    str, typer.Option("--provider", metavar="CODE", help="提供者 / Who would be asked: 991023.")
]
Term = Annotated[
    str | None,
    typer.Option("--info", metavar="TERM", help="この特定個人情報名だけ / Only this information."),
]
After = Annotated[int, typer.Option(min=0, help="この件数より後 / Leave out the first ones.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="件数 / How many at most.")]


def register(app: typer.Typer) -> None:
    """Add the command to `permits`."""
    app.command("usable")(usable_command)


def usable_command(  # noqa: PLR0913  # one parameter for each option of the command
    *,
    inquirer: Asker,
    provider: Asked,
    info: Term = None,
    on: On = None,
    after: After = 0,
    limit: Limit = 100,
    folder: RegisterOption = None,
    institutions: InstitutionsFile = None,
    as_json: JsonOption = False,
) -> None:
    """照会できる事務と特定個人情報の一覧 / List what one institution may ask of another."""
    pairing = Pairing(on=on or today(), inquirer=inquirer, provider=provider)
    with refusals(as_json=as_json):
        permit_list, known = read_permit_list(folder), load_institutions(institutions)
        usable = list_usable(permit_list, known, pairing)
        found = [one for one in usable if info in {None, one.information}]
    page = found[after : after + limit]
    if as_json:
        rest = after + len(page)
        shown = {
            "on": pairing.on.isoformat(),
            "total": len(found),
            "usable": [asdict(one) for one in page],
            "next": rest if rest < len(found) else None,
        }
        show(shown, as_json=True)
    else:
        show([_line(one) for one in page], as_json=False)
        typer.echo(f"{len(page)} / {len(found)}")
    if not found:
        raise typer.Exit(Exit.NO)


def _line(one: Usable) -> dict[str, str]:
    return {
        "事務 / affair": one.affair if one.instrument != ORDINANCE else f"条例 {one.affair}",
        "特定個人情報 / information": one.information,
        "項目 / items": "-" if one.items is None else str(len(one.items)),
        "同意 / consent": "要" if one.consent else "",
        "名称 / label": one.label,
    }

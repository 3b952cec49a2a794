"""Holds from the command line: an emergency suspension, and a hold of article 28, as proposals."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final

import typer

from gateway.cli.options import JsonOption, StaffOption
from gateway.cli.permit_office import ReasonOption, RegisterFolder, propose_content
from gateway.cli.permit_questions import parse_date, today
from gateway.cli.permit_refusals import refusals
from permitlists import Hold
from permitlists.register import HoldContent
from permitlists.supplement import HoldKind

Institution = Annotated[
    str | None, typer.Option("--institution", metavar="CODE", help="機関 / Either side.")
]
FileId = Annotated[
    str | None,
    typer.Option("--file", metavar="ID", help="その機関の特定個人情報ファイル / A file of it."),
]
RowNumber = Annotated[str | None, typer.Option("--row", metavar="ROW", help="項 / Row.")]
Instrument = Annotated[
    str | None, typer.Option("--instrument", metavar="NAME", help="その項の法令 / Of that row.")
]
Information = Annotated[
    str | None,
    typer.Option("--information", metavar="TERM", help="特定個人情報名 / Information."),
]
Begin = Annotated[
    date | None,
    typer.Option(
        "--from",
        metavar="DATE",
        parser=parse_date,
        help="始まりの日（既定は承認の日） / First day (default: that of the approval).",
    ),
]
Until = Annotated[
    date | None,
    typer.Option(
        "--until",
        metavar="DATE",
        parser=parse_date,
        help="止まらなくなる最初の日 / First day on which it no longer holds.",
    ),
]
Contact = Annotated[
    str, typer.Option("--contact", help="照会先 / Whom to ask about it.", show_default=False)
]


_SUMMARIES: Final[dict[HoldKind, str]] = {
    "suspension": "緊急の提供停止を起案する（終わりの日が要る） / Propose an emergency suspension.",
    "article_28": "特定個人情報保護評価（28条）による提供停止を起案する"
    " / Propose a hold of article 28.",
}


def _command(kind: HoldKind) -> Callable[..., None]:
    """Return the command that proposes a hold of a kind: all of them take the same options."""

    def command(  # noqa: PLR0913 - one parameter for each option of the command
        *,
        reason: ReasonOption,
        staff: StaffOption,
        folder: RegisterFolder,
        institution: Institution = None,
        file: FileId = None,
        row: RowNumber = None,
        instrument: Instrument = None,
        information: Information = None,
        begin: Begin = None,
        until: Until = None,
        contact: Contact = "",
        as_json: JsonOption = False,
    ) -> None:
        with refusals(as_json=as_json):
            hold = Hold(
                kind=kind,
                valid_from=begin or today(),
                valid_to=until,
                institution=institution,
                file=file,
                row=row,
                instrument=instrument,
                information=information,
                reason=reason,
                contact=contact,
            )
            content = HoldContent(hold=hold)
            propose_content(folder, content, staff=staff, reason=reason, as_json=as_json)

    command.__doc__ = _SUMMARIES[kind]
    return command


suspend = _command("suspension")
propose_hold = _command("article_28")

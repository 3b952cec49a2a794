"""`nakadachi permits propose`: one person asks for a change of the list; another decides."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import JsonOption, StaffOption, refuse_usage
from gateway.cli.permit_office import (
    Number,
    ReasonOption,
    RegisterFolder,
    now,
    refusals,
    show_proposal,
)
from gateway.cli.permit_questions import parse_date, today
from gateway.cli.permit_source import find_edition, read_edition
from permitlists import Affair, Hold
from permitlists.ordinance_list import parse_ordinances
from permitlists.register import (
    AnyContent,
    FilingContent,
    HoldContent,
    LiftContent,
    NumberingContent,
    ProposalState,
    Register,
    RegisterError,
    WithdrawalContent,
    WithholdingContent,
)
from permitlists.supplement import NumberingCheck

propose = typer.Typer(
    name="propose",
    no_args_is_help=True,
    help="変更を起案する（決めるのは別の職員） / Ask for a change; somebody else decides.",
)

TomlFile = Annotated[Path, typer.Argument(metavar="FILE.toml")]
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


def _propose(folder: Path, content: AnyContent, *, staff: str, reason: str, as_json: bool) -> None:
    register = Register.open(folder)
    made = register.propose(content, at=now(), staff=staff, reason=reason)
    show_proposal(made, register, as_json=as_json)


@propose.command("edition")
def propose_edition(
    file: Annotated[Path, typer.Argument(metavar="FILE.json|FILE.jsonl|FILE.xlsx")],
    *,
    reason: ReasonOption,
    staff: StaffOption,
    folder: RegisterFolder,
    as_json: JsonOption = False,
) -> None:
    """新しい版を起案する / Propose a new edition."""
    with refusals(as_json=as_json):
        register = Register.open(folder)
        edition = read_edition(file)
        made = register.propose_edition(edition, at=now(), staff=staff, reason=reason)
        show_proposal(made, register, as_json=as_json)


def suspend(  # noqa: PLR0913 - one parameter for each option of the command
    *,
    until: Until = None,
    reason: ReasonOption,
    staff: StaffOption,
    folder: RegisterFolder,
    institution: Institution = None,
    file: FileId = None,
    row: RowNumber = None,
    instrument: Instrument = None,
    information: Information = None,
    begin: Begin = None,
    contact: Contact = "",
    as_json: JsonOption = False,
) -> None:
    """緊急の提供停止を起案する（終わりの日が要る） / Propose an emergency suspension."""
    with refusals(as_json=as_json):
        hold = Hold(
            kind="suspension",
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
        _propose(folder, HoldContent(hold=hold), staff=staff, reason=reason, as_json=as_json)


propose.command("suspension")(suspend)


@propose.command("hold")
def propose_hold(  # noqa: PLR0913 - one parameter for each option of the command
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
    """特定個人情報保護評価（28条）による提供停止を起案する / Propose a hold of article 28."""
    with refusals(as_json=as_json):
        hold = Hold(
            kind="article_28",
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
        _propose(folder, HoldContent(hold=hold), staff=staff, reason=reason, as_json=as_json)


@propose.command("lift")
def propose_lift(
    target: Number,
    *,
    reason: ReasonOption,
    staff: StaffOption,
    folder: RegisterFolder,
    as_json: JsonOption = False,
) -> None:
    """停止・届出・制限・確認の解除を起案する / Propose to end what a proposal put in effect."""
    with refusals(as_json=as_json):
        content = LiftContent(target=target)
        _propose(folder, content, staff=staff, reason=reason, as_json=as_json)


@propose.command("withdrawal")
def propose_withdrawal(
    label: Annotated[
        str, typer.Argument(metavar="INSTRUMENT@VALID-FROM", help="施行前の版 / Not in force yet.")
    ],
    *,
    reason: ReasonOption,
    staff: StaffOption,
    folder: RegisterFolder,
    as_json: JsonOption = False,
) -> None:
    """公示したが施行前の版の撤回を起案する / Propose to withdraw a published edition."""
    with refusals(as_json=as_json):
        published = [
            one.number
            for one in Register.open(folder).proposals()
            if one.state is ProposalState.PUBLISHED and one.edition and one.edition.label == label
        ]
        if not published:
            raise RegisterError("permits.label_unknown", label=label)
        content = WithdrawalContent(target=published[-1])
        _propose(folder, content, staff=staff, reason=reason, as_json=as_json)


@propose.command("filing")
def propose_filing(
    file: TomlFile,
    *,
    reason: ReasonOption,
    staff: StaffOption,
    folder: RegisterFolder,
    as_json: JsonOption = False,
) -> None:
    """条例事務の届出（一件）を起案する / Propose the filing of an ordinance affair."""
    with refusals(as_json=as_json):
        filings = parse_ordinances(file.read_bytes()).filings
        if len(filings) != 1:
            raise RegisterError("permits.one_entry", entry="filing", count=len(filings))
        content = FilingContent(filing=filings[0])
        _propose(folder, content, staff=staff, reason=reason, as_json=as_json)


@propose.command("withholding")
def propose_withholding(
    file: TomlFile,
    *,
    reason: ReasonOption,
    staff: StaffOption,
    folder: RegisterFolder,
    as_json: JsonOption = False,
) -> None:
    """条例事務への提供の制限（一件）を起案する / Propose what an institution withholds."""
    with refusals(as_json=as_json):
        withheld = parse_ordinances(file.read_bytes()).withholdings
        if len(withheld) != 1:
            raise RegisterError("permits.one_entry", entry="withholding", count=len(withheld))
        content = WithholdingContent(withholding=withheld[0])
        _propose(folder, content, staff=staff, reason=reason, as_json=as_json)


@propose.command("numbering")
def propose_numbering(  # noqa: PLR0913 - one parameter for each option of the command
    affair: Annotated[str, typer.Argument(metavar="ROW-CLAUSE", help="項-号 / As in 69-7.")],
    *,
    official: Annotated[
        str,
        typer.Option(
            "--official", metavar="NUMBER", help="官報等での番号 / In the official text: 第7号."
        ),
    ],
    seen_at: Annotated[
        str, typer.Option("--seen-at", help="確かめた所 / Where it was looked up, and in what.")
    ],
    edition: Annotated[
        str | None,
        typer.Option(
            "--edition", metavar="EDITION", help="版（既定は施行中の版） / In force today."
        ),
    ] = None,
    reason: ReasonOption = "号番号の確認",
    staff: StaffOption,
    folder: RegisterFolder,
    as_json: JsonOption = False,
) -> None:
    """号の番号を確認したことを起案する / Propose that a clause number is confirmed."""
    with refusals(as_json=as_json):
        named = Affair.parse(affair)
        permit_list = Register.open(folder).permit_list()
        found = (
            find_edition(edition, permit_list) if edition else permit_list.find_statutory(today())
        )
        if named.clause is None or found is None:
            refuse_usage("ROW-CLAUSE and an edition in force are needed")
        check = NumberingCheck(
            edition=found.key.label,
            row=named.row,
            clause=named.clause,
            official=f"第{official}号" if official.isdecimal() else official,
            checked_by=staff,
            checked_on=today(),
            evidence=seen_at,
        )
        _propose(folder, NumberingContent(check=check), staff=staff, reason=reason, as_json=as_json)

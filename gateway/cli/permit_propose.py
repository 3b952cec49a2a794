"""`nakadachi permits propose`: one person asks for a change of the list; another decides."""

from pathlib import Path
from typing import Annotated, TypeVar

import typer

from gateway.cli.options import JsonOption, StaffOption, refuse_usage
from gateway.cli.permit_holds import propose_hold, suspend
from gateway.cli.permit_office import (
    Number,
    ReasonOption,
    RegisterFolder,
    now,
    propose_content,
    show_proposal,
)
from gateway.cli.permit_questions import today
from gateway.cli.permit_refusals import refusals
from gateway.cli.permit_source import find_edition, read_edition
from permitlists import Affair
from permitlists.ordinance_list import parse_ordinances
from permitlists.register import (
    FilingContent,
    LiftContent,
    NumberingContent,
    ProposalState,
    Register,
    RegisterError,
    WithdrawalContent,
    WithholdingContent,
)
from permitlists.supplement import Filing, NumberingCheck, Withholding

propose = typer.Typer(
    name="propose",
    no_args_is_help=True,
    help="変更を起案する（決めるのは別の職員） / Ask for a change; somebody else decides.",
)

Entry = TypeVar("Entry", Filing, Withholding)
TomlFile = Annotated[Path, typer.Argument(metavar="FILE.toml")]
propose.command("suspension")(suspend)
propose.command("hold")(propose_hold)


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
        propose_content(folder, content, staff=staff, reason=reason, as_json=as_json)


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
        propose_content(folder, content, staff=staff, reason=reason, as_json=as_json)


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
        filing = _only(parse_ordinances(file.read_bytes()).filings, "filing")
        content = FilingContent(filing=filing)
        propose_content(folder, content, staff=staff, reason=reason, as_json=as_json)


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
        withholding = _only(parse_ordinances(file.read_bytes()).withholdings, "withholding")
        content = WithholdingContent(withholding=withholding)
        propose_content(folder, content, staff=staff, reason=reason, as_json=as_json)


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
        propose_content(
            folder, NumberingContent(check=check), staff=staff, reason=reason, as_json=as_json
        )


def _only(entries: tuple[Entry, ...], name: str) -> Entry:
    if len(entries) != 1:
        raise RegisterError("permits.one_entry", entry=name, count=len(entries))
    return entries[0]

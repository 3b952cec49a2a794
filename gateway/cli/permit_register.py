"""The permit register from the command line: who founds, reviews, approves, publishes, rejects."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import JsonOption, StaffOption
from gateway.cli.output import Exit
from gateway.cli.permit_holds import suspend
from gateway.cli.permit_inspect import review
from gateway.cli.permit_office import (
    Number,
    ReasonOption,
    RegisterFolder,
    describe,
    document,
    now,
    show_json,
    show_proposal,
)
from gateway.cli.permit_propose import propose
from gateway.cli.permit_refusals import refusals
from permitlists import PermitList, load_builtin
from permitlists.register import Folder, Register, check_folder


def register(app: typer.Typer) -> None:
    """Add the commands of the permit register to `permits`."""
    app.command("found")(found)
    app.add_typer(propose)
    app.command("suspend")(suspend)
    app.command("proposals")(proposals)
    app.command("review")(review)
    app.command("approve")(approve)
    app.command("reject")(reject)
    app.command("publish")(publish)
    app.command("verify-register")(verify_register)


def found(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="原簿のフォルダ / New folder.")],
    *,
    staff: StaffOption,
    empty: Annotated[
        bool,
        typer.Option("--empty", help="版を入れない（機関自身の停止用） / Without any edition."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """同梱の版から許可照合リスト原簿を始める / Start a register from the packaged list."""
    with refusals(as_json=as_json):
        permit_list = PermitList(()) if empty else load_builtin()
        made = Register.found(folder, permit_list, at=now(), staff=staff)
        _show_register(made, as_json=as_json)


def proposals(
    *,
    folder: RegisterFolder,
    every: Annotated[
        bool, typer.Option("--all", help="終わったものも / Those that ended as well.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """起案の一覧 / List the proposals that wait, or all."""
    with refusals(as_json=as_json):
        opened = Register.open(folder)
        listed = [one for one in opened.proposals() if every or one.is_open]
        if as_json:
            show_json([document(one, opened) for one in listed])
            return
        for one in listed:
            people = (
                ("起案", one.proposed_by),
                ("承認", one.approved_by),
                ("公示", one.published_by),
            )
            acts = " ".join(f"{act}:{staff}" for act, staff in people if staff)
            typer.echo(f"{one.number}  {one.state}  {describe(one)}  {acts}")
        if not listed:
            typer.echo("なし / none")


def approve(
    number: Number, *, staff: StaffOption, folder: RegisterFolder, as_json: JsonOption = False
) -> None:
    """起案を承認する（起案者以外） / Approve a proposal of somebody else."""
    with refusals(as_json=as_json):
        opened = Register.open(folder)
        show_proposal(opened.approve(number, at=now(), staff=staff), opened, as_json=as_json)


def reject(
    number: Number,
    *,
    reason: ReasonOption,
    staff: StaffOption,
    folder: RegisterFolder,
    as_json: JsonOption = False,
) -> None:
    """起案を却下する、自分の起案なら取り下げる / Reject a proposal, or take back one's own."""
    with refusals(as_json=as_json):
        opened = Register.open(folder)
        made = opened.reject(number, at=now(), staff=staff, reason=reason)
        show_proposal(made, opened, as_json=as_json)


def publish(
    number: Number,
    *,
    dropped: Annotated[
        str,
        typer.Option(
            "--accept-dropped",
            metavar="ROWS",
            help="欠けてよい項（コンマ区切り） / Rows it may lack: 45,46.",
        ),
    ] = "",
    staff: StaffOption,
    folder: RegisterFolder,
    as_json: JsonOption = False,
) -> None:
    """承認された版を公示する（起案者以外） / Publish an approved edition of somebody else."""
    rows = [row.strip() for row in dropped.split(",") if row.strip()]
    with refusals(as_json=as_json):
        opened = Register.open(folder)
        made = opened.publish(number, at=now(), staff=staff, dropped=rows)
        show_proposal(made, opened, as_json=as_json)


def verify_register(
    *,
    folder: RegisterFolder,
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="SHA256",
            help="控えておいた最後の行 / Last line noted before, which must still be there.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """原簿の改ざんを調べる / Find out whether the register was changed by other means."""
    with refusals(as_json=as_json, damaged=Exit.NO):  # whether it is, is what was asked
        check_folder(Folder(folder), *filter(None, [head]))
        _show_register(Register.open(folder), as_json=as_json)


def _show_register(opened: Register, *, as_json: bool) -> None:
    listed = [one.label for one in opened.state.editions]
    if as_json:
        show_json({"sequence": opened.sequence, "head": opened.head, "editions": listed})
        return
    typer.echo(f"一覧の番号 / number of the list: {opened.sequence}")
    typer.echo(f"最後の行 / last line: sha256:{opened.head}")
    typer.echo(f"版 / editions: {', '.join(listed) or 'なし / none'}")

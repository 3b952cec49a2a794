"""`nakadachi permits card` and `export`: an edition for people to read, and as a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from gateway.cli.options import JsonOption
from gateway.cli.output import Exit
from gateway.cli.permit_questions import today
from gateway.cli.permit_refusals import refusals
from gateway.cli.permit_source import RegisterOption, find_edition, read_permit_list
from permitlists import Affair, Edition, PermitListError
from permitlists.table import Row, Table, canonical_bytes

AffairArgument = Annotated[
    str, typer.Argument(metavar="ROW[-CLAUSE]", help="項-号 / Row and clause: 69, 69-7, 20の2.")
]
EditionOption = Annotated[
    str | None,
    typer.Option(
        "--edition",
        metavar="LABEL|SHA256|FILE",
        help="版（既定は今日の法定の版） / An edition (default: the statutory one of today).",
    ),
]
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        dir_okay=False,
        help="書き出すファイル（.xlsx .csv .json .jsonl） / The file; its suffix is its form.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("card")(card_command)
    app.command("export")(export_command)


def card_command(
    affair: AffairArgument,
    *,
    edition: EditionOption = None,
    register: RegisterOption = None,
    as_json: JsonOption = False,
) -> None:
    """項を平易な文で示す / Show a row in plain sentences, one for it and one for each clause."""
    from permitlists.cards import render  # noqa: PLC0415  # decide, which is called most, needs none

    with refusals(as_json=as_json):
        found = _load_edition(edition, register)
    row, place = _find_row(found, affair)
    card = render(row)
    sentences = [
        card.sentence,
        *(card.clauses if place is None else card.clauses[place : place + 1]),
    ]
    if as_json:
        typer.echo(json.dumps(_card_document(found, affair, row, sentences), ensure_ascii=False))
        return
    typer.echo("\n".join(sentences))


def _card_document(
    edition: Edition, affair: str, row: Row, sentences: list[str]
) -> dict[str, Any]:  # Any: plain JSON
    key = edition.key
    return {
        "edition": {"label": key.label, "sha256": key.sha256},
        "affair": affair,
        "row": row.no,
        "sentences": sentences,
    }


def _find_row(edition: Edition, text: str) -> tuple[Row, int | None]:
    """Return the row of an affair, and the place of its clause where it names one."""
    try:
        affair = Affair.parse(text)
    except PermitListError as error:
        raise typer.BadParameter(str(error), param_hint="ROW[-CLAUSE]") from error
    row = next((one for one in edition.table.rows if one.no == affair.row), None)
    if row is None:
        _refuse(f"{edition.key.label}: {affair.row}の項はない / no row {affair.row}")
    if affair.clause is None:
        return row, None
    numbers = [clause.no for clause in row.clauses]
    if affair.clause not in numbers:
        _refuse(f"{edition.key.label}: {affair}はない / no clause {affair.clause} of this row")
    return row, numbers.index(affair.clause)


def export_command(
    *,
    output: Output,
    edition: EditionOption = None,
    register: RegisterOption = None,
    as_json: JsonOption = False,
) -> None:
    """版をファイルに書き出す / Write an edition to a file; all but .csv can be read back."""
    write = _WRITERS.get(output.suffix)
    if write is None:
        message = f"the suffix is one of {', '.join(_WRITERS)}"
        raise typer.BadParameter(message, param_hint="--output")
    with refusals(as_json=as_json):
        found = _load_edition(edition, register)
        data = write(found.table)
        output.write_bytes(data)
    key = found.key
    document = {"edition": key.label, "sha256": key.sha256, "file": str(output), "bytes": len(data)}
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        typer.echo("{file}: {edition} sha256:{sha256} ({bytes} bytes)".format_map(document))


def _write_spreadsheet(table: Table) -> bytes:
    from permitlists.spreadsheet import write_spreadsheet  # noqa: PLC0415  # only this form needs it

    return write_spreadsheet(table)


def _write_csv(table: Table) -> bytes:
    from permitlists.flat import write_csv  # noqa: PLC0415  # only this form needs it

    return write_csv(table)


def _write_lines(table: Table) -> bytes:
    from permitlists.line_writer import write_lines  # noqa: PLC0415  # only this form needs it

    return write_lines(table)


_WRITERS: dict[str, Callable[[Table], bytes]] = {
    ".xlsx": _write_spreadsheet,
    ".csv": _write_csv,
    ".json": canonical_bytes,
    ".jsonl": _write_lines,
}


def _load_edition(text: str | None, register: Path | None) -> Edition:
    permit_list = read_permit_list(register)
    if text is not None:
        return find_edition(text, permit_list)
    reading = permit_list.find_statutory(today())
    # A reading rule of today changes rows; what is shown and written is the edition itself.
    found = None if reading is None else permit_list.find_labelled(reading.key.label)
    if found is None:
        _refuse("今日の法定の版がない / no statutory edition is in force today")
    return found


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(Exit.NO)

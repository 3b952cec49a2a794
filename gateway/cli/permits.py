"""`nakadachi permits`: what the permit list allows, why, and which editions there are."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, NoReturn

import typer

from gateway.cli.permit_questions import (
    AskedLine,
    Frame,
    answer_lines,
    parse_date,
    read_frame,
    today,
)
from permitlists import INSTRUMENTS, Affair, Edition, Explanation, PermitListError, load_builtin

app = typer.Typer(
    name="permits",
    no_args_is_help=True,
    help="許可照合リストの判定と理由 / What the permit list allows, and why.",
)

On = Annotated[
    date | None,
    typer.Option(
        "--on",
        metavar="DATE",
        parser=parse_date,
        help="照会の日（既定は日本の今日） / Day of the question (today in Japan).",
    ),
]
EditionLabel = Annotated[
    str | None,
    typer.Option(
        "--edition",
        metavar="INSTRUMENT[@VALID-FROM]",
        help="版（既定はその日の法定の版） / An edition, or that of an instrument in force on the "
        "day (the statutory one of the day).",
    ),
]
AffairText = Annotated[
    str | None,
    typer.Option("--affair", metavar="ROW[-CLAUSE]", help="項-号 / Row and clause: 69-7, 20の2."),
]
Inquirer = Annotated[
    str | None,
    typer.Option("--inquirer", metavar="CODE|CLASS", help="照会者 / Who asks: 991015, 市町村長."),
]
Provider = Annotated[
    str | None, typer.Option("--provider", metavar="CODE|CLASS", help="提供者 / Who is asked.")
]
Info = Annotated[
    list[str] | None,
    typer.Option(
        "--info",
        metavar="TERM",
        help="特定個人情報名 / What is asked for; may stand several times.",
    ),
]
From = Annotated[
    typer.FileBinaryRead | None,
    typer.Option(
        "--from",
        metavar="FILE.jsonl",
        help="質問のファイル / Many questions, an object a line: on, affair, inquirer, provider, "
        "info. Answers one JSON object a line, in order; exit code 1 if any is denied.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSONで出力 / Print JSON.")]


@app.command("decide")
def decide_command(  # noqa: PLR0913 - one parameter for each option of the command
    *,
    affair: AffairText = None,
    inquirer: Inquirer = None,
    provider: Provider = None,
    info: Info = None,
    on: On = None,
    edition: EditionLabel = None,
    questions: From = None,
    as_json: AsJson = False,
) -> None:
    """照会の可否を答える / Say whether an inquiry is permitted: exit code 0 if so, 1 if not."""
    frame = _frame(on, edition)
    if questions is not None:
        if affair or inquirer or provider or info:
            _refuse_usage("--from takes every question from the file")
        _answer_file(frame, questions.read())
    answer = _answer_options(frame, affair, inquirer, provider, info)
    typer.echo(_json(answer.as_document()) if as_json else _summary(answer))
    raise typer.Exit(0 if answer.decision.allowed else 1)


@app.command("explain")
def explain_command(  # noqa: PLR0913 - one parameter for each option of the command
    *,
    affair: AffairText = None,
    inquirer: Inquirer = None,
    provider: Provider = None,
    info: Info = None,
    on: On = None,
    edition: EditionLabel = None,
    as_json: AsJson = False,
) -> None:
    """可否の理由を説明する / Say why an inquiry is permitted or not, and what is nearest."""
    answer = _answer_options(_frame(on, edition), affair, inquirer, provider, info)
    typer.echo(_json(answer.as_document()) if as_json else "\n".join(_details(answer)))
    raise typer.Exit(0 if answer.decision.allowed else 1)


@app.command("editions")
def editions_command(*, on: On = None, as_json: AsJson = False) -> None:
    """版の一覧 / List the editions of the permit list and their status on a day."""
    editions = load_builtin().editions
    documents = [_edition_document(edition, on or today()) for edition in editions]
    missing = sorted(set(INSTRUMENTS) - {edition.key.instrument for edition in editions})
    if as_json:
        typer.echo(_json({"editions": documents, "instruments_without_edition": missing}))
        return
    for document in documents:
        until = document["valid_to"] or "…"
        counts = "{rows} rows, {pairs} pairs, {clauses} clauses".format_map(document)
        named = "{label}  {status}".format_map(document)
        typer.echo(f"{named}  until {until}  {counts}  sha256:{document['sha256']}")
    for instrument in missing:
        typer.echo(f"{instrument}  no edition")


def _frame(on: date | None, edition: str | None) -> Frame:
    try:
        return read_frame(on, edition)
    except ValueError as error:
        _refuse_usage(f"--edition: {error}")


def _refuse_usage(message: str) -> NoReturn:
    raise typer.BadParameter(message)


def _answer_file(frame: Frame, data: bytes) -> NoReturn:
    try:
        answers = answer_lines(frame, data)
    except PermitListError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for answer in answers:
        typer.echo(_json(answer.as_document()))
    raise typer.Exit(0 if all(answer.decision.allowed for answer in answers) else 1)


def _answer_options(
    frame: Frame,
    affair: str | None,
    inquirer: str | None,
    provider: str | None,
    info: list[str] | None,
) -> Explanation:
    if not (affair and inquirer and provider and info):
        _refuse_usage("--affair, --inquirer, --provider and --info are needed")
    line = AskedLine(affair=affair, inquirer=inquirer, provider=provider, info=tuple(info))
    try:
        return frame.answer(line)
    except PermitListError as error:
        _refuse_usage(f"--affair: {error}")


def _json(document: Any) -> str:  # noqa: ANN401 - plain JSON
    return json.dumps(document, ensure_ascii=False)


def _summary(answer: Explanation) -> str:
    verdict = "allow" if answer.decision.allowed else f"deny ({answer.decision.failed})"
    return f"{verdict}\n{answer.text_ja}\n{answer.text_en}"


def _details(answer: Explanation) -> Iterator[str]:
    decision = answer.decision
    yield _summary(answer)
    if decision.edition:
        yield f"edition: {decision.edition.label} sha256:{decision.edition.sha256}"
    for match in decision.matched:
        items = "not catalogued" if match.items is None else ", ".join(match.items)
        yield f"permitted: {match.information}: {match.basis} pair {match.pair}; items: {items}"
    for nearest in answer.nearest:
        affair = Affair(row=nearest.row, clause=nearest.clause)
        where = f"{affair} pair {nearest.pair} {nearest.information}"
        yield f"nearest: {where}: {nearest.differs} differs"


def _edition_document(edition: Edition, day: date) -> dict[str, Any]:  # Any: plain JSON
    key, rows = edition.key, edition.table.rows
    return {
        "label": key.label,
        "instrument": key.instrument,
        "valid_from": key.valid_from.isoformat(),
        "valid_to": key.valid_to.isoformat() if key.valid_to else None,
        "status": edition.status_on(day),
        "source": edition.table.source,
        "overlays": len(edition.table.overlays),
        "sha256": key.sha256,
        "rows": len(rows),
        "pairs": sum(len(row.pairs) for row in rows),
        "clauses": sum(len(row.clauses) for row in rows),
    }

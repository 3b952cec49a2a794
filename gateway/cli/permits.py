"""`nakadachi permits`: what the permit list allows, why, and which editions there are."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, NoReturn

import typer

from gateway.cli.lazy import LazyGroup
from gateway.cli.options import JsonOption
from gateway.cli.permit_options import (
    AffairText,
    Consent,
    EditionName,
    Info,
    Inquirer,
    InquirerDelegator,
    InstitutionsFile,
    On,
    Provider,
    ProviderDelegator,
)
from gateway.cli.permit_questions import (
    AskedLine,
    Frame,
    answer_lines,
    read_frame,
    today,
)
from gateway.cli.permit_refusals import refusals
from gateway.cli.permit_source import RegisterOption, read_permit_list
from permitlists import (
    INSTRUMENTS,
    ORDINANCE,
    VIEWS,
    Edition,
    Explanation,
    PermitList,
    PermitListError,
    View,
    list_lines,
    view_document,
)


class Permits(LazyGroup):
    """The group `permits`: what decides is at hand, what else there is waits until it is called."""

    modules: ClassVar[Mapping[str, str]] = {
        command: f"gateway.cli.{module}"
        for module, commands in {
            "permit_import": ("import-law",),
            "permit_oracle": ("oracle-check",),
            "permit_paper": ("card", "export"),
            "permit_register": (
                *("found", "propose", "suspend", "proposals", "review", "approve", "reject"),
                *("publish", "verify-register"),
            ),
            "permit_replay": ("replay",),
            "permit_review": ("lint", "diff", "impact", "usage"),
            "permit_usable": ("usable",),
        }.items()
        for command in commands
    }


app = typer.Typer(
    cls=Permits,
    name="permits",
    no_args_is_help=True,
    help="許可照合リストの判定と理由 / What the permit list allows, and why.",
)
_VIEWS: Final[dict[str, View]] = {view: view for view in VIEWS}

From = Annotated[
    typer.FileBinaryRead | None,
    typer.Option(
        "--from",
        metavar="FILE.jsonl",
        help="質問のファイル / Many questions, an object a line: on, affair, inquirer, provider, "
        "info, and inquirer_delegator, provider_delegator, consent where they matter. Answers one "
        "JSON object a line, in order; exit code 1 if any is denied.",
    ),
]
ViewName = Annotated[
    str | None,
    typer.Option(
        "--view",
        metavar="caller|staff|auditor",
        help="誰に見せるか（既定は staff） / For whom: a caller sees nothing about others.",
    ),
]


@app.command("decide")
def decide_command(  # noqa: PLR0913 - one parameter for each option of the command
    *,
    affair: AffairText = None,
    inquirer: Inquirer = None,
    provider: Provider = None,
    info: Info = None,
    inquirer_delegator: InquirerDelegator = None,
    provider_delegator: ProviderDelegator = None,
    consent: Consent = False,
    on: On = None,
    edition: EditionName = None,
    register: RegisterOption = None,
    institutions: InstitutionsFile = None,
    questions: From = None,
    as_json: JsonOption = False,
) -> None:
    """照会の可否を答える / Say whether an inquiry is permitted: exit code 0 if so, 1 if not."""
    with refusals(as_json=as_json):
        permit_list = read_permit_list(register)
    frame = _frame(on, edition, permit_list, institutions)
    if questions is not None:
        if affair or inquirer or provider or info:
            _refuse_usage("--from takes every question from the file")
        _answer_file(frame, questions.read(), as_json=as_json)
    line = _line(affair, inquirer, provider, info)
    line.inquirer_delegator, line.provider_delegator = inquirer_delegator, provider_delegator
    line.consent = consent
    answer = _answer(frame, line)
    typer.echo(_json(answer.as_document()) if as_json else _summary(answer))
    raise typer.Exit(0 if answer.decision.allowed else 1)


@app.command("explain")
def explain_command(  # noqa: PLR0913 - one parameter for each option of the command
    *,
    affair: AffairText = None,
    inquirer: Inquirer = None,
    provider: Provider = None,
    info: Info = None,
    inquirer_delegator: InquirerDelegator = None,
    provider_delegator: ProviderDelegator = None,
    consent: Consent = False,
    on: On = None,
    edition: EditionName = None,
    register: RegisterOption = None,
    institutions: InstitutionsFile = None,
    view: ViewName = None,
    as_json: JsonOption = False,
) -> None:
    """可否の理由を説明する / Say why an inquiry is permitted or not, and what is nearest."""
    if view is not None and view not in _VIEWS:
        _refuse_usage("--view is caller, staff or auditor")
    with refusals(as_json=as_json):
        permit_list = read_permit_list(register)
    frame = _frame(on, edition, permit_list, institutions)
    line = _line(affair, inquirer, provider, info)
    line.inquirer_delegator, line.provider_delegator = inquirer_delegator, provider_delegator
    line.consent = consent
    answer, supplement = _answer(frame, line), permit_list.supplement
    if as_json and view is None:
        typer.echo(_json(answer.as_document()))
    elif as_json:
        typer.echo(_json(view_document(answer, _VIEWS[view or "staff"], supplement)))
    else:
        typer.echo("\n".join(list_lines(answer, _VIEWS[view or "staff"], supplement)))
    raise typer.Exit(0 if answer.decision.allowed else 1)


@app.command("editions")
def editions_command(
    *, on: On = None, register: RegisterOption = None, as_json: JsonOption = False
) -> None:
    """版の一覧 / List the editions of the permit list and their status on a day."""
    with refusals(as_json=as_json):
        permit_list = read_permit_list(register)
    documents = [_edition_document(edition, on or today()) for edition in permit_list.editions]
    known = {edition.key.instrument for edition in permit_list.editions}
    missing = sorted({*INSTRUMENTS} - known)
    filings = permit_list.supplement.filings
    if as_json:
        typer.echo(_json({"editions": documents, "instruments_without_edition": missing}))
        return
    for document in documents:
        until = document["valid_to"] or "…"
        counts = "{rows} rows, {pairs} pairs, {clauses} clauses".format_map(document)
        named = "{label}  {status}".format_map(document)
        typer.echo(f"{named}  until {until}  {counts}  sha256:{document['sha256']}")
    for instrument in missing:
        filed = f", {len(filings)} filings" if instrument == ORDINANCE else ""
        typer.echo(f"{instrument}  no edition{filed}")


def _frame(
    on: date | None, edition: str | None, permit_list: PermitList, institutions: Path | None
) -> Frame:
    try:
        return read_frame(on, edition, permit_list, institutions)
    except (ValueError, OSError) as error:
        _refuse_usage(f"--edition or --institutions: {error}")


def _refuse_usage(message: str) -> NoReturn:
    raise typer.BadParameter(message)


def _answer_file(frame: Frame, data: bytes, *, as_json: bool) -> NoReturn:
    with refusals(as_json=as_json):
        answers = answer_lines(frame, data)
    for answer in answers:
        typer.echo(_json(answer.as_document()))
    raise typer.Exit(0 if all(answer.decision.allowed for answer in answers) else 1)


def _line(
    affair: str | None, inquirer: str | None, provider: str | None, info: list[str] | None
) -> AskedLine:
    if not (affair and inquirer and provider and info):
        _refuse_usage("--affair, --inquirer, --provider and --info are needed")
    return AskedLine(affair=affair, inquirer=inquirer, provider=provider, info=tuple(info))


def _answer(frame: Frame, line: AskedLine) -> Explanation:
    try:
        return frame.answer(line)
    except PermitListError as error:
        _refuse_usage(f"--affair: {error}")


def _json(document: Any) -> str:  # noqa: ANN401 - plain JSON
    return json.dumps(document, ensure_ascii=False)


def _summary(answer: Explanation) -> str:
    verdict = "allow" if answer.decision.allowed else f"deny ({answer.decision.failed})"
    return f"{verdict}\n{answer.text_ja}\n{answer.text_en}"


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

"""`nakadachi permits import-law`: tables of a law, or the draft of an edition, from law XML."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from gateway.cli.options import JsonOption
from gateway.cli.output import Exit
from gateway.cli.permit_questions import parse_date
from gateway.cli.permit_refusals import refusals
from gateway.cli.permit_source import RegisterOption, find_edition, read_permit_list
from permitlists.lawxml import (
    EditionRequest,
    Import,
    LawFile,
    LawXmlError,
    import_edition,
    import_tables,
)
from permitlists.line_writer import write_lines

_NEEDS_LAW = "--to json には前の法令XMLを / with --to json name an earlier law XML"
_ONE_TABLE = "--all と --table は一緒に使えません / not both"
_STATES = {
    "complete": "読み取り済み / complete",
    "draft": "案（疑義の行は許可しません） / draft: lines in doubt grant nothing",
    "held": "保留（人の確認が要ります） / held for review",
    "refused": "使えません / refused",
}


class Target(StrEnum):
    """What an import makes of a law."""

    JSON = "json"
    EDITION = "edition"


File = Annotated[
    Path, typer.Argument(metavar="FILE.xml", help="法令XML（Law、又は法令APIの応答） / Law XML.")
]
Meta = Annotated[
    Path | None,
    typer.Option(
        "--meta", metavar="FILE.json", help="改正情報のJSON / Metadata of the revision, from e-Gov."
    ),
]
TableNumber = Annotated[
    int | None,
    typer.Option("--table", metavar="N", min=1, help="N番目の表だけ / Only table N of the law."),
]
AllTables = Annotated[bool, typer.Option("--all", help="すべての表（既定） / Every table.")]
To = Annotated[
    Target,
    typer.Option(
        "--to",
        help="json は表のまま、edition は版の案 / Tables as JSON, or the draft of an edition.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="OUT", help="書き出し先 / Where the content goes."),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="EDITION|FILE.xml",
        help="前の版、又は前の法令XML。消えた項があれば保留 / What came before: rows that are gone"
        " hold the import for review.",
    ),
]
ValidFrom = Annotated[
    date | None,
    typer.Option(
        "--valid-from",
        metavar="DATE",
        parser=parse_date,
        help="施行日（既定は改正情報又はファイル名） / Day of enforcement (default: what the"
        " metadata or the file name say).",
    ),
]
Schema = Annotated[
    Path | None,
    typer.Option(
        "--xsd", metavar="FILE.xsd", help="法令標準XMLスキーマ。合わなくても警告だけ / Only warns."
    ),
]
WordingsFile = Annotated[
    Path | None,
    typer.Option(
        "--wordings",
        metavar="FILE.jsonl",
        help="確認済みの文言の追加 / Further reviewed wordings: a digest and what it stands for.",
    ),
]


def import_law(  # noqa: PLR0913 - one parameter for each option of the command
    file: File,
    *,
    meta: Meta = None,
    table: TableNumber = None,
    every: AllTables = False,
    to: To = Target.JSON,
    output: Output = None,
    against: Against = None,
    valid_from: ValidFrom = None,
    xsd: Schema = None,
    wordings: WordingsFile = None,
    register: RegisterOption = None,
    as_json: JsonOption = False,
) -> None:
    """法令XMLから表又は版の案を作る / Read law XML into tables, or into the draft of an edition.

    Exit code 1 where the content is refused or held for review; what is held is still written.
    """
    if every and table is not None:
        raise typer.BadParameter(_ONE_TABLE, param_hint="--all")
    with refusals(as_json=as_json), _law_refusals(as_json=as_json):
        source = LawFile(
            data=file.read_bytes(), name=file.name, metadata=_read(meta), schema=_read(xsd)
        )
        before, named = _earlier(against)
        if to is Target.JSON:
            if named is not None:
                raise typer.BadParameter(_NEEDS_LAW, param_hint="--against")
            made = import_tables(source, table, before)
        else:
            listed = read_permit_list(register)
            request = EditionRequest(
                permit_list=listed,
                chosen=table,
                predecessor=None if named is None else find_edition(named, listed),
                valid_from=valid_from,
                wordings=_read(wordings) or b"",
                before=before,
            )
            made = import_edition(source, request)
        _write(made, output)
    _show(made, output, as_json=as_json)
    raise typer.Exit(Exit.NO if made.state in {"held", "refused"} else Exit.FINE)


def register(app: typer.Typer) -> None:
    """Add the command to the group `permits`."""
    app.command("import-law")(import_law)


@contextmanager
def _law_refusals(*, as_json: bool) -> Iterator[None]:
    """End the command where a law is refused: that says its place too."""
    try:
        yield
    except LawXmlError as error:
        _refuse(error, as_json=as_json)


def _read(path: Path | None) -> bytes | None:
    return None if path is None else path.read_bytes()


def _earlier(against: str | None) -> tuple[bytes | None, str | None]:
    """Return the earlier text of the law, or the name of an edition, that `--against` gives."""
    if against is not None and against.endswith(".xml"):
        return Path(against).read_bytes(), None
    return None, against


def _write(made: Import, output: Path | None) -> None:
    if output is None or made.state == "refused":
        return
    if made.edition is not None:
        output.write_bytes(write_lines(made.edition.table))
    else:
        output.write_text(_json(_whole(made)) + "\n", "utf-8")


def _whole(made: Import) -> dict[str, Any]:  # Any: plain JSON
    return made.as_document() | {"tables": [table.as_document() for table in made.tables]}


def _show(made: Import, output: Path | None, *, as_json: bool) -> None:
    written = str(output) if output is not None and made.state != "refused" else None
    if as_json:
        whole = made.edition is None and output is None
        document = _whole(made) if whole else made.as_document()
        typer.echo(_json(document | {"output": written}))
        return
    typer.echo("\n".join(_lines(made)))
    if written:
        typer.echo(f"書き出し先 / written to: {written}")


def _lines(made: Import) -> Iterator[str]:
    yield f"{made.law.title}（{made.law.number}）  {made.revision.revision_id}".rstrip()
    for table in made.tables:
        size = f"{len(table.grid)} x {max(map(len, table.grid), default=0)}"
        numbers = f"{len(table.row_numbers)}項" if table.row_numbers else "-"
        yield f"  {table.number}  {_printable(table.label)}  {size}  {numbers}"
    if made.edition is not None:
        counts = made.as_document()["edition"]
        yield "{label}  {rows} rows, {pairs} pairs, {clauses} clauses, {lines} lines".format_map(
            counts
        ) + ", {doubtful_lines} doubtful  sha256:{sha256}".format_map(counts)
    for finding in made.findings:
        where = f"{finding.place.line}:{finding.place.column}"
        yield f"{finding.severity}  {where}  {finding.code}"
        yield f"  {_printable(finding.message_ja)}"
        yield f"  {_printable(finding.message_en)}"
    yield _STATES[made.state]


def _refuse(error: LawXmlError, *, as_json: bool) -> NoReturn:
    place = error.place
    if as_json:
        body = {
            "code": error.code,
            "line": place.line,
            "column": place.column,
            "path": place.path,
            "message_ja": error.message_ja,
            "message_en": error.message_en,
        }
        typer.echo(_json({"error": body}))
    else:
        where = f"{place.line}:{place.column} {place.path}".rstrip()
        typer.echo(f"{where}: {error.code}\n  {_printable(error.message_ja)}", err=True)
        typer.echo(f"  {_printable(error.message_en)}", err=True)
    raise typer.Exit(Exit.NO)


def _printable(text: str) -> str:
    """Return a text that cannot move the cursor of whoever reads it."""
    return "".join(char if char.isprintable() or char == "\u3000" else "\ufffd" for char in text)


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)

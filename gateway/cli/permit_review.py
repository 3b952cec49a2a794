"""`nakadachi permits lint` and `diff`: what is weak in an edition, and what a new one changes."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import permit_impact, permit_usage
from gateway.cli.options import JsonOption
from gateway.cli.output import Exit
from gateway.cli.permit_options import InstitutionsFile
from gateway.cli.permit_refusals import refusals
from gateway.cli.permit_source import (
    RegisterOption,
    find_edition,
    read_permit_list,
)
from permitlists import (
    Edition,
    PermitList,
    load_institutions,
    load_operating_codes,
)
from permitlists.diff import diff
from permitlists.diff_text import write_difference
from permitlists.lint import SEVERITIES, Finding, lint, lint_codes, lint_supplement
from permitlists.places import Source
from permitlists.table import canonical_bytes
from permitlists.worklist import list_numbering

EditionName = Annotated[
    str | None,
    typer.Option(
        "--edition",
        metavar="LABEL|SHA256|FILE",
        help="版（既定はすべて） / One edition (default: all of the list).",
    ),
]
_WORDS = {"error": "誤り", "warning": "注意", "note": "参考"}
_DATA = "permitlists/data"


def lint_command(  # noqa: PLR0913 - one parameter for each option of the command
    *,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="版のファイル / Edition files, .json or .jsonl."),
    ] = None,
    edition: EditionName = None,
    register: RegisterOption = None,
    institutions: InstitutionsFile = None,
    numbering: Annotated[
        bool,
        typer.Option("--numbering", help="号番号の確認の作業一覧 / Clause numbers to look up."),
    ] = False,
    notes: Annotated[
        bool, typer.Option("--notes", help="参考も表示 / Show notes too, not only count them.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """版を点検する / Find what is wrong, unreachable or unconfirmed: exit code 1 on an error."""
    with refusals(as_json=as_json):
        permit_list = read_permit_list(register)
        chosen = [] if edition is None else [find_edition(edition, permit_list)]
        if numbering:
            _show_numbering(permit_list, chosen, as_json=as_json)
            return
        known = load_institutions(institutions)
        sources = [_read_source(path) for path in paths or ()]
        sources += [_source(one, packaged=register is None) for one in chosen]
        findings = [
            finding
            for source in sources or _list_sources(permit_list, packaged=register is None)
            for finding in lint(
                source,
                others=permit_list.editions,
                institutions=known,
                supplement=permit_list.supplement,
            )
        ]
        if not sources:
            findings += lint_supplement(permit_list, permit_list.supplement, known)
            findings += _lint_codes(permit_list)
    _show_findings(findings, notes=notes, as_json=as_json)
    raise typer.Exit(Exit.NO if any(one.severity == "error" for one in findings) else Exit.FINE)


def diff_command(
    before: Annotated[
        str, typer.Argument(metavar="A", help="前の版 / Label, SHA-256 or file of the one before.")
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="後の版 / The one after.")],
    *,
    register: RegisterOption = None,
    as_json: JsonOption = False,
) -> None:
    """版の差を示す / Show what one edition permits and the other does not, as exact sets."""
    with refusals(as_json=as_json):
        permit_list = read_permit_list(register)
        old, new = (find_edition(text, permit_list).table for text in (before, after))
    found = diff(old, new)
    if as_json:
        typer.echo(json.dumps(found.as_document(), ensure_ascii=False))
    else:
        typer.echo("\n".join(write_difference(found, old, new)))


def register(app: typer.Typer) -> None:
    """Add the commands to `permits`."""
    app.command("lint")(lint_command)
    app.command("diff")(diff_command)
    permit_impact.register(app)
    permit_usage.register(app)


def _list_sources(permit_list: PermitList, *, packaged: bool) -> list[Source]:
    return [_source(edition, packaged=packaged) for edition in permit_list.editions]


def _read_source(path: Path) -> Source:
    """Return the text of a file; a spreadsheet has no lines, so canonical JSON stands for it."""
    data = path.read_bytes()
    if path.suffix == ".xlsx":
        from permitlists.spreadsheet import read_spreadsheet  # noqa: PLC0415  # few files need it

        data = canonical_bytes(read_spreadsheet(data))
    return Source(name=str(path), data=data)


def _source(edition: Edition, *, packaged: bool) -> Source:
    """Return the file that holds an edition: of the package its lines, else canonical JSON."""
    name = f"{edition.key.label.replace('@', '.')}.jsonl"
    lines = files("permitlists").joinpath("data", name)
    if packaged and lines.is_file():
        return Source(name=f"{_DATA}/{name}", data=lines.read_bytes())
    return Source(name=f"editions/{edition.key.sha256}.json", data=edition.to_bytes())


def _lint_codes(permit_list: PermitList) -> Sequence[Finding]:
    """Return which of the packaged operating codes lead nowhere."""
    name = "operating_codes.toml"
    data = files("permitlists").joinpath("data", name).read_bytes()
    return lint_codes(
        Source(name=f"{_DATA}/{name}", data=data), load_operating_codes(), permit_list
    )


def _show_findings(findings: list[Finding], *, notes: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in findings], ensure_ascii=False))
        return
    for one in findings:
        if notes or one.severity != "note":
            typer.echo("\n".join(_describe(one)))
    counts = Counter((one.severity, one.rule) for one in findings)
    for severity, rule in sorted(counts, key=lambda key: (SEVERITIES.index(key[0]), key[1])):
        typer.echo(f"{_WORDS[severity]} / {severity}  {rule}  {counts[severity, rule]}")
    if not findings:
        typer.echo("指摘なし / Nothing found.")


def _describe(one: Finding) -> Iterator[str]:
    place = f"{one.file}:{one.line}:{one.column}"
    yield f"{place}: {_WORDS[one.severity]} / {one.severity} [{one.rule}]"
    for text in (one.message_ja, one.message_en, f"→ {one.fix_ja}", f"→ {one.fix_en}"):
        yield f"  {text}"


def _show_numbering(permit_list: PermitList, chosen: list[Edition], *, as_json: bool) -> None:
    articles = [
        article
        for edition in chosen or permit_list.editions
        for article in list_numbering(edition.table, permit_list.supplement)
    ]
    if as_json:
        typer.echo(json.dumps(articles, ensure_ascii=False))
        return
    for article in articles:
        typer.echo("\n".join(_describe_article(article)))
    waiting = sum(not article["confirmed"] for article in articles)
    typer.echo(
        f"{len(articles)}条のうち未確認 {waiting} / {waiting} of {len(articles)} articles left"
    )


def _describe_article(article: dict[str, Any]) -> Iterator[str]:  # Any: plain JSON
    yield f"{article['edition']} {article['row']}の項 {article['article']} ({article['numbering']})"
    yield f"  {article['look_up_ja']}"
    yield f"  {article['look_up_en']}"
    for clause in article["clauses"]:
        state = f"確認済み {clause['official']}" if clause["confirmed"] else "未確認"
        yield f"  [{state}] {clause['clause']}号 {clause['label']}"

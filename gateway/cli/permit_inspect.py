"""`nakadachi permits review`: everything about a proposal, shown and recorded as seen."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from gateway.cli.options import JsonOption, StaffOption
from gateway.cli.permit_office import (
    Number,
    RegisterFolder,
    document,
    now,
    refusals,
    show_json,
    show_proposal,
)
from permitlists.diff import Permission
from permitlists.lint import SEVERITIES, Finding
from permitlists.register import (
    Inspection,
    Proposal,
    Register,
    Shown,
    inspect,
    shown_content,
)

_SHOWN = 10  # of each list, unless all is asked for


def review(
    number: Number,
    *,
    staff: StaffOption,
    folder: RegisterFolder,
    full: Annotated[
        bool, typer.Option("--full", help="すべて表示 / Show every line of every list.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """起案の内容を見て、見たことを記録する / Look at a proposal, and have it recorded."""
    with refusals(as_json=as_json):
        opened = Register.open(folder)
        proposal = opened.load_proposal(number)
        inspection = _inspect(opened, proposal)
        shown = inspection.shown() if inspection else shown_content(proposal.content)
        proposal = opened.review(number, shown, at=now(), staff=staff)
        if as_json:
            seen = _document(inspection) if inspection else {}
            show_json(document(proposal, opened) | {"review": _hashes(shown) | seen})
            return
        show_proposal(proposal, opened, as_json=False)
        if inspection:
            for line in _lines(inspection, None if full else _SHOWN):
                typer.echo(line)
        typer.echo(f"見た内容 / seen: sha256:{shown.content} ({staff})")


def _inspect(opened: Register, proposal: Proposal) -> Inspection | None:
    if proposal.edition is None:
        return None
    return inspect(opened.load_edition(proposal.edition.sha256), opened.permit_list())


def _hashes(shown: Shown) -> dict[str, Any]:  # Any: plain JSON
    return {name: getattr(shown, name) for name in ("content", "before", "lint", "diff", "impact")}


def _document(inspection: Inspection) -> dict[str, Any]:  # Any: plain JSON
    return {
        "before_label": inspection.before and inspection.before.key.label,
        "dropped": list(inspection.dropped),
        "findings": [asdict(one) for one in inspection.findings],
        "fresh": [asdict(one) for one in inspection.fresh],
        "difference": inspection.difference.as_document(),
        "cards": [one.text for one in inspection.cards],
    }


def _lines(inspection: Inspection, most: int | None) -> Iterator[str]:
    before = inspection.before.key.label if inspection.before else "なし / none"
    yield f"\n比べる版 / compared with: {before}"
    if inspection.dropped:
        yield f"欠ける項 / rows it drops: {', '.join(inspection.dropped)}"
    counts = ", ".join(
        f"{sum(one.severity == severity for one in inspection.findings)} {severity}"
        for severity in SEVERITIES
    )
    yield f"\n点検 / lint: {counts}; 新しい指摘 / new: {len(inspection.fresh)}"
    yield from _cut([line for one in inspection.fresh for line in _finding(one)], most)
    difference = inspection.difference
    yield (
        f"\n差分 / diff: +{len(difference.gained)} -{len(difference.lost)}"
        f" 移動 / renumbered: {len(difference.renumbered)}"
    )
    yield from _cut([f"+ {_permission(one)}" for one in difference.gained], most)
    yield from _cut([f"- {_permission(one)}" for one in difference.lost], most)
    yield f"\n変わる項のカード / cards of changed rows: {len(inspection.cards)}"
    yield from _cut([one.text for one in inspection.cards], most)


def _cut(lines: Sequence[str], most: int | None) -> Iterator[str]:
    yield from lines[:most]
    left = len(lines) - len(lines[:most])
    if left:
        yield f"  … ほか{left}件（--full ですべて） / and {left} more (--full shows all)"


def _finding(finding: Finding) -> Iterator[str]:
    where = f"{finding.row or ''}{'-' + finding.clause if finding.clause else ''}"
    yield f"{finding.severity} {finding.rule} {where}: {finding.message_ja}"
    yield f"    {finding.message_en}"


def _permission(one: Permission) -> str:
    affair = one.row if one.clause is None else f"{one.row}-{one.clause}"
    return f"{affair} {one.inquirer} ← {one.provider} {one.term}"

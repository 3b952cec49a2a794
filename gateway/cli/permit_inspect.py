"""`nakadachi permits review`: everything about a proposal, shown and recorded as seen."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.options import JsonOption, StaffOption
from gateway.cli.permit_intake import read_export
from gateway.cli.permit_office import (
    Number,
    RegisterFolder,
    document,
    now,
    show_json,
    show_proposal,
)
from gateway.cli.permit_refusals import refusals
from gateway.cli.permit_requests import WHOLE, Tally
from permitlists import Edition, PermitList, load_institutions
from permitlists.card_changes import CardChange
from permitlists.diff import Permission
from permitlists.impact import Impact, judge_requests
from permitlists.lint import SEVERITIES, Finding
from permitlists.register import (
    Glance,
    Inspection,
    Proposal,
    Register,
    Shown,
    glance,
    inspect,
)
from permitlists.requests import Calendar, ask_again

_SHOWN = 10  # of each list, unless all is asked for


def review(
    number: Number,
    *,
    staff: StaffOption,
    folder: RegisterFolder,
    records: Annotated[
        Path | None,
        typer.Option(
            "--records",
            metavar="FILE.jsonl",
            help="影響を見る記録（records exportの出力） / Recorded requests to judge by it.",
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="すべて表示 / Show every line of every list.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """起案の内容を見て、見たことを記録する / Look at a proposal, and have it recorded."""
    with refusals(as_json=as_json):
        opened = Register.open(folder)
        proposal = opened.load_proposal(number)
        seen = _look(opened, proposal, records)
        proposal = opened.review(number, seen.shown, at=now(), staff=staff)
        if as_json:
            details = _hashes(seen.shown) | seen.as_document()
            show_json(document(proposal, opened) | {"review": details})
            return
        show_proposal(proposal, opened, as_json=False)
        typer.echo("\n".join(seen.describe(None if full else _SHOWN)))
        typer.echo(f"見た内容 / seen: sha256:{seen.shown.content} ({staff})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A proposed edition as inspected, and its impact where records were given."""

    inspection: Inspection
    impact: Impact | None

    @property
    def shown(self) -> Shown:
        """The hashes of what is shown."""
        if self.impact is None:
            return self.inspection.shown()
        document = json.dumps(self.impact.as_document(), sort_keys=True)
        return self.inspection.shown(document.encode())

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return all of it as plain JSON."""
        seen = self.inspection
        return {
            "before_label": seen.before and seen.before.key.label,
            "dropped": list(seen.dropped),
            "findings": [asdict(one) for one in seen.findings],
            "fresh": [asdict(one) for one in seen.fresh],
            "difference": seen.difference.as_document(),
            "impact_counts": self.impact and self.impact.as_document(),
            "cards": [one.text for one in seen.cards],
        }

    def describe(self, most: int | None) -> Iterator[str]:
        """Yield the lines that people read, of each list at most `most`."""
        seen = self.inspection
        before = seen.before.key.label if seen.before else "なし / none"
        yield f"\n比べる版 / compared with: {before}"
        if seen.dropped:
            yield f"欠ける項 / rows it drops: {', '.join(seen.dropped)}"
        counts = ", ".join(
            f"{sum(one.severity == severity for one in seen.findings)} {severity}"
            for severity in SEVERITIES
        )
        yield f"\n点検 / lint: {counts}; 新しい指摘 / new: {len(seen.fresh)}"
        yield from _cut([_finding(one) for one in seen.fresh], most)
        gained, lost = seen.difference.gained, seen.difference.lost
        renumbered = len(seen.difference.renumbered)
        yield f"\n差分 / diff: +{len(gained)} -{len(lost)}; 移動 / renumbered: {renumbered}"
        yield from _cut([f"+ {_permission(one)}" for one in gained], most)
        yield from _cut([f"- {_permission(one)}" for one in lost], most)
        if self.impact:
            yield "\n影響 / impact:"
            yield from self.impact.describe()
        yield f"\n変わる項のカード / cards of changed rows: {len(seen.cards)}"
        yield from _cut([_card(one, whole=most is None) for one in seen.cards], most)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glimpse:
    """A proposal that is no edition, as looked at."""

    glance: Glance

    @property
    def shown(self) -> Shown:
        """The hashes of what is shown."""
        return self.glance.shown

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return the findings as plain JSON."""
        return {"fresh": [asdict(one) for one in self.glance.fresh]}

    def describe(self, most: int | None) -> Iterator[str]:
        """Yield the lines that people read."""
        yield f"\n点検 / lint: 新しい指摘 / new: {len(self.glance.fresh)}"
        yield from _cut([_finding(one) for one in self.glance.fresh], most)


def _look(opened: Register, proposal: Proposal, records: Path | None) -> _Seen | _Glimpse:
    permit_list = opened.permit_list()
    if proposal.edition is None:
        return _Glimpse(glance=glance(proposal.content, permit_list))
    seen = inspect(opened.load_edition(proposal.edition.sha256), permit_list)
    impact = None
    if records is not None and seen.before is not None:
        impact = _judge(records, permit_list, seen.before, seen.edition)
    return _Seen(inspection=seen, impact=impact)


def _judge(records: Path, permit_list: PermitList, old: Edition, new: Edition) -> Impact:
    """Return what two editions say to all requests of an export."""
    known = load_institutions()
    calendar = Calendar(known, [*permit_list.editions, new])
    ask = partial(ask_again, instrument=old.key.instrument, calendar=calendar)
    with closing(Tally(ask=ask, period=WHOLE)) as tally:
        read_export(records, tally)
        return judge_requests(tally.count(), old, new, known)


def _hashes(shown: Shown) -> dict[str, Any]:  # Any: plain JSON
    return {name: getattr(shown, name) for name in ("content", "before", "lint", "diff", "impact")}


def _cut(lines: Sequence[str], most: int | None) -> Iterator[str]:
    yield from lines[:most]
    left = len(lines) - len(lines[:most])
    if left:
        yield f"  … ほか{left}件（--full ですべて） / and {left} more (--full shows all)"


def _card(card: CardChange, *, whole: bool) -> str:
    """Return the sentences of a row; of those that stay, only the row's own unless `whole`."""
    if whole:
        return card.text
    lines = card.text.split("\n")
    shown = [line for line in lines[1:] if not line.startswith("  ")]
    left = len(lines) - 1 - len(shown)
    stay = [f"  … 変わらない号 {left} / {left} clauses stay"] if left else []
    return "\n".join([lines[0], *shown, *stay])


def _finding(finding: Finding) -> str:
    where = f"{finding.row or ''}{'-' + finding.clause if finding.clause else ''}"
    head = f"{finding.severity} {finding.rule} {where}: {finding.message_ja}"
    return f"{head}\n    {finding.message_en}"


def _permission(one: Permission) -> str:
    affair = one.row if one.clause is None else f"{one.row}-{one.clause}"
    return f"{affair} {one.inquirer} ← {one.provider} {one.term}"

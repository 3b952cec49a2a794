"""What a reviewer is shown of a proposed edition, and the hashes that prove later what it was."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from permitlists.card_changes import CardChange, render_change
from permitlists.diff import Difference, diff
from permitlists.edition import Edition
from permitlists.lint import Finding
from permitlists.permit_list import PermitList
from permitlists.register.admission import find_before, lint_in, list_dropped
from permitlists.register.events import AnyContent, Shown
from permitlists.table import Row, Table

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """An edition beside the one it would follow, None for the first of its instrument.

    `findings` are all of the lint, `fresh` those that its predecessor has not. `cards` are the
    changed rows in plain Japanese; `dropped` the rows it lacks.
    """

    edition: Edition
    before: Edition | None
    findings: tuple[Finding, ...]
    fresh: tuple[Finding, ...]
    difference: Difference
    cards: tuple[CardChange, ...]
    dropped: tuple[str, ...]

    def shown(self, impact: bytes | None = None) -> Shown:
        """Return the hashes of everything; `impact` is the text about recorded requests."""
        return Shown(
            content=self.edition.key.sha256,
            before=self.before.key.sha256 if self.before else None,
            lint=_digest([asdict(one) for one in self.findings]),
            diff=_digest(self.difference.as_document()),
            impact=None if impact is None else hashlib.sha256(impact).hexdigest(),
        )


def inspect(edition: Edition, permit_list: PermitList) -> Inspection:
    """Return what there is to see about an edition that shall enter a list."""
    before = find_before(edition, permit_list)
    findings = lint_in(permit_list, edition)
    known = {_what(one) for one in lint_in(permit_list, before)} if before else set()
    old, new = _rows(before), _rows(edition)
    return Inspection(
        edition=edition,
        before=before,
        findings=findings,
        fresh=tuple(one for one in findings if _what(one) not in known),
        difference=diff(_before(edition, before), edition.table),
        cards=tuple(
            render_change(old.get(number), new.get(number))
            for number in {**old, **new}
            if old.get(number) != new.get(number)
        ),
        dropped=list_dropped(edition, before),
    )


def shown_content(content: AnyContent) -> Shown:
    """Return the hash of a proposal that is no edition."""
    return Shown(content=_digest(content))


def _what(finding: Finding) -> tuple[str, str | None, str | None, str]:
    return finding.rule, finding.row, finding.clause, finding.message_en


def _before(edition: Edition, before: Edition | None) -> Table:
    return before.table if before else msgspec.structs.replace(edition.table, rows=())


def _rows(edition: Edition | None) -> dict[str, Row]:
    return {row.no: row for row in edition.table.rows} if edition else {}


def _digest(value: Any) -> str:  # noqa: ANN401 - anything that JSON can say
    return hashlib.sha256(_encode(value)).hexdigest()

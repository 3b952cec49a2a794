"""What a reviewer is shown of a proposed edition, and the hashes that prove later what it was."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from permitlists.card_changes import CardChange, render_change
from permitlists.diff import Difference, diff
from permitlists.edition import Edition
from permitlists.lint import Finding, lint_supplement
from permitlists.model import PermitListError
from permitlists.permit_list import PermitList
from permitlists.register.admission import find_before, lint_in, list_dropped
from permitlists.register.events import AnyContent, Shown
from permitlists.register.standing import beside_with
from permitlists.supplement import Supplement
from permitlists.table import Row, Table

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """An edition beside the one it would follow, None for the first of its instrument.

    `findings` are all of the lint, of the edition and of what would stand beside it; `fresh` are
    those that the list has only with it. `cards` are the changed rows in plain Japanese, `dropped`
    the rows it lacks.
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
    beside = _list_beside(permit_list, (*permit_list.editions, edition), permit_list.supplement)
    findings = (*lint_in(permit_list, edition), *beside)
    known = lint_in(permit_list, before) if before else ()
    fresh = _list_fresh(findings, (*known, *_list_known_beside(permit_list)))
    old, new = _rows(before), _rows(edition)
    return Inspection(
        edition=edition,
        before=before,
        findings=findings,
        fresh=fresh,
        difference=diff(_before(edition, before), edition.table),
        cards=tuple(
            render_change(old.get(number), new.get(number))
            for number in {**old, **new}
            if old.get(number) != new.get(number)
        ),
        dropped=list_dropped(edition, before),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A content that is no edition, with the findings that the list has only with it."""

    content: AnyContent
    fresh: tuple[Finding, ...]

    @property
    def shown(self) -> Shown:
        """The hashes of everything."""
        return Shown(
            content=_digest(self.content), lint=_digest([asdict(one) for one in self.fresh])
        )


def glance(content: AnyContent, permit_list: PermitList) -> Glance:
    """Return what there is to see about a content that shall take effect by approval."""
    candidate = beside_with(permit_list.supplement, content)
    findings = _list_beside(permit_list, permit_list.editions, candidate)
    fresh = _list_fresh(findings, _list_known_beside(permit_list))
    return Glance(content=content, fresh=fresh)


def _list_known_beside(permit_list: PermitList) -> tuple[Finding, ...]:
    return lint_supplement(permit_list, permit_list.supplement)


def _list_beside(
    permit_list: PermitList, editions: Iterable[Edition], supplement: Supplement
) -> tuple[Finding, ...]:
    """Return the findings about a supplement beside editions; none where the list refuses them.

    What it refuses is an error that the lint of the edition, or the approval, names.
    """
    try:
        changed = PermitList(editions, supplement)
    except PermitListError:
        return _list_known_beside(permit_list)
    return lint_supplement(changed, supplement)


def _list_fresh(findings: Iterable[Finding], known: Iterable[Finding]) -> tuple[Finding, ...]:
    old = {_what(one) for one in known}
    return tuple(one for one in findings if _what(one) not in old)


def _what(finding: Finding) -> tuple[str, str | None, str | None, str]:
    return finding.rule, finding.row, finding.clause, finding.message_en


def _before(edition: Edition, before: Edition | None) -> Table:
    return before.table if before else msgspec.structs.replace(edition.table, rows=())


def _rows(edition: Edition | None) -> dict[str, Row]:
    return {row.no: row for row in edition.table.rows} if edition else {}


def _digest(value: Any) -> str:  # noqa: ANN401 - anything that JSON can say
    return hashlib.sha256(_encode(value)).hexdigest()

"""What a content must be, measured against the editions, before it may enter the list."""

from collections.abc import Iterable

from permitlists.edition import Edition
from permitlists.filing_check import check_filing
from permitlists.lint import Finding, lint
from permitlists.permit_list import PermitList
from permitlists.places import Source
from permitlists.register.errors import RegisterError
from permitlists.register.events import AnyContent, FilingContent, NumberingContent
from permitlists.supplement import NumberingCheck


def admit(content: AnyContent, permit_list: PermitList) -> None:
    """Judge a content that takes effect by approval; there is nothing to judge about others.

    Raises:
        RegisterError: it names what the editions do not have, or a filing says too much.
    """
    match content:
        case NumberingContent(check=check):
            _admit_check(check, permit_list)
        case FilingContent(filing=filing):
            for fault in check_filing(filing, permit_list):
                raise RegisterError(
                    "permits.filing_refused",
                    place=fault.place,
                    fault_ja=fault.text_ja.rstrip("。"),
                    fault_en=fault.text_en.rstrip("."),
                )
        case _:
            pass


def _admit_check(check: NumberingCheck, permit_list: PermitList) -> None:
    edition = permit_list.find_labelled(check.edition)
    row = edition.rows.get(check.row) if edition else None
    if row is None or check.clause not in row.clauses:
        affair = f"{check.row}-{check.clause}"
        raise RegisterError("permits.clause_unknown", label=check.edition, affair=affair)


def admit_edition(edition: Edition, permit_list: PermitList, accepted: Iterable[str]) -> None:
    """Judge an edition that shall follow those of its instrument in the list.

    `accepted` are the rows of its predecessor that somebody declared it may lack.

    Raises:
        RegisterError: the lint finds an error in it, or it lacks other rows than accepted.
        PermitListError: the list does not take it.
    """
    errors = [one for one in lint_in(permit_list, edition) if one.severity == "error"]
    if errors:
        first = errors[0]
        raise RegisterError(
            "permits.lint_errors",
            count=len(errors),
            first_ja=first.message_ja,
            first_en=first.message_en,
            rule=first.rule,
        )
    PermitList((*permit_list.editions, edition), permit_list.supplement)  # nothing else speaks up
    before = find_before(edition, permit_list)
    dropped = list_dropped(edition, before)
    if before is not None and frozenset(dropped) != frozenset(accepted):
        raise RegisterError(
            "permits.dropped_rows", before=before.key.label, rows=", ".join(dropped) or "-"
        )


def lint_in(permit_list: PermitList, edition: Edition) -> tuple[Finding, ...]:
    """Return the findings about an edition beside the other editions of a list."""
    source = Source(name=edition.key.label, data=edition.to_bytes())
    others = [one for one in permit_list.editions if one.key.sha256 != edition.key.sha256]
    return lint(source, others=others, supplement=permit_list.supplement)


def find_before(edition: Edition, permit_list: PermitList) -> Edition | None:
    """Return the edition of the same instrument that begins last in the list, None for none."""
    same = [one for one in permit_list.editions if one.key.instrument == edition.key.instrument]
    return same[-1] if same else None


def list_dropped(edition: Edition, before: Edition | None) -> tuple[str, ...]:
    """Return the rows that an edition lacks and its predecessor has, in the order of the law.

    A deleted row that keeps its number is not dropped.
    """
    if before is None:
        return ()
    return tuple(row.no for row in before.table.rows if row.no not in edition.rows)

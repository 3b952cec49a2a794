"""Rules about use: classes and scopes without effect, clause numbers, neighbouring editions."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from permitlists.citation import UNCONFIRMED
from permitlists.classes import with_groups
from permitlists.items import items_of
from permitlists.lint_subject import Hit, Subject, hit
from permitlists.model import STATUTORY_BASIS
from permitlists.permit_list import STATUTORY
from permitlists.supplement import NumberingCheck
from permitlists.table import Clause, Row, Table


def list_idle_classes(subject: Subject) -> Iterator[Hit]:
    """Find classes that no cell names, nor any group they belong to, and classes nobody wears."""
    named = {
        name
        for row in subject.table.rows
        for name in (
            *row.inquirers,
            *(name for pair in row.pairs for name in pair.providers),
            *(name for clause in row.clauses for name in clause.implementers),
        )
    }
    groups = {entry.name: entry.groups for entry in subject.table.classes}
    for number, entry in enumerate(subject.table.classes):
        path = ("classes", number, "name")
        if named.isdisjoint(with_groups(entry.name, groups)):
            yield hit("class.unused", path, name=entry.name)
        elif entry.name in named and entry.name not in subject.members:
            yield hit("class.no_member", path, name=entry.name)


def list_uncatalogued(subject: Subject) -> Iterator[Hit]:
    """Find terms without a catalogue of items, once each, and scopes without an item."""
    seen: set[str] = set()
    for path, row, pair in subject.list_pairs():
        for place, term in enumerate(pair.terms):
            if term not in seen and not items_of(term):
                yield hit("items.missing", (*path, "terms", place), row.no, term=term)
            seen.add(term)
    for path, row, clause, grant in subject.list_grants():
        for term in grant.terms if grant.confidence != "doubtful" else ():
            items = items_of(term)
            if items and not any(item.within(grant.scope) for item in items):
                where = (*path, "scope")
                values = {"term": term, "scope": grant.scope}
                yield hit("items.none_in_scope", where, row.no, clause.no, **values)


def list_unconfirmed(subject: Subject) -> Iterator[Hit]:
    """Find articles whose clause numbers nobody has compared with the official text, once each."""
    for path, row in subject.list_rows():
        waiting = [
            clause
            for clause in row.clauses
            if clause.numbering in UNCONFIRMED
            and find_check(subject.supplement.numbering, subject.label, row, clause) is None
        ]
        for numbering, count in sorted(Counter(one.numbering for one in waiting).items()):
            article, where = write_article(row), (*path, "article")
            yield hit(f"numbering.{numbering}", where, row.no, article=article, count=count)


def write_article(row: Row) -> str:
    """Return the article that details a row as people write it, as in 第14条の2."""
    main, branch, rest = row.article.partition("の")
    return f"第{main}条{branch}{rest}"


def find_check(
    checks: tuple[NumberingCheck, ...], label: str, row: Row, clause: Clause
) -> NumberingCheck | None:
    """Return the record by which a clause number of an edition was confirmed, None without one."""
    key = (label, row.no, clause.no)
    found = (one for one in checks if (one.edition, one.row, one.clause) == key)
    return next(found, None)


def list_neighbours(subject: Subject) -> Iterator[Hit]:
    """Find editions in force on the same days, and days of the statutory list without edition."""
    own, tables = subject.table, [other.table for other in subject.others]
    family = [one for one in tables if _family(one) == _family(own)]
    end = _end(own, family)
    for other in family:
        first, last = sorted(
            [(own.valid_from, end), (other.valid_from, _end(other, [own, *family]))]
        )
        if last[0] < first[1] or first[0] == last[0]:
            label = f"{other.instrument}@{other.valid_from}"
            yield hit("edition.overlap", ("valid_from",), other=label, label=subject.label)
    later = min((one.valid_from for one in family if one.valid_from > own.valid_from), default=None)
    if later is not None and end < later and _family(own) == STATUTORY_BASIS:
        yield hit("edition.gap", ("valid_to",), label=subject.label, end=end, next=later)


RULES: tuple[Callable[[Subject], Iterator[Hit]], ...] = (
    list_idle_classes,
    list_uncatalogued,
    list_unconfirmed,
    list_neighbours,
)


def _family(table: Table) -> str:
    """Return what editions succeed one another in: the statutory list, or an instrument."""
    return STATUTORY_BASIS if table.instrument in STATUTORY else table.instrument


def _end(table: Table, family: list[Table]) -> date:
    """Return the first day after an edition: its own, or the first day of its successor."""
    later = [one.valid_from for one in family if one.valid_from > table.valid_from]
    return table.valid_to or min(later, default=date.max)

"""Rules about contradictions: what an edition cannot be compiled with, or can never find."""

from collections.abc import Callable, Iterator

import msgspec

from permitlists.lint_subject import Hit, Subject, hit
from permitlists.model import Affair, PermitListError
from permitlists.overlays import check_overlays
from permitlists.places import Path
from permitlists.table import Row


def list_days(subject: Subject) -> Iterator[Hit]:
    """Find an edition that ends before it begins."""
    table = subject.table
    if table.valid_to is not None and table.valid_to <= table.valid_from:
        yield hit("edition.ends_early", ("valid_to",), start=table.valid_from, end=table.valid_to)


def list_class_faults(subject: Subject) -> Iterator[Hit]:
    """Find classes that stand twice, and groups that no line defines."""
    seen: set[str] = set()
    for number, entry in enumerate(subject.table.classes):
        path: Path = ("classes", number)
        if entry.name in seen:
            yield hit("class.twice", (*path, "name"), name=entry.name)
        seen.add(entry.name)
        for place, group in enumerate(entry.groups):
            if group not in subject.class_names:
                yield _unknown_class(subject, (*path, "groups", place), group, None, None)


def list_row_faults(subject: Subject) -> Iterator[Hit]:
    """Find rows that stand twice, or whose number no question can name."""
    seen: set[str] = set()
    for path, row in subject.list_rows():
        if row.no in seen:
            yield hit("row.twice", (*path, "no"), row.no)
        elif not _can_be_asked(row.no, None):
            yield hit("row.number_form", (*path, "no"), row.no)
        seen.add(row.no)


def list_clause_faults(subject: Subject) -> Iterator[Hit]:
    """Find clauses that stand twice, lack a number beside others, or cannot be named."""
    seen: set[tuple[Path, str | None]] = set()
    for path, row, clause in subject.list_clauses():
        key, place = (path[:2], clause.no), (*path, "no")
        if key in seen:
            yield hit("clause.twice", place, row.no, clause.no)
        elif clause.no is None and len(row.clauses) > 1:
            yield hit("clause.unnumbered", place, row.no, clause.no)
        elif clause.no is not None and not _can_be_asked("1", clause.no):
            yield hit("clause.number_form", place, row.no, clause.no)
        seen.add(key)


def list_cell_faults(subject: Subject) -> Iterator[Hit]:
    """Find classes in cells that the edition does not define, and pairs that stand twice."""
    for path, row in subject.list_rows():
        cells: list[tuple[Path, str | None, tuple[str, ...]]] = [
            ((*path, "inquirers"), None, row.inquirers),
            *(
                ((*path, "pairs", number, "providers"), None, pair.providers)
                for number, pair in enumerate(row.pairs)
            ),
            *(
                ((*path, "clauses", number, "implementers"), clause.no, clause.implementers)
                for number, clause in enumerate(row.clauses)
            ),
        ]
        for cell, clause_number, names in cells:
            for place, name in enumerate(names):
                if name not in subject.class_names:
                    yield _unknown_class(subject, (*cell, place), name, row.no, clause_number)
        yield from _list_pair_faults(path, row)


def list_grant_faults(subject: Subject) -> Iterator[Hit]:
    """Find information lines that name a pair or a term which is not there."""
    for path, row, clause, grant in subject.list_grants():
        pairs = {pair.no: pair for pair in row.pairs}
        for place, number in enumerate(grant.pairs):
            where: Path = (*path, "pairs", place)
            if number not in pairs:
                yield hit("grant.pair_unknown", where, row.no, clause.no, pair=number)
            elif not set(grant.terms) & set(pairs[number].terms):
                listed = "、".join(grant.terms)
                yield hit("grant.no_term", where, row.no, clause.no, pair=number, terms=listed)
        offered = {term for no in grant.pairs if no in pairs for term in pairs[no].terms}
        for place, term in enumerate(grant.terms):
            if term in offered:
                continue
            where = (*path, "terms", place)
            elsewhere = "" if term in subject.terms else subject.find_others_with_term(term)
            rule = "term.of_other_edition" if elsewhere else "grant.term_not_in_pair"
            yield hit(rule, where, row.no, clause.no, term=term, editions=elsewhere)


def list_overlay_faults(subject: Subject) -> Iterator[Hit]:
    """Find reading rules that do not fit the table."""
    for number, overlay in enumerate(subject.table.overlays):
        try:
            check_overlays(msgspec.structs.replace(subject.table, overlays=(overlay,)))
        except PermitListError as error:
            path: Path = ("overlays", number)
            yield hit("overlay.unfit", path, overlay.row, overlay.clause, problem=error)


RULES: tuple[Callable[[Subject], Iterator[Hit]], ...] = (
    list_days,
    list_class_faults,
    list_row_faults,
    list_clause_faults,
    list_cell_faults,
    list_grant_faults,
    list_overlay_faults,
)


def _list_pair_faults(path: Path, row: Row) -> Iterator[Hit]:
    seen: set[int] = set()
    for number, pair in enumerate(row.pairs):
        if pair.no in seen:
            yield hit("pair.twice", (*path, "pairs", number, "no"), row.no, pair=pair.no)
        seen.add(pair.no)


def _unknown_class(
    subject: Subject, path: Path, name: str, row: str | None, clause: str | None
) -> Hit:
    elsewhere = subject.find_others_with_class(name)
    rule = "class.of_other_edition" if elsewhere else "class.unknown"
    return hit(rule, path, row, clause, name=name, editions=elsewhere)


def _can_be_asked(row: str, clause: str | None) -> bool:
    try:
        Affair.parse(row if clause is None else f"{row}-{clause}")
    except PermitListError:
        return False
    return True

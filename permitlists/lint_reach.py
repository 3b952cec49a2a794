"""Rules about reach: rows, clauses, pairs, terms and lines that no question ever meets."""

from collections.abc import Callable, Iterator

from permitlists.lint_subject import Granted, Hit, Subject, granted_by, granted_in, hit
from permitlists.places import Path
from permitlists.table import Grant, Row


def list_unreachable_rows(subject: Subject) -> Iterator[Hit]:
    """Find rows that permit nothing to anybody; a row deleted by the law is none of them."""
    for path, row in subject.list_rows():
        reason = _barrier(row)
        if reason:
            ja, en = reason
            yield hit("row.unreachable", path, row.no, reason_ja=ja, reason_en=en)


def list_rows_without_members(subject: Subject) -> Iterator[Hit]:
    """Find rows that nobody can ask under, or nobody answer, on the days of the edition."""
    for path, row in subject.list_rows():
        if row.inquirers and subject.members.isdisjoint(row.inquirers):
            names = "、".join(row.inquirers)
            yield hit("row.no_inquirer", (*path, "inquirers"), row.no, names=names)
        providers = {name for pair in row.pairs for name in pair.providers}
        if providers and subject.members.isdisjoint(providers):
            names = "、".join(sorted(providers))
            yield hit("row.no_provider", path, row.no, names=names)


def list_empty_clauses(subject: Subject) -> Iterator[Hit]:
    """Find clauses without information, or with doubtful information only."""
    for path, row, clause in subject.list_clauses():
        if not clause.grants:
            yield hit("clause.no_information", path, row.no, clause.no, label=clause.label)
        elif all(grant.confidence == "doubtful" for grant in clause.grants):
            yield hit("clause.only_doubtful", path, row.no, clause.no, label=clause.label)


def list_repeated(subject: Subject) -> Iterator[Hit]:
    """Find rows and clauses that say word for word what an earlier one says."""
    rows: dict[tuple[object, ...], str] = {}
    for path, row in subject.list_rows():
        if row.clauses:
            same = rows.setdefault((row.inquirers, row.pairs, row.clauses), row.no)
            if same != row.no:
                yield hit("row.repeated", path, row.no, earlier=same)
    clauses: dict[tuple[object, ...], str | None] = {}
    for path, row, clause in subject.list_clauses():
        content = (path[:2], clause.label, clause.grants, clause.implementers)
        earlier = clauses.setdefault(content, clause.no)
        if earlier != clause.no:
            yield hit("clause.repeated", path, row.no, clause.no, earlier=earlier)


def list_unreached_pairs(subject: Subject) -> Iterator[Hit]:
    """Find pairs that no clause reaches, and terms of a pair that no clause uses."""
    for path, row in subject.list_rows():
        reached = {found for clause in row.clauses for found in granted_in(row, clause)}
        doubted = _doubted(row) - reached
        for number, pair in enumerate(row.pairs):
            place: Path = (*path, "pairs", number)
            if not pair.providers or not pair.terms:
                yield hit("pair.empty", place, row.no, pair=pair.no)
            elif all((pair.no, term) not in reached for term in pair.terms):
                rule = "pair.only_doubtful" if _any_of(pair.no, doubted) else "pair.unreached"
                yield hit(rule, place, row.no, pair=pair.no)
            else:
                for index, term in enumerate(pair.terms):
                    if (pair.no, term) not in reached:
                        rule = f"pair.term_{'doubtful' if (pair.no, term) in doubted else 'unused'}"
                        yield hit(rule, (*place, "terms", index), row.no, pair=pair.no, term=term)


def list_doubtful_lines(subject: Subject) -> Iterator[Hit]:
    """Find information lines that nobody could tie to a term with certainty."""
    for path, row, clause, grant in subject.list_grants():
        if grant.confidence == "doubtful":
            terms = "、".join(grant.terms)
            place = (*path, "confidence")
            yield hit("grant.doubtful", place, row.no, clause.no, terms=terms, scope=grant.scope)


def list_superfluous_lines(subject: Subject) -> Iterator[Hit]:
    """Find lines that stand twice in a clause, or narrow what another line grants whole."""
    for path, row, clause in subject.list_clauses():
        seen: list[tuple[frozenset[Granted], str]] = []
        whole = _granted_whole(row, clause.grants)
        for number, grant in enumerate(clause.grants):
            found = granted_by(row, grant)
            if grant.confidence == "doubtful" or not found:
                continue
            place = (*path, "grants", number)
            terms = "、".join(grant.terms)
            if any(found <= other and grant.scope == scope for other, scope in seen):
                yield hit("grant.duplicate", place, row.no, clause.no, terms=terms)
            elif grant.scope and found <= whole:
                where = (*place, "scope")
                yield hit("grant.covered", where, row.no, clause.no, terms=terms, scope=grant.scope)
            seen.append((found, grant.scope))


RULES: tuple[Callable[[Subject], Iterator[Hit]], ...] = (
    list_unreachable_rows,
    list_rows_without_members,
    list_empty_clauses,
    list_repeated,
    list_unreached_pairs,
    list_doubtful_lines,
    list_superfluous_lines,
)


def _barrier(row: Row) -> tuple[str, str] | None:
    """Return why a row permits nothing, in both languages, None where it permits something."""
    if not row.inquirers and not row.pairs and not row.clauses:
        return None  # deleted by the law
    if not row.inquirers:
        return "情報照会者がありません", "it has no inquirers"
    if not row.pairs:
        return "提供者と情報の組がありません", "it has no pair of providers and information"
    if not row.clauses:
        return "事務がありません", "it has no affair"
    if not any(granted_in(row, clause) for clause in row.clauses):
        return "どの事務も情報を許していません", "none of its affairs grants any information"
    return None


def _doubted(row: Row) -> set[Granted]:
    return {
        found
        for clause in row.clauses
        for grant in clause.grants
        if grant.confidence == "doubtful"
        for found in granted_by(row, grant)
    }


def _any_of(pair: int, granted: set[Granted]) -> bool:
    return any(number == pair for number, _ in granted)


def _granted_whole(row: Row, grants: tuple[Grant, ...]) -> frozenset[Granted]:
    return frozenset(
        found
        for grant in grants
        if not grant.scope and grant.confidence != "doubtful"
        for found in granted_by(row, grant)
    )

"""The index of an edition: dictionaries from row to clause to information to granting entries."""

from collections.abc import Mapping
from dataclasses import dataclass

from permitlists.citation import cite
from permitlists.items import items_of
from permitlists.model import ALLOWED, Decision, EditionKey, Match, PermitListError
from permitlists.table import Clause, Row

# The notes of reading rules by clause number; those of the whole row stand under None.
Notes = Mapping[str | None, tuple[str, ...]]
_NO_NOTES: Notes = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One (clause, pair, information) that grants.

    `decision` is the complete answer to a question that asks for nothing else.
    """

    providers: frozenset[str]
    match: Match
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedClause:
    """A clause with its granting entries by information, and the informations left in doubt.

    `notes` are the reading rules on it.
    """

    clause: Clause
    notes: tuple[str, ...]
    entries: dict[str, tuple[Entry, ...]]
    doubtful: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedRow:
    """A row with its inquirer cell, all its providers and its clauses by number."""

    row: Row
    inquirers: frozenset[str]
    providers: frozenset[str]
    clauses: dict[str | None, IndexedClause]


def index_row(row: Row, key: EditionKey, notes: Notes = _NO_NOTES) -> IndexedRow:
    """Return the index of one row of the edition named by a key, with its reading rules.

    Raises:
        PermitListError: a clause or pair stands twice, or a clause names a pair or term that the
            row has not.
    """
    if len({pair.no for pair in row.pairs}) != len(row.pairs):
        raise PermitListError("permits.edition_content", f"row {row.no}: a pair stands twice")
    clauses = {
        clause.no: index_clause(row, clause, key, _notes(notes, clause.no))
        for clause in row.clauses
    }
    if len(clauses) != len(row.clauses) or (None in clauses and len(clauses) > 1):
        raise PermitListError("permits.edition_content", f"row {row.no}: clauses collide")
    return IndexedRow(
        row=row,
        inquirers=frozenset(row.inquirers),
        providers=frozenset(name for pair in row.pairs for name in pair.providers),
        clauses=clauses,
    )


def _notes(notes: Notes, number: str | None) -> tuple[str, ...]:
    of_row = notes.get(None, ())
    return of_row if number is None else of_row + notes.get(number, ())


def index_clause(
    row: Row, clause: Clause, key: EditionKey, notes: tuple[str, ...] = ()
) -> IndexedClause:
    """Return the index of one clause; a doubtful line adds no entry.

    Raises:
        PermitListError: a line names a pair that the row has not, or no term of that pair.
    """
    pairs = {pair.no: pair for pair in row.pairs}
    scopes: dict[tuple[str, int], set[str]] = {}
    doubtful: set[str] = set()
    for grant in clause.grants:
        for number in grant.pairs:
            offered = pairs[number].terms if number in pairs else ()
            shared = [term for term in grant.terms if term in offered]
            if not shared:
                message = f"row {row.no} clause {clause.no}: pair {number} has no such term"
                raise PermitListError("permits.edition_content", message)
            if grant.confidence == "doubtful":
                doubtful.update(shared)
                continue
            for term in shared:
                scopes.setdefault((term, number), set()).add(grant.scope)
    entries: dict[str, list[Entry]] = {}
    basis = cite(key.instrument, row, clause, notes)
    for (term, number), stated in scopes.items():
        match = _match((row.no, clause.no, number), term, stated, basis)
        entry = Entry(
            providers=frozenset(pairs[number].providers),
            match=match,
            decision=Decision(allowed=True, reason=ALLOWED, edition=key, matched=(match,)),
        )
        entries.setdefault(term, []).append(entry)
    return IndexedClause(
        clause=clause,
        notes=notes,
        entries={term: tuple(listed) for term, listed in entries.items()},
        doubtful=frozenset(doubtful.difference(entries)),
    )


def _match(place: tuple[str, str | None, int], term: str, scopes: set[str], basis: str) -> Match:
    row, clause, number = place
    items = items_of(term)
    permitted = tuple(item.id for item in items if any(map(item.within, scopes)))
    return Match(
        row=row,
        clause=clause,
        pair=number,
        basis=basis,
        information=term,
        items=permitted if items else None,
        scopes=() if "" in scopes else tuple(sorted(scopes)),
    )

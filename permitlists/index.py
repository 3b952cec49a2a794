"""The index of an edition: dictionaries from row to clause to information to granting entries."""

from collections.abc import Mapping
from functools import lru_cache
from sys import intern

import msgspec

from permitlists.citation import cite
from permitlists.items import items_of
from permitlists.model import ALLOWED, Decision, EditionKey, Match, PermitListError
from permitlists.table import Clause, Row

# The notes of reading rules by clause number; those of the whole row stand under None.
Notes = Mapping[str | None, tuple[str, ...]]
_NO_NOTES: Notes = {}
Asked = tuple[str, str | None, str]  # row, clause, information


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One (clause, pair, information) that grants, with the classes of both sides.

    `decision` is the complete answer to a question that asks for nothing else.
    """

    inquirers: frozenset[str]
    providers: frozenset[str]
    match: Match
    decision: Decision


class IndexedClause(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A clause with its granting entries by information, and the informations left in doubt.

    `notes` are the reading rules on it.
    """

    clause: Clause
    notes: tuple[str, ...]
    entries: dict[str, tuple[Entry, ...]]
    doubtful: frozenset[str]


class IndexedRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row with its inquirer cell, all its providers and its clauses by number.

    `offers` has for each information of its pairs the classes that may give it.
    """

    row: Row
    inquirers: frozenset[str]
    providers: frozenset[str]
    offers: dict[str, frozenset[str]]
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
        inquirers=_share(row.inquirers),
        providers=_share(tuple(name for pair in row.pairs for name in pair.providers)),
        offers=_offers(row),
        clauses=clauses,
    )


def _offers(row: Row) -> dict[str, frozenset[str]]:
    givers: dict[str, tuple[str, ...]] = {}
    for pair in row.pairs:
        for term in pair.terms:
            givers[term] = givers.get(term, ()) + pair.providers
    return {intern(term): _share(names) for term, names in givers.items()}


@lru_cache(maxsize=4096)
def _share(names: tuple[str, ...]) -> frozenset[str]:
    """Return the names as a set; the few cells of a table that occur often are one object each."""
    return frozenset(map(intern, names))


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
    place = (row.no, clause.no, cite(key.instrument, row, clause, notes))
    inquirers = _share(row.inquirers)
    for (term, number), stated in scopes.items():
        match = _match(place, number, term, stated)
        entry = Entry(
            inquirers=inquirers,
            providers=_share(pairs[number].providers),
            match=match,
            decision=Decision(allowed=True, reason=ALLOWED, edition=key, matched=(match,)),
        )
        entries.setdefault(intern(term), []).append(entry)
    return IndexedClause(
        clause=clause,
        notes=notes,
        entries={term: tuple(listed) for term, listed in entries.items()},
        doubtful=frozenset(doubtful.difference(entries)),
    )


def _match(place: tuple[str, str | None, str], pair: int, term: str, scopes: set[str]) -> Match:
    row, clause, basis = place
    items, narrowed = _narrow(term, frozenset(scopes))
    return Match(
        row=row,
        clause=clause,
        pair=pair,
        basis=basis,
        information=term,
        items=items,
        scopes=narrowed,
    )


@lru_cache(maxsize=4096)
def _narrow(term: str, scopes: frozenset[str]) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return the items of an information within any of the scopes, and what narrows it."""
    items = items_of(term)
    permitted = tuple(item.id for item in items if any(map(item.within, scopes)))
    return permitted if items else None, () if "" in scopes else tuple(sorted(scopes))


def list_single(rows: Mapping[str, IndexedRow]) -> dict[Asked, Entry]:
    """Return the entry of each row, clause and information that has only one.

    Nearly every question is answered by one look into it, which at 50,000 pairs also touches a
    third of the memory that the way over row and clause does.
    """
    return {
        (number, clause.clause.no, information): entries[0]
        for number, row in rows.items()
        for clause in row.clauses.values()
        for information, entries in clause.entries.items()
        if len(entries) == 1 and information
    }

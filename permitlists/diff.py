"""差分, what one edition permits and another does not, as exact sets of permissions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from permitlists.diff_rows import Renumbered, list_renumbered
from permitlists.table import Clause, Row, Table


class Permission(NamedTuple):
    """許可, one thing permitted: the classes as the cells of the row write them.

    A body that wears a class inside one of these classes is permitted by it too. So a class that
    two editions write differently (市町村長 here, 市長 there) differs, even where some bodies wear
    both: this compares what the law says, `impact` what it does to those who asked.
    """

    row: str
    clause: str | None
    inquirer: str
    provider: str
    term: str


class Rescoped(NamedTuple):
    """What both editions permit, narrowed differently; no narrowing stands for the whole term."""

    row: str
    clause: str | None
    provider: str
    term: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What separates two editions, each part in the order of the law and without duplicates.

    `renumbered` is a guess to read by: whatever moved is counted in `gained` and `lost` as well.
    """

    gained: tuple[Permission, ...]
    lost: tuple[Permission, ...]
    renumbered: tuple[Renumbered, ...]
    rescoped: tuple[Rescoped, ...]

    def as_document(self) -> dict[str, list[dict[str, object]]]:
        """Return the exact sets as plain JSON; what is only narrowed is in neither set."""
        return {
            "gained": [one._asdict() for one in self.gained],
            "lost": [one._asdict() for one in self.lost],
            "renumbered": [one.as_document() for one in self.renumbered],
        }


def diff(before: Table, after: Table) -> Difference:
    """Return what `after` permits and `before` does not, and the reverse.

    The tables are compared as written: reading rules (overlays), holds and days in force are left
    out, and a doubtful line permits nothing.
    """
    old, new = _by_number(before), _by_number(after)
    gained: list[Permission] = []
    lost: list[Permission] = []
    rescoped: list[Rescoped] = []
    for number in {**old, **new}:
        first, second = old.get(number), new.get(number)
        if first != second:
            had, has = _permissions(first), _permissions(second)
            lost += [one for one in had if one not in has]
            gained += [one for one in has if one not in had]
            rescoped += _list_rescoped(first, second)
    return Difference(
        gained=tuple(gained),
        lost=tuple(lost),
        renumbered=tuple(list_renumbered(before.rows, after.rows)),
        rescoped=tuple(rescoped),
    )


def list_permissions(table: Table) -> Iterator[Permission]:
    """Yield every permission of a table once, in the order of the law."""
    for row in table.rows:
        yield from _permissions(row)


def _by_number(table: Table) -> dict[str, Row]:
    return {row.no: row for row in table.rows}


def _permissions(row: Row | None) -> Mapping[Permission, None]:
    """Return the permissions of a row as the keys of a dictionary, which keeps their order."""
    if row is None:
        return {}
    return {
        Permission(row.no, clause.no, inquirer, provider, term): None
        for clause in row.clauses
        for provider, term in _scopes(row, clause)
        for inquirer in row.inquirers
    }


def _scopes(row: Row, clause: Clause) -> dict[tuple[str, str], frozenset[str]]:
    """Return the narrowings of each (provider class, term) that a clause grants."""
    pairs = {pair.no: pair for pair in row.pairs}
    found: dict[tuple[str, str], set[str]] = {}
    for grant in clause.grants:
        if grant.confidence == "doubtful":
            continue
        for number in grant.pairs:
            for term in grant.terms:
                if term in pairs[number].terms:
                    for provider in pairs[number].providers:
                        found.setdefault((provider, term), set()).add(grant.scope)
    return {key: frozenset(scopes) for key, scopes in found.items()}


def _list_rescoped(before: Row | None, after: Row | None) -> Iterator[Rescoped]:
    if before is None or after is None:
        return
    clauses = {clause.no: clause for clause in before.clauses}
    for clause in after.clauses:
        if clause.no not in clauses:
            continue
        had = _scopes(before, clauses[clause.no])
        for (provider, term), scopes in _scopes(after, clause).items():
            earlier = had.get((provider, term), scopes)
            if _narrowing(earlier) != _narrowing(scopes):
                yield Rescoped(
                    after.no, clause.no, provider, term, _narrowing(earlier), _narrowing(scopes)
                )


def _narrowing(scopes: frozenset[str]) -> tuple[str, ...]:
    return () if "" in scopes else tuple(sorted(scopes))

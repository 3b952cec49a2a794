"""Rows and clauses that moved to another number: recognised to read by, never to grant on."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from typing import Final, TypeVar

from permitlists.table import Clause, Row

LEAST_SIMILARITY: Final = 0.5
_CANDIDATES: Final = 6  # rows compared in full with each row
_COMMON: Final = 40  # a feature of more rows than these tells nothing apart

Feature = tuple[str, ...]
T = TypeVar("T", Row, Clause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renumbered:
    """A row, or a clause, whose content seems to have moved to another number.

    `similarity` runs from 0 to 1 and counts label, affairs, article, inquirers and pairs.
    """

    from_row: str
    from_clause: str | None
    to_row: str
    to_clause: str | None
    similarity: float

    def as_document(self) -> dict[str, object]:
        """Return it as plain JSON."""
        return {
            "from": {"row": self.from_row, "clause": self.from_clause},
            "to": {"row": self.to_row, "clause": self.to_clause},
            "similarity": self.similarity,
        }


def list_renumbered(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Renumbered]:
    """Yield the rows that moved, each followed by the clauses that moved in it.

    Rows that stand unchanged under their number take no part; each other row is matched with at
    most one, the most similar first. A clause is listed where its own number changed.
    """
    theirs = {row.no: row for row in after}
    unchanged = {row.no for row in before if theirs.get(row.no) == row}
    old = [row for row in before if row.no not in unchanged and row.inquirers]
    new = [row for row in after if row.no not in unchanged and row.inquirers]
    matches = _match(old, new, _row_likeness, _candidates(old, new))
    for first, second, likeness in matches:
        if first.no != second.no:
            yield _renumbered(first, None, second, None, likeness)
        yield from _list_clauses(first, second)


def _list_clauses(first: Row, second: Row) -> Iterator[Renumbered]:
    theirs = {clause.no: clause for clause in second.clauses}
    kept = {one.no for one in first.clauses if theirs.get(one.no) == one} | {None}
    old = [clause for clause in first.clauses if clause.no not in kept]
    new = [clause for clause in second.clauses if clause.no not in kept]
    every = {index: list(range(len(new))) for index in range(len(old))}
    for one, other, likeness in _match(old, new, _clause_likeness, every):
        if one.no != other.no:
            yield _renumbered(first, one.no, second, other.no, likeness)


def _renumbered(
    first: Row, one: str | None, second: Row, other: str | None, likeness: float
) -> Renumbered:
    return Renumbered(
        from_row=first.no,
        from_clause=one,
        to_row=second.no,
        to_clause=other,
        similarity=round(likeness, 3),
    )


def _match(
    old: Sequence[T],
    new: Sequence[T],
    likeness: Callable[[T, T], float],
    candidates: dict[int, list[int]],
) -> list[tuple[T, T, float]]:
    """Return pairs that are alike, each side used once, in the order of `old`."""
    scored = [
        (likeness(old[first], new[second]), old[first].no == new[second].no, -first, -second)
        for first, listed in candidates.items()
        for second in listed
    ]
    found: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for score, _, first, second in sorted(scored, reverse=True):
        if score >= LEAST_SIMILARITY and -first not in found and -second not in taken:
            found[-first] = (-second, score)
            taken.add(-second)
    return [(old[first], new[second], score) for first, (second, score) in sorted(found.items())]


def _candidates(old: Sequence[Row], new: Sequence[Row]) -> dict[int, list[int]]:
    """Return for each old row the new rows worth a full comparison: those that share rare words."""
    index: dict[Feature, list[int]] = {}
    for second, row in enumerate(new):
        for feature in _features(row):
            index.setdefault(feature, []).append(second)
    numbers = {row.no: second for second, row in enumerate(new)}
    found: dict[int, list[int]] = {}
    for first, row in enumerate(old):
        shared: Counter[int] = Counter()
        for feature in _features(row):
            places = index.get(feature, [])
            if len(places) <= _COMMON:
                shared.update(places)
        best = nlargest(_CANDIDATES, shared, key=lambda second: (shared[second], -second))
        own = numbers.get(row.no)
        found[first] = best if own is None or own in best else [*best, own]
    return found


def _features(row: Row) -> set[Feature]:
    return {
        *_bigrams(row.label),
        *_offers(row),
        *(("affair", clause.label) for clause in row.clauses if clause.label != row.label),
        *([("article", row.article)] if row.article else []),
    }


def _bigrams(text: str) -> set[Feature]:
    return set(pairwise(text))


def _offers(row: Row) -> set[Feature]:
    return {(name, term) for pair in row.pairs for name in pair.providers for term in pair.terms}


def _share(one: set[Feature], other: set[Feature]) -> float:
    """Return how much two sets have in common, from 0 to 1; two empty ones are alike."""
    return len(one & other) / len(one | other) if one or other else 1.0


def _row_likeness(one: Row, other: Row) -> float:
    """Return the weighted mean of what two rows share; what only one of them knows is left out."""
    parts = [
        (4, _share(_bigrams(one.label), _bigrams(other.label))),
        (3, _share(_offers(one), _offers(other))),
        (1, _share({(name,) for name in one.inquirers}, {(name,) for name in other.inquirers})),
    ]
    if _numbered(one) and _numbered(other):
        parts.append((2, _share(_affairs(one), _affairs(other))))
    if one.article and other.article:
        parts.append((1, float(one.article == other.article)))
    return sum(weight * share for weight, share in parts) / sum(weight for weight, _ in parts)


def _numbered(row: Row) -> bool:
    return any(clause.no is not None for clause in row.clauses)


def _affairs(row: Row) -> set[Feature]:
    return {(clause.label,) for clause in row.clauses}


def _clause_likeness(one: Clause, other: Clause) -> float:
    mine = {(term, grant.scope) for grant in one.grants for term in grant.terms}
    theirs = {(term, grant.scope) for grant in other.grants for term in grant.terms}
    labels = _share(_bigrams(one.label), _bigrams(other.label))
    return (2 * labels + _share(set(mine), set(theirs))) / 3

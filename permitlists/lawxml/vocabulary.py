"""What cells and lines can be read with: the names of the predecessor and reviewed wordings."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from permitlists.lawxml.wording import (
    digest,
    names_persons,
    plain,
    split_delegation,
    split_parentheses,
)
from permitlists.lawxml.wordings import Phrase, Wordings
from permitlists.table import InstitutionClass, Row, Table

_CONNECTIVE: Final = re.compile(r"若しくは|又は|、")
_RELATION: Final = "に係る"

_Known = Callable[[str], tuple[str, ...] | None]


class Vocabulary:
    """The classes and terms of a predecessor with the reviewed wordings of its instrument.

    `detailed` tells whether the predecessor has clauses: then rows alone say too little.
    """

    __slots__ = ("_classes", "_described", "_scopes", "_terms", "detailed", "wordings")

    def __init__(self, predecessor: Table, wordings: Wordings) -> None:
        self.wordings = wordings
        self._classes = {entry.name for entry in predecessor.classes}
        self._described = {entry.wording: entry.name for entry in predecessor.classes}
        self._terms = {
            term for row in predecessor.rows for pair in row.pairs for term in pair.terms
        }
        self.detailed = any(
            clause.no is not None for row in predecessor.rows for clause in row.clauses
        )
        self._scopes: dict[str, set[frozenset[str]]] = {}
        for row in predecessor.rows:
            for term, scopes in _scopes(row).items():
                self._scopes.setdefault(term, set()).add(frozenset(scopes))

    def read_classes(self, text: str) -> tuple[str, ...] | None:
        """Return the classes of a cell, None where any part of it is not recognised."""
        return _consume(text, self._known_classes)

    def read_terms(self, text: str) -> tuple[str, ...] | None:
        """Return the terms of an information cell, None where a part is not recognised."""
        return _consume(split_delegation(text)[0], self._known_terms)

    def list_readings(self, line: str, offered: frozenset[str]) -> tuple[Phrase, ...]:
        """Return how an information line can be read within a row that offers those terms.

        The words before the last に係る that leaves a known phrase must name persons.
        """
        for phrase in list_phrases(line):
            known = self._known_phrases(phrase)
            if known:
                return tuple(one for one in known if offered.issuperset(one.terms))
        return ()

    def list_scopes(self, term: str) -> tuple[str, ...]:
        """Return how a term is narrowed wherever a row grants it; one empty text for not at all.

        Empty where the rows of the predecessor narrow it differently.
        """
        found = self._scopes.get(term, {frozenset(("",))})
        return tuple(sorted(next(iter(found)))) if len(found) == 1 else ()

    def _known_classes(self, text: str) -> tuple[str, ...] | None:
        described = self._described.get(digest(plain(text)))
        name = described or _find_name(text, self._classes)
        return self.wordings.find_classes(text) or ((name,) if name else None)

    def _known_terms(self, text: str) -> tuple[str, ...] | None:
        name = _find_name(text, self._terms)
        return self.wordings.find_terms(text) or ((name,) if name else None)

    def _known_phrases(self, text: str) -> tuple[Phrase, ...]:
        name = _find_name(text, self._terms)
        literal = (Phrase("", "", (name,), "", "exact"),) if name else ()
        return self.wordings.list_readings(text) or literal


def _find_name(text: str, names: set[str]) -> str | None:
    """Return the name that a text is, as it stands or without what cites and defines."""
    return text if text in names else plain(text) if plain(text) in names else None


def _scopes(row: Row) -> dict[str, set[str]]:
    """Return the scopes of every term that a row grants."""
    found: dict[str, set[str]] = {}
    for clause in row.clauses:
        for grant in clause.grants:
            for term in grant.terms:
                found.setdefault(term, set()).add(grant.scope)
    return found


def unknown_class(text: str) -> InstitutionClass:
    """Return a class that nobody wears, for a wording that nobody has read yet."""
    name = digest(plain(text))
    return InstitutionClass(f"未確認の機関（{name}）", (), name)


def unknown_term(text: str) -> str:
    """Return a term that stands for a wording that nobody has read yet."""
    return f"未確認の情報（{digest(plain(split_delegation(text)[0]))}）"


def _consume(text: str, known: _Known) -> tuple[str, ...] | None:
    """Read a text from left to right, the longest known piece first; all of it or nothing."""
    ends = [*_connectives(text), (len(text), len(text))]
    found: list[str] = []
    begin = 0
    while begin < len(text):
        names, end, begin = _longest(text, begin, ends, known)
        found.extend(name for name in names if name not in found)
        if end == len(text):
            return tuple(found) or None
    return None


def _longest(
    text: str, begin: int, ends: list[tuple[int, int]], known: _Known
) -> tuple[tuple[str, ...], int, int]:
    """Return the names of the longest known piece, where it ends and where the next begins."""
    for end, after in reversed(ends):
        names = known(text[begin:end]) if end > begin else None
        if names:
            return names, end, after
    return (), len(text) + 1, len(text) + 1


def _connectives(text: str) -> Iterator[tuple[int, int]]:
    """Yield where connectives begin and end, outside of parentheses."""
    position = 0
    for piece, enclosed in split_parentheses(text):
        if not enclosed:
            for match in _CONNECTIVE.finditer(piece):
                yield position + match.start(), position + match.end()
        position += len(piece)


def list_phrases(line: str) -> Iterator[str]:
    """Yield what may be the phrase of a line: after the last に係る, the last but one ..., all.

    Only after words that name persons, whom the information is about.
    """
    position, cuts = 0, [0]
    for piece, enclosed in split_parentheses(line):
        if not enclosed:
            cuts.extend(
                position + match.end()
                for match in re.finditer(_RELATION, piece)
                if names_persons(line[: position + match.start()])
            )
        position += len(piece)
    for cut in reversed(cuts):
        yield line[cut:]

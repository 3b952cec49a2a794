"""Replaces references among the clauses of one paragraph by the lines they refer to."""

from collections.abc import Iterator
from dataclasses import replace

from permitlists.lawxml.articles import ClauseSource, Line
from permitlists.lawxml.references import read_reference


def expand(clauses: tuple[ClauseSource, ...]) -> tuple[ClauseSource, ...]:
    """Return the clauses with every reference among them replaced; one to nowhere is suspect."""
    return tuple(
        replace(clause, lines=tuple(_expanded(position, clauses, frozenset())))
        for position, clause in enumerate(clauses)
    )


def _expanded(
    position: int, clauses: tuple[ClauseSource, ...], visited: frozenset[int]
) -> Iterator[Line]:
    for line in clauses[position].lines:
        reference = None if line.suspect else read_reference(line.text)
        if reference is None:
            yield line
            continue
        target = _target(position, clauses, reference.clause)
        lines = (
            _chosen(tuple(_expanded(target, clauses, visited | {position})), reference.letters)
            if target is not None and target not in visited | {position}
            else ()
        )
        if not lines:
            yield replace(line, suspect=True)
        for lent in lines:
            yield replace(lent, place=line.place, letter=line.letter, referenced=True)


def _target(position: int, clauses: tuple[ClauseSource, ...], number: str | None) -> int | None:
    if number is None:
        return position - 1 if position else None
    return next((index for index, other in enumerate(clauses) if other.no == number), None)


def _chosen(lines: tuple[Line, ...], letters: tuple[str, ...]) -> tuple[Line, ...]:
    """Return the lines of those letters, none where a letter is missing."""
    if not letters:
        return lines
    if not {line.letter for line in lines}.issuperset(letters):
        return ()
    return tuple(line for line in lines if line.letter in letters)

"""Clause numbers that somebody has confirmed: citations of an edition lose their warning."""

import copy
from collections.abc import Iterable, Mapping

import msgspec

from permitlists.edition import Edition
from permitlists.index import IndexedRow, index_row
from permitlists.model import EditionKey
from permitlists.supplement import NumberingCheck
from permitlists.table import Clause

_Confirmed = Mapping[tuple[str, str | None], str]  # official number by row and clause


def confirm(edition: Edition, checks: Iterable[NumberingCheck]) -> Edition:
    """Return an edition whose citations follow the clause numbers that were confirmed for it.

    Its content and hash stay: a confirmation stands beside the edition.
    """
    confirmed: _Confirmed = {
        (check.row, check.clause): check.official
        for check in checks
        if check.edition == edition.key.label
    }
    if not confirmed:
        return edition
    readings = tuple(_confirm_reading(reading, confirmed) for reading in edition.readings)
    for reading in readings:
        reading.readings = readings
    return readings[0]


def _confirm_reading(reading: Edition, confirmed: _Confirmed) -> Edition:
    read = copy.copy(reading)
    touched = {row for row, _ in confirmed}
    read.index(
        {
            number: _confirm_row(row, confirmed, reading.key) if number in touched else row
            for number, row in reading.rows.items()
        }
    )
    return read


def _confirm_row(indexed: IndexedRow, confirmed: _Confirmed, key: EditionKey) -> IndexedRow:
    row = indexed.row
    clauses = tuple(
        _confirm_clause(clause, confirmed.get((row.no, clause.no))) for clause in row.clauses
    )
    notes = {number: clause.notes for number, clause in indexed.clauses.items()}
    return index_row(msgspec.structs.replace(row, clauses=clauses), key, notes)


def _confirm_clause(clause: Clause, official: str | None) -> Clause:
    if official is None:
        return clause
    place = None if official == f"第{clause.no}号" else official
    return msgspec.structs.replace(clause, numbering="verified", place=place)

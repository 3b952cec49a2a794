"""Writes an edition in its packaged form: the lines that `read_lines` reads."""

from collections.abc import Iterator

import msgspec

from permitlists.table import Clause, Overlay, Row, Table

_encode = msgspec.json.Encoder().encode
_Line = list[object]  # a JSON array


def write_lines(table: Table) -> bytes:
    """Return the packaged lines of a table, one JSON array a line; defaults at the end left out."""
    return b"".join(_encode(line) + b"\n" for line in _lines(table))


def _lines(table: Table) -> Iterator[_Line]:
    edition: _Line = ["edition", table.instrument, table.valid_from, table.valid_to]
    yield [*edition, table.source] if table.source else edition
    yield from map(_overlay_line, table.overlays)
    for one in table.classes:
        yield ["class", one.name, one.groups, one.wording]
    for row in table.rows:
        yield from _row_lines(row)


def _overlay_line(overlay: Overlay) -> _Line:
    line: _Line = ["overlay", overlay.row, overlay.clause, overlay.valid_from, overlay.valid_to]
    line.append(overlay.note)
    return line if overlay.replacement is None else [*line, overlay.replacement]


def _row_lines(row: Row) -> Iterator[_Line]:
    yield ["row", row.no, row.article, row.label, row.inquirers]
    for pair in row.pairs:
        yield ["pair", pair.no, pair.providers, pair.terms]
    for clause in row.clauses:
        yield _clause_line(clause)
        for grant in clause.grants:
            yield ["grant", grant.pairs, grant.terms, grant.scope, grant.confidence]


def _clause_line(clause: Clause) -> _Line:
    line: _Line = ["clause", clause.no, clause.label, clause.numbering]
    if clause.place is None and not clause.implementers:
        return line
    return [*line, clause.place, clause.implementers]

"""Puts the lines of all sheets together to a table; what does not fit is refused by its cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from permitlists.sheet_cells import CellError
from permitlists.sheet_layout import (
    CLASSES,
    CLAUSES,
    EDITION,
    GRANTS,
    OVERLAYS,
    PAIRS,
    ROWS,
    SHEETS,
    Sheet,
)
from permitlists.sheet_parts import SheetRow, SpreadsheetError, column_letters
from permitlists.table import Clause, Grant, InstitutionClass, Overlay, Pair, Row, Table

Values = list[Any]  # Any: the fields of a table have many types
Key = tuple[Any, ...]
_ROW_KEY: Final = 2  # the reading rule and the row
_CLAUSE_KEY: Final = 3  # these and the clause


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of a sheet as values."""

    sheet: Sheet
    number: int
    values: Values

    def refuse(self, column: int, message: str) -> SpreadsheetError:
        """Return the error that something is wrong in one column, counted from 0."""
        place = f"{column_letters(column)}{self.number}"
        return SpreadsheetError(self.sheet.name, place, message)


def assemble(sheets: Mapping[str, Sequence[SheetRow]]) -> Table:
    """Return the table that the rows of all sheets say.

    Raises:
        SpreadsheetError: a heading or a cell is not as it should be, or a line belongs to nothing.
    """
    lines = {sheet.name: list(_read_lines(sheet, sheets[sheet.name])) for sheet in SHEETS}
    instrument, valid_from, valid_to, source = _only_line(lines[EDITION.name])
    rows = _rows_by_rule(lines)
    return Table(
        instrument=instrument,
        valid_from=valid_from,
        valid_to=valid_to,
        classes=tuple(InstitutionClass(*line.values) for line in lines[CLASSES.name]),
        rows=tuple(row for _, row in rows.pop(None, [])),
        source=source,
        overlays=tuple(_overlays(lines[OVERLAYS.name], rows)),
    )


def _read_lines(sheet: Sheet, rows: Sequence[SheetRow]) -> Iterator[_Line]:
    headings = [column.heading for column in sheet.columns]
    first = rows[0].cells if rows and rows[0].number == 1 else {}
    for index in sorted({*range(len(headings)), *first}):
        expected = headings[index] if index < len(headings) else ""
        if first.get(index, "") != expected:
            message = f"the heading {expected!r} is missing" if expected else "a heading too many"
            raise SpreadsheetError(sheet.name, f"{column_letters(index)}1", message)
    for row in rows[1:]:
        yield _Line(sheet=sheet, number=row.number, values=_read_values(sheet, row))


def _read_values(sheet: Sheet, row: SheetRow) -> Values:
    last = max(row.cells)
    if last >= len(sheet.columns):
        place = f"{column_letters(last)}{row.number}"
        raise SpreadsheetError(sheet.name, place, "content below no heading")
    values: Values = []
    for index, column in enumerate(sheet.columns):
        try:
            values.append(column.kind.read(row.cells.get(index, "")))
        except CellError as error:
            place = f"{column_letters(index)}{row.number}"
            raise SpreadsheetError(sheet.name, place, str(error)) from error
    return values


def _only_line(lines: Sequence[_Line]) -> Values:
    if not lines:
        raise SpreadsheetError(EDITION.name, "A2", "no line names the edition")
    if len(lines) > 1:
        raise lines[1].refuse(0, "more than one edition")
    return lines[0].values


def _rows_by_rule(lines: Mapping[str, list[_Line]]) -> dict[int | None, list[tuple[_Line, Row]]]:
    """Return the rows of the table under None, and those of each reading rule under its number."""
    of_rows = _keyed(lines[ROWS.name], _ROW_KEY)
    of_clauses = _keyed(lines[CLAUSES.name], _CLAUSE_KEY)
    pairs = _grouped(lines[PAIRS.name], _ROW_KEY, of_rows)
    clauses = _grouped(lines[CLAUSES.name], _ROW_KEY, of_rows)
    grants = _grouped(lines[GRANTS.name], _CLAUSE_KEY, of_clauses)
    found: dict[int | None, list[tuple[_Line, Row]]] = {}
    for key, line in of_rows.items():
        rule, no, article, label, inquirers = line.values
        row = Row(
            no=no,
            article=article,
            label=label,
            inquirers=inquirers,
            pairs=tuple(Pair(*one[_ROW_KEY:]) for one in pairs.get(key, ())),
            clauses=tuple(
                _clause(one, grants.get(tuple(one[:_CLAUSE_KEY]), ()))
                for one in clauses.get(key, ())
            ),
        )
        found.setdefault(rule, []).append((line, row))
    return found


def _clause(values: Values, grants: Sequence[Values]) -> Clause:
    _, _, number, label, numbering, place, implementers = values
    return Clause(
        no=number,
        label=label,
        numbering=numbering,
        grants=tuple(Grant(*one[_CLAUSE_KEY:]) for one in grants),
        place=place,
        implementers=implementers,
    )


def _keyed(lines: Sequence[_Line], length: int) -> dict[Key, _Line]:
    found: dict[Key, _Line] = {}
    for line in lines:
        key = tuple(line.values[:length])
        if key in found:
            raise line.refuse(length - 1, "the same stands twice")
        found[key] = line
    return found


def _grouped(
    lines: Sequence[_Line], length: int, owners: Mapping[Key, _Line]
) -> dict[Key, list[Values]]:
    found: dict[Key, list[Values]] = {}
    for line in lines:
        key = tuple(line.values[:length])
        if key not in owners:
            raise line.refuse(length - 1, "what this line belongs to stands nowhere")
        found.setdefault(key, []).append(line.values)
    return found


def _overlays(
    lines: Sequence[_Line], rows: dict[int | None, list[tuple[_Line, Row]]]
) -> Iterator[Overlay]:
    """Yield the reading rules, each with its row; the rows that are taken leave the dictionary."""
    for number, line in _keyed(lines, 1).items():
        replacements = rows.pop(number[0], [])
        if len(replacements) > 1:
            raise replacements[1][0].refuse(1, "a reading rule replaces one row only")
        _, row, clause, valid_from, valid_to, note = line.values
        yield Overlay(
            row=row,
            clause=clause,
            valid_from=valid_from,
            valid_to=valid_to,
            note=note,
            replacement=replacements[0][1] if replacements else None,
        )
    for left in rows.values():
        raise left[0][0].refuse(0, "a reading rule that stands nowhere")

"""An edition as a spreadsheet for people, and back to the same canonical bytes.

One sheet for each kind of line, every cell plain text. Nothing in the file is a formula, so
content that begins with `=` stays content.
"""

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from permitlists.sheet_assembly import assemble
from permitlists.sheet_cells import LONGEST
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
from permitlists.sheet_parts import SpreadsheetError, column_letters
from permitlists.sheet_reader import read_cells
from permitlists.table import Row, Table

MOST_LINES: Final = 1_048_576
# Excel writes when a file was made; the same edition gives the same bytes on every day.
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)
Values = tuple[Any, ...]  # Any: the fields of a table have many types


def write_spreadsheet(table: Table) -> bytes:
    """Return the .xlsx file of a table, the same bytes each time.

    Raises:
        SpreadsheetError: a text or the table is too long for the format, or the table has a row
            or clause twice.
    """
    import xlsxwriter  # noqa: PLC0415  # a slow import that few commands need

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _MADE.replace(tzinfo=None)})
        styles = (
            workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
            workbook.add_format({"num_format": "@", "bold": True, "bottom": 1}),
        )
        for sheet, lines in _lines_by_sheet(table):
            _write_sheet(workbook.add_worksheet(sheet.name), sheet, lines, styles)
    return file.getvalue()


class _Worksheet(Protocol):
    """What is used of a worksheet; the library ships no types."""

    def set_column(self, first: int, last: int, width: int, style: object) -> None: ...
    def write_string(self, row: int, column: int, text: str, style: object) -> None: ...
    def freeze_panes(self, row: int, column: int) -> None: ...


def _write_sheet(
    target: _Worksheet, sheet: Sheet, lines: list[Values], styles: tuple[object, object]
) -> None:
    text, heading = styles
    if len(lines) >= MOST_LINES:
        raise SpreadsheetError(sheet.name, None, f"more than {MOST_LINES - 1} lines")
    for index, column in enumerate(sheet.columns):
        target.set_column(index, index, column.width, text)
        target.write_string(0, index, column.heading, heading)
    target.freeze_panes(1, 0)
    for number, values in enumerate(lines, start=1):
        for index, (column, value) in enumerate(zip(sheet.columns, values, strict=True)):
            content = column.kind.write(value)
            if len(content) > LONGEST:
                place = f"{column_letters(index)}{number + 1}"
                raise SpreadsheetError(sheet.name, place, f"more than {LONGEST} characters")
            if content:
                target.write_string(number, index, content, text)


def _lines_by_sheet(table: Table) -> Iterator[tuple[Sheet, list[Values]]]:
    rows: list[tuple[int | None, Row]] = [(None, row) for row in table.rows]
    overlays = list(enumerate(table.overlays, start=1))
    rows += [(n, one.replacement) for n, one in overlays if one.replacement is not None]
    clauses = [(rule, row, clause) for rule, row in rows for clause in row.clauses]
    _check_once(ROWS, [(rule, row.no) for rule, row in rows])
    _check_once(CLAUSES, [(rule, row.no, clause.no) for rule, row, clause in clauses])
    yield EDITION, [(table.instrument, table.valid_from, table.valid_to, table.source)]
    yield CLASSES, [(one.name, one.groups, one.wording) for one in table.classes]
    yield ROWS, [(rule, row.no, row.article, row.label, row.inquirers) for rule, row in rows]
    yield (
        PAIRS,
        [
            (rule, row.no, pair.no, pair.providers, pair.terms)
            for rule, row in rows
            for pair in row.pairs
        ],
    )
    yield (
        CLAUSES,
        [
            (rule, row.no, one.no, one.label, one.numbering, one.place, one.implementers)
            for rule, row, one in clauses
        ],
    )
    yield (
        GRANTS,
        [
            (rule, row.no, clause.no, one.pairs, one.terms, one.scope, one.confidence)
            for rule, row, clause in clauses
            for one in clause.grants
        ],
    )
    yield (
        OVERLAYS,
        [(n, one.row, one.clause, one.valid_from, one.valid_to, one.note) for n, one in overlays],
    )


def _check_once(sheet: Sheet, keys: Iterable[Values]) -> None:
    seen: set[Values] = set()
    for number, key in enumerate(keys, start=2):
        if key in seen:
            raise SpreadsheetError(sheet.name, f"row {number}", "the same stands twice")
        seen.add(key)


def read_spreadsheet(data: bytes) -> Table:
    """Return the table that an .xlsx file holds, whatever program saved it.

    Raises:
        SpreadsheetError: the file is no spreadsheet of an edition; it names the sheet and the cell
            where it can.
    """
    sheets = read_cells(data, [sheet.name for sheet in SHEETS])
    return assemble(sheets)

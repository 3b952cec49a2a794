"""The cells of a table on its grid: spans expanded, borderless empty cells filled from above."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from permitlists.lawxml.document import place_of
from permitlists.lawxml.faults import LawXmlError, Place
from permitlists.lawxml.text import is_inline, text_of
from permitlists.lawxml.walk import list_paths
from wire.trees import Node

MAX_SLOTS: Final = 1_000_000

_SPAN: Final = re.compile(r"[1-9][0-9]{0,3}")
_ROWS: Final = ("TableHeaderRow", "TableRow")
_CELLS: Final = frozenset({"TableHeaderColumn", "TableColumn"})
_LABELS: Final = re.compile(r".*(?:Title|Label|Num)")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPart:
    """One line of text, or one figure, of a cell, with the elements between cell and text."""

    kind: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One `TableColumn` as it stands in the law.

    `row` and `column` count from 0 and name its first slot. `text` joins its parts: a label and
    what it labels by U+3000, other parts by line ends. `borderless` says that the cell has no
    rule above it.
    """

    row: int
    column: int
    rowspan: int
    colspan: int
    borderless: bool
    parts: tuple[CellPart, ...]
    text: str
    place: Place

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return the cell as plain JSON."""
        parts = [
            {"kind": part.kind, "text": part.text, "line": part.place.line} for part in self.parts
        ]
        return {
            "text": self.text,
            "line": self.place.line,
            "column": self.place.column,
            "row": self.row,
            "rowspan": self.rowspan,
            "colspan": self.colspan,
            "borderless": self.borderless,
            "parts": parts,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One place of the grid: the cell that covers it, and whether its text came from above."""

    cell: Cell
    filled: bool = False


Grid = tuple[tuple[Slot, ...], ...]


def read_grid(table: Node, path: str) -> tuple[Grid, tuple[int, ...]]:
    """Return the grid of a `Table` element, and how many cells each row has of its own.

    Raises:
        LawXmlError: a span is no number, runs into another cell or out of the table.
    """
    rows = [found for found in list_paths(table, path) if found[0].tag in _ROWS]
    covered: dict[tuple[int, int], Cell] = {}
    own = []
    for number, (row, row_path) in enumerate(rows):
        own.append(_place_row(row, row_path, (number, len(rows)), covered))
    return _fill(_slots(covered, len(rows))), tuple(own)


def _place_row(
    row: Node, path: str, position: tuple[int, int], covered: dict[tuple[int, int], Cell]
) -> int:
    number, count = position
    column = own = 0
    for node, cell_path in list_paths(row, path):
        if node.tag not in _CELLS:
            continue
        while (number, column) in covered:
            column += 1
        cell = _cell(node, cell_path, number, column)
        if number + cell.rowspan > count:
            raise LawXmlError("lawxml.table.overrun", cell.place, rowspan=cell.rowspan)
        _cover(cell, covered)
        own, column = own + 1, column + cell.colspan
    return own


def _cover(cell: Cell, covered: dict[tuple[int, int], Cell]) -> None:
    if len(covered) + cell.rowspan * cell.colspan > MAX_SLOTS:
        raise LawXmlError("lawxml.table.size", cell.place, limit=MAX_SLOTS)
    for row in range(cell.row, cell.row + cell.rowspan):
        for column in range(cell.column, cell.column + cell.colspan):
            if covered.setdefault((row, column), cell) is not cell:
                raise LawXmlError(
                    "lawxml.table.overlap", cell.place, row=row + 1, column=column + 1
                )


def _slots(covered: dict[tuple[int, int], Cell], count: int) -> list[list[Slot]]:
    grid: list[list[Slot]] = [[] for _ in range(count)]
    for (row, column), cell in sorted(covered.items(), key=lambda entry: entry[0]):
        if column != len(grid[row]):  # a span from above stands right of the row's own end
            raise LawXmlError("lawxml.table.gap", cell.place, row=row + 1, column=column + 1)
        grid[row].append(Slot(cell=cell))
    return grid


def _fill(grid: list[list[Slot]]) -> Grid:
    for above, row in pairwise(grid):
        for column, slot in enumerate(row):
            if slot.cell.borderless and not slot.cell.parts and column < len(above):
                row[column] = Slot(cell=above[column].cell, filled=True)
    return tuple(map(tuple, grid))


def _cell(node: Node, path: str, row: int, column: int) -> Cell:
    place = place_of(node, path)
    parts = tuple(_parts(node, path, ""))
    return Cell(
        row=row,
        column=column,
        rowspan=_span(node, "rowspan", place),
        colspan=_span(node, "colspan", place),
        borderless=node.attributes.get("BorderTop") == "none",
        parts=parts,
        text=_join(parts),
        place=place,
    )


def _span(node: Node, name: str, place: Place) -> int:
    text = node.attributes.get(name, "1")
    if not _SPAN.fullmatch(text):
        raise LawXmlError("lawxml.table.span", place, name=name, value=text[:20])
    return int(text)


def _parts(node: Node, path: str, kind: str) -> Iterator[CellPart]:
    if is_inline(node):  # only cells of header rows hold text themselves
        yield CellPart(kind=kind, text=text_of(node), place=place_of(node, path))
        return
    for child, child_path in list_paths(node, path):
        inner = f"{kind}/{child.tag}".lstrip("/")
        place = place_of(child, child_path)
        if child.tag == "Fig":
            yield CellPart(kind=inner, text=child.attributes.get("src", ""), place=place)
        elif child.tag not in {"QuoteStruct", "TableStruct"}:
            yield from _parts(child, child_path, inner)


def _join(parts: tuple[CellPart, ...]) -> str:
    text = ""
    for position, part in enumerate(parts):
        if part.kind.endswith("Fig"):
            continue
        last = position == len(parts) - 1
        text += part.text + ("" if last else "\u3000" if _LABELS.fullmatch(part.kind) else "\n")
    return text.rstrip("\n")

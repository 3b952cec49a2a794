"""Every table of a law: where it stands, what it is called, and its grid."""

from dataclasses import dataclass
from typing import Any

from permitlists.lawxml.document import Law, place_of
from permitlists.lawxml.faults import Place
from permitlists.lawxml.grid import Grid, read_grid
from permitlists.lawxml.row_numbers import read_row_numbers
from permitlists.lawxml.text import text_of
from permitlists.lawxml.walk import Location, walk
from wire.trees import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class LawTable:
    """表, one table of a law.

    `number` counts the tables of the law from 1. `own` is how many cells of its own each row of
    the grid has. `remarks` are the texts of 備考 beside the table.
    """

    number: int
    place: Place
    location: Location
    title: str
    remarks: tuple[str, ...]
    grid: Grid
    own: tuple[int, ...]

    @property
    def label(self) -> str:
        """Where the table stands, in the words of a citation."""
        return " ".join(self.location.words) or "-"

    @property
    def header_rows(self) -> int:
        """How many first rows look like headings: no number, short words, and numbers below."""
        for position in range(min(3, len(self.grid))):
            if read_row_numbers(self.grid[position][0].cell.text if self.grid[position] else ""):
                return position
        return 0

    @property
    def row_numbers(self) -> tuple[str, ...]:
        """The numbers (項番) of the first column, in its order; a cell over many rows once."""
        found: list[str] = []
        previous = None
        for row in self.grid:
            cell = row[0].cell if row else None
            if cell is not None and cell is not previous:
                found.extend(read_row_numbers(cell.text))
            previous = cell
        return tuple(found)

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return the table as plain JSON; each cell stands once, each slot names its cell."""
        cells = list(dict.fromkeys(slot.cell for row in self.grid for slot in row))
        index = {cell: position for position, cell in enumerate(cells)}
        return {
            "table": self.number,
            "line": self.place.line,
            "path": self.place.path,
            "location": self.label,
            "article": self.location.article,
            "title": self.title or self.location.title,
            "related": self.location.related,
            "remarks": list(self.remarks),
            "header_rows": self.header_rows,
            "row_numbers": list(self.row_numbers),
            "cells": [cell.as_document() for cell in cells],
            "grid": [[index[slot.cell] for slot in row] for row in self.grid],
            "filled": [
                [number, column]
                for number, row in enumerate(self.grid)
                for column, slot in enumerate(row)
                if slot.filled
            ],
        }


def list_tables(law: Law) -> tuple[LawTable, ...]:
    """Return the tables of a law in document order, those inside quotations left out.

    Raises:
        LawXmlError: a table's cells overlap or run out of it.
    """
    found: list[LawTable] = []
    struct: Node | None = None
    for node, location in walk(law.root, Location(path="Law")):
        if node.tag == "TableStruct":
            struct = node
        elif node.tag == "Table":  # the table of an item's own sentence has nothing around it
            inside = struct.children if struct else ()
            around = struct if any(child is node for child in inside) else None
            found.append(_table(len(found) + 1, node, location, around))
    return tuple(found)


def _table(number: int, node: Node, location: Location, struct: Node | None) -> LawTable:
    title = struct.find("TableStructTitle") if struct else None
    remarks = struct.list_named("Remarks") if struct else ()
    grid, own = read_grid(node, location.path)
    return LawTable(
        number=number,
        place=place_of(node, location.path),
        location=location,
        title=text_of(title) if title else "",
        remarks=tuple(" ".join(_lines(remark)) for remark in remarks),
        grid=grid,
        own=own,
    )


def _lines(node: Node) -> list[str]:
    return [text for child in node.children if (text := text_of(child))]

"""The XML parts of an .xlsx file, read as a stream: the workbook, its strings, its sheets."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from permitlists.model import PermitListError

Attributes = Mapping[str, str]
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[0-9]{1,9}")
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORMULA = "a formula where text is expected"
_HIDDEN = "content in a hidden row or column"
_NOT_TEXT = "a number or day where text is expected; format the cell as text, then type it again"
_TRUE: Final = frozenset({"1", "true"})
_TEXT_TYPES: Final = frozenset({"s", "str", "inlineStr"})


class SpreadsheetError(PermitListError):
    """A file that is no spreadsheet of an edition.

    `sheet` is the name of a sheet and `cell` a place such as B7, row 7 or column C; both None
    where the fault is in the file as a whole.
    """

    def __init__(self, sheet: str | None, cell: str | None, message: str) -> None:
        place = " ".join(filter(None, (sheet, cell)))
        super().__init__("permits.spreadsheet_form", f"{place}: {message}" if place else message)
        self.sheet = sheet
        self.cell = cell


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A row that has content: its number from 1, and the text of its cells by column from 0."""

    number: int
    cells: Mapping[int, str]


def column_letters(index: int) -> str:
    """Return the letters of a column counted from 0, as in A, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def local(name: str) -> str:
    """Return an XML name without its prefix."""
    return name.rpartition(":")[2]


class Part:
    """What one XML part says; names come without prefix, for the format has two generations."""

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take character data."""


class Workbook(Part):
    """The sheets of the file by name, each with the id of its relation."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element: `sheet` names one."""
        if name != "sheet":
            return
        known = {local(key): value for key, value in attributes.items()}
        title = known["name"]
        if known.get("state", "visible") != "visible":
            raise SpreadsheetError(title, None, "the sheet is hidden")
        if title in self.sheets:
            raise SpreadsheetError(title, None, "the sheet stands twice")
        self.sheets[title] = known["id"]


class Relations(Part):
    """The parts of the file: sheets by the id of their relation, and the shared strings."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.strings: str | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element: `Relationship` names a part."""
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes["Target"]
        path = target[1:] if target.startswith("/") else f"xl/{target}"
        if attributes["Type"].endswith("/sharedStrings"):
            self.strings = path
        self.targets[attributes["Id"]] = path


class _Texts(Part):
    """Collects text elements; the readings of kanji (`rPh`) are left out."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.collecting = False
        self.reading = False

    def start(self, name: str, attributes: Attributes) -> None:  # noqa: ARG002  # of the base
        self.reading = self.reading or name == "rPh"
        self.collecting = name == "t" and not self.reading

    def end(self, name: str) -> None:
        self.collecting = False
        self.reading = self.reading and name != "rPh"

    def text(self, text: str) -> None:
        if self.collecting:
            self.pieces.append(text)

    def take(self) -> str:
        """Return what was collected, with Excel's codes for characters, and begin anew."""
        found = _CODED.sub(lambda code: chr(int(code[1], 16)), "".join(self.pieces))
        self.pieces.clear()
        return found.replace("\r\n", "\n")


class Strings(_Texts):
    """The texts that cells share, by their index."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def end(self, name: str) -> None:
        """Take the end of an element: that of `si` completes a text."""
        super().end(name)
        if name == "si":
            self.texts.append(self.take())


class SheetContent(_Texts):
    """The rows of one sheet that have content.

    Raises SpreadsheetError at a cell whose content is no text, or not to be seen.
    """

    def __init__(self, name: str, strings: Sequence[str]) -> None:
        super().__init__()
        self.name = name
        self.strings = strings
        self.rows: list[SheetRow] = []
        self.cells: dict[int, str] = {}
        self.row = 0
        self.column = -1
        self.type = ""
        self.row_hidden = False
        self.hidden: list[tuple[int, int]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""
        super().start(name, attributes)
        match name:
            case "row":
                self._start_row(attributes)
            case "c":
                self._start_cell(attributes)
            case "v":
                self.collecting = self.type != "inlineStr"
            case "f":
                raise self._refuse(_FORMULA)
            case "mergeCell":
                raise SpreadsheetError(self.name, attributes["ref"], "merged cells")
            case "col" if _is_hidden(attributes, "width"):
                self.hidden.append((_whole(attributes["min"]) - 1, _whole(attributes["max"]) - 1))
            case _:
                pass

    def end(self, name: str) -> None:
        """Take the end of an element: that of `c` completes a cell, that of `row` a row."""
        super().end(name)
        if name == "c":
            self._end_cell(self.take())
        elif name == "row" and self.cells:
            self.rows.append(SheetRow(number=self.row, cells=self.cells))

    def _start_row(self, attributes: Attributes) -> None:
        number = _whole(attributes.get("r", str(self.row + 1)))
        if number <= self.row:
            raise SpreadsheetError(self.name, f"row {number}", "rows out of order")
        self.row = number
        self.column = -1
        self.cells = {}
        self.row_hidden = _is_hidden(attributes, "ht")

    def _start_cell(self, attributes: Attributes) -> None:
        self.type = attributes.get("t", "n")
        column, row = self.column + 1, self.row
        reference = attributes.get("r")
        if reference is not None:
            found = _REFERENCE.fullmatch(reference)
            if found is None:
                raise SpreadsheetError(self.name, None, "a cell without a place")
            column, row = _column_index(found[1]), int(found[2])
        if column <= self.column or row != self.row:
            raise SpreadsheetError(self.name, reference, "cells out of order")
        self.column = column

    def _end_cell(self, content: str) -> None:
        if not content:
            return
        if self.type not in _TEXT_TYPES:
            raise self._refuse(_NOT_TEXT)
        text = self.strings[_whole(content)] if self.type == "s" else content
        if not text:
            return
        if self.row_hidden or any(first <= self.column <= last for first, last in self.hidden):
            raise self._refuse(_HIDDEN)
        self.cells[self.column] = text

    def _refuse(self, message: str) -> SpreadsheetError:
        return SpreadsheetError(self.name, f"{column_letters(self.column)}{self.row}", message)


def _is_hidden(attributes: Attributes, size: str) -> bool:
    return attributes.get("hidden") in _TRUE or attributes.get(size) in {"0", "0.0"}


def _whole(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError
    return int(text)

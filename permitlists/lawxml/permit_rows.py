"""The rows (項) of a permit table: found by its four headings, whichever row they stand in."""

import re
from dataclasses import dataclass, field
from typing import Final

from permitlists.lawxml.faults import Finding, Place, find
from permitlists.lawxml.grid import Cell, Slot
from permitlists.lawxml.numerals import number_key
from permitlists.lawxml.row_numbers import deleted_numbers, split_number
from permitlists.lawxml.tables import LawTable

_SPACE: Final = re.compile(r"\s")
_INQUIRER: Final = frozenset({"情報照会者"})
_AFFAIR: Final = frozenset({"事務", "個人番号利用事務", "特定個人番号利用事務"})
_PROVIDER: Final = frozenset({"情報提供者"})
_INFORMATION: Final = frozenset({"特定個人情報", "利用特定個人情報"})
_GONE: Final = "削除"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """Where the four headings of a permit table stand: the row, and a column for each.

    `number` is the column that holds the number (項番), which may be that of the inquirers.
    """

    row: int
    number: int
    inquirer: int
    affair: int
    provider: int
    information: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSource:
    """One provider cell with the information cell beside it, as worded."""

    provider: str
    information: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSource:
    """One row of the permit table, as worded; a deleted row has its number only."""

    no: str
    inquirer: str
    affair: str
    place: Place
    pairs: tuple[PairSource, ...] = ()
    deleted: bool = False


def find_headings(table: LawTable) -> Headings | None:
    """Return where the four headings stand, None in a table that is no permit table."""
    for number, row in enumerate(table.grid):
        texts = [_SPACE.sub("", slot.cell.text) for slot in row]
        found = [
            next((column for column, text in enumerate(texts) if text in wanted), None)
            for wanted in (_INQUIRER, _AFFAIR, _PROVIDER, _INFORMATION)
        ]
        inquirer, affair, provider, information = found
        if inquirer is not None and affair is not None and provider is not None:
            if information is None:
                continue
            return Headings(
                row=number,
                number=max(inquirer - 1, 0),
                inquirer=inquirer,
                affair=affair,
                provider=provider,
                information=information,
            )
    return None


def read_permit_rows(
    table: LawTable, headings: Headings
) -> tuple[tuple[RowSource, ...], tuple[Finding, ...]]:
    """Return the rows below the headings, and what keeps rows from being read."""
    reading = _Reading(table=table, headings=headings)
    for number in range(headings.row + 1, len(table.grid)):
        reading.add(number)
    reading.close()
    return tuple(reading.rows), tuple(reading.findings)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What has been read so far, and the row that further lines of the grid belong to."""

    table: LawTable
    headings: Headings
    rows: list[RowSource] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    numbered: Cell | None = None
    head: tuple[str, str, Cell, Cell] | None = None
    pairs: list[PairSource] = field(default_factory=list)
    paired: tuple[Cell, Cell] | None = None

    def add(self, number: int) -> None:
        slots = self.table.grid[number]
        width = len(self.table.grid[self.headings.row])
        place = slots[0].cell.place if slots else self.table.place
        if self._repeats_headings(slots):
            return
        if len(slots) != width:
            values = {"found": len(slots), "expected": width}
            self.findings.append(find("hold", "lawxml.row.columns", place, **values))
        if len(slots) <= max(self.headings.information, self.headings.provider):
            self.findings.append(find("hold", "lawxml.row.unread", place))
            return
        if slots[self.headings.number].cell is not self.numbered:
            self._begin(slots)
        if self.head is not None:
            self._pair(slots, self.head)

    def _begin(self, slots: tuple[Slot, ...]) -> None:
        self.close()
        cell, inquirer = (slots[self.headings.number].cell, slots[self.headings.inquirer].cell)
        self.numbered = cell
        split = split_number(cell.text)
        gone = deleted_numbers(cell.text)
        if cell is not inquirer and split and inquirer.text == _GONE:
            gone = (split[0],)
        if gone:
            for number in gone:
                self._keep(
                    RowSource(no=number, inquirer="", affair="", place=cell.place, deleted=True)
                )
        elif split is None:
            self.findings.append(
                find("hold", "lawxml.row.unnumbered", cell.place, text=cell.text[:40])
            )
        else:
            text = split[1] if cell is inquirer else inquirer.text
            self.head = (split[0], text, slots[self.headings.affair].cell, cell)

    def _pair(self, slots: tuple[Slot, ...], head: tuple[str, str, Cell, Cell]) -> None:
        if slots[self.headings.affair].cell is not head[2]:
            place = slots[self.headings.affair].cell.place
            self.findings.append(find("hold", "lawxml.row.second_affair", place, number=head[0]))
        ends = (slots[self.headings.provider], slots[self.headings.information])
        pair = (ends[0].cell, ends[1].cell)
        if pair == self.paired:
            return
        if any(slot.filled for slot in ends):
            place = slots[self.headings.information].cell.place
            self.findings.append(find("review", "lawxml.row.filled", place, number=head[0]))
        self.paired = pair
        provider, information = pair
        self.pairs.append(
            PairSource(
                provider=provider.text, information=information.text, place=information.place
            )
        )

    def close(self) -> None:
        if self.head is not None:
            number, inquirer, affair, cell = self.head
            self._keep(
                RowSource(
                    no=number,
                    inquirer=inquirer,
                    affair=affair.text,
                    place=cell.place,
                    pairs=tuple(self.pairs),
                )
            )
        self.head, self.pairs, self.paired = None, [], None

    def _keep(self, row: RowSource) -> None:
        if any(row.no == other.no for other in self.rows):
            self.findings.append(find("hold", "lawxml.row.twice", row.place, number=row.no))
            return
        if self.rows and number_key(row.no) < number_key(self.rows[-1].no):
            self.findings.append(find("review", "lawxml.row.order", row.place, number=row.no))
        self.rows.append(row)

    def _repeats_headings(self, slots: tuple[Slot, ...]) -> bool:
        heading = self.table.grid[self.headings.row]
        return [slot.cell.text for slot in slots] == [slot.cell.text for slot in heading]

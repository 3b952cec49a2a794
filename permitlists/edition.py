"""An edition of the permit list: typed content, canonical bytes, and an index to decide with."""

import copy
import hashlib
from bisect import bisect_right
from datetime import date
from typing import Literal, Self

from permitlists.classes import Classes
from permitlists.index import Entry, IndexedRow, index_row, list_single
from permitlists.lines import read_lines
from permitlists.model import REFUSALS, Decision, EditionKey, PermitListError
from permitlists.overlays import check_overlays, list_borders, list_governing, read_row
from permitlists.table import Overlay, Row, Table, canonical_bytes, decode_table

Status = Literal["upcoming", "active", "closed"]


class Edition:
    """One edition, ready to decide.

    `key` identifies it and `table` is its content. `classes` are the classes it knows, `rows` the
    index by row number, `by_information` every granting entry of an information in the order of
    the law, `single` the entry of each row, clause and information that has one only, `refusals`
    the refusal for each reason. Reading rules change `rows`, `by_information` and `single` on their
    days only: on each day of `borders` another one of `readings` begins,
    the first of which is the edition without them; `on` picks the reading of a day.
    """

    __slots__ = (
        "borders", "by_information", "classes", "key", "readings", "refusals", "rows", "single",
        "table",
    )  # fmt: skip

    def __init__(self, table: Table, *, end: date | None = None) -> None:
        """Check and compile a table; `end` is the first day of its successor, if it has one.

        Raises:
            PermitListError: the table contradicts itself.
        """
        self.table = table
        self.key = EditionKey(
            instrument=table.instrument,
            valid_from=table.valid_from,
            valid_to=table.valid_to or end,
            sha256=hashlib.sha256(canonical_bytes(table)).hexdigest(),
        )
        self.classes = Classes(table.classes)
        self._check()
        self.index({row.no: index_row(row, self.key) for row in table.rows})
        self.refusals = {
            reason: Decision(allowed=False, reason=reason, edition=self.key, failed=element)
            for reason, element in REFUSALS.items()
        }
        self.borders = list_borders(table.overlays)
        self.readings: tuple[Edition, ...] = (self, *map(self._reading, self.borders))
        for reading in self.readings:
            reading.readings = self.readings

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the edition that canonical bytes hold.

        Raises:
            PermitListError: the bytes are not canonical, or the content contradicts itself.
        """
        return cls(decode_table(data))

    @classmethod
    def from_lines(cls, data: bytes) -> Self:
        """Return the edition that packaged lines hold.

        Raises:
            PermitListError: a line has another form, or the content contradicts itself.
        """
        return cls(read_lines(data))

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: JSON with sorted keys and no white space, UTF-8."""
        return canonical_bytes(self.table)

    def index(self, rows: dict[str, IndexedRow]) -> None:
        """Let the edition read as these rows do."""
        self.rows = rows
        self.by_information = list_by_information(rows)
        self.single = list_single(rows)

    def on(self, day: date) -> "Edition":
        """Return the edition as it reads on a day, whatever its days in force."""
        return self.readings[bisect_right(self.borders, day)] if self.borders else self

    def list_readings(self) -> "tuple[tuple[date, Edition], ...]":
        """Return the first day of each reading with the edition as it reads from then on."""
        end = self.key.valid_to or date.max
        later = [(day, self.on(day)) for day in self.borders if self.key.valid_from < day < end]
        return ((self.key.valid_from, self.on(self.key.valid_from)), *later)

    def status_on(self, day: date) -> Status:
        """Return whether a day comes before, within or after the days in force."""
        if day < self.key.valid_from:
            return "upcoming"
        return "active" if self.key.in_force(day) else "closed"

    def _reading(self, day: date) -> "Edition":
        governing = list_governing(self.table.overlays, day)
        if not governing:
            return self
        reading = copy.copy(self)
        reading.index({row.no: self._read(row, governing) for row in self.table.rows})
        return reading

    def _read(self, row: Row, governing: tuple[Overlay, ...]) -> IndexedRow:
        read, notes = read_row(row, governing)
        return index_row(read, self.key, notes) if notes else self.rows[row.no]

    def _check(self) -> None:
        table = self.table
        if table.valid_to is not None and table.valid_to <= table.valid_from:
            raise PermitListError("permits.edition_content", "the edition ends before it begins")
        if len({row.no for row in table.rows}) != len(table.rows):
            raise PermitListError("permits.edition_content", "a row stands twice")
        if len(self.classes.list_names()) != len(table.classes):
            raise PermitListError("permits.edition_content", "a class stands twice")
        check_overlays(table)
        replacements = (overlay.replacement for overlay in table.overlays)
        for row in (*table.rows, *(row for row in replacements if row is not None)):
            self._check_classes(row)

    def _check_classes(self, row: Row) -> None:
        for name in {*row.inquirers, *(name for pair in row.pairs for name in pair.providers)}:
            if name not in self.classes:
                message = f"row {row.no}: {name} is no class of the edition"
                raise PermitListError("permits.edition_content", message)


def list_by_information(rows: dict[str, IndexedRow]) -> dict[str, list[Entry]]:
    """Return every granting entry of an information, in the order of the law."""
    found: dict[str, list[Entry]] = {}
    for row in rows.values():
        for clause in row.clauses.values():
            for information, entries in clause.entries.items():
                found.setdefault(information, []).extend(entries)
    return found

"""An edition of the permit list: typed content, canonical bytes, and an index to decide with."""

import hashlib
from typing import Self

from permitlists.classes import Classes
from permitlists.index import Entry, index_row
from permitlists.lines import read_lines
from permitlists.model import REFUSALS, Decision, EditionKey, PermitListError
from permitlists.table import Row, Table, canonical_bytes, decode_table


class Edition:
    """One edition, ready to decide.

    `key` identifies it and `table` is its content. `classes` are the classes it knows, `rows` the
    index by row number, `by_information` every granting entry of an information in the order of
    the law, `refusals` the refusal for each reason.
    """

    __slots__ = ("by_information", "classes", "key", "refusals", "rows", "table")

    def __init__(self, table: Table) -> None:
        """Check and compile a table.

        Raises:
            PermitListError: the table contradicts itself.
        """
        self.table = table
        self.key = EditionKey(
            instrument=table.instrument,
            valid_from=table.valid_from,
            valid_to=table.valid_to,
            sha256=hashlib.sha256(canonical_bytes(table)).hexdigest(),
        )
        self.classes = Classes(table.classes)
        self._check()
        self.rows = {row.no: index_row(row, self.key) for row in table.rows}
        self.by_information: dict[str, list[Entry]] = {}
        for row in self.rows.values():
            for clause in row.clauses.values():
                for information, entries in clause.entries.items():
                    self.by_information.setdefault(information, []).extend(entries)
        self.refusals = {
            reason: Decision(allowed=False, reason=reason, edition=self.key, failed=element)
            for reason, element in REFUSALS.items()
        }

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

    def _check(self) -> None:
        table = self.table
        if table.valid_to is not None and table.valid_to <= table.valid_from:
            raise PermitListError("permits.edition_content", "the edition ends before it begins")
        if len({row.no for row in table.rows}) != len(table.rows):
            raise PermitListError("permits.edition_content", "a row stands twice")
        for row in table.rows:
            self._check_classes(row)

    def _check_classes(self, row: Row) -> None:
        for name in {*row.inquirers, *(name for pair in row.pairs for name in pair.providers)}:
            if name not in self.classes:
                message = f"row {row.no}: {name} is no class of the edition"
                raise PermitListError("permits.edition_content", message)

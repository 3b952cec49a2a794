"""What the rules of the lint look at, and what they say about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from permitlists.edition import Edition
from permitlists.institutions import Institutions
from permitlists.places import Path
from permitlists.supplement import Supplement
from permitlists.table import Clause, Grant, Pair, Row, Table

Granted = tuple[int, str]  # number of a pair, term


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One place where a rule finds something.

    `path` leads to the value inside the `Table`; `values` fill the sentences of the rule.
    """

    rule: str
    path: Path
    values: dict[str, str]
    row: str | None = None
    clause: str | None = None


def hit(
    rule: str, path: Path, row: str | None = None, clause: str | None = None, **values: object
) -> Hit:
    """Return a hit whose sentences also know its row and clause."""
    texts = {name: str(value) for name, value in values.items()}
    texts |= {"row": row or "", "clause": clause or "-"}
    return Hit(rule=rule, path=path, values=texts, row=row, clause=clause)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An edition under lint, with everything that it must fit.

    `others` are the other editions of the list. `institutions` wear classes on the days of the
    edition; `supplement` stands beside it.
    """

    table: Table
    others: tuple[Edition, ...]
    institutions: Institutions
    supplement: Supplement

    @cached_property
    def end(self) -> date | None:
        """The first day on which the edition is no longer in force, None while none is known."""
        table = self.table
        starts = [
            other.key.valid_from
            for other in self.others
            if other.key.instrument == table.instrument and other.key.valid_from > table.valid_from
        ]
        return min([*starts, *([table.valid_to] if table.valid_to else [])], default=None)

    @cached_property
    def label(self) -> str:
        """The label of the edition."""
        return f"{self.table.instrument}@{self.table.valid_from.isoformat()}"

    @cached_property
    def class_names(self) -> frozenset[str]:
        """The classes that the edition defines."""
        return frozenset(entry.name for entry in self.table.classes)

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms that some pair of the edition offers."""
        return frozenset(
            term for row in self.table.rows for pair in row.pairs for term in pair.terms
        )

    @cached_property
    def members(self) -> frozenset[str]:
        """The classes that some institution wears on some day of the edition."""
        return frozenset(
            worn.name
            for institution in self.institutions
            for worn in institution.memberships
            if worn.counts
            and (self.end is None or worn.valid_from < self.end)
            and (worn.valid_to is None or worn.valid_to > self.table.valid_from)
        )

    def list_rows(self) -> Iterator[tuple[Path, Row]]:
        """Yield every row with its path."""
        for number, row in enumerate(self.table.rows):
            yield ("rows", number), row

    def list_clauses(self) -> Iterator[tuple[Path, Row, Clause]]:
        """Yield every clause with its path and its row."""
        for path, row in self.list_rows():
            for number, clause in enumerate(row.clauses):
                yield (*path, "clauses", number), row, clause

    def list_grants(self) -> Iterator[tuple[Path, Row, Clause, Grant]]:
        """Yield every information line with its path, its row and its clause."""
        for path, row, clause in self.list_clauses():
            for number, grant in enumerate(clause.grants):
                yield (*path, "grants", number), row, clause, grant

    def list_pairs(self) -> Iterator[tuple[Path, Row, Pair]]:
        """Yield every pair with its path and its row."""
        for path, row in self.list_rows():
            for number, pair in enumerate(row.pairs):
                yield (*path, "pairs", number), row, pair

    def find_others_with_class(self, name: str) -> str:
        """Return the labels of the other editions that define a class, empty where none does."""
        return ", ".join(other.key.label for other in self.others if name in other.classes)

    def find_others_with_term(self, term: str) -> str:
        """Return the labels of the other editions that offer a term, empty where none does."""
        return ", ".join(
            other.key.label
            for other in self.others
            if any(term in pair.terms for row in other.table.rows for pair in row.pairs)
        )


def granted_by(row: Row, grant: Grant) -> frozenset[Granted]:
    """Return the (pair, term) that a line reaches, doubtful or not."""
    return frozenset(
        (pair.no, term)
        for pair in row.pairs
        if pair.no in grant.pairs
        for term in pair.terms
        if term in grant.terms
    )


def granted_in(row: Row, clause: Clause) -> frozenset[Granted]:
    """Return the (pair, term) that a clause grants; a doubtful line grants nothing."""
    return frozenset(
        found
        for grant in clause.grants
        if grant.confidence != "doubtful"
        for found in granted_by(row, grant)
    )

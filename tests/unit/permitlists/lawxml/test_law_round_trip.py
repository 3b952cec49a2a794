"""The packaged editions, written as law XML in words of our own, come back whole."""

from collections.abc import Iterator
from datetime import date

import pytest

from permitlists.edition import Edition
from permitlists.lawxml import EditionRequest, LawFile, import_edition
from permitlists.permit_list import load_builtin
from permitlists.table import Row, Table
from tests.support.law_editions import write_edition

EDITIONS = {edition.key.label: edition for edition in load_builtin().editions}


def content(table: Table) -> Iterator[tuple[object, ...]]:
    """Yield everything of an edition but where clause numbers were confirmed."""
    for row in table.rows:
        yield row.no, row.label, row.inquirers, row.pairs
        for clause in row.clauses:
            yield row.no, clause.no, clause.label, clause.implementers, frozenset(clause.grants)


def details(rows: tuple[Row, ...]) -> list[str]:
    return [row.article for row in rows]


@pytest.mark.parametrize("label", EDITIONS)
def test_a_packaged_edition_comes_back_from_law_xml(label: str) -> None:
    edition: Edition = EDITIONS[label]
    detailed = any(row.article for row in edition.table.rows)
    written = write_edition(edition.table, detailed=detailed)
    made = import_edition(
        LawFile(data=written.xml, name="law.xml"),
        EditionRequest(
            permit_list=load_builtin(),
            predecessor=edition,
            valid_from=date(2099, 4, 1),
            wordings=written.wordings,
        ),
    )
    assert made.edition is not None
    doubts = {one.code for one in made.findings if one.severity in {"hold", "doubt"}}
    assert doubts == ({"lawxml.line.doubtful"} if detailed else set())
    assert list(content(made.edition.table)) == list(content(edition.table))
    assert details(made.edition.table.rows) == details(edition.table.rows)
    assert made.edition.table.classes == edition.table.classes

"""An edition as one flat CSV table for evaluation: a line for each permitted information.

It is written for people's tools and never read back. A cell that a spreadsheet program would run
as a formula begins with an apostrophe.
"""

import csv
import io
from collections.abc import Iterator

from permitlists.sheet_cells import CONFIDENCES, NUMBERINGS
from permitlists.table import Clause, Grant, Pair, Row, Table

HEADINGS = (
    "法令",
    "施行日",
    "項",
    "条",
    "項の名称",
    "照会者",
    "号",
    "号の名称",
    "号番号の確認",
    "組",
    "提供者",
    "特定個人情報名",
    "うち",
    "対応の確かさ",
)
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBERINGS = {value: word for word, value in NUMBERINGS.items()}
_CONFIDENCES = {value: word for word, value in CONFIDENCES.items()}


def write_csv(table: Table) -> bytes:
    """Return the table as CSV in UTF-8 with a byte order mark, several values in a cell by 、.

    A row or clause without information has one line. The table is that of an edition: its lines
    name pairs that exist.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(HEADINGS)
    for row in table.rows:
        for line in _row_lines(row):
            cells = (table.instrument, table.valid_from.isoformat(), *line)
            writer.writerow([f"'{cell}" if cell.startswith(_RUNS) else cell for cell in cells])
    return file.getvalue().encode("utf-8-sig")


def _row_lines(row: Row) -> Iterator[tuple[str, ...]]:
    head = (row.no, row.article, row.label, "、".join(row.inquirers))
    pairs = {pair.no: pair for pair in row.pairs}
    if not row.clauses:
        yield (*head, *("",) * 8)
    for clause in row.clauses:
        affair = (clause.no or "", clause.label, _NUMBERINGS[clause.numbering])
        for given in _clause_lines(clause, pairs):
            yield (*head, *affair, *given)


def _clause_lines(clause: Clause, pairs: dict[int, Pair]) -> Iterator[tuple[str, ...]]:
    if not clause.grants:
        yield ("",) * 5
    for grant in clause.grants:
        for number in grant.pairs:
            yield from _grant_lines(grant, pairs[number])


def _grant_lines(grant: Grant, pair: Pair) -> Iterator[tuple[str, ...]]:
    for term in grant.terms:
        if term in pair.terms:
            providers = "、".join(pair.providers)
            yield (str(pair.no), providers, term, grant.scope, _CONFIDENCES[grant.confidence])

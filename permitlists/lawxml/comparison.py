"""What a law's table or a draft drops of what was there before; rows that go are held."""

from collections.abc import Iterable, Sequence

from permitlists.lawxml.faults import Finding, Place, Severity, find
from permitlists.lawxml.numerals import number_key
from permitlists.lawxml.tables import LawTable
from permitlists.table import Row, Table


def compare_rows(
    before: Iterable[str], after: Iterable[str], place: Place, name: str
) -> tuple[Finding, ...]:
    """Return a hold that lists the numbers which are gone, and a remark on those that are new."""
    old, new = set(before), set(after)
    found: list[Finding] = []
    changes: tuple[tuple[Severity, str, set[str]], ...] = (
        ("hold", "lawxml.rows.dropped", old - new),
        ("review", "lawxml.rows.added", new - old),
    )
    for severity, code, numbers in changes:
        if numbers:
            listed = ", ".join(sorted(numbers, key=number_key))
            found.append(find(severity, code, place, rows=listed, count=len(numbers), name=name))
    return tuple(found)


def compare_tables(before: Sequence[LawTable], after: Sequence[LawTable]) -> tuple[Finding, ...]:
    """Return which numbered rows each table lost against the table at the same place before."""
    earlier = {table.label: table for table in before if table.row_numbers}
    found: list[Finding] = []
    for table in after:
        other = earlier.pop(table.label, None)
        if other is not None:
            numbers = (other.row_numbers, table.row_numbers)
            found.extend(compare_rows(*numbers, table.place, table.label))
    for label, table in earlier.items():
        values = {"name": label, "count": len(table.row_numbers)}
        found.append(find("hold", "lawxml.table.dropped", None, **values))
    return tuple(found)


def compare_editions(before: Table, after: Table, place: Place) -> tuple[Finding, ...]:
    """Return which rows of its predecessor a draft lacks, and which it declares deleted."""
    name = f"{before.instrument}@{before.valid_from}"
    live = _live(before.rows)
    gone = [row.no for row in after.rows if not row.inquirers and row.no in live]
    found = compare_rows(
        (row.no for row in before.rows), (row.no for row in after.rows), place, name
    )
    if gone:
        listed = ", ".join(gone)
        found += (
            find("review", "lawxml.rows.deleted", place, rows=listed, count=len(gone), name=name),
        )
    if before.valid_from > after.valid_from:
        found += (find("hold", "lawxml.revision.older", None, name=name),)
    return found


def _live(rows: Iterable[Row]) -> set[str]:
    return {row.no for row in rows if row.inquirers}

"""Reading rules of an edition: which of them govern a day, and whether they fit the table."""

from collections.abc import Iterable
from datetime import date
from itertools import combinations
from typing import NoReturn

from permitlists.index import Notes
from permitlists.model import PermitListError
from permitlists.table import Overlay, Row, Table


def list_borders(overlays: Iterable[Overlay]) -> tuple[date, ...]:
    """Return every day on which a reading rule begins or no longer governs, in order."""
    return tuple(sorted({day for one in overlays for day in (one.valid_from, one.valid_to)}))


def list_governing(overlays: Iterable[Overlay], on: date) -> tuple[Overlay, ...]:
    """Return the reading rules that govern a day, in the order of the edition."""
    return tuple(one for one in overlays if one.valid_from <= on < one.valid_to)


def read_row(row: Row, overlays: Iterable[Overlay]) -> tuple[Row, Notes]:
    """Return a row as the reading rules given leave it, with their notes by clause number."""
    notes: dict[str | None, tuple[str, ...]] = {}
    for overlay in overlays:
        if overlay.row == row.no:
            row = overlay.replacement or row
            notes[overlay.clause] = (*notes.get(overlay.clause, ()), overlay.note)
    return row, notes


def check_overlays(table: Table) -> None:
    """Check that every reading rule fits the table.

    Raises:
        PermitListError: a rule lies outside the days of the edition, names a row or clause that
            the table has not, or replaces a row by another or on a day of another rule.
    """
    rows = {row.no: row for row in table.rows}
    for overlay in table.overlays:
        _check_days(table, overlay)
        _check_place(rows.get(overlay.row), overlay)
    replacing = [one for one in table.overlays if one.replacement is not None]
    for one, other in combinations(replacing, 2):
        if one.row == other.row and max(one.valid_from, other.valid_from) < min(
            one.valid_to, other.valid_to
        ):
            _refuse(one, "another one replaces the row on the same day")


def _check_days(table: Table, overlay: Overlay) -> None:
    last = table.valid_to or date.max
    if not table.valid_from <= overlay.valid_from < overlay.valid_to <= last:
        _refuse(overlay, "its days are not days of the edition")


def _check_place(row: Row | None, overlay: Overlay) -> None:
    if row is None:
        _refuse(overlay, "the table has no such row")
    if overlay.replacement is not None and (
        overlay.clause is not None or overlay.replacement.no != row.no
    ):
        _refuse(overlay, "a replacement stands for the whole row of the same number")
    if overlay.clause is not None and all(one.no != overlay.clause for one in row.clauses):
        _refuse(overlay, f"the row has no clause {overlay.clause}")


def _refuse(overlay: Overlay, problem: str) -> NoReturn:
    message = f"reading rule on row {overlay.row} from {overlay.valid_from}: {problem}"
    raise PermitListError("permits.edition_content", message)

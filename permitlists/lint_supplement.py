"""Rules about what stands beside the editions: holds, filings, withholdings, operating codes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import msgspec

from permitlists.code_places import check_operating_codes
from permitlists.edition import Edition
from permitlists.filing_check import check_filing
from permitlists.institutions import Institutions
from permitlists.lint_subject import Hit, hit
from permitlists.operating_codes import OperatingCodes
from permitlists.permit_list import PermitList
from permitlists.supplement import Dated, Filing, Hold, Supplement, Withholding


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """A permit list with everything beside its editions, as the rules of this module see it."""

    permit_list: PermitList
    supplement: Supplement
    institutions: Institutions

    def list_editions(self, entry: Dated, instrument: str | None) -> list[Edition]:
        """Return the editions of an instrument, None for all, that govern a day of an entry."""
        return [
            edition
            for edition in self.permit_list.editions
            if instrument in {None, edition.key.instrument}
            and (entry.valid_to is None or edition.key.valid_from < entry.valid_to)
            and (edition.key.valid_to is None or entry.valid_from < edition.key.valid_to)
        ]

    def list_days(self, entry: Dated) -> list[date]:
        """Return the first day of an entry and every later one on which an edition begins."""
        starts = {edition.key.valid_from for edition in self.permit_list.editions}
        return [entry.valid_from, *sorted(on for on in starts if _is_later(on, entry))]


def list_supplement_faults(around: Surroundings) -> Iterator[Hit]:
    """Find entries of the supplement that refer to nothing; paths lead into the `Supplement`."""
    for number, hold in enumerate(around.supplement.holds):
        yield from _list_hold_faults(around, number, hold)
    for number, filing in enumerate(around.supplement.filings):
        yield from _list_filing_faults(around, number, filing)
    for number, withholding in enumerate(around.supplement.withholdings):
        yield from _list_withholding_faults(around, number, withholding)
    for number, check in enumerate(around.supplement.numbering):
        edition = around.permit_list.find_labelled(check.edition)
        row = edition.rows.get(check.row) if edition else None
        if row is None or check.clause not in row.clauses:
            path = ("numbering", number, "clause")
            yield hit("numbering.no_clause", path, check.row, check.clause, edition=check.edition)


def list_code_faults(codes: OperatingCodes, permit_list: PermitList) -> Iterator[Hit]:
    """Find operating codes that lead nowhere; a path is the code itself."""
    for fault in check_operating_codes(codes, permit_list):
        code = fault.place.split()[-1]
        yield hit("codes.unfit", (code,), code=code, ja=fault.text_ja, en=fault.text_en)


def _list_hold_faults(around: Surroundings, number: int, hold: Hold) -> Iterator[Hit]:
    editions = around.list_editions(hold, hold.instrument)
    if hold.row is not None and all(hold.row not in one.rows for one in editions):
        yield hit("hold.no_row", ("holds", number, "row"), hold.row, reference=hold.reference)
    if hold.information is not None:
        where = ("holds", number, "information")
        yield from _list_foreign_terms(around, editions, [(where, hold.information)])
    if hold.institution is not None and around.institutions.find(hold.institution) is None:
        path = ("holds", number, "institution")
        yield hit("supplement.no_institution", path, code=hold.institution)


def _list_filing_faults(around: Surroundings, number: int, filing: Filing) -> Iterator[Hit]:
    """Find what is wrong with a filing on its first day, and on each day an edition begins."""
    path, base = ("filings", number), filing.base
    editions = PermitList(around.permit_list.editions)  # without the filing it is compared with
    for on in around.list_days(filing):
        read_from = msgspec.structs.replace(filing, valid_from=on)
        for fault in check_filing(read_from, editions):
            texts = {"on": on, "ja": fault.text_ja, "en": fault.text_en, "number": filing.number}
            place = _field(fault.place)
            yield hit("filing.unfit", (*path, *place), base.row, base.clause, **texts)
    if around.institutions.find(filing.municipality) is None:
        yield hit("supplement.no_institution", (*path, "municipality"), code=filing.municipality)


def _field(place: str) -> tuple[str | int, ...]:
    """Return the path within a filing that a place names, as in `filing 1: provider 2`."""
    name, _, number = place.partition(": ")[2].partition(" ")
    fields = {"provider": "providers", "information": "information"}
    return (fields[name], int(number) - 1) if name in fields else (name,)


def _list_withholding_faults(
    around: Surroundings, number: int, entry: Withholding
) -> Iterator[Hit]:
    path = ("withholdings", number)
    editions = around.list_editions(entry, entry.instrument)
    for place, row in enumerate(entry.rows):
        if all(row not in one.rows for one in editions):
            yield hit("withholding.no_row", (*path, "rows", place), row, provider=entry.provider)
    places = [((*path, "information", place), term) for place, term in enumerate(entry.information)]
    yield from _list_foreign_terms(around, editions, places)
    if around.institutions.find(entry.provider) is None:
        yield hit("supplement.no_institution", (*path, "provider"), code=entry.provider)


def _list_foreign_terms(
    around: Surroundings,
    editions: list[Edition],
    places: Iterable[tuple[tuple[str | int, ...], str]],
) -> Iterator[Hit]:
    known, everywhere = _terms(editions), _terms(around.permit_list.editions)
    for path, term in places:
        if term not in known:
            rule = (
                "supplement.term_of_other_edition" if term in everywhere else "supplement.no_term"
            )
            yield hit(rule, path, term=term)


def _terms(editions: Iterable[Edition]) -> set[str]:
    return {
        term
        for edition in editions
        for row in edition.table.rows
        for pair in row.pairs
        for term in pair.terms
    }


def _is_later(on: date, entry: Dated) -> bool:
    return on > entry.valid_from and (entry.valid_to is None or on < entry.valid_to)

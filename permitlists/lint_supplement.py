"""Rules about what stands beside the editions: holds, filings, withholdings, operating codes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from permitlists.edition import Edition
from permitlists.institutions import Institutions
from permitlists.lint_subject import Hit, hit
from permitlists.model import Affair
from permitlists.operating_codes import OperatingCodes
from permitlists.ordinance import Ground, read_base
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


def list_code_faults(codes: OperatingCodes, edition: Edition) -> Iterator[Hit]:
    """Find operating codes that stand for nothing of an edition; a path is the code itself."""
    for (_, code), text in codes.affairs.items():
        affair = Affair.parse(text)
        row = edition.rows.get(affair.row)
        if row is None or affair.clause not in row.clauses:
            label = edition.key.label
            yield hit("codes.no_affair", (code,), affair.row, affair.clause, code=code, label=label)
    for code, term in codes.information.items():
        if term not in _terms([edition]):
            yield hit("codes.no_term", (code,), code=code, term=term, label=edition.key.label)


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
    path = ("filings", number)
    for on in around.list_days(filing):
        yield from _list_base_faults(around, (*path, "base"), filing, on)
    if around.institutions.find(filing.municipality) is None:
        yield hit("supplement.no_institution", (*path, "municipality"), code=filing.municipality)


def _list_base_faults(
    around: Surroundings, path: tuple[str | int, ...], filing: Filing, on: date
) -> Iterator[Hit]:
    edition = around.permit_list.find_statutory(on)
    ground = Ground(
        supplement=around.supplement,
        edition=edition,
        find_edition=around.permit_list.find_labelled,
    )
    rule = read_base(filing.base, ground)
    base, known = filing.base, {"number": filing.number, "on": on}
    if rule.reason or rule.clause is None or edition is None:
        reason = rule.reason
        yield hit("filing.base_unfit", path, base.row, base.clause, **known, reason=reason)
        return
    granted = rule.clause.entries
    for place, term in enumerate(filing.information):
        if term not in granted:
            where = (*path[:-1], "information", place)
            yield hit("filing.no_term", where, base.row, base.clause, **known, term=term)
    wanted = {
        name
        for term in filing.information
        for entry in granted.get(term, ())
        for name in entry.providers
    }
    for place, name in enumerate(filing.providers):
        if edition.classes.resolve(name).isdisjoint(wanted):
            where = (*path[:-1], "providers", place)
            yield hit("filing.no_provider", where, base.row, base.clause, **known, name=name)


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

"""Where operating codes lead: to an edition, a row and clause of it, and its pairs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from permitlists.edition import Edition
from permitlists.faults import Fault
from permitlists.index import IndexedClause
from permitlists.model import Affair, EditionKey, PermitListError
from permitlists.operating_codes import CodedAffair, CodedInformation, OperatingCodes
from permitlists.permit_list import PermitList

_TEXTS: Final = {
    "edition": (
        "この期間に有効な版が許可照合リストにありません。",
        "No edition of the permit list is in force in its days.",
    ),
    "affair": ("この項又は号が版にありません。", "The edition has no such row or clause."),
    "information": ("この特定個人情報名が版にありません。", "The edition knows no such term."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedPlace:
    """The place of the law that codes of one request stand for; `pairs` are never empty."""

    edition: EditionKey
    affair: Affair
    information: str
    pairs: tuple[int, ...]


def locate(
    codes: OperatingCodes,
    permit_list: PermitList,
    asked: tuple[str, str, str],
    on: date,
) -> CodedPlace:
    """Return the place that an affair code, a procedure code and an information code stand for.

    Raises:
        PermitListError: a code stands for nothing on that day, or for nothing that the edition in
            force grants anybody; the message names the code.
    """
    affair_code, procedure_code, information_code = asked
    coded = codes.load_affair(affair_code, procedure_code, on)
    term = codes.load_information(information_code, on).name
    edition = permit_list.find_in_force(coded.instrument, on)
    clause = _find_clause(coded, edition)
    if edition is None or clause is None:
        message = f"code {procedure_code}: {coded.affair} is not in force on {on.isoformat()}"
        raise PermitListError("permits.operating_code_unknown", message)
    if term not in clause.entries:
        message = f"code {information_code}: {coded.affair} grants no {term}"
        raise PermitListError("permits.operating_code_unknown", message)
    return CodedPlace(
        edition=edition.key,
        affair=Affair.parse(coded.affair),
        information=term,
        pairs=tuple(entry.match.pair for entry in clause.entries[term]),
    )


def check_operating_codes(codes: OperatingCodes, permit_list: PermitList) -> tuple[Fault, ...]:
    """Return every code that leads nowhere in some edition of its days; empty if all do."""
    return tuple(_list_faults(codes, permit_list))


def _list_faults(codes: OperatingCodes, permit_list: PermitList) -> Iterator[Fault]:
    for number, coded in enumerate(codes.procedures, start=1):
        place = f"procedure {number}: {coded.affair_code} {coded.code}"
        editions = [
            edition
            for edition in _list_editions(coded, permit_list)
            if edition.key.instrument == coded.instrument
        ]
        if not editions:
            yield _fault(place, "edition")
        if any(_find_clause(coded, edition) is None for edition in editions):
            yield _fault(place, "affair")
    for number, term in enumerate(codes.terms, start=1):
        place = f"information {number}: {term.code}"
        if all(
            term.name not in edition.by_information for edition in _list_editions(term, permit_list)
        ):
            yield _fault(place, "information")


def _list_editions(
    entry: CodedAffair | CodedInformation, permit_list: PermitList
) -> Iterator[Edition]:
    for edition in permit_list.editions:
        ends = edition.key.valid_to or date.max
        if max(entry.start, edition.key.valid_from) < min(entry.to, ends):
            yield edition


def _find_clause(coded: CodedAffair, edition: Edition | None) -> IndexedClause | None:
    affair = Affair.parse(coded.affair)
    row = edition.rows.get(affair.row) if edition else None
    return row.clauses.get(affair.clause) if row else None


def _fault(place: str, kind: str) -> Fault:
    japanese, english = _TEXTS[kind]
    return Fault(
        place=place, code=f"permits.operating_codes.{kind}", text_ja=japanese, text_en=english
    )

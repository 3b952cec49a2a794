"""What one institution may ask of another on a day: the list read from the asker's side."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from permitlists.asking import CodedQuestion, resolve
from permitlists.edition import Edition
from permitlists.institutions import Institutions
from permitlists.model import ORDINANCE, ORDINANCE_BASIS, STATUTORY_BASIS, Affair, Decision
from permitlists.permit_list import PermitList


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """One information that may be asked for, under one affair.

    `affair` is ROW or ROW-CLAUSE, under `jorei-19-9` the number of a filing; `label` names it in
    Japanese. `consent` says that the person has to agree. `items` are the item ids that may leave,
    None where they are not catalogued; `basis` cites the law.
    """

    instrument: str
    affair: str
    label: str
    information: str
    items: tuple[str, ...] | None
    basis: str
    consent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Who would ask whom on which day: six-digit institution codes."""

    on: date
    inquirer: str
    provider: str


def list_usable(
    permit_list: PermitList, institutions: Institutions, pairing: Pairing
) -> Iterator[Usable]:
    """Yield what the inquirer may ask of the provider, in the order of the law, filings last.

    Each entry is what the list itself decides to the question, so nothing held back is in it.
    """
    edition = permit_list.find_statutory(pairing.on)
    if edition is not None:
        yield from _list_statutory(permit_list, institutions, pairing, edition)
    for filing in permit_list.supplement.filings:
        if filing.municipality == pairing.inquirer and filing.in_force(pairing.on):
            asked = _ask(pairing, ORDINANCE, filing.number, ORDINANCE_BASIS)
            for information in filing.information:
                one = replace(asked, information=(information,))
                yield from _decide(permit_list, institutions, one, filing.label)


def _list_statutory(
    permit_list: PermitList, institutions: Institutions, pairing: Pairing, edition: Edition
) -> Iterator[Usable]:
    ours = institutions.classes_of(pairing.inquirer, pairing.on)
    theirs = institutions.classes_of(pairing.provider, pairing.on)
    for row in edition.rows.values():
        if row.inquirers.isdisjoint(ours) or row.providers.isdisjoint(theirs):
            continue
        for number, indexed in row.clauses.items():
            affair = str(Affair(row=row.row.no, clause=number))
            asked = _ask(pairing, edition.key.instrument, affair)
            for information in indexed.entries:
                one = replace(asked, information=(information,))
                yield from _decide(permit_list, institutions, one, indexed.clause.label)


def _ask(
    pairing: Pairing, instrument: str, affair: str, basis: str = STATUTORY_BASIS
) -> CodedQuestion:
    return CodedQuestion(
        on=pairing.on,
        affair=affair,
        inquirer=pairing.inquirer,
        provider=pairing.provider,
        information=(),
        instrument=instrument,
        basis=basis,
    )


def _decide(
    permit_list: PermitList, institutions: Institutions, asked: CodedQuestion, label: str
) -> Iterator[Usable]:
    """Yield the answer to a question if it is allowed, with the person's consent if it needs it."""
    decision = permit_list.decide(resolve(asked, institutions))
    consent = decision.failed == "consent"
    if consent:
        decision = permit_list.decide(resolve(replace(asked, consent=True), institutions))
    if decision.allowed:
        yield _usable(asked, decision, label, consent=consent)


def _usable(asked: CodedQuestion, decision: Decision, label: str, *, consent: bool) -> Usable:
    [information] = asked.information
    items = decision.items(information)
    return Usable(
        instrument=asked.instrument,
        affair=asked.affair,
        label=label,
        information=information,
        items=None if items is None else tuple(sorted(items)),
        basis="、".join(dict.fromkeys(match.basis for match in decision.matched)),
        consent=consent,
    )

"""The permitted rows nearest to a refused question, and the one element in which each differs."""

from collections.abc import Iterator
from dataclasses import replace

from permitlists.edition import Edition
from permitlists.index import Entry
from permitlists.model import Affair, FailedElement, Nearest, Question
from permitlists.ordinance import (
    Case,
    Ground,
    find_withholding,
    open_case,
    refuse_affair,
    refuse_inquirer,
)

LIMIT = 5
# What a person can most easily put right comes first.
_ORDER: tuple[FailedElement, ...] = ("affair", "information", "provider", "inquirer")


def list_nearest(edition: Edition, question: Question, name: str) -> tuple[Nearest, ...]:
    """Return up to five entries that would grant one information if one element changed.

    Clauses of the row asked for come before other rows, then the order of the law decides.
    """
    found: list[tuple[tuple[bool, int], Nearest]] = []
    for entry in _list_candidates(edition, question, name):
        differs = _differences(edition, entry, question, name)
        if len(differs) == 1:
            found.append((_rank(entry, question, differs[0]), _nearest(entry, differs[0])))
    found.sort(key=lambda pair: pair[0])  # stable: the order of the law stays within a rank
    return tuple(nearest for _, nearest in found[:LIMIT])


def _list_candidates(edition: Edition, question: Question, name: str) -> Iterator[Entry]:
    yield from edition.by_information.get(name, ())
    row = edition.rows.get(question.affair.row)
    clause = row.clauses.get(question.affair.clause) if row else None
    if clause is not None:
        for information, entries in clause.entries.items():
            if information != name:
                yield from entries


def _differences(
    edition: Edition, entry: Entry, question: Question, name: str
) -> list[FailedElement]:
    differs: list[FailedElement] = []
    affair = question.affair
    if (entry.match.row, entry.match.clause) != (affair.row, affair.clause):
        differs.append("affair")
    if edition.rows[entry.match.row].inquirers.isdisjoint(question.inquirer):
        differs.append("inquirer")
    if entry.providers.isdisjoint(question.provider):
        differs.append("provider")
    if entry.match.information != name:
        differs.append("information")
    return differs


def _rank(entry: Entry, question: Question, differs: FailedElement) -> tuple[bool, int]:
    return (entry.match.row != question.affair.row, _ORDER.index(differs))


def _nearest(entry: Entry, differs: FailedElement) -> Nearest:
    match = entry.match
    return Nearest(
        row=match.row,
        clause=match.clause,
        pair=match.pair,
        information=match.information,
        differs=differs,
    )


def list_nearest_filed(question: Question, ground: Ground, name: str) -> tuple[Nearest, ...]:
    """Return up to five filed informations that would be granted if one element changed.

    `row` names the filing. Those of the filing asked for come first, then the order of the list.
    """
    found: list[tuple[tuple[bool, int], Nearest]] = []
    for case, entry in _list_filed(question, ground):
        number = case.filing.number
        differs = _differences_filed(case, entry, question, name)
        if len(differs) == 1:
            rank = (number != str(question.affair), _ORDER.index(differs[0]))
            found.append((rank, replace(_nearest(entry, differs[0]), row=number, clause=None)))
    found.sort(key=lambda pair: pair[0])
    return tuple(nearest for _, nearest in found[:LIMIT])


def _list_filed(question: Question, ground: Ground) -> Iterator[tuple[Case, Entry]]:
    for number in dict.fromkeys(filing.number for filing in ground.supplement.filings):
        case = open_case(replace(question, affair=Affair.parse(number)), ground)
        if isinstance(case, Case) and not refuse_affair(case):
            for information in case.filing.information:
                asked = replace(case, question=replace(case.question, information=(information,)))
                if find_withholding(asked) is None:
                    yield from ((asked, entry) for entry in case.list_entries(information))


def _differences_filed(
    case: Case, entry: Entry, question: Question, name: str
) -> list[FailedElement]:
    differs: list[FailedElement] = []
    if case.filing.number != str(question.affair):
        differs.append("affair")
    if refuse_inquirer(case):
        differs.append("inquirer")
    if not case.reaches(entry):
        differs.append("provider")
    if entry.match.information != name:
        differs.append("information")
    return differs

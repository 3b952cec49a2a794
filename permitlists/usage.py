"""利用状況, which permissions nobody uses and what is refused most, without small counts.

What is counted is an ask: one information of one recorded request. It is permitted or refused by
the edition in force on its day, whatever became of it; holds and filings play no part. So the
figures depend on nothing that changes later but the institutions' classes.

Counts stand in units, one for each calendar month of the edition. Units share no request, and each
is protected alone (`suppression`), in two trees:

- permitted asks by row, affair, permission (inquirer class, provider class, term) and inquirer;
- refused asks by element, affair and inquirer.

No other sums are shown. The sum of permitted and refused asks would join the trees. Sums by
institution over all rows would cross them: who wears which class is public, so the asks of the
one minister of a class are the sum of the permissions of that class. Institutions therefore stand
below the permissions only, and what is told of them otherwise adds up what is shown there.

A report on several units shows exactly these units and what follows from them. Two reports that
overlap therefore show the same figures for the units they share, and their difference is a set of
units that is protected itself. That holds only for months that are over: a unit that still grows
would be two tables of nearly the same requests, and is left out. It also needs one k: who
publishes the same month with a smaller k discloses by that what the larger k hides.

Never used: a zero is no small count of persons but their absence, and which permissions there are
is public law. Yet a zero can give its neighbours away: where an affair has one permission left, it
has all the affair's asks. So a zero is shown only as a part of a parent whose small parts keep
every value from 1 to k-1 open, and nothing at all is said below a hidden count. `undisclosed`
counts the permissions about which nothing is said for that reason.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from permitlists.asking import resolve
from permitlists.decide import decide
from permitlists.diff import Permission, list_permissions
from permitlists.edition import Edition
from permitlists.institutions import Institutions
from permitlists.model import NOT_IN_FORCE, Affair, Match, PermitListError, Question
from permitlists.permit_list import PermitList
from permitlists.requests import Asked
from permitlists.suppression import Cell, Path, protect
from permitlists.table import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a report is about.

    `months` are the first days of calendar months that are over; those which the edition does not
    govern are left out. `owners` are the institutions whose logs the records come from: only what
    they can use themselves is reported, everything where none is named. Counts below `k` are kept
    secret.
    """

    edition: Edition
    months: tuple[date, ...]
    k: int
    owners: frozenset[str] = frozenset()

    def list_months(self) -> list[date]:
        """Return the months of the report in order, each once."""
        key = self.edition.key
        first = key.valid_from.replace(day=1)
        last = key.valid_to or date.max
        return sorted({month for month in self.months if first <= month < last})


@dataclass(slots=True)
class _Sums:
    """Counts of one unit by the paths of its two trees."""

    permitted: Counter[Path] = field(default_factory=Counter)
    refused: Counter[Path] = field(default_factory=Counter)

    def add(self, asked: Asked, count: int, edition: Edition, institutions: Institutions) -> None:
        try:
            question = resolve(asked.question, institutions)
        except PermitListError:  # a record of an affair that was refused for its form
            return
        decision = NOT_IN_FORCE
        if question.instrument == edition.key.instrument:
            decision = decide(edition, question)
        inquirer = asked.question.inquirer
        if not decision.allowed:
            path = (decision.failed or "edition", asked.question.affair, inquirer)
            self.refused[path] += count * len(question.information)
            return
        first = {match.information: match for match in reversed(decision.matched)}
        row = edition.on(question.on).rows[question.affair.row].row
        for match in first.values():
            self.permitted[*path_of(_used(question, match, row)), inquirer] += count


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitUsage:
    """What is shown of one month under one edition."""

    month: date
    permitted: Cell
    refused: Cell

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return it as plain JSON."""
        return {
            "month": self.month.isoformat()[:7],
            "permitted": self.permitted.as_document(),
            "refused": self.refused.as_document(),
        }


def count_usage(
    counts: Iterable[tuple[Asked | None, int]],
    permit_list: PermitList,
    institutions: Institutions,
    scope: Scope,
) -> tuple[UnitUsage, ...]:
    """Return the protected figures of one edition, a unit for each month that it governed.

    `counts` are recorded questions with the number of requests that asked each. Requests outside
    of the scope are left out, and so are those that say too little and those of ordinance affairs.

    Raises:
        ValueError: k is less than 3.
    """
    units = {month: _Sums() for month in scope.list_months()}
    for asked, count in counts:
        sums = units.get(asked.question.on.replace(day=1)) if asked else None
        if asked is not None and sums is not None:
            governing = permit_list.find_statutory(asked.question.on)
            if governing is not None and governing.key.sha256 == scope.edition.key.sha256:
                sums.add(asked, count, scope.edition, institutions)
    universe = [path_of(one) for one in list_universe(scope, institutions)]
    return tuple(
        UnitUsage(
            month=month,
            permitted=protect("permitted", sums.permitted, universe, scope.k),
            refused=protect("refused", sums.refused, (), scope.k),
        )
        for month, sums in units.items()
    )


def list_universe(scope: Scope, institutions: Institutions) -> list[Permission]:
    """Return the permissions that an owner of the records can use on some day of the edition."""
    key = scope.edition.key
    worn = {
        one.name
        for code in scope.owners
        for institution in [institutions.find(code)]
        if institution is not None
        for one in institution.memberships
        if one.counts
        and (key.valid_to is None or one.valid_from < key.valid_to)
        and (one.valid_to is None or one.valid_to > key.valid_from)
    }
    return [
        one
        for one in list_permissions(scope.edition.table)
        if not scope.owners or not worn.isdisjoint((one.inquirer, one.provider))
    ]


def path_of(permission: Permission) -> Path:
    """Return the path of a permission in the tree of permitted asks."""
    affair = Affair(row=permission.row, clause=permission.clause)
    leaf = f"{permission.inquirer}|{permission.provider}|{permission.term}"
    return (permission.row, str(affair), leaf)


def _used(question: Question, match: Match, row: Row) -> Permission:
    """Return the permission that a match used: the first class of each cell that a side wears."""
    providers = next(pair.providers for pair in row.pairs if pair.no == match.pair)
    return Permission(
        match.row,
        match.clause,
        next(name for name in row.inquirers if name in question.inquirer),
        next(name for name in providers if name in question.provider),
        match.information,
    )

"""Institutions by code, and the classes of the law each of them wears on a date."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from permitlists.model import PermitListError
from permitlists.open_classes import is_open

_WEIGHTS = (6, 5, 4, 3, 2)
_REMEMBERED = 10_000  # pairs of institution and day: far more than one day of questions needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """確認, the record that somebody found a body to belong to a class."""

    reviewed_by: str
    reviewed_on: date
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One statement that an institution wears a class, in a role, for a time.

    `valid_to` is the first day the class is gone, None while no end is known. The law lists no
    members of an open class: such a statement counts only with a review.
    """

    name: str
    role: str
    valid_from: date
    valid_to: date | None
    review: Review | None = None

    @property
    def counts(self) -> bool:
        """Whether the class is worn at all: it is not open, or somebody has reviewed it."""
        return self.review is not None or not is_open(self.name)

    def holds(self, on: date) -> bool:
        """Tell whether the statement is about that date."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """特定個人情報ファイル, one file of persons' data that an institution keeps.

    `information` are the terms it holds, `rows` the rows under which its owner asks for what goes
    into it, each with its instrument (numbers of filings for ordinance affairs).
    """

    id: str
    name_ja: str
    information: frozenset[str]
    rows: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """機関, one body of the network.

    `code` has six digits, the last a check digit; `short` is the key that examples use.
    """

    code: str
    short: str
    name_ja: str
    name_en: str
    memberships: tuple[Membership, ...]
    files: tuple[HeldFile, ...] = ()

    def classes_on(self, on: date) -> frozenset[str]:
        """Return the classes that the institution wears on that date."""
        return frozenset(one.name for one in self.memberships if one.holds(on) and one.counts)

    def unreviewed_on(self, on: date) -> frozenset[str]:
        """Return the open classes that it is said to wear on that date without a review."""
        return frozenset(one.name for one in self.memberships if one.holds(on) and not one.counts)

    def standing_on(self, on: date) -> "Standing":
        """Return all that the institution brings into a question of that date."""
        return Standing(
            classes=self.classes_on(on), unreviewed=self.unreviewed_on(on), files=self.files
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an institution brings into a question of one date.

    `classes` are those it wears, `unreviewed` the open ones that are only claimed for it.
    """

    classes: frozenset[str] = frozenset()
    unreviewed: frozenset[str] = frozenset()
    files: tuple[HeldFile, ...] = ()


NOBODY: Final = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """委任, the affairs of one institution that another carries out for some days.

    `rows` are rows of `instrument` (numbers of filings for ordinance affairs), None for all of
    them; `instrument` None stands for every instrument. `valid_to` is the first day after it.
    """

    delegator: str
    delegate: str
    valid_from: date
    valid_to: date | None = None
    instrument: str | None = None
    rows: frozenset[str] | None = None

    def covers(self, instrument: str, row: str, on: date) -> bool:
        """Tell whether an affair of that row falls under it on that date."""
        return (
            self.valid_from <= on
            and (self.valid_to is None or on < self.valid_to)
            and self.instrument in {None, instrument}
            and (self.rows is None or row in self.rows)
        )


class Institutions:
    """The institutions that a sandbox or an operator knows, by code and by short key."""

    __slots__ = ("_by_code", "_by_short", "_delegations", "_standings")

    def __init__(
        self, institutions: Iterable[Institution], delegations: Iterable[Delegation] = ()
    ) -> None:
        """Keep the institutions in their order, and who carries out whose affairs.

        Raises:
            PermitListError: a code or short key stands twice.
        """
        listed = tuple(institutions)
        self._by_code = {institution.code: institution for institution in listed}
        self._by_short = {institution.short: institution for institution in listed}
        self._standings: dict[tuple[str, date], Standing] = {}
        self._delegations: dict[tuple[str, str], list[Delegation]] = {}
        for delegation in delegations:
            sides = (delegation.delegator, delegation.delegate)
            self._delegations.setdefault(sides, []).append(delegation)
        if not len(listed) == len(self._by_code) == len(self._by_short):
            raise PermitListError("permits.institutions_form", "a code or short key stands twice")

    def __iter__(self) -> Iterator[Institution]:
        return iter(self._by_code.values())

    def find(self, code: str) -> Institution | None:
        """Return the institution of a six-digit code, None where it is unknown."""
        return self._by_code.get(code)

    def find_short(self, short: str) -> Institution | None:
        """Return the institution of a short key, None where it is unknown."""
        return self._by_short.get(short)

    def classes_of(self, code: str, on: date) -> frozenset[str]:
        """Return the classes of an institution on a date, empty for an unknown code."""
        return self.standing_of(code, on).classes

    def standing_of(self, code: str, on: date) -> Standing:
        """Return what an institution brings into a question of a date, nothing for an unknown code.

        Many questions of one day name the same institutions: their answers are remembered.
        """
        found = self._standings.get((code, on))
        if found is None:
            if len(self._standings) >= _REMEMBERED:
                self._standings.clear()
            institution = self._by_code.get(code)
            found = institution.standing_on(on) if institution else NOBODY
            self._standings[code, on] = found
        return found

    def list_delegations(self, delegator: str, delegate: str) -> tuple[Delegation, ...]:
        """Return what one institution has delegated to another, in the order of the list."""
        return tuple(self._delegations.get((delegator, delegate), ()))


def has_check_digit(code: str) -> bool:
    """Tell whether a text is six ASCII digits of which the last checks the first five."""
    if len(code) != len(_WEIGHTS) + 1 or not (code.isascii() and code.isdigit()):
        return False
    return with_check_digit(code[:-1]) == code


def with_check_digit(stem: str) -> str:
    """Return the six-digit code of an institution whose first five digits are `stem`."""
    total = sum(int(digit) * weight for digit, weight in zip(stem, _WEIGHTS, strict=True))
    return f"{stem}{(11 - total % 11) % 10}"

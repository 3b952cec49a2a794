"""Changes of a question, one element each, by which a permitted one may become any other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from permitlists.model import Affair, Question
from permitlists.permit_list import INSTRUMENTS

ABSENT: Final = "存在しない"  # no class and no term of any edition
_NUMBERS: Final = ("999", "999の2")  # no row and no clause of any edition
_FARTHEST: Final = 4000  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Universe:
    """What the editions name.

    `affairs` are (row, clause) places, `classes` each with its groups, `days` those on which an
    edition begins, reads otherwise or ends.
    """

    affairs: Sequence[tuple[str, str | None]]
    classes: Sequence[frozenset[str]]
    terms: Sequence[str]
    days: Sequence[date]


Change = Callable[[Question, Universe, Random], Question]


def change_row(question: Question, universe: Universe, draw: Random) -> Question:
    """Return the question with the number of another row, or of none."""
    row = draw.choice((draw.choice(universe.affairs)[0], draw.choice(_NUMBERS)))
    return replace(question, affair=Affair(row=row, clause=question.affair.clause))


def change_clause(question: Question, universe: Universe, draw: Random) -> Question:
    """Return the question with another clause of the same row, one of none, or without one."""
    own = [clause for row, clause in universe.affairs if row == question.affair.row]
    clause = draw.choice((*own, None, draw.choice(_NUMBERS)))
    return replace(question, affair=Affair(row=question.affair.row, clause=clause))


def change_affair(question: Question, universe: Universe, draw: Random) -> Question:
    """Return the question with another affair of the editions."""
    row, clause = draw.choice(universe.affairs)
    return replace(question, affair=Affair(row=row, clause=clause))


def change_inquirer(question: Question, universe: Universe, draw: Random) -> Question:
    """Return the question with another inquirer: one class, several, or none."""
    return replace(question, inquirer=_draw_classes(universe, draw))


def change_provider(question: Question, universe: Universe, draw: Random) -> Question:
    """Return the question with another provider: one class, several, or none."""
    return replace(question, provider=_draw_classes(universe, draw))


def change_information(question: Question, universe: Universe, draw: Random) -> Question:
    """Return the question for another information, one more, an unknown one, or none."""
    term = draw.choice(universe.terms)
    asked = draw.choice(((term,), (*question.information, term), (ABSENT,), ()))
    return replace(question, information=asked)


def change_day(question: Question, universe: Universe, draw: Random) -> Question:
    """Return the question on another day: at a border of an edition, or far from any."""
    distance = draw.choice((-1, 0, 1, draw.randint(-_FARTHEST, _FARTHEST)))
    near = draw.choice(universe.days) + timedelta(days=distance)
    return replace(question, on=draw.choice((near, near, near, date.min, date.max)))


def change_instrument(question: Question, _universe: Universe, draw: Random) -> Question:
    """Return the question put to another instrument."""
    return replace(question, instrument=draw.choice(INSTRUMENTS))


CHANGES: Final[tuple[Change, ...]] = (
    change_row,
    change_clause,
    change_affair,
    change_inquirer,
    change_provider,
    change_information,
    change_day,
    change_instrument,
)


def _draw_classes(universe: Universe, draw: Random) -> frozenset[str]:
    one, other = draw.choice(universe.classes), draw.choice(universe.classes)
    return draw.choice((one, one, one | other, frozenset({ABSENT}), frozenset()))

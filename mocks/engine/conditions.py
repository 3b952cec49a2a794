"""Conditions of expectations: `nbf - leeway <= now < exp`, or one word such as `body_differs`."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

INSTANTS: Final = frozenset({"now", "exp", "nbf"})
LENGTHS: Final = frozenset({"leeway"})
FLAGS: Final = frozenset({"body_differs"})

Sign = Literal["<", "<=", ">", ">=", "=="]
_NAME: Final = r"[a-z][a-z_]*"
_TERM: Final = re.compile(rf"\s*({_NAME})\s*(?:([+-])\s*({_NAME})\s*)?")
_SIGN: Final = re.compile(r"<=|>=|==|<|>")
_MOST_SIGNS: Final = 2


class ConditionError(ValueError):
    """A text that is no condition, or names what does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """An instant, moved by a length of time if there is one."""

    instant: str
    direction: Literal["+", "-", ""] = ""
    length: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Terms with the signs between them; one term without a sign is a flag."""

    terms: tuple[Term, ...]
    signs: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name in it."""
        named = {term.instant for term in self.terms} | {term.length for term in self.terms}
        return frozenset(named - {""})

    def holds(
        self, instants: Mapping[str, datetime], leeway: timedelta, flags: AbstractSet[str]
    ) -> bool:
        """Return whether it is true; a flag is true when it is among the flags.

        Raises:
            ConditionError: an instant is not known.
        """
        if not self.signs:
            return self.terms[0].instant in flags
        try:
            values = [_value(term, instants, leeway) for term in self.terms]
        except KeyError as error:
            raise ConditionError(str(error)) from error
        return all(_compare(values[at], sign, values[at + 1]) for at, sign in enumerate(self.signs))


def parse_condition(text: str) -> Condition:
    """Return the condition that a text says; which names exist is checked elsewhere.

    Raises:
        ConditionError: the text has another form.
    """
    terms = tuple(_term(part) for part in _SIGN.split(text))
    signs = tuple(_SIGN.findall(text))
    if len(signs) > _MOST_SIGNS or (not signs and terms[0].direction):
        raise ConditionError(text)
    return Condition(terms=terms, signs=signs)


def list_unknown(condition: Condition) -> list[str]:
    """Return the names of a condition that do not exist where they stand, in order."""
    if not condition.signs:
        return [one.instant for one in condition.terms if one.instant not in FLAGS]
    instants = [one.instant for one in condition.terms if one.instant not in INSTANTS]
    lengths = [one.length for one in condition.terms if one.length and one.length not in LENGTHS]
    return [*instants, *lengths]


def _term(text: str) -> Term:
    match = _TERM.fullmatch(text)
    if match is None:
        raise ConditionError(text)
    direction: Literal["+", "-", ""] = "+" if match[2] == "+" else "-" if match[2] else ""
    return Term(instant=match[1], direction=direction, length=match[3] or "")


def _value(term: Term, instants: Mapping[str, datetime], leeway: timedelta) -> datetime:
    moved = {"": timedelta(), "+": leeway, "-": -leeway}[term.direction]
    return instants[term.instant] + moved


def _compare(left: datetime, sign: str, right: datetime) -> bool:
    return {
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
        "==": left == right,
    }[sign]

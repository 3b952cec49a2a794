"""The holds of a list by the institution they name, so that many of them cost a question little."""

from collections.abc import Iterable, Sequence

from permitlists.model import Question
from permitlists.supplement import Hold


class HoldIndex:
    """Holds in their order, found by the codes of a question."""

    __slots__ = ("_by_institution", "_general")

    def __init__(self, holds: Sequence[Hold]) -> None:
        self._general = tuple(one for one in holds if one.institution is None)
        self._by_institution: dict[str, list[Hold]] = {}
        for one in holds:
            if one.institution is not None:
                self._by_institution.setdefault(one.institution, []).append(one)

    def find(self, question: Question) -> Hold | None:
        """Return a hold that covers the question, those of no institution first; else None."""
        found = _first(self._general, question)
        if found is None and self._by_institution:
            for code in (*question.codes_of("inquirer"), *question.codes_of("provider")):
                if code is not None and found is None:
                    found = _first(self._by_institution.get(code, ()), question)
        return found


def _first(holds: Iterable[Hold], question: Question) -> Hold | None:
    for hold in holds:
        if hold.covers(question):
            return hold
    return None

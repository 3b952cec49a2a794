"""The holds of a list by the institution they name, so that many of them cost a question little."""

from collections.abc import Sequence

from permitlists.model import Question
from permitlists.supplement import Hold


class HoldIndex:
    """Holds in their order, found by the codes of a question."""

    __slots__ = ("_by_institution", "_general")

    def __init__(self, holds: Sequence[Hold]) -> None:
        self._general = tuple(one for one in holds if one.institution is None)
        self._by_institution: dict[str | None, list[Hold]] = {}
        for one in holds:
            if one.institution is not None:
                self._by_institution.setdefault(one.institution, []).append(one)

    def find(self, question: Question) -> Hold | None:
        """Return the first hold that covers the question, None where none does."""
        named = self._by_institution
        if not (
            self._general
            or question.inquirer_code in named
            or question.provider_code in named
            or question.inquirer_delegator in named
            or question.provider_delegator in named
        ):
            return None  # nearly every question
        for hold in self.list_near(question):
            if hold.covers(question):
                return hold
        return None

    def list_near(self, question: Question) -> list[Hold]:
        """Return the holds that may cover the question, those that name no institution first.

        A hold stands twice where the same institution is on both sides.
        """
        found, named = list(self._general), self._by_institution
        for code in (
            question.inquirer_code,
            question.inquirer_delegator,
            question.provider_code,
            question.provider_delegator,
        ):
            if code in named:
                found += named[code]
        return found

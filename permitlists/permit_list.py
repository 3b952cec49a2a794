"""許可照合リスト, the permit list: editions, of which one governs a question by its date."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from permitlists.decide import decide
from permitlists.edition import Edition
from permitlists.explain import NOT_IN_FORCE, Explanation, explain
from permitlists.model import Decision, Hold, PermitListError, Question

# The instruments that the contract knows; an instrument without an edition refuses everything.
INSTRUMENTS: Final = ("beppyo2", "shourei-r6", "jorei-19-9")
_PACKAGED: Final = ("shourei-r6.2024-05-27.jsonl",)


class PermitList:
    """Editions of one or several instruments whose days in force never overlap."""

    __slots__ = ("_by_instrument", "editions")

    def __init__(self, editions: Iterable[Edition]) -> None:
        """Keep the editions in the order of instrument and date.

        Raises:
            PermitListError: two editions of an instrument are in force on the same day.
        """
        self.editions = tuple(
            sorted(editions, key=lambda edition: (edition.key.instrument, edition.key.valid_from))
        )
        self._by_instrument: dict[str, list[Edition]] = {}
        for edition in self.editions:
            earlier = self._by_instrument.setdefault(edition.key.instrument, [])
            if earlier and earlier[-1].key.in_force(edition.key.valid_from):
                message = f"{edition.key.label} overlaps {earlier[-1].key.label}"
                raise PermitListError("permits.edition_overlap", message)
            earlier.append(edition)

    def find_in_force(self, instrument: str, on: date) -> Edition | None:
        """Return the edition of an instrument that governs a date, None where there is none."""
        for edition in self._by_instrument.get(instrument, ()):
            if edition.key.in_force(on):
                return edition
        return None

    def find_labelled(self, label: str) -> Edition | None:
        """Return the edition of a label such as `shourei-r6@2024-05-27`, None where unknown."""
        for edition in self.editions:
            if edition.key.label == label:
                return edition
        return None

    def decide(self, question: Question, holds: Iterable[Hold] = ()) -> Decision:
        """Return the decision of the edition in force on the day of the question."""
        edition = self.find_in_force(question.instrument, question.on)
        if edition is None:
            return NOT_IN_FORCE
        return decide(edition, question, holds)

    def explain(self, question: Question, holds: Iterable[Hold] = ()) -> Explanation:
        """Return the decision with the nearest permitted rows and sentences for people."""
        edition = self.find_in_force(question.instrument, question.on)
        return explain(edition, question, holds)


@cache
def load_builtin() -> PermitList:
    """Return the packaged permit list, compiled once."""
    folder = files("permitlists").joinpath("data")
    return PermitList(Edition.from_lines(folder.joinpath(name).read_bytes()) for name in _PACKAGED)

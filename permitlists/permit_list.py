"""許可照合リスト, the permit list: editions, of which one governs a question by its date."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import groupby, zip_longest
from typing import Final, Self

from permitlists.decide import judge_table
from permitlists.edition import Edition
from permitlists.explain import Explanation, explain, explain_filed
from permitlists.holds import HoldIndex
from permitlists.model import (
    NOT_IN_FORCE,
    ORDINANCE,
    STATUTORY_BASIS,
    Decision,
    PermitListError,
    Question,
)
from permitlists.numbering import confirm
from permitlists.ordinance import Ground, decide_filed
from permitlists.ordinance_list import parse_ordinances
from permitlists.supplement import EMPTY, Hold, Supplement, decode_supplement

# The instruments that the contract knows; an instrument without an edition refuses everything.
INSTRUMENTS: Final = ("beppyo2", "shourei-r6", "jorei-19-9")
# The instruments of article 19 item 8, which followed one another; the latest comes first.
STATUTORY: Final = ("shourei-r6", "beppyo2")
_PACKAGED: Final = ("beppyo2.2015-10-05.jsonl", "shourei-r6.2024-05-27.jsonl")
_ONE_DAY: Final = timedelta(days=1)

# The first days of the readings of one instrument, and the reading before the first of them and
# from each of them; None where there is none.
_Calendar = tuple[list[date], list[Edition | None]]
_NEVER: Final[_Calendar] = ([], [None])


class PermitList:
    """Editions of one or several instruments whose days in force never overlap.

    An edition of open end closes on the first day of the next one of its instrument; its bytes
    and its hash do not change by that.
    """

    __slots__ = ("_calendars", "_held", "_holds", "_statutory", "editions", "supplement")

    def __init__(self, editions: Iterable[Edition], supplement: Supplement = EMPTY) -> None:
        """Keep the editions in the order of instrument and date, each with its end.

        Raises:
            PermitListError: two editions of an instrument are in force on the same day, or the
                supplement contradicts itself.
        """
        supplement.check()
        self.supplement = supplement
        self._holds = HoldIndex(supplement.holds)
        self._held = bool(supplement.holds)
        ordered = sorted(editions, key=lambda one: (one.key.instrument, one.key.valid_from))
        by_instrument = {
            instrument: [confirm(one, supplement.numbering) for one in _close(list(listed))]
            for instrument, listed in groupby(ordered, lambda one: one.key.instrument)
        }
        self.editions = tuple(one for listed in by_instrument.values() for one in listed)
        self._calendars = {
            instrument: _calendar(listed) for instrument, listed in by_instrument.items()
        }
        # An edition under that instrument would go round filings and consent.
        self._statutory = {one: days for one, days in self._calendars.items() if one != ORDINANCE}

    @classmethod
    def from_contents(cls, editions: Iterable[bytes], supplement: bytes | None = None) -> Self:
        """Return the list that canonical bytes of editions and of a supplement hold.

        Raises:
            PermitListError: the bytes are not canonical, or contradict themselves or each other.
        """
        decoded = EMPTY if supplement is None else decode_supplement(supplement)
        return cls([Edition.from_bytes(content) for content in editions], decoded)

    def find_in_force(self, instrument: str, on: date) -> Edition | None:
        """Return the edition of an instrument that governs a date, as it reads on that day.

        None where no edition governs it.
        """
        days, readings = self._calendars.get(instrument, _NEVER)
        return readings[bisect_right(days, on)]

    def find_statutory(self, on: date) -> Edition | None:
        """Return the edition of article 19 item 8 that governs a date, None where none does."""
        found = (self.find_in_force(instrument, on) for instrument in STATUTORY)
        return next((edition for edition in found if edition is not None), None)

    def find_labelled(self, label: str) -> Edition | None:
        """Return the edition of a label such as `shourei-r6@2024-05-27`, None where unknown."""
        for edition in self.editions:
            if edition.key.label == label:
                return edition
        return None

    def decide(self, question: Question, holds: Collection[Hold] = ()) -> Decision:
        """Return the decision of the edition in force on the day of the question.

        An ordinance affair is decided by its filing, whatever editions there are. `holds` are
        further holds beside those of the supplement.
        """
        days, readings = self._statutory.get(question.instrument, _NEVER)
        edition = readings[bisect_right(days, question.on)]
        if edition is None:
            return self._decide_elsewhere(question, holds)
        affair, information = question.affair, question.information
        entry = None
        if len(information) == 1 and question.basis == STATUTORY_BASIS:
            entry = edition.single.get((affair.row, affair.clause, information[0]))
        if (
            entry is None
            or entry.inquirers.isdisjoint(question.inquirer)
            or entry.providers.isdisjoint(question.provider)
        ):
            decision = judge_table(edition, question)
            if not decision.allowed:
                return decision
        else:  # nearly every question that is allowed: its answer was built beforehand
            decision = entry.decision
        hold = next((one for one in holds if one.covers(question)), None) if holds else None
        if hold is None and self._held:
            hold = self._holds.find(question)
        return decision if hold is None else edition.refusals[f"permits.hold.{hold.kind}"]

    def _decide_elsewhere(self, question: Question, holds: Collection[Hold]) -> Decision:
        """Return the decision on a question that no edition of a statutory instrument governs."""
        if question.instrument != ORDINANCE:
            return NOT_IN_FORCE
        kept = (*holds, *self._holds.list_near(question))
        return decide_filed(question, self.ground_of(question.on), kept)

    def explain(self, question: Question, holds: Iterable[Hold] = ()) -> Explanation:
        """Return the decision with the nearest permitted rows and sentences for people."""
        if question.instrument == ORDINANCE:
            kept = (*holds, *self._holds.list_near(question))
            return explain_filed(question, self.ground_of(question.on), kept)
        edition = self.find_in_force(question.instrument, question.on)
        return self.explain_by(edition, question, holds)

    def explain_by(
        self, edition: Edition | None, question: Question, holds: Iterable[Hold] = ()
    ) -> Explanation:
        """Return the explanation by any edition, None for none in force, with the list's holds."""
        return explain(edition, question, (*holds, *self._holds.list_near(question)))

    def ground_of(self, on: date) -> Ground:
        """Return what ordinance affairs are judged on that day."""
        return Ground(
            supplement=self.supplement,
            edition=self.find_statutory(on),
            find_edition=self.find_labelled,
        )


def _close(editions: Sequence[Edition]) -> list[Edition]:
    """Return the editions of one instrument, each open one closed by its successor."""
    closed = []
    for edition, successor in zip_longest(editions, editions[1:]):
        begins = successor.key.valid_from if successor else None
        if begins is not None and begins < (
            edition.table.valid_to or edition.key.valid_from + _ONE_DAY
        ):
            message = f"{edition.key.label} is still in force on {begins}"
            raise PermitListError("permits.edition_overlap", message)
        ends = edition.table.valid_to or begins
        kept = edition.key.valid_to == ends
        closed.append(edition if kept else Edition(edition.table, end=ends))
    return closed


def _calendar(editions: Sequence[Edition]) -> _Calendar:
    readings: dict[date, Edition | None] = {}
    for edition in editions:
        readings |= dict(edition.list_readings())
        if edition.key.valid_to is not None:
            readings[edition.key.valid_to] = None  # a successor of the same day replaces it
    return list(readings), [None, *readings.values()]


@cache
def load_builtin() -> PermitList:
    """Return the packaged permit list, compiled once."""
    folder = files("permitlists").joinpath("data")
    editions = [Edition.from_lines(folder.joinpath(name).read_bytes()) for name in _PACKAGED]
    return PermitList(editions, parse_ordinances(folder.joinpath("ordinances.toml").read_bytes()))

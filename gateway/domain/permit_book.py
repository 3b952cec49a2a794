"""The permit list in force at this gateway: the core's, and what its own register holds back."""

from dataclasses import dataclass
from datetime import datetime

from permitlists import EMPTY, PermitList, Supplement


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnList:
    """What the institution's own register (許可照合リスト原簿) says at one of its numbers.

    `supplement` has only holds and withholdings of this institution; `staff` is whoever made the
    last change.
    """

    sequence: int
    supplement: Supplement
    staff: str = ""


@dataclass(slots=True)
class PermitBook:
    """The list that is asked, and what it is made of; None until a copy arrived.

    `sequence` is the number of the core's list, `checked_at` the instant of the machine's clock
    at which the core last told its list. `broken` is the number of a stored copy that was changed
    in the database.
    """

    sequence: int = 0
    core_list: PermitList | None = None
    own: OwnList | None = None
    permit_list: PermitList | None = None
    checked_at: datetime | None = None
    broken: int | None = None

    @property
    def own_sequence(self) -> int | None:
        """The number of the own register, None where there is none."""
        return None if self.own is None else self.own.sequence

    def take(self, sequence: int, found: PermitList) -> None:
        """Put the core's list in force."""
        self.sequence, self.core_list, self.broken = sequence, found, None
        self._compose()

    def take_own(self, own: OwnList) -> None:
        """Put what the own register says in force."""
        self.own = own
        self._compose()

    def _compose(self) -> None:
        if self.core_list is not None:
            own = EMPTY if self.own is None else self.own.supplement
            self.permit_list = compose(self.core_list, own)


def compose(core: PermitList, own: Supplement) -> PermitList:
    """Return the core's list with the holds and withholdings of an own register beside its own.

    Both only refuse, so an institution can allow itself nothing that the core's list does not.
    """
    if not own.holds and not own.withholdings:
        return core
    both = Supplement(
        holds=core.supplement.holds + own.holds,
        filings=core.supplement.filings,
        withholdings=core.supplement.withholdings + own.withholdings,
        numbering=core.supplement.numbering,
    )
    return PermitList(core.editions, both)


def select_own(found: Supplement, institution: str) -> Supplement:
    """Return the holds and withholdings of a register that an institution may put on itself.

    A hold that names no institution covers all exchanges judged here, which are its own.
    """
    return Supplement(
        holds=tuple(one for one in found.holds if one.institution in {None, institution}),
        withholdings=tuple(one for one in found.withholdings if one.provider == institution),
    )

"""The state of a permit list under change: what is listed, what is proposed and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from permitlists.register.events import AnyContent, EditionContent, Listed, Reviewed

# Japan has kept one offset since 1951; a day of the list is a day there.
_JAPAN: Final = timezone(timedelta(hours=9))


class ProposalState(StrEnum):
    """States of a proposal; what is `published` stands in the distributed list."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    LIFTED = "lifted"


_P = ProposalState
# What is no edition takes effect by its approval: it passes through `approved` in the same act.
PROPOSAL: Final[Mapping[ProposalState, frozenset[ProposalState]]] = MappingProxyType(
    {
        _P.PROPOSED: frozenset({_P.APPROVED, _P.REJECTED, _P.WITHDRAWN, _P.SUPERSEDED}),
        _P.APPROVED: frozenset({_P.PUBLISHED, _P.REJECTED, _P.WITHDRAWN, _P.SUPERSEDED}),
        _P.PUBLISHED: frozenset({_P.WITHDRAWN, _P.LIFTED}),
    }
)
OPEN: Final = frozenset({_P.PROPOSED, _P.APPROVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """起案, a change that one person asked for, with everything that happened to it.

    `dropped` are the lost rows that the publisher accepted; `lifted_on` is the day in Japan from
    which it no longer stands.
    """

    number: int
    content: AnyContent
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: ProposalState = ProposalState.PROPOSED
    reviews: tuple[Reviewed, ...] = ()
    approved_by: str | None = None
    approved_at: datetime | None = None
    published_by: str | None = None
    published_at: datetime | None = None
    dropped: tuple[str, ...] = ()
    rejected_by: str | None = None
    rejection: str | None = None
    lifted_on: date | None = None

    @property
    def edition(self) -> Listed | None:
        """The edition it proposes, None for a proposal of another kind."""
        return self.content.edition if isinstance(self.content, EditionContent) else None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the events so far amount to.

    `sequence` is the number of the list: 0 before the founding, one more with every event that
    changes what is distributed. `editions` are in the order of instrument and date. `at` is the
    instant of the last event.
    """

    sequence: int = 0
    editions: tuple[Listed, ...] = ()
    proposals: Mapping[int, Proposal] = field(default_factory=dict)
    at: datetime | None = None

    def find_newest(self, instrument: str) -> Listed | None:
        """Return the edition of an instrument that begins last, None where there is none."""
        return max(
            (one for one in self.editions if one.instrument == instrument),
            key=lambda one: one.valid_from,
            default=None,
        )


def day_of(at: datetime) -> date:
    """Return the calendar date in Japan of an instant."""
    return at.astimezone(_JAPAN).date()

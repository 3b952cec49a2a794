"""Pacing (照会の送出調整): when an inquiry may go to a counterparty that cannot take all at once.

What a counterparty told is kept in memory only: each inquiry's own wait is stored with it, and
what is forgotten at a restart is told again with the first refusal.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

SECOND: Final = timedelta(seconds=1)
MARGIN: Final = timedelta(milliseconds=50)  # what leaves evenly may arrive a little closer together
SHARE: Final = 0.8  # of the rate is given out beforehand, so that whoever is late finds room
OPENING: Final = timedelta(seconds=60)  # how long after an opening everybody goes in turn
NARROWED: Final = 0.7


@dataclass(slots=True)
class _Way:
    """What is known of the way to one counterparty."""

    most: float
    turns: deque[datetime]
    shut_until: datetime | None = None
    why: str = ""
    next_slot: datetime | None = None
    open: int = 0


@dataclass(slots=True)
class Pace:
    """The pace of one institution towards each of its counterparties, in one process.

    After a counterparty was shut at most `rate` exchanges begin in any second. At most
    `most_open` are under way at once; a counterparty that says it is full is asked for less, and
    for more again as it answers.
    """

    rate: int = 10
    most_open: int = 1000
    _ways: dict[str, _Way] = field(default_factory=dict)

    def _way(self, peer: str) -> _Way:
        way = self._ways.get(peer)
        if way is None:
            way = _Way(most=self.most_open, turns=deque(maxlen=self.rate))
            self._ways[peer] = way
        return way

    def shut(self, peer: str, until: datetime, why: str = "") -> None:
        """Note that a counterparty takes nothing until an instant, and its reason, a code."""
        way = self._way(peer)
        if way.shut_until is None or way.shut_until <= until:
            way.shut_until, way.why = until, why

    def find_why(self, peer: str, *, now: datetime) -> str:
        """Return why a counterparty is shut or was until just now; empty if it is not."""
        way = self._way(peer)
        recent = way.shut_until is not None and now < way.shut_until + OPENING
        return way.why if recent else ""

    def reserve(self, peer: str, earliest: datetime) -> datetime:
        """Return an instant of its own at which one that waits may try, in order of asking."""
        way = self._way(peer)
        slot = earliest if way.next_slot is None else max(earliest, way.next_slot)
        way.next_slot = slot + SECOND / (self.rate * SHARE)
        return slot

    def find_wait(self, peer: str, *, now: datetime, waited: bool) -> datetime | None:
        """Return None if an exchange may begin now, else when to come again.

        `waited` says that this one was made to wait before: such ones come in crowds.
        """
        way = self._way(peer)
        if way.shut_until is not None and now < way.shut_until:
            return self.reserve(peer, way.shut_until)
        if way.open >= way.most:
            return self.reserve(peer, now + SECOND)
        if waited or (way.shut_until is not None and now < way.shut_until + OPENING):
            turns = way.turns
            if len(turns) == self.rate and now - turns[0] <= SECOND + MARGIN:
                return self.reserve(peer, turns[0] + SECOND + MARGIN + MARGIN)
            turns.append(now)
        return None

    def enter(self, peer: str) -> None:
        """Note that an exchange begins."""
        self._way(peer).open += 1

    def leave(self, peer: str) -> None:
        """Note that an exchange ended; a counterparty that was full may be asked for a bit more."""
        way = self._way(peer)
        way.open -= 1
        if way.most < self.most_open:
            way.most = min(self.most_open, way.most + 1 / way.most)

    def narrow(self, peer: str) -> None:
        """Note that a counterparty is full: less at once from now on."""
        way = self._way(peer)
        way.most = max(1.0, min(way.most, way.open) * NARROWED)

"""What a party sends another time than it should: again, or after what comes next.

Such faults are the party's doing, not the wire's: a repeat may be sealed afresh, and a swap is
about two answers. Everything else that goes wrong is left to whoever sends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from mocks.engine.calendar import BusinessCalendar
from mocks.engine.exchange import DrawnFault, Ruling
from mocks.engine.party import Effect, Later, Reply, Send

OWN_KINDS: Final = frozenset({"duplicate", "reorder", "signature", "person", "clock_skew"})
NEXT: Final = timedelta(seconds=1)  # what was swapped follows what it was swapped with
PATIENCE: Final = timedelta(minutes=10)  # how long a swap waits for something to swap with

Stream = tuple[bytes, ...]
Anew = Callable[[Sequence[str], datetime], Stream]  # what varies, when it is sent -> documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Documents that go to somebody; `anew` seals them once more with what is to vary.

    Without it nothing can vary: they are somebody else's words.
    """

    to: str
    documents: Stream
    anew: Anew | None = None
    mark: str | None = None


@dataclass(slots=True, kw_only=True)
class Outbox:
    """What is still to be sent, with instants of the party's own clock."""

    calendar: BusinessCalendar = field(default_factory=BusinessCalendar)
    queued: list[tuple[datetime, Send]] = field(default_factory=list)
    swapped: list[tuple[datetime, Send]] = field(default_factory=list)  # until when at the latest

    def send(self, parcel: Parcel, ruling: Ruling | None, here: datetime) -> list[Effect]:
        """Return the effects that send a parcel as its ruling wants."""
        faults = of_the_wire(ruling)
        sent = Send(to=parcel.to, documents=parcel.documents, mark=parcel.mark, faults=faults)
        if swaps(ruling):
            self.swapped.append((here + PATIENCE, sent))
            return [Later(at=here + PATIENCE)]
        return [sent, *self.follow(parcel, ruling, here)]

    def reply(
        self, document: bytes, parcel: Parcel, ruling: Ruling | None, here: datetime
    ) -> list[Effect]:
        """Return the effects that reply with a document; a repeat of it is sent as a parcel."""
        reply = Reply(document=document, faults=of_the_wire(ruling))
        return [reply, *self.follow(parcel, ruling, here)]

    def follow(self, parcel: Parcel, ruling: Ruling | None, here: datetime) -> list[Effect]:
        """Return what follows something that has left: repeats, and what waited to be second."""
        for _, sent in self.swapped:
            self.queued.append((here + NEXT, sent))
        swapped: list[Effect] = [Later(at=here + NEXT)] if self.swapped else []
        self.swapped.clear()
        return [*swapped, *self.repeat(parcel, ruling, here)]

    def repeat(self, parcel: Parcel, ruling: Ruling | None, here: datetime) -> list[Effect]:
        """Return what repeats a parcel that has left, as often as faults want."""
        drawn = [one for one in ruling.faults if one.fault.kind == "duplicate"] if ruling else []
        return [Later(at=at) for one in drawn for at in self._repeat(parcel, one, here)]

    def take_due(self, here: datetime) -> list[Send]:
        """Take what is due off the box, in the order in which it was put there."""
        late = [(at, sent) for at, sent in self.swapped if at <= here]
        due = [entry for entry in self.queued if entry[0] <= here] + late
        self.queued = [entry for entry in self.queued if entry[0] > here]
        self.swapped = [entry for entry in self.swapped if entry[0] > here]
        return [sent for _, sent in sorted(due, key=lambda entry: entry[0])]

    def _repeat(self, parcel: Parcel, drawn: DrawnFault, here: datetime) -> list[datetime]:
        instants, at = [], here
        for _ in range(drawn.fault.times):
            if drawn.fault.after is not None:
                at = self.calendar.shift(at, drawn.fault.after)
            vary = drawn.fault.vary
            stream = parcel.anew(vary, at) if vary and parcel.anew else parcel.documents
            self.queued.append((at, Send(to=parcel.to, documents=stream)))
            instants.append(at)
        return instants


def of_the_wire(ruling: Ruling | None) -> tuple[DrawnFault, ...]:
    """Return the faults that befall the bytes on their way."""
    return tuple(one for one in ruling.faults if one.fault.kind not in OWN_KINDS) if ruling else ()


def swaps(ruling: Ruling | None) -> bool:
    """Return whether what goes out is to follow what comes after it."""
    return has(ruling, "reorder")


def has(ruling: Ruling | None, kind: str) -> bool:
    """Return whether a fault of a kind was drawn."""
    return ruling is not None and any(one.fault.kind == kind for one in ruling.faults)

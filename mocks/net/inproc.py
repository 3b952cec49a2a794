"""Parties without sockets: the same way of an exchange, in one thread, with a clock that is told.

For tests and simulations of parties alone. Nothing here waits: time moves only when it is moved,
or when an exchange that somebody wants the end of waits for it.
"""

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from mocks.engine.agenda import Entry
from mocks.engine.calendar import BusinessCalendar
from mocks.engine.clock import SpaceClock
from mocks.engine.durations import Duration
from mocks.engine.exchange import DrawnFault
from mocks.engine.party import Effect, Event, Party
from mocks.engine.scenario import Scenario
from mocks.engine.script import Script
from mocks.net.clerk import Clerk, not_taken
from mocks.net.holds import Holds
from mocks.net.strand import Gate, Strand, StuckError
from mocks.net.timers import Timers
from mocks.parties.core import Core
from wire.documents import Document, decode_stream
from wire.errors import WireError

T = TypeVar("T")
FIRST_REST: Final = timedelta(milliseconds=500)
LONGEST_REST: Final = timedelta(hours=1)
SLOW: Final = frozenset({"delay", "dribble"})  # late, but whole


@dataclass(slots=True)
class Inproc:
    """Parties of one space; `down` are those that neither hear nor call at present."""

    clock: SpaceClock
    core: Core
    parties: Mapping[str, Party]
    down: set[str] = field(default_factory=set)
    strand: Strand = field(default_factory=Strand)
    holds: Holds = field(default_factory=lambda: Holds(gate=Gate))
    timers: Timers = field(default_factory=Timers)
    clerks: dict[str, Clerk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clerks = {code: Clerk(party, self) for code, party in self.parties.items()}

    @property
    def script(self) -> Script:
        """The rules, names and journal that all parties here share."""
        return self.core.script

    def give(self, code: str, event: Event) -> list[bytes]:
        """Let a party take a turn and return the documents it replies with."""
        return self.finish(self.clerks[code].give(event))

    def perform(self, code: str, effects: Sequence[Effect]) -> list[bytes]:
        """Carry out the effects of a party, and all that follows at once."""
        return self.finish(self.clerks[code].perform(effects))

    def plan(self, code: str, effects: Sequence[Effect]) -> None:
        """Let effects of a party be carried out when everything goes on (`run`)."""
        self.strand.spawn(self.clerks[code].perform(effects))

    def run(self) -> None:
        """Let everything go on that does not wait for time."""
        self.strand.run()

    def stream(self, sender: str, to: str, stream: bytes) -> list[Document] | None:
        """Return what a party replies to a stream, or None if there is no usable reply."""
        return self.finish(self._post(sender, to, stream))

    def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what work returns; time moves as far as it waits for it.

        Raises:
            StuckError: it waits for something else.
        """
        piece = self.strand.spawn(work)
        self.strand.run()
        while not piece.done.is_set:
            due = self.next_at
            if due is None:
                raise StuckError
            self._go_to(due)
        return piece.outcome()

    def load(self, scenario: Scenario) -> None:
        """Let a scenario run from now on; `core` and `registry` are those of this world."""
        self.core.load(scenario, now=self.clock.now())

    def advance(self, step: timedelta | Duration) -> None:
        """Move the clock from timer to timer; at each, what is due happens."""
        now = self.clock.now()
        target = BusinessCalendar().shift(now, step) if isinstance(step, Duration) else now + step
        while (due := self.next_at) is not None and due <= target:
            self._go_to(due)
        self._go_to(target)

    @property
    def next_at(self) -> datetime | None:
        """When something is due next, or None."""
        known = [self.timers.next_at, self.script.agenda.next_at]
        return min((at for at in known if at is not None), default=None)

    # What clerks need of a space

    async def gather(self, works: Sequence[Coroutine[Any, Any, T]]) -> Sequence[T]:
        """Return what pieces of work return that run side by side."""
        return await self.strand.gather(works)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that outlives the turn that wants it."""
        self.strand.spawn(work)

    def wake(self, code: str, at: datetime) -> None:
        """Let a party know at an instant of the clock that it has come."""
        self.timers.wake(code, at, lambda: self.spawn(self.clerks[code].wake()))

    async def wait_until(self, instant: datetime) -> None:
        """Return once the clock has reached an instant."""
        if self.clock.now() < instant:
            gate = Gate()
            self.timers.add(instant, gate.set)
            await gate.wait()

    async def rest(self, attempt: int) -> None:
        """Return when it is time to send again: after half a second, then twice as long."""
        rest = min(FIRST_REST * 2 ** min(attempt - 1, 20), LONGEST_REST)
        await self.wait_until(self.clock.now() + rest)

    async def leap(self, step: timedelta) -> None:
        """Move the clock in the middle of a turn; what became due comes after it."""
        self.clock.advance(step)

    async def post(self, sender: str, to: str, documents: Sequence[bytes]) -> list[Document] | None:
        """Return what a party replies to documents; None if there is no usable reply."""
        return await self._post(sender, to, b"".join(documents))

    async def noted(self) -> None:
        """Do nothing: the journal is in memory only."""

    def changed(self) -> None:
        """Do nothing: nobody here waits for news."""

    async def _post(self, sender: str, to: str, stream: bytes) -> list[Document] | None:
        await self.strand.yield_()
        if to not in self.clerks or {sender, to} & self.down:
            return None
        clerk = self.clerks[to]
        said = await clerk.serve(sender, stream, _Line(clerk))
        await self.strand.yield_()
        try:
            found = decode_stream(said.body) if said.body is not None else None
        except WireError:
            return None
        return None if found is None else [one for one in found if isinstance(one, Document)]

    def _go_to(self, instant: datetime) -> None:
        self.clock.advance_to(instant)
        now = self.clock.now()
        while (due := self.next_at) is not None and due <= now:
            if self.timers.next_at == due:
                action = self.timers.take(now)
                if action is not None:
                    action()
            else:
                for entry in self.script.agenda.due(due):
                    self.spawn(self._take_step(entry))
            self.strand.run()
        self.strand.run()

    async def _take_step(self, entry: Entry) -> None:
        clerk = self.clerks.get(self.script.names.code_of(entry.party) or entry.party)
        if clerk is not None:
            await clerk.take_step(entry)
        else:
            row = not_taken(entry, self.clock.now(), "nobody here takes this step")
            self.script.journal.add(row)


@dataclass(frozen=True, slots=True)
class _Said:
    """What came back; no body where the exchange broke."""

    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """The connection of one exchange: faults make it break, or late."""

    clerk: Clerk

    def refuse(self, status: int, code: str) -> _Said:  # noqa: ARG002  # an error is no reply
        return _Said()

    async def interrupt(self, drawn: DrawnFault) -> _Said | None:
        if drawn.fault.kind == "hang" and drawn.fault.lasting is not None:
            await self.clerk.wait(drawn.fault.lasting)
        return _Said()

    async def respond(self, body: bytes, faults: Sequence[DrawnFault]) -> _Said:
        for one in faults:
            if one.fault.lasting is not None:
                await self.clerk.wait(one.fault.lasting)
        whole = all(one.fault.kind in SLOW for one in faults)
        return _Said(body if whole else None)

"""A party at work: the whole way of an exchange, whatever carries it.

A stream is kept as raw bytes before anybody looks into it. The rules judge each act that it calls
for, then the party takes its turn, and faults befall the exchange before, after and while it is
replied to. The same way is gone behind sockets and in a single thread.
"""

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from mocks.engine.agenda import Entry
from mocks.engine.calendar import CalendarError
from mocks.engine.durations import Duration
from mocks.engine.exchange import Call, DrawnFault, Ruling
from mocks.engine.journal import Row
from mocks.engine.party import (
    Advance,
    Arrived,
    Due,
    Effect,
    Event,
    Later,
    Party,
    Reply,
    Returned,
    Send,
    UnableError,
)
from mocks.engine.scenario_terms import FaultPoint
from mocks.net.around import Wire, World
from mocks.net.holds import HOLD
from wire.documents import Document, decode_stream, encode_stream
from wire.errors import WireError

R = TypeVar("R")
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)  # when a wait ends that leaves the calendar
NOT_DONE: Final = "not_done"  # the outcome of a call that a fault kept from the party
QUIET_KINDS: Final = frozenset(  # what no act of the vocabulary stands for
    {
        "acknowledgement",
        "clock",
        "information-request",
        "notice",
        "permit",
        "permit-list",
        "permit-list-request",
        "record-request",
        "symbol-notice",
    }
)
_BREAKING: Final = frozenset({"hang", "reset", "close", "refuse", "status", "down"})
_LEAVING: Final = frozenset({"before_effect", "after_effect"})
_SLOWING: Final = frozenset({"hang", "dribble"})
_CUTTING: Final = frozenset(  # a request that goes out so does not arrive as a whole
    {"truncate", "malformed_chunk", "no_last_chunk", "garbage_status", "bad_gzip"}
)
Drawn = tuple[Call, Ruling, DrawnFault]


@dataclass(slots=True)
class Clerk:
    """A party at work in a space; `under_way` are streams that came and were not replied to."""

    party: Party
    world: World
    under_way: int = 0

    async def serve(self, hop: str, raw: bytes, wire: Wire[R]) -> R:
        """Return what is said to a stream from the institution that TLS proved."""
        journal, now = self.world.script.journal, self.world.clock.now()
        names = self.world.script.names
        exchange = journal.begin(names.called(self.party.code), names.called(hop), "in", raw, now)
        try:
            documents = decode_stream(raw)
        except WireError as error:
            self._unmatched(exchange, hop, now, error.code)
            return wire.refuse(400, error.code)
        event = Arrived(hop=hop, documents=documents, exchange=exchange, under_way=self.under_way)
        self.under_way += 1
        try:
            return await self._serve(event, wire)
        finally:
            self.under_way -= 1

    async def give(self, event: Event) -> list[bytes]:
        """Let the party take a turn, carry out its effects, return its reply documents."""
        return await self.perform(self.party.handle(event, now=self.world.clock.now()))

    async def perform(self, effects: Sequence[Effect]) -> list[bytes]:
        """Carry out effects: what moves the clock first comes first, calls run side by side."""
        return [reply.document for reply in await self._carry_out(effects)]

    async def _serve(self, event: Arrived, wire: Wire[R]) -> R:
        script = self.world.script
        judged = self._judge(event)
        broken = await self._befall(_drawn(judged, "before_effect"), wire)
        if broken is not None:
            for _, ruling in judged.values():
                script.settle(ruling.row, outcome=NOT_DONE)
            self.world.changed()
            return broken
        rulings = {message_id: ruling for message_id, (_, ruling) in judged.items()}
        turn = self.party.handle(replace(event, rulings=rulings), now=self.world.clock.now())
        replies = await self._carry_out(turn)
        said = [one for reply in replies for one in reply.faults]
        # What the party says by itself it does now: its faults before that befall the reply too.
        leaving = self._said([one for one in said if one.fault.at in _LEAVING])
        broken = await self._befall([*_drawn(judged, "after_effect"), *leaving], wire)
        if broken is not None:
            return broken
        body = encode_stream([reply.document for reply in replies])
        script.journal.end(event.exchange, body)
        await self.world.noted()
        faults = [one for _, ruling in judged.values() for one in ruling.faults]
        return await wire.respond(
            body, [one for one in (*faults, *said) if one.fault.at == "mid_response"]
        )

    def _judge(self, event: Arrived) -> Mapping[str, tuple[Call, Ruling]]:
        """Let the rules judge every act that a stream calls for; what calls for none is a row."""
        now = self.world.clock.now()
        calls = self.party.calls(event, now=now)
        asked = {call.message_id for call in calls}
        for one in event.documents:
            if isinstance(one, WireError):
                self._unmatched(event.exchange, event.hop, now, one.code)
            elif one.message_id not in asked and one.kind not in QUIET_KINDS:
                self._unmatched(event.exchange, event.hop, now, one.kind)
        rule = self.world.script.rule
        judged = [(call, rule(call, now=now, exchange=event.exchange)) for call in calls]
        return {call.message_id or str(ruling.row): (call, ruling) for call, ruling in judged}

    def _unmatched(self, exchange: int, hop: str, now: datetime, note: str) -> None:
        names = self.world.script.names
        self.world.script.journal.add(
            Row(
                at=now,
                exchange=exchange,
                party=names.called(self.party.code),
                peer=names.called(hop),
                note=note,
            )
        )
        self.world.changed()

    def _said(self, faults: Sequence[DrawnFault]) -> list[Drawn]:
        """Return the faults of what the party said by itself, which no stream called for."""
        name = self.world.script.names.called(self.party.code)
        return [(Call(party=name, op=""), Ruling(row=0), one) for one in faults]

    async def _befall(self, found: Sequence[Drawn], wire: Wire[R]) -> R | None:
        """Let faults happen: first what waits, then the first that breaks."""
        if not found:
            return None
        await self._wait(found)
        for _, _, one in found:
            if one.fault.kind in _BREAKING:
                broken = await wire.interrupt(one)
                if broken is not None:
                    return broken
        return None

    async def _wait(self, drawn: Sequence[Drawn]) -> None:
        """Wait as long as the slowest call wants, and until every held one is released."""
        now, ends = self.world.clock.now(), dict[int, datetime]()
        for _, ruling, one in drawn:
            if one.fault.kind == "delay" and one.fault.lasting is not None:
                begun = ends.get(ruling.row, now)
                ends[ruling.row] = self._shift(begun, one.fault.lasting)
        if ends:
            await self.world.wait_until(max(ends.values()))
        for call, ruling, one in drawn:
            if one.fault.kind == HOLD:
                await self.world.holds.hold(call, ruling, one, self.world.clock.now())

    def _shift(self, instant: datetime, lasting: Duration) -> datetime:
        try:
            return self.party.opening.calendar.shift(instant, lasting)
        except CalendarError:
            return NEVER

    async def wait(self, lasting: Duration) -> None:
        """Return when so much of the space's time has passed, by this party's business days."""
        await self.world.wait_until(self._shift(self.world.clock.now(), lasting))

    async def _carry_out(self, effects: Sequence[Effect]) -> list[Reply]:
        replies: list[Reply] = []
        calls: list[Coroutine[Any, Any, list[Reply]]] = []
        for effect in effects:
            if isinstance(effect, Reply):
                replies.append(effect)
            elif isinstance(effect, Advance):
                await self.world.leap(effect.step)
            elif isinstance(effect, Later):
                self.world.wake(self.party.code, effect.at)
            elif effect.mark is not None:
                calls.append(self._call(effect, effect.mark))
            else:
                self.world.spawn(self._deliver(effect))
        found = [await calls[0]] if len(calls) == 1 else await self.world.gather(calls)
        replies += [reply for more in found for reply in more]
        self.world.changed()
        return replies

    async def _call(self, send: Send, mark: str) -> list[Reply]:
        found = await self._post(send)
        turn = self.party.handle(Returned(mark=mark, documents=found), now=self.world.clock.now())
        return await self._carry_out(turn)

    async def _deliver(self, send: Send) -> None:
        """Send until somebody takes it over; faults befall the first attempt."""
        attempt = 0
        while await self._post(send) is None:
            send, attempt = replace(send, faults=()), attempt + 1
            await self.world.rest(attempt)
        self.world.changed()

    async def _post(self, send: Send) -> list[Document] | None:
        for point in ("before_effect", "mid_response"):
            if send.faults and not await self._leaves(send, point):
                return None
        found = await self.world.post(self.party.code, send.to, send.documents)
        if send.faults and not await self._leaves(send, "after_effect"):
            return None
        return found

    async def _leaves(self, send: Send, point: FaultPoint) -> bool:
        """Let the faults of an outgoing request happen; return whether it still goes on."""
        found = [one for one in self._said(send.faults) if one[2].fault.at == point]
        await self._wait(found)
        for _, _, one in found:
            if one.fault.kind in _SLOWING and one.fault.lasting is not None:
                await self.wait(one.fault.lasting)
        return not any(one.fault.kind in _BREAKING | _CUTTING for _, _, one in found)

    async def take_step(self, entry: Entry) -> None:
        """Let the party do what a scenario wants of it now; what it cannot do is a row."""
        now = self.world.clock.now()
        try:
            effects = self.party.act(entry.action, entry.act, entry.call, now=now)
        except UnableError as error:
            self.world.script.journal.add(not_taken(entry, now, str(error)))
            self.world.changed()
        else:
            await self.perform(effects)

    async def wake(self) -> None:
        """Let the party know that an instant has come that it asked for."""
        await self.give(Due())


def not_taken(entry: Entry, now: datetime, note: str) -> Row:
    """Return the row of a step that nobody took."""
    call = entry.call
    return Row(
        at=now,
        party=entry.party,
        direction="out",
        op=f"step.{entry.action}",
        person=call.person if call else entry.act.person,
        member=call.member if call else 0,
        correlation=call.correlation if call else None,
        outcome="unable",
        note=note,
    )


def _drawn(judged: Mapping[str, tuple[Call, Ruling]], point: FaultPoint) -> list[Drawn]:
    return [(call, ruling, one) for call, ruling in judged.values() for one in ruling.at(point)]

"""Parties without sockets: the same effects, carried out at once in one thread.

For tests and simulations of parties alone; nothing here waits, and time moves only when told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mocks.engine.clock import SpaceClock
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
)
from mocks.parties.core import Core
from wire.documents import Document, decode_stream


@dataclass(slots=True)
class Inproc:
    """Parties of one space; `down` are those that do not answer at present."""

    clock: SpaceClock
    core: Core
    parties: Mapping[str, Party]
    down: set[str] = field(default_factory=set)
    due: list[tuple[datetime, str]] = field(default_factory=list)

    def give(self, code: str, event: Event) -> list[bytes]:
        """Let a party take a turn and return the documents it replies with."""
        return self.perform(code, self.parties[code].handle(event, now=self.clock.now()))

    def perform(self, code: str, effects: Sequence[Effect]) -> list[bytes]:
        """Carry out the effects of a party, in their order."""
        replies: list[bytes] = []
        for effect in effects:
            if isinstance(effect, Reply):
                replies.append(effect.document)
            elif isinstance(effect, Send):
                replies += self._send(code, effect)
            elif isinstance(effect, Later):
                self.due.append((effect.at, code))
            elif isinstance(effect, Advance):
                self.advance(effect.step)
        return replies

    def post(self, sender: str, to: str, stream: bytes) -> list[Document] | None:
        """Return what a party replies to a stream, or None if it is down or unknown."""
        if to in self.down or to not in self.parties:
            return None
        replies = self.give(to, Arrived(hop=sender, documents=decode_stream(stream)))
        return [one for one in decode_stream(b"".join(replies)) if isinstance(one, Document)]

    def advance(self, step: timedelta) -> None:
        """Move the clock, tell everybody, and wake whom it is time for."""
        self.clock.advance(step)
        told = [code for code in self.parties if code != self.core.code]
        now = self.clock.now()
        self.perform(self.core.code, self.core.tell_time(self.clock.offset, told, now=now))
        ripe = sorted(entry for entry in self.due if entry[0] <= now)
        self.due = [entry for entry in self.due if entry[0] > now]
        for _, code in ripe:
            self.give(code, Due())

    def _send(self, code: str, send: Send) -> list[bytes]:
        found = self.post(code, send.to, b"".join(send.documents))
        if send.mark is None:
            return []
        return self.give(code, Returned(mark=send.mark, documents=found))

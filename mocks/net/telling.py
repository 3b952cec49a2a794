"""How gateways learn the time of a space: by `clock` documents of the core, until they heard it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mocks.engine.clock import REAL, SpaceClock
from mocks.net.client import DocumentsClient
from mocks.parties.core import Core
from mocks.parties.desk import Letter
from mocks.parties.seen import peek
from wire.documents import Document
from wire.messages import Clock, Refusal

PATIENCE_SECONDS: Final = 5.0  # real time: whoever hangs is told again later


@dataclass(slots=True)
class Telling:
    """Tells the clock to institutions; `missed` are those who did not hear of the last change.

    `refused` are the codes with which others refused to follow it.
    """

    core: Core
    clock: SpaceClock
    missed: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)

    async def tell(self, to: Sequence[str], client: DocumentsClient) -> None:
        """Return once everybody was told, or did not answer."""
        await asyncio.gather(*(self._tell(code, client) for code in to))

    def message(self) -> Clock:
        """Return what is told now: the offset, and the pace if it is not the machine's."""
        clock = self.clock
        if clock.pace == REAL:
            return Clock(offset_milliseconds=clock.offset_milliseconds)
        return Clock(
            offset_milliseconds=clock.offset_milliseconds, since=clock.since, pace=clock.pace
        )

    async def _tell(self, code: str, client: DocumentsClient) -> None:
        letter = Letter(to=code, at=self.clock.now())
        document = self.core.desk.write(self.message(), letter)
        self.missed.add(code)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                replies = await client.post(code, (document.raw,))
                if replies is not None:
                    self.missed.discard(code)
                    self._note(code, replies)
        except TimeoutError:
            return

    def _note(self, code: str, replies: Sequence[Document]) -> None:
        """Keep what somebody refused the clock with; whether they signed it does not matter."""
        self.refused.pop(code, None)
        for message in map(peek, replies):
            if isinstance(message, Refusal):
                self.refused[code] = message.code

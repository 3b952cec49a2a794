"""あなたの操作待ち (your turn): waits for what somebody does, with a countdown that is told.

It goes on when the call comes that is awaited, or when the person says so.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from mocks.conform.running import StillWaitingError

GLANCE_SECONDS: Final = 0.2
TOLD_EVERY: Final = 10.0  # seconds between two lines of the countdown
Ending = Literal["call", "person"]


@dataclass(slots=True, kw_only=True)
class Waits:
    """How a run waits; `said` is set by whoever speaks for the person.

    `patience` are real seconds, of all that somebody has for one thing to do.
    """

    tell: Callable[[str], None]
    patience: float = 600.0
    said: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(
        self, what: str, came: Callable[[], bool], look: Callable[[], str] = lambda: ""
    ) -> Ending:
        """Return what ended the wait; `look` says what is still missing, with each countdown.

        Raises:
            StillWaitingError: nobody did it in time.
        """
        loop = asyncio.get_running_loop()
        until, told = loop.time() + self.patience, self.patience + TOLD_EVERY
        self.said.clear()
        self.tell(f"【あなたの操作待ち】{what}")
        while True:
            left = until - loop.time()
            if came():
                return "call"
            if self.said.is_set():
                return "person"
            if left <= 0:
                raise StillWaitingError(f"{what}{look()}")
            if told - left >= TOLD_EVERY:
                self.tell(f"  残り {left:.0f} 秒（済んだら Enter）{look()}")
                told = left
            await self._pause(min(GLANCE_SECONDS, left))

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.said.wait()
        except TimeoutError:
            return

    def listen(self) -> Callable[[], None]:
        """Take each line that is typed for the person's word; return what ends that."""
        if not sys.stdin.isatty():
            return lambda: None
        loop = asyncio.get_running_loop()

        def hear() -> None:
            sys.stdin.readline()
            self.said.set()

        loop.add_reader(sys.stdin, hear)

        def stop() -> None:
            loop.remove_reader(sys.stdin)

        return stop

"""Exchanges that stand still until somebody lets them go on: the breakpoints of a space."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from mocks.engine.exchange import Call, DrawnFault, Ruling

HOLD: Final = "hold"  # the kind of fault that holds an exchange


class Gate(Protocol):
    """What somebody waits at until it is set, as `asyncio.Event` is."""

    def set(self) -> None:
        """Let go on who waits."""
        ...

    async def wait(self) -> object:
        """Return once it was set."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One exchange that is held, at a point of a call; `row` is the journal's row of the call."""

    id: int
    at: datetime
    party: str
    call: Call
    rule: str
    point: str
    row: int


@dataclass(slots=True)
class Holds:
    """What is held at present; who waits is let go by `release`, or when the space closes."""

    changed: Callable[[], None] = lambda: None
    gate: Callable[[], Gate] = asyncio.Event
    _held: dict[int, tuple[Held, Gate]] = field(default_factory=dict)
    _last: int = 0

    @property
    def held(self) -> tuple[Held, ...]:
        """All that is held, the longest first."""
        return tuple(held for held, _ in self._held.values())

    async def hold(self, call: Call, ruling: Ruling, drawn: DrawnFault, at: datetime) -> None:
        """Return once the exchange was released."""
        self._last += 1
        held = Held(
            id=self._last,
            at=at,
            party=call.party,
            call=call,
            rule=drawn.rule,
            point=drawn.fault.at,
            row=ruling.row,
        )
        released = self.gate()
        self._held[held.id] = held, released
        self.changed()
        try:
            await released.wait()
        finally:
            self._held.pop(held.id, None)
            self.changed()

    def release(self, hold: int) -> bool:
        """Let an exchange go on; return whether it was held."""
        found = self._held.get(hold)
        if found is None:
            return False
        found[1].set()
        return True

    def release_all(self) -> None:
        """Let everybody go on."""
        for _, released in self._held.values():
            released.set()

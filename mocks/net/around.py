"""What a party at work needs around it: a space, and the connection that each stream comes on."""

from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from mocks.engine.clock import SpaceClock
from mocks.engine.exchange import DrawnFault
from mocks.engine.script import Script
from mocks.net.holds import Holds
from wire.documents import Document

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)


class World(Protocol):
    """What a party at work needs of the space it stands in."""

    @property
    def clock(self) -> SpaceClock:
        """The time of the space."""
        ...

    @property
    def script(self) -> Script:
        """The rules, the names and the journal of the space."""
        ...

    @property
    def holds(self) -> Holds:
        """What stands still until it is released."""
        ...

    async def gather(self, works: Sequence[Coroutine[Any, Any, T]]) -> Sequence[T]:
        """Return what pieces of work return that run side by side."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that outlives the turn that wants it."""
        ...

    def wake(self, code: str, at: datetime) -> None:
        """Let a party know at an instant of the space's clock that it has come (`Due`)."""
        ...

    async def wait_until(self, instant: datetime) -> None:
        """Return once the space's clock has reached an instant."""
        ...

    async def rest(self, attempt: int) -> None:
        """Return when it is time to send again what nobody took over, after so many attempts."""
        ...

    async def leap(self, step: timedelta) -> None:
        """Move the clock of the space and tell everybody, in the middle of a turn."""
        ...

    async def post(self, sender: str, to: str, documents: Sequence[bytes]) -> list[Document] | None:
        """Return what an institution replies to documents; None if there is no usable reply."""
        ...

    async def noted(self) -> None:
        """Return once what happened so far is noted for good."""
        ...

    def changed(self) -> None:
        """Wake everybody who waits for a party's state."""
        ...


class Wire(Protocol[R_co]):
    """The connection that a stream came on."""

    def refuse(self, status: int, code: str) -> R_co:
        """Say that the stream cannot be read."""
        ...

    async def interrupt(self, drawn: DrawnFault) -> R_co | None:
        """Let a fault befall the connection; None if the exchange goes on."""
        ...

    async def respond(self, body: bytes, faults: Sequence[DrawnFault]) -> R_co:
        """Reply, as the faults of `mid_response` want it."""
        ...

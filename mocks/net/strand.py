"""Coroutines in one thread without an event loop: nothing waits, and who goes on next is a choice.

So the way of an exchange can be gone thousands of times a second, in any interleaving.
"""

from collections.abc import Callable, Coroutine, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class StuckError(Exception):
    """Somebody waits for what nobody will do: a hold that is not released, mostly."""


@dataclass(slots=True)
class Gate:
    """What coroutines of a strand wait at until it is set."""

    is_set: bool = False
    waiting: list["Piece[Any]"] = field(default_factory=list)

    def set(self) -> None:
        """Let go on who waits."""
        self.is_set = True
        waiting, self.waiting = self.waiting, []
        for piece in waiting:
            piece.strand.ready.append(piece)

    async def wait(self) -> None:
        """Return once it was set."""
        while not self.is_set:
            await _Pause(self)


@dataclass(slots=True, eq=False)
class Piece(Generic[T]):
    """One piece of work; `done` is set when `result` or `error` is there."""

    strand: "Strand"
    work: Coroutine[Any, Any, T]
    done: Gate = field(default_factory=Gate)
    result: T | None = None
    error: BaseException | None = None

    def step(self) -> None:
        """Let the work go on until it waits again or ends."""
        try:
            gate = self.work.send(None)
        except StopIteration as end:
            self.result = end.value
            self.done.set()
        except Exception as error:
            self.error = error
            self.done.set()
            if not self.done.waiting:
                raise
        else:
            gate.waiting.append(self)

    def outcome(self) -> T:
        """Return what the work returned, or raise what it raised."""
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # None is a T where work returns None


@dataclass(slots=True)
class Strand:
    """Work that can go on; `pick` says which of so many does, by default the oldest."""

    pick: Callable[[int], int] = lambda _count: 0
    ready: list[Piece[Any]] = field(default_factory=list)

    def spawn(self, work: Coroutine[Any, Any, T]) -> Piece[T]:
        """Add work; it begins when its turn comes."""
        piece = Piece(self, work)
        self.ready.append(piece)
        return piece

    def run(self) -> None:
        """Let everything go on until all of it has ended or waits."""
        while self.ready:
            self.ready.pop(self.pick(len(self.ready))).step()

    async def gather(self, works: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        """Return what pieces of work return that run side by side."""
        pieces = [self.spawn(work) for work in works]
        for piece in pieces:
            await piece.done.wait()
        return [piece.outcome() for piece in pieces]

    async def yield_(self) -> None:
        """Let others go first."""
        gate = Gate()
        self.spawn(_set(gate))
        await gate.wait()


async def _set(gate: Gate) -> None:
    gate.set()


@dataclass(frozen=True, slots=True)
class _Pause:
    gate: Gate

    def __await__(self) -> Generator[Gate, None, None]:
        yield self.gate

"""Batches for tests: rows about the people of a world, and a recount of every one of them (G7)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, cast

from gateway.domain.batch import Batch, BatchRow
from gateway.domain.identifiers import LocalNumber
from gateway.domain.inquiry import AskedInquiry
from gateway.domain.permits import Wanted
from gateway.domain.states import BatchRowState
from gateway.ports import Ports, Unit
from gateway.usecases import batch_intake, batches
from gateway.usecases.batches import BatchView, RowView
from tests.support.world import TAX, World


class DiedError(Exception):
    """The process died here."""


class Dying:
    """A store whose process dies when it is about to commit for the n-th time."""

    def __init__(self, ports: Ports, lives: int) -> None:
        self.store, self.lives = ports.store, lives

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the store has
        return getattr(self.store, name)

    async def commit(self, unit: Unit) -> None:
        self.lives -= 1
        if self.lives < 0:
            raise DiedError
        await self.store.commit(unit)


class Telling:
    """A store that tells what was committed."""

    def __init__(self, ports: Ports) -> None:
        self.store = ports.store
        self.units: asyncio.Queue[Unit] = asyncio.Queue()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the store has
        return getattr(self.store, name)

    async def commit(self, unit: Unit) -> None:
        await self.store.commit(unit)
        self.units.put_nowait(unit)

    async def wait(self, *, added: type | None = None, removed: type | None = None) -> None:
        """Return once a unit that adds or removes a value of a kind was committed."""
        async with asyncio.timeout(30):
            while True:
                unit = await self.units.get()
                kinds = {type(one) for one in (unit.added if added else unit.removed)}
                if (added or removed) in kinds:
                    return


def listen(world: World) -> Telling:
    """Have A's store tell what it commits."""
    telling: Any = Telling(world.ports_a)
    world.sides[world.a] = replace(world.ports_a, store=telling)
    return cast("Telling", telling)


async def ready(world: World, *serials: int, items: bool = True) -> None:
    """Register people on both sides, with tax information at B unless told not to."""
    for serial in serials:
        await world.register(world.a, serial)
        await world.register(world.b, serial)
        if items:
            await world.load_tax(world.b, serial, total_income="3000000")


def ask(world: World, line: int, serial: int, *, key: str | None = None, **asked: Any) -> BatchRow:  # noqa: ANN401  # fields of what a row asks
    """Return a row about a person's tax for affair 69-7."""
    fields: dict[str, Any] = {
        "local_number": LocalNumber(f"{serial:015d}"),
        "affair": "69-7",
        "provider": world.b,
        "wanted": (Wanted(information=TAX),),
    } | asked
    shown = f"{serial} {sorted((name, str(one)) for name, one in fields.items())}"
    digest = sha256(shown.encode()).digest()
    return BatchRow(line=line, digest=digest, key=key, asked=AskedInquiry(**fields))


def same(world: World, serial: int, count: int) -> list[BatchRow]:
    """Return rows that ask the same and have keys of their own, so that each is an inquiry."""
    return [ask(world, line, serial, key=f"k-{line}") for line in range(1, count + 1)]


async def stream(rows: Iterable[BatchRow]) -> AsyncIterator[BatchRow]:
    """Return rows as they come in."""
    for one in rows:
        yield one


async def submit(
    world: World, rows: Sequence[BatchRow], *, key: str = "batch-1", ports: Ports | None = None
) -> Batch:
    """Hand a batch over at A."""
    command = batch_intake.SubmitBatch(system="kokuho", idempotency_key=key)
    return await batch_intake.submit(command, stream(rows), ports=ports or world.ports_a)


async def list_rows(world: World, batch: Batch) -> Sequence[RowView]:
    """Return all rows as their system sees them."""
    return await batches.list_rows(batch, after=0, limit=batch.total, ports=world.ports_a)


async def states(world: World, batch: Batch) -> list[str]:
    """Return the state of every row, by line."""
    return [view.row.state.value for view in await list_rows(world, batch)]


async def view(world: World, batch: Batch) -> BatchView:
    """Return a batch as it stands, after its rows were counted by hand (G7)."""
    found = await batches.load(batch.batch_id, system=batch.system, ports=world.ports_a)
    rows = [one.row for one in await list_rows(world, batch)]
    assert [row.line for row in rows] == list(range(1, batch.total + 1))
    counted = Counter(row.state for row in rows)
    counts = found.counts
    assert {state: counts.at(state) for state in BatchRowState if counts.at(state)} == counted
    assert counts.applied + counts.rejected + counts.pending == counts.total == batch.total
    for row in rows:
        assert (row.state is BatchRowState.REJECTED) == (row.code is not None)
    return found


def die(world: World, lives: int) -> None:
    """Let the process of A die at its n-th commit from now."""
    dying: Any = Dying(world.ports_a, lives)
    world.sides[world.a] = replace(world.ports_a, store=dying)


def come_back(world: World) -> None:
    """Start a new process of A, after the leases of the dead one have run out."""
    store: Any = world.ports_a.store
    for work in world.runner.waiting:
        work.close()
    world.runner.waiting.clear()
    world.sides[world.a] = replace(world.ports_a, store=store.store)
    world.wall.move(seconds=60)


async def go_on(world: World) -> None:
    """Let a second pass, so that whoever paused looks again, and do what is due."""
    world.clock.move(seconds=31)
    await world.settle()

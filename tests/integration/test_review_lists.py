"""The permit list where several processes serve one institution (G1, G8)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.bootstrap.process import follow_list
from gateway.bootstrap.runner import TaskRunner
from gateway.domain.errors import PermitListOlderError, RefusedError
from gateway.domain.permit_book import PermitBook
from gateway.domain.work import Setting, StoredEdition
from gateway.ports import Ports, Unit
from gateway.usecases import permit_list, stored_lists
from permitlists import Edition, load_builtin
from tests.support.world import CORE, World, offer, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def another_process(world: World) -> Ports:
    """Return A's ports as a second process on the same database has them: its own book."""
    other = replace(world.ports_a, book=PermitBook())
    assert await permit_list.load_stored(ports=other)
    return other


async def receive(sequence: int, ports: Ports) -> None:
    await permit_list.receive_list(offer(sequence), sender=CORE, ports=ports)


async def stored(ports: Ports) -> int:
    setting = await ports.store.find(Setting, name=permit_list.SEQUENCE)
    assert setting is not None
    return int(setting.value)


async def test_an_older_list_is_refused_by_a_process_that_missed_the_newer_one(
    world: World,
) -> None:
    other = await another_process(world)
    await receive(5, world.ports_a)
    with pytest.raises(PermitListOlderError):
        await receive(4, other)
    assert await stored(other) == 5
    await receive(5, other)  # the same one is taken from storage
    assert other.book.sequence == 5


async def test_two_lists_that_arrive_at_once_leave_the_newer_one(world: World) -> None:
    other = await another_process(world)
    store = Overtaken(world.ports_a.store, lambda: receive(6, other))
    slow = replace(world.ports_a, store=store)
    with pytest.raises(PermitListOlderError):
        await receive(5, slow)
    assert (await stored(other), slow.book.sequence) == (6, 6)


class Overtaken:
    """A store on which another process commits right before the first unit."""

    def __init__(self, store: Any, event: Callable[[], Any]) -> None:  # noqa: ANN401  # a store
        self._store, self._event = store, event
        self._pending = True

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the store has
        return getattr(self._store, name)

    async def commit(self, unit: Unit) -> None:
        if self._pending:
            self._pending = False
            await self._event()
        await self._store.commit(unit)


async def test_every_process_comes_to_the_list_that_one_of_them_took_over(world: World) -> None:
    other = await another_process(world)
    await receive(5, world.ports_a)
    assert other.book.sequence == 1
    await permit_list.catch_up(ports=other)
    assert other.book.sequence == 5
    assert other.book.permit_list is not None
    await permit_list.catch_up(ports=other)  # nothing newer changes nothing
    assert other.book.sequence == 5


async def test_a_list_of_many_editions_is_loaded_as_a_whole(world: World) -> None:
    """A page that ends too early would silently put an older edition in force."""
    unit = Unit()
    known = await world.ports_a.store.find(Setting, name=permit_list.SEQUENCE)
    assert known is not None
    unit.change(known, value="9")
    edition = load_builtin().editions[0]
    for number in range(120):
        unit.add(
            StoredEdition(
                instrument=f"i{number:03d}",
                valid_from=edition.key.valid_from,
                sequence=9,
                sha256=edition.key.sha256,
                content=edition.to_bytes(),
                received_at=world.clock.now().replace(microsecond=number),
            )
        )
    await world.ports_a.store.commit(unit)
    seen = await stored_lists.list_editions(9, ports=world.ports_a)
    assert len(seen) == 120


async def test_editions_that_make_no_list_together_are_refused_and_not_kept(world: World) -> None:
    """Kept, they would stop every process of the institution at its next start."""
    edition = load_builtin().editions[0]
    twice = replace(offer(7), editions=(edition.to_bytes(), edition.to_bytes()))
    with pytest.raises(RefusedError, match=r"permit_list\.unreadable"):
        await permit_list.receive_list(twice, sender=CORE, ports=world.ports_a)
    assert await stored(world.ports_a) == 1
    later = overlapping(edition)
    both = replace(offer(7), editions=(edition.to_bytes(), later))
    with pytest.raises(RefusedError, match=r"permit_list\.unreadable"):
        await permit_list.receive_list(both, sender=CORE, ports=world.ports_a)
    assert await stored(world.ports_a) == 1
    assert (await another_process(world)).book.sequence == 1


def overlapping(edition: Edition) -> bytes:
    """Return an edition that comes into force while another one still is."""
    content = edition.to_bytes().replace(b'"2015-10-05"', b'"2016-10-05"', 1)
    later, end = Edition.from_bytes(content).key, edition.key.valid_to
    assert (later.valid_from, later.valid_to, end) == (date(2016, 10, 5), *[date(2024, 5, 27)] * 2)
    return content


class Looked:
    """A store that tells when the number of the list was looked up for the second time."""

    def __init__(self, store: Any) -> None:  # noqa: ANN401  # a store
        self._store, self.looks, self.twice = store, 0, asyncio.Event()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the store has
        return getattr(self._store, name)

    async def find(self, kind: type, /, **equals: Any) -> Any:  # noqa: ANN401  # any value
        self.looks += equals.get("name") == permit_list.SEQUENCE
        if self.looks > 2:  # loading looks once more
            self.twice.set()
        return await self._store.find(kind, **equals)


async def test_a_serving_process_follows_the_others(world: World) -> None:
    other = await another_process(world)
    await receive(5, world.ports_a)
    store = Looked(other.store)
    async with TaskRunner(correlated=False) as loops:
        loops.spawn(follow_list(replace(other, store=store), seconds=0.01))
        async with asyncio.timeout(30):
            await store.twice.wait()
    assert other.book.sequence == 5

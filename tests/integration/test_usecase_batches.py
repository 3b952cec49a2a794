"""Batches of inquiries, on real storage: every row ends as exactly one thing (G4, G7, G11)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from gateway.domain.batch import Batch, BatchChunk, BatchPart, BatchRow, reject
from gateway.domain.errors import (
    ConflictError,
    EvidenceUnavailableError,
    InvalidError,
    StateError,
    TooLargeError,
    UnknownError,
)
from gateway.domain.identifiers import LocalNumber
from gateway.domain.inquiry import Inquiry
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases import batch_intake, batches, symbols, work
from gateway.usecases.course import BATCH_LANE
from tests.support import batching
from tests.support.batching import DiedError, ask, come_back, die, go_on, ready, same, states, view
from tests.support.world import World, open_world


@pytest.fixture
async def world(two_database_urls: tuple[str, str]) -> AsyncIterator[World]:
    async with open_world(two_database_urls, b={"slot": timedelta(hours=1)}) as opened:
        yield opened


async def submit(world: World, *rows: BatchRow, key: str = "batch-1") -> Batch:
    """Hand a batch over and let everything that is due happen."""
    batch = await batching.submit(world, rows, key=key)
    await world.settle()
    return batch


class Overtaken:
    """A store that looks up one address so slowly that whoever asks with it is overtaken."""

    def __init__(self, ports: Ports, slow: LocalNumber) -> None:
        self.store, self.slow = ports.store, slow

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the store has
        return getattr(self.store, name)

    async def find(self, kind: type[Any], /, **equals: Any) -> Any:  # noqa: ANN401  # any value
        if equals.get("local_number") == self.slow:
            for _ in range(100):  # each waits for whatever others have committed meanwhile
                await self.store.commit(Unit())
        return await self.store.find(kind, **equals)


async def leftovers(world: World) -> int:
    """Return how many values of batches A stores."""
    store = world.ports_a.store
    kinds: tuple[type[Any], ...] = (Batch, BatchPart, BatchChunk, WorkItem)
    return sum([len(await store.list_values(kind)) for kind in kinds])


async def test_each_row_ends_as_its_inquiry_or_is_rejected_with_a_reason(world: World) -> None:
    await ready(world, 1, 2)
    await world.register(world.a, 3, symbol=False)
    await ready(world, 4, items=False)
    batch = await submit(
        world,
        ask(world, 1, 1),
        ask(world, 2, 2, key="mine"),
        ask(world, 3, 3),
        ask(world, 4, 4),
        ask(world, 5, 1, affair="69-8"),
        ask(world, 6, 99),
        ask(world, 7, 1, affair="x"),
        reject(replace(ask(world, 8, 1), asked=None), "batch.code_unknown", "field 9"),
        ask(world, 9, 1, wanted=()),
    )
    ended = ["answered", "answered", "failed", "resting", "denied", *["rejected"] * 4]
    assert await states(world, batch) == ended
    found = await view(world, batch)
    assert (found.counts.applied, found.counts.rejected, found.counts.pending) == (4, 4, 1)
    rows = [(one.row.code, one.row.fault) for one in await batching.list_rows(world, batch)]
    assert rows[5:] == [
        ("address.unknown", "number"),
        ("request.invalid", "affair"),
        ("batch.code_unknown", "field 9"),
        ("request.invalid", "information"),
    ]
    world.clock.move(hours=1)
    await world.settle()
    await go_on(world)
    assert (await states(world, batch))[3] == "not_provided"
    assert (await view(world, batch)).counts.pending == 0
    assert await world.ports_a.store.list_values(WorkItem) == []


async def test_results_show_inquiries_as_they_stand_and_page_by_line(world: World) -> None:
    await ready(world, 1)
    batch = await submit(world, *same(world, 1, 150))
    seen: list[int] = []
    while page := await batches.list_rows(
        batch, after=seen[-1] if seen else 0, limit=40, ports=world.ports_a
    ):
        assert all(one.inquiry is not None and one.inquiry.answer for one in page)
        seen += [one.row.line for one in page]
    assert seen == list(range(1, 151))


async def test_rows_that_ask_the_same_are_one_inquiry(world: World) -> None:
    await ready(world, 1, 2)
    rows = [
        ask(world, 1, 1),
        ask(world, 2, 1),
        ask(world, 3, 2, key="k"),
        ask(world, 4, 2, key="k"),
    ]
    batch = await submit(world, *rows, ask(world, 5, 1, key="k"), ask(world, 6, 1, key="other"))
    assert await states(world, batch) == [*["answered"] * 4, "rejected", "answered"]
    found = await batching.list_rows(world, batch)
    assert found[4].row.code == "request.conflict"
    ids = [one.row.inquiry_id for one in found]
    assert ids[0] == ids[1] != ids[5]
    assert ids[2] == ids[3]
    for one in found[:4]:
        assert one.inquiry is not None
        assert one.row.digest.hex() not in one.inquiry.idempotency_key  # it could be guessed
    assert world.core.calls.count("send_inquiry") == 3  # never asked twice
    await view(world, batch)


async def test_of_rows_with_one_key_the_first_line_has_it(world: World) -> None:
    await ready(world, 1, 2)
    overtaken: Any = Overtaken(world.ports_a, LocalNumber(f"{1:015d}"))
    world.sides[world.a] = replace(world.ports_a, store=overtaken)
    rows = [ask(world, 1, 1, key="k"), ask(world, 2, 2, key="k"), ask(world, 3, 1, key="k")]
    batch = await submit(world, *rows)
    assert await states(world, batch) == ["answered", "rejected", "answered"]
    assert world.core.calls.count("send_inquiry") == 1


async def test_no_more_than_32_inquiries_of_a_part_are_under_way(world: World) -> None:
    await ready(world, 1)
    world.core.unreachable = 1_000_000
    batch = await submit(world, *same(world, 1, 150))
    counts = (await view(world, batch)).counts
    assert (counts.running, counts.waiting) == (32, 118)
    lanes = {item.lane for item in await world.ports_a.store.list_values(WorkItem, limit=200)}
    assert lanes == {"batch", BATCH_LANE}  # nothing of it stands in the interactive lane
    await go_on(world)
    assert (await view(world, batch)).counts.waiting == 118
    world.core.unreachable = 0
    for _ in range(4):
        await go_on(world)
    assert (await view(world, batch)).counts.answered == 150


async def test_rows_that_wait_for_a_late_answer_let_others_go(world: World) -> None:
    await ready(world, 1, items=False)
    batch = await submit(world, *same(world, 1, 150))
    counts = (await view(world, batch)).counts
    assert (counts.resting, counts.waiting, counts.pending) == (150, 0, 150)
    world.clock.move(hours=1)
    await world.settle()
    await go_on(world)
    assert (await view(world, batch)).counts.not_provided == 150


async def test_a_closed_provider_is_not_crowded(world: World) -> None:
    await ready(world, 1)
    closed = replace(world.ports_b.policy, opens=time(8, 30), closes=time(11))
    world.sides[world.b] = replace(world.ports_b, policy=closed)
    batch = await submit(world, *same(world, 1, 70))
    counts = (await view(world, batch)).counts
    assert (counts.running, counts.waiting) == (32, 38)
    world.clock.move(hours=20, minutes=30)
    for _ in range(12):  # ten a second, and no more
        await world.settle()
        await go_on(world)
        world.clock.move(seconds=1)
    assert (await view(world, batch)).counts.answered == 70


async def test_a_long_batch_is_cut_into_parts_that_go_on_by_themselves(world: World) -> None:
    await ready(world, 1)
    policy = replace(world.ports_a.policy, batch_rows=70, batch_parts=3)
    world.sides[world.a] = replace(world.ports_a, policy=policy)
    world.core.unreachable = 1_000_000
    batch = await submit(world, *same(world, 1, 200))
    found = await view(world, batch)
    assert [part.counts.total for part in found.parts] == [70, 70, 60]
    assert [part.counts.running for part in found.parts] == [32, 32, 32]
    world.core.unreachable = 0
    for _ in range(4):
        await go_on(world)
    assert (await view(world, batch)).counts.answered == 200


async def test_more_rows_than_all_parts_hold_are_refused_and_nothing_stays(world: World) -> None:
    policy = replace(world.ports_a.policy, batch_rows=70, batch_parts=2)
    world.sides[world.a] = replace(world.ports_a, policy=policy)
    with pytest.raises(TooLargeError):
        await batching.submit(world, same(world, 1, 141))
    assert await leftovers(world) == 0
    assert (await batching.submit(world, same(world, 1, 140))).total == 140


async def test_a_row_that_cannot_be_read_refuses_the_whole_batch(world: World) -> None:
    async def broken() -> AsyncIterator[BatchRow]:
        for row in same(world, 1, 100):
            yield row
        raise InvalidError(field="line 101")

    command = batch_intake.SubmitBatch(system="kokuho", idempotency_key="batch-1")
    with pytest.raises(InvalidError):
        await batch_intake.submit(command, broken(), ports=world.ports_a)
    assert await leftovers(world) == 0


async def test_what_a_dead_process_had_taken_in_is_removed_later(world: World) -> None:
    die(world, 3)
    with pytest.raises(DiedError):
        await batching.submit(world, same(world, 1, 200))
    come_back(world)
    assert await leftovers(world) == 3
    await world.settle()
    assert await leftovers(world) == 3  # it could still be coming in
    world.clock.move(hours=1)
    await world.settle()
    assert await leftovers(world) == 0


async def test_a_batch_that_comes_in_while_it_is_given_up_is_refused(world: World) -> None:
    async def slow() -> AsyncIterator[BatchRow]:
        for row in same(world, 1, 100):
            yield row
        world.clock.move(hours=1)
        await world.settle()

    command = batch_intake.SubmitBatch(system="kokuho", idempotency_key="batch-1")
    with pytest.raises(Exception, match=r"storage\.guard"):
        await batch_intake.submit(command, slow(), ports=world.ports_a)
    world.clock.move(hours=1)
    await world.settle()
    assert await leftovers(world) == 0


async def test_the_same_key_is_the_same_batch_and_with_other_rows_a_conflict(world: World) -> None:
    await ready(world, 1)
    rows = same(world, 1, 70)
    first = await submit(world, *rows)
    before = await leftovers(world)
    assert (await batching.submit(world, rows)).batch_id == first.batch_id
    for other in (rows[:69], [*rows[:69], replace(rows[69], key="z")], rows[::-1]):
        with pytest.raises(ConflictError):
            await batching.submit(world, other)
    assert await leftovers(world) == before
    assert world.core.calls.count("send_inquiry") == 70


async def test_of_two_callers_at_once_with_one_key_one_makes_the_batch(world: World) -> None:
    rows = same(world, 1, 70)
    first, second = await asyncio.gather(batching.submit(world, rows), batching.submit(world, rows))
    assert first == second
    third, fourth = await asyncio.gather(
        batching.submit(world, rows, key="batch-2"),
        batching.submit(world, rows[:9], key="batch-2"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in (third, fourth)) == ["Batch", "ConflictError"]
    assert len(await world.ports_a.store.list_values(Batch)) == 2
    kept = await world.ports_a.store.list_values(BatchChunk)
    assert {chunk.batch_id for chunk in kept} == {
        batch.batch_id for batch in await world.ports_a.store.list_values(Batch)
    }


async def test_a_batch_goes_on_after_a_death_at_any_commit(world: World) -> None:
    await ready(world, 1)
    rows = [ask(world, 1, 1), ask(world, 2, 99), ask(world, 3, 1, affair="69-8")]
    died = True
    for lives in range(20):
        before = world.core.calls.count("send_inquiry")
        batch = await batching.submit(world, rows, key=f"batch-{lives}")
        die(world, lives)
        died = False
        try:
            await world.settle()
        except DiedError:
            died = True
        come_back(world)
        await view(world, batch)
        await world.settle()
        await go_on(world)
        assert await states(world, batch) == ["answered", "rejected", "denied"]
        assert (await view(world, batch)).counts.pending == 0
        numbers = {one.transaction_number for one in await world.records(world.b)}
        assert len(await world.ports_a.store.list_values(Inquiry, limit=100)) == 2 * (lives + 1)
        assert world.core.calls.count("send_inquiry") - before <= (2 if died else 1)
        assert len(numbers - {None}) == lives + 1  # one provision for each, however often sent
    assert not died  # so every commit was the last one once


async def test_where_nothing_can_be_recorded_a_batch_waits(world: World) -> None:
    await ready(world, 1)
    batch = await batching.submit(world, same(world, 1, 3))
    store = world.ports_a.store

    class Full(batching.Dying):
        async def commit(self, unit: object) -> None:  # noqa: ARG002  # as the port has it
            raise EvidenceUnavailableError(reason="full")

    full: Any = Full(world.ports_a, 0)
    world.sides[world.a] = replace(world.ports_a, store=full)
    with pytest.raises(EvidenceUnavailableError):
        await world.settle()
    world.sides[world.a] = replace(world.ports_a, store=store)
    assert (await view(world, batch)).counts.waiting == 3
    world.wall.move(seconds=31)
    await world.settle()
    assert (await view(world, batch)).counts.answered == 3


async def test_a_retry_asks_again_what_failed_and_nothing_else(world: World) -> None:
    await ready(world, 1)
    person = await world.register(world.a, 2, symbol=False)
    await world.register(world.b, 2)
    await world.load_tax(world.b, 2, total_income="1")
    await ready(world, 4, items=False)
    rows = [
        ask(world, 1, 1),
        ask(world, 2, 2),
        ask(world, 3, 3),
        ask(world, 4, 1, affair="69-8"),
        ask(world, 5, 4),
        reject(replace(ask(world, 6, 1), asked=None), "batch.code_unknown", "field 9"),
    ]
    batch = await submit(world, *rows)
    assert await states(world, batch) == [
        "answered", "failed", "rejected", "denied", "resting", "rejected",
    ]  # fmt: skip
    await symbols.acquire(person, actor="kokuho", ports=world.ports_a)
    await world.settle()
    await world.core.deliver_symbols(world.a)
    await ready(world, 3)
    sent = world.core.calls.count("send_inquiry")
    before = await batching.list_rows(world, batch)
    again = await batches.retry(batch.batch_id, system="kokuho", ports=world.ports_a)
    assert again.batch.generation == 2
    assert await batches.retry(batch.batch_id, system="kokuho", ports=world.ports_a) == again
    await world.settle()
    await go_on(world)
    assert await states(world, batch) == [
        "answered", "answered", "answered", "denied", "resting", "rejected",
    ]  # fmt: skip
    assert world.core.calls.count("send_inquiry") == sent + 2
    after = await batching.list_rows(world, batch)
    assert [one.row.generation for one in after] == [1, 2, 2, 1, 1, 1]
    assert before[1].row.inquiry_id != after[1].row.inquiry_id
    await view(world, batch)


async def test_a_batch_that_ended_is_taken_up_again_by_a_retry(world: World) -> None:
    await ready(world, 1)
    batch = await submit(world, ask(world, 1, 1), ask(world, 2, 99))
    assert await world.ports_a.store.list_values(WorkItem) == []
    await ready(world, 99)
    await batches.retry(batch.batch_id, system="kokuho", ports=world.ports_a)
    await world.settle()
    assert await states(world, batch) == ["answered", "answered"]
    with pytest.raises(StateError):
        await batches.retry(batch.batch_id, system="kokuho", ports=world.ports_a)


async def test_a_retry_that_changes_nothing_ends_again(world: World) -> None:
    batch = await submit(world, ask(world, 1, 99), ask(world, 2, 1, affair="69-8"))
    for generation in (2, 3):
        found = await batches.retry(batch.batch_id, system="kokuho", ports=world.ports_a)
        assert found.batch.generation == generation
        await world.settle()
        assert await states(world, batch) == ["rejected", "rejected"]
        assert (await view(world, batch)).counts.pending == 0
        assert await world.ports_a.store.list_values(WorkItem) == []


async def test_a_retry_that_comes_while_a_part_ends_is_not_lost(world: World) -> None:
    await ready(world, 1)
    batch = await batching.submit(world, [ask(world, 1, 99), ask(world, 2, 1)])
    store = world.ports_a.store

    class Late(batching.Dying):
        async def commit(self, unit: Any) -> None:  # noqa: ANN401  # a unit
            if any(isinstance(value, WorkItem) and value.lane == "batch" for value in unit.removed):
                world.sides[world.a] = ports
                await ready(world, 99)
                await batches.retry(batch.batch_id, system="kokuho", ports=ports)
            await store.commit(unit)

    ports, late = world.ports_a, Late(world.ports_a, 0)
    late_store: Any = late
    world.sides[world.a] = replace(ports, store=late_store)
    await world.settle()
    world.wall.move(seconds=31)
    await world.settle()
    assert await states(world, batch) == ["answered", "answered"]
    assert (await view(world, batch)).batch.generation == 2


async def test_cancelling_ends_every_pending_row(world: World) -> None:
    await ready(world, 1)
    await ready(world, 2, items=False)
    world.core.unreachable = 1_000_000
    late = [ask(world, 1, 2), ask(world, 2, 1)]
    rows = [replace(row, line=row.line + 2, key=f"k-{row.line}") for row in same(world, 1, 98)]
    batch = await submit(world, *late, *rows)
    world.core.unreachable = 0
    done = await batches.cancel(batch.batch_id, system="kokuho", ports=world.ports_a)
    assert done.batch.cancelled_at is not None
    assert await batches.cancel(batch.batch_id, system="kokuho", ports=world.ports_a) == done
    await world.settle()
    await go_on(world)
    counts = (await view(world, batch)).counts
    assert (counts.cancelled, counts.rejected, counts.pending) == (32, 68, 0)
    found = await batching.list_rows(world, batch)
    assert {one.row.code for one in found} == {None, "batch.cancelled"}
    assert world.core.calls.count("send_inquiry") == 0
    assert await world.ports_a.store.list_values(WorkItem) == []
    with pytest.raises(StateError):
        await batches.retry(batch.batch_id, system="kokuho", ports=world.ports_a)


async def test_cancelling_reaches_rows_that_wait_for_a_late_answer(world: World) -> None:
    await ready(world, 1, items=False)
    batch = await submit(world, *same(world, 1, 3))
    assert (await view(world, batch)).counts.resting == 3
    await batches.cancel(batch.batch_id, system="kokuho", ports=world.ports_a)
    await world.settle()
    await go_on(world)
    assert (await view(world, batch)).counts.cancelled == 3
    world.clock.move(hours=1)
    await world.settle()  # the late answers come and are refused
    assert (await view(world, batch)).counts.cancelled == 3


async def test_a_row_that_ended_before_its_cancellation_stays_what_it_became(world: World) -> None:
    await ready(world, 1, items=False)
    batch = await submit(world, *same(world, 1, 2))
    world.clock.move(hours=1)
    while await work.sweep(ports=world.ports_b):  # answers come while the part pauses
        await world.runner.run()
    assert await states(world, batch) == ["resting"] * 2
    await batches.cancel(batch.batch_id, system="kokuho", ports=world.ports_a)
    await world.settle()
    assert (await view(world, batch)).counts.not_provided == 2


async def test_cancelling_finds_what_was_asked_and_not_written_down(world: World) -> None:
    await ready(world, 1)
    batch = await batching.submit(world, same(world, 1, 3))
    world.core.unreachable = 1_000_000
    die(world, 3)  # all are asked, none is written down
    with pytest.raises(DiedError):
        await world.settle()
    come_back(world)
    assert await states(world, batch) == ["waiting"] * 3
    assert len(await world.ports_a.store.list_values(Inquiry)) == 3
    await batches.cancel(batch.batch_id, system="kokuho", ports=world.ports_a)
    await world.settle()
    assert (await view(world, batch)).counts.cancelled == 3


async def test_cancelling_gives_no_row_what_another_row_with_its_key_asked(world: World) -> None:
    await ready(world, 1, 2)
    rows = [ask(world, 1, 1, key="k"), ask(world, 2, 2, key="k")]
    batch = await batching.submit(world, rows)
    world.core.unreachable = 1_000_000
    die(world, 1)  # the first is asked, nothing is written down
    with pytest.raises(DiedError):
        await world.settle()
    come_back(world)
    assert len(await world.ports_a.store.list_values(Inquiry)) == 1
    await batches.cancel(batch.batch_id, system="kokuho", ports=world.ports_a)
    await world.settle()
    assert await states(world, batch) == ["cancelled", "rejected"]
    found = await batching.list_rows(world, batch)
    assert (found[1].row.code, found[1].inquiry) == ("batch.cancelled", None)


async def test_a_turn_under_way_sees_that_its_batch_is_cancelled(world: World) -> None:
    await ready(world, 1)
    telling = batching.listen(world)
    batch = await batching.submit(world, same(world, 1, 100))
    await work.sweep(ports=world.ports_a)

    async def change_ones_mind() -> None:
        await telling.wait(added=Inquiry)
        await batches.cancel(batch.batch_id, system="kokuho", ports=world.ports_a)

    await asyncio.gather(world.runner.run(), change_ones_mind())  # this turn and no other
    counts = (await view(world, batch)).counts
    assert counts.cancelled + counts.rejected == 100
    assert counts.cancelled  # what it had asked by then


async def test_what_two_callers_wish_at_once_happens_once(world: World) -> None:
    async def twice(act: Any) -> None:  # noqa: ANN401  # cancel or retry
        first, second = await asyncio.gather(
            *(act(batch.batch_id, system="kokuho", ports=world.ports_a) for _ in range(2))
        )
        assert first.batch == second.batch

    await world.register(world.a, 1)
    batch = await submit(world, ask(world, 1, 99))
    await twice(batches.retry)
    assert (await view(world, batch)).batch.generation == 2
    await twice(batches.cancel)
    await world.settle()
    assert (await view(world, batch)).final
    [row] = await batching.list_rows(world, batch)
    assert row.row.code == "address.unknown"  # a retry that never began changes nothing


async def test_work_that_belongs_to_no_batch_is_dropped(world: World) -> None:
    unit = Unit()
    unit.add(WorkItem(lane="batch", key="nothing 0", run_at=world.clock.now()))
    await world.ports_a.store.commit(unit)
    await world.settle()
    assert await leftovers(world) == 0


async def test_a_row_that_waits_and_asks_nothing_is_rejected(world: World) -> None:
    batch = await submit(world, replace(ask(world, 1, 1), asked=None))
    assert [one.row.code for one in await batching.list_rows(world, batch)] == [
        "batch.code_unknown"
    ]


async def test_a_batch_that_ended_cannot_be_cancelled(world: World) -> None:
    batch = await submit(world, ask(world, 1, 99))
    with pytest.raises(StateError):
        await batches.cancel(batch.batch_id, system="kokuho", ports=world.ports_a)


async def test_only_its_own_system_at_its_own_institution_knows_a_batch(world: World) -> None:
    batch = await submit(world, ask(world, 1, 99))
    for system, ports in (("tax", world.ports_a), ("kokuho", world.ports_b)):
        for act in (batches.load, batches.cancel, batches.retry):
            with pytest.raises(UnknownError):
                await act(batch.batch_id, system=system, ports=ports)
    assert await batches.list_rows(batch, after=0, limit=10, ports=world.ports_b) == []


async def test_an_interactive_inquiry_does_not_queue_behind_a_batch(world: World) -> None:
    await ready(world, 1, 2)
    policy = replace(world.ports_a.policy, batch_rows=70)
    world.sides[world.a] = replace(world.ports_a, policy=policy)
    world.core.unreachable = 1_000_000
    await submit(world, *same(world, 1, 200))  # more are due again than one sweep takes
    interactive = await world.inquire(world.ask(2))
    assert interactive.state == "permit_requested"
    world.core.unreachable = 0
    world.clock.move(seconds=31)
    await work.sweep(ports=world.ports_a)
    await world.runner.run()
    assert (await world.reload(interactive)).state == "answered"

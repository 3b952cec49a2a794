"""Batches (一括照会) as business systems see them: how far they are, their rows, cancel, retry."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.batch import (
    Batch,
    BatchChunk,
    BatchCounts,
    BatchPart,
    BatchRow,
    find_place,
    key_of_part,
)
from gateway.domain.errors import GuardFailedError, StateError, UnknownError
from gateway.domain.inquiry import Inquiry
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases.batch_room import TURNS as LANE
from gateway.usecases.batch_room import is_over

MOST_PARTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """A batch and how far each of its parts is; `over_limit`: it goes out in portions."""

    batch: Batch
    parts: tuple[BatchPart, ...]
    over_limit: bool = False

    @property
    def counts(self) -> BatchCounts:
        """Where all its rows are."""
        counts = BatchCounts()
        for part in self.parts:
            counts = counts.plus(part.counts)
        return counts

    @property
    def retry_begins(self) -> bool:
        """Whether a retry was asked for and rows were not put back yet."""
        return any(part.generation < self.batch.generation for part in self.parts)

    @property
    def final(self) -> bool:
        """Whether all rows have ended, and nobody wishes otherwise."""
        return not self.counts.pending and not self.retry_begins


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A row and its inquiry, None where it is not asked yet or was rejected."""

    row: BatchRow
    inquiry: Inquiry | None


async def load(batch_id: str, *, system: str, ports: Ports) -> BatchView:
    """Return a batch of a system.

    Raises:
        UnknownError: this system of this institution has none of that id (G11).
    """
    batch = await ports.store.find(Batch, batch_id=batch_id)
    if batch is None or batch.system != system:
        raise UnknownError(batch_id=batch_id)
    parts = await ports.store.list_values(BatchPart, batch_id=batch_id, limit=MOST_PARTS)
    return BatchView(batch=batch, parts=tuple(parts), over_limit=is_over(batch, ports.policy))


async def list_rows(batch: Batch, *, after: int, limit: int, ports: Ports) -> Sequence[RowView]:
    """Return rows by line, after a line; each with its inquiry as it stands now."""
    rows: list[BatchRow] = []
    line = after + 1
    while line <= batch.total and len(rows) < limit:
        part, chunk = find_place(line, part_rows=batch.part_rows)
        found = await ports.store.find(BatchChunk, batch_id=batch.batch_id, part=part, chunk=chunk)
        if found is None:
            break
        rows += [row for row in found.rows if row.line >= line]
        line = found.rows[-1].line + 1
    rows = rows[:limit]
    return await asyncio.gather(*(_view(row, ports=ports) for row in rows))


async def _view(row: BatchRow, *, ports: Ports) -> RowView:
    inquiry = None
    if row.inquiry_id is not None:
        inquiry = await ports.store.find(Inquiry, inquiry_id=row.inquiry_id)
    return RowView(row=row, inquiry=inquiry)


async def cancel(batch_id: str, *, system: str, ports: Ports) -> BatchView:
    """End a batch on the caller's wish: what was not asked is not asked, the rest is cancelled.

    Raises:
        UnknownError: no such batch.
        StateError: all its rows have ended already.
    """
    while True:
        view = await load(batch_id, system=system, ports=ports)
        if view.batch.cancelled_at is not None:
            return view
        if view.final:
            raise StateError(state="ended", wanted="cancelled")
        unit = Unit()
        unit.change(view.batch, cancelled_at=ports.clock.now())
        if await _commit(unit, ports=ports):
            await _wake(view, ports=ports)
            return await load(batch_id, system=system, ports=ports)


async def retry(batch_id: str, *, system: str, ports: Ports) -> BatchView:
    """Ask again for the rows that failed, expired, or were of somebody unknown.

    They get new inquiries under idempotency keys of a new generation. While a retry is being
    prepared, another one is the same.

    Raises:
        UnknownError: no such batch.
        StateError: it was cancelled, or no row can be retried.
    """
    while True:
        view = await load(batch_id, system=system, ports=ports)
        batch, counts = view.batch, view.counts
        if view.retry_begins:
            return view
        if batch.cancelled_at is not None:
            raise StateError(state="cancelled", wanted="retry")
        if not counts.failed + counts.expired + counts.rejected:
            raise StateError(state="ended" if view.final else "running", wanted="retry")
        unit = Unit()
        unit.change(batch, generation=batch.generation + 1)
        for part in view.parts:
            key = key_of_part(batch_id, part.part)
            if await ports.store.find(WorkItem, lane=LANE, key=key) is None:
                unit.add(WorkItem(lane=LANE, key=key, run_at=ports.clock.now()))
        if await _commit(unit, ports=ports):
            await _wake(view, ports=ports)
            return await load(batch_id, system=system, ports=ports)


async def _commit(unit: Unit, *, ports: Ports) -> bool:
    """Commit, or tell that another act came first."""
    try:
        await ports.store.commit(unit)
    except GuardFailedError:
        return False
    return True


async def _wake(view: BatchView, *, ports: Ports) -> None:
    """Let parts that pause take a turn now; those at work look at the batch anyway."""
    now = ports.clock.now()
    for part in view.parts:
        key = key_of_part(part.batch_id, part.part)
        item = await ports.store.find(WorkItem, lane=LANE, key=key)
        if item is not None and item.lease_until is None and item.run_at > now:
            unit = Unit()
            unit.change(item, run_at=now, attempts=0)
            await _commit(unit, ports=ports)

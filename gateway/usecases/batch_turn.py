"""The turns of one part of a batch (一括照会): ask some rows, see what became of others, pause.

A part is driven by whoever holds its work item. Each round of a turn takes only as many rows as
keep the inquiries under way below a bound, so that a batch never crowds out an interactive one,
and writes down how far it came. Rows that were asked and not written down are recognised by their
idempotency key; rows that wait for a late answer do not count as under way (G4, G7).
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Literal

from gateway.domain.batch import (
    CANCELLED,
    CODE_UNKNOWN,
    PENDING,
    Batch,
    BatchChunk,
    BatchCounts,
    BatchPart,
    BatchRow,
    after_inquiry,
    key_of_row,
    pending_in,
    put_back,
    reject,
)
from gateway.domain.errors import AddressUnknownError, ConflictError, InvalidError, StateError
from gateway.domain.inquiry import Inquiry
from gateway.domain.states import BatchRowState, InquiryState
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases import inquiry as inquiries
from gateway.usecases.batch_room import TURNS, count_open, find_share
from gateway.usecases.course import BATCH_LANE

LANE = TURNS
IN_FLIGHT = 32  # inquiries of one part that are under way at once
ROWS_PER_ROUND = 16  # so that they do not all need the same thing at the same time
ROUND_SECONDS = 0.005
IDLE_ROUNDS = 3
TURN_MOST = timedelta(seconds=2)
PAGE = 20  # chunks read at once
PAUSE_FIRST = timedelta(milliseconds=20)
PAUSE_MOST = timedelta(seconds=30)

Pending = Literal["waiting", "running", "resting"]
Rows = Sequence[BatchRow]
_KINDS: tuple[Pending, ...] = ("waiting", "running", "resting")
_UNDER_WAY = frozenset({BatchRowState.RUNNING, BatchRowState.RESTING})


async def drive(item: WorkItem, *, ports: Ports) -> None:
    """Take one turn of the part of a leased work item."""
    batch_id, _, number = item.key.partition(" ")
    batch = await ports.store.find(Batch, batch_id=batch_id)
    part = await ports.store.find(BatchPart, batch_id=batch_id, part=int(number))
    if batch is None or part is None:
        unit = Unit()
        unit.remove(item)
        await ports.store.commit(unit)
        return
    await _Turn(batch, part, item, ports).run()


async def _each(rows: Rows, treat: Callable[[BatchRow], Awaitable[BatchRow]]) -> Rows:
    """Treat rows at once, so that what they write is committed together."""
    done = await asyncio.gather(*map(treat, rows), return_exceptions=True)
    for one in done:
        if isinstance(one, BaseException):
            raise one
    return [row for row in done if isinstance(row, BatchRow)]


def _became(row: BatchRow, inquiry: Inquiry) -> BatchRow:
    return after_inquiry(dataclasses.replace(row, inquiry_id=inquiry.inquiry_id), inquiry.state)


class _Turn:
    """One turn: the values as last committed; each step commits what it changed."""

    def __init__(self, batch: Batch, part: BatchPart, item: WorkItem, ports: Ports) -> None:
        self.batch, self.part, self.item, self.ports = batch, part, item, ports
        self.share = 0  # rows that may be under way, resting ones included

    async def run(self) -> None:
        """Take rounds as long as rows move; whoever moved the part meanwhile wins."""
        wall = self.ports.wall
        until = wall.now() + min(TURN_MOST, self.ports.policy.lease / 4)  # the lease covers it
        self.share = await find_share(self.part, ports=self.ports)
        total = idle = 0
        while await self.is_pending() and idle < IDLE_ROUNDS and wall.now() < until:
            moved = await self.take_round(closely=idle > 0)
            total += moved
            idle = 0 if moved else idle + 1
            if self.part.counts.running:  # give some of them time to come to their end
                await asyncio.sleep(ROUND_SECONDS * 2**idle)
        if idle:
            total += await self.walk("resting", self.look)
        await self.pause(moved=bool(total))

    async def is_pending(self) -> bool:
        """Look at the batch anew, which may be cancelled or retried; tell whether rows can move."""
        batch_id = self.batch.batch_id
        self.batch = await self.ports.store.find(Batch, batch_id=batch_id) or self.batch
        await self.put_back()
        return self.part.counts.pending > 0

    async def take_round(self, *, closely: bool) -> int:
        """See what became of rows and ask others in their place; return how many moved."""
        moved = await self.walk("running", self.look_closely if closely else self.look)
        if self.batch.cancelled_at is None:
            return moved + await self.ask()
        for kind in _KINDS:
            moved += await self.walk(kind, self.withdraw, pages=1)
        return moved

    async def put_back(self) -> None:
        """Let the rows that a retry is for wait again, unless the batch was cancelled since."""
        generation = self.batch.generation
        if self.part.generation == generation:
            return
        after: str | None = None
        while self.batch.cancelled_at is None and (page := await self.list_chunks(after=after)):
            after = self.ports.store.key_of(page[-1])
            for chunk in page:
                await self.save(chunk, [put_back(row, generation) for row in chunk.rows])
        unit = Unit()
        self.part = unit.change(self.part, generation=generation)
        await self.ports.store.commit(unit)
        self.share = await find_share(self.part, ports=self.ports)

    async def ask(self) -> int:
        """Ask some rows, as many as may be under way; return how many moved."""
        counts = self.part.counts
        free = min(ROWS_PER_ROUND, IN_FLIGHT - counts.running, self.share - count_open(counts))
        chunks = await self.list_chunks(limit=1, waiting=True) if free > 0 else []
        if not chunks:
            return 0
        waiting = [row for row in chunks[0].rows if row.state is BatchRowState.WAITING]
        return await self.save(chunks[0], await self.ask_in_order(waiting[:free]))

    async def ask_in_order(self, rows: Rows) -> Rows:
        """Ask rows at once, those of one key by line: the first has it, whoever would be faster."""
        done: list[BatchRow] = []
        while rows:
            first: dict[str, BatchRow] = {}
            rest = [r for r in rows if first.setdefault(key_of_row(self.batch, r), r) is not r]
            done += await _each(list(first.values()), self.ask_row)
            rows = rest
        return done

    async def walk(
        self,
        kind: Pending,
        treat: Callable[[Rows], Awaitable[Rows]],
        *,
        pages: int | None = None,
    ) -> int:
        """Treat the chunks that hold rows of a kind, some pages or all; return how many moved."""
        moved = 0
        after: str | None = None
        while pages != 0 and (page := await self.list_chunks(after=after, **{kind: True})):
            pages = None if pages is None else pages - 1
            after = self.ports.store.key_of(page[-1])
            for chunk in page:
                moved += await self.save(chunk, await treat(chunk.rows))
        return moved

    async def list_chunks(
        self, *, limit: int = PAGE, after: str | None = None, **kinds: bool
    ) -> list[BatchChunk]:
        """Return chunks of the part that hold rows of some kinds, by number."""
        return await self.ports.store.list_values(
            BatchChunk,
            limit=limit,
            after=after,
            batch_id=self.part.batch_id,
            part=self.part.part,
            **kinds,
        )

    async def save(self, chunk: BatchChunk, rows: Rows) -> int:
        """Write down some rows of a chunk as they are now; return how many of them moved."""
        new = {row.line: row for row in rows}
        kept = tuple(new.get(row.line, row) for row in chunk.rows)
        moved = sum(now is not before for now, before in zip(kept, chunk.rows, strict=True))
        if not moved:
            return 0
        counts = self.part.counts.plus(BatchCounts.of(chunk.rows), -1).plus(BatchCounts.of(kept))
        unit = Unit()
        unit.change(chunk, rows=kept, **pending_in(kept))
        self.part = unit.change(self.part, counts=counts, updated_at=self.ports.clock.now())
        await self.ports.store.commit(unit)
        return moved

    async def ask_row(self, row: BatchRow) -> BatchRow:
        """Make a row an inquiry, or find the one that it became before a crash."""
        if row.asked is None:
            return reject(row, CODE_UNKNOWN)
        command = inquiries.SubmitInquiry(
            system=self.batch.system,
            idempotency_key=key_of_row(self.batch, row),
            body_digest=row.digest,
            asked=row.asked,
            batch_id=self.batch.batch_id,
        )
        try:
            inquiry = await inquiries.submit(command, ports=self.ports)
        except AddressUnknownError as error:
            return reject(row, error.code, "number")
        except ConflictError as error:
            return reject(row, error.code, "key")
        except InvalidError as error:
            return reject(row, error.code, str(error.context["field"]))
        return _became(row, inquiry)

    async def look(self, rows: Rows) -> Rows:
        """Return rows as their inquiries stand."""
        return [after_inquiry(row, state) for row, state in await self.list_states(rows)]

    async def look_closely(self, rows: Rows) -> Rows:
        """Return rows as their inquiries stand, those apart that wait for a late answer."""
        return [
            after_inquiry(row, state, resting=await self.rests(row, state))
            for row, state in await self.list_states(rows)
        ]

    async def list_states(self, rows: Rows) -> Sequence[tuple[BatchRow, InquiryState]]:
        """Return the rows under way and the states of their inquiries."""
        asked = [row for row in rows if row.state in _UNDER_WAY]
        states = await self.ports.store.list_states([one.inquiry_id or "" for one in asked])
        found = ((row, states.get(row.inquiry_id or "")) for row in asked)
        return [(row, state) for row, state in found if state is not None]

    async def rests(self, row: BatchRow, state: InquiryState) -> bool:
        """Tell whether nothing will be sent for a row for a long time, so that others may go."""
        if row.state is BatchRowState.RESTING or state is InquiryState.HELD:
            return True
        if state is not InquiryState.SENT:
            return False
        item = await self.ports.store.find(WorkItem, lane=BATCH_LANE, key=row.inquiry_id)
        soon = self.ports.clock.now() + self.ports.policy.retry_most
        return item is not None and item.lease_until is None and item.run_at > soon

    async def withdraw(self, rows: Rows) -> Rows:
        """Return rows after their inquiries were cancelled; what was not asked will not be."""
        return await _each([row for row in rows if row.state in PENDING], self.withdraw_row)

    async def withdraw_row(self, row: BatchRow) -> BatchRow:
        """Cancel one row, unless its inquiry ended before."""
        inquiry = await self.ports.store.find(
            Inquiry, system=self.batch.system, idempotency_key=key_of_row(self.batch, row)
        )
        if inquiry is None or inquiry.body_digest != row.digest:  # another row's, of the same key
            return reject(row, CANCELLED)
        found, system = inquiry.inquiry_id, self.batch.system
        try:
            ended = await inquiries.cancel(found, system=system, ports=self.ports)
        except StateError:  # it is final already
            ended = await inquiries.load(found, system=system, ports=self.ports)
        return _became(row, ended)

    async def pause(self, *, moved: bool) -> None:
        """Give the part back: at once if it moved, ever later if not, for good if it ended."""
        unit = Unit()
        if not self.part.counts.pending:
            unit.remove(self.item)
            unit.change(self.batch)  # a retry that came meanwhile would otherwise find no driver
        elif moved:
            unit.change(self.item, run_at=self.ports.clock.now(), lease_until=None, attempts=0)
        else:
            pause = min(PAUSE_FIRST * 2 ** min(self.item.attempts, 16), PAUSE_MOST)
            unit.change(self.item, run_at=self.ports.clock.now() + pause, lease_until=None)
        await self.ports.store.commit(unit)

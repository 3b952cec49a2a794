"""Taking in a batch (一括照会): rows are stored while they come and count once all have come.

Whatever the batch's size, memory holds 64 of its rows. If one cannot be read, those before it are
removed again; if the process dies, a work item removes them later.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from gateway.domain.batch import (
    Batch,
    BatchChunk,
    BatchCounts,
    BatchPart,
    BatchRow,
    find_place,
    key_of_part,
    pending_in,
)
from gateway.domain.errors import (
    ConflictError,
    DuplicateKeyError,
    EvidenceUnavailableError,
    GatewayError,
    GuardFailedError,
    TooLargeError,
)
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit
from gateway.usecases.batch_room import TURNS, tell_if_over

LANE = "batch_intake"
ABANDONED = timedelta(hours=1)  # longer than any body may take to arrive
PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitBatch:
    """Under which key a business system hands over a batch."""

    system: str
    idempotency_key: str


async def submit(command: SubmitBatch, rows: AsyncIterator[BatchRow], *, ports: Ports) -> Batch:
    """Store a batch and have its parts go on; a repeat returns what the first one made.

    Args:
        command: Whose batch, under which key.
        rows: The rows in the order of their lines, from 1.
        ports: The institution's ports.

    Raises:
        ConflictError: the idempotency key came before with other rows.
        TooLargeError: there are more rows than parts may hold.
        GatewayError: whatever `rows` raises; nothing of the batch stays.
    """
    known = await _find_same(command, ports=ports)
    intake = _Intake(command, ports)
    if known is not None:
        async for row in rows:
            intake.note(row)
        await tell_if_over(known, ports=ports)  # it may have died before it told
        return _agree(known, intake)
    await intake.open()
    try:
        async for row in rows:
            await intake.take(row)
        return await intake.close()
    except DuplicateKeyError:
        await intake.discard()
        known = await _find_same(command, ports=ports)
        if known is None:
            raise
        return _agree(known, intake)
    except GatewayError:
        with suppress(EvidenceUnavailableError, GuardFailedError):  # then the work item does it
            await intake.discard()
        raise


async def _find_same(command: SubmitBatch, *, ports: Ports) -> Batch | None:
    return await ports.store.find(
        Batch, system=command.system, idempotency_key=command.idempotency_key
    )


def _agree(known: Batch, intake: "_Intake") -> Batch:
    if known.body_digest != intake.digest.digest():
        raise ConflictError(batch_id=known.batch_id)
    return known


class _Intake:
    """One batch that is coming in: how much has come, and the rows not yet stored."""

    def __init__(self, command: SubmitBatch, ports: Ports) -> None:
        self.command, self.ports = command, ports
        self.part_rows = ports.policy.batch_rows
        self.digest = sha256()
        self.total = 0
        self._rows: list[BatchRow] = []
        self._place = (0, 0)
        self._counts: list[BatchCounts] = []  # by part
        now = ports.clock.now()
        self._item = WorkItem(lane=LANE, key=ports.ids.uuid(), run_at=now + ABANDONED)

    async def open(self) -> None:
        """Note what is to be removed should the process die."""
        unit = Unit()
        unit.add(self._item)
        await self.ports.store.commit(unit)

    def note(self, row: BatchRow) -> None:
        """Count a row, and let the batch's digest cover it."""
        self.total += 1
        self.digest.update(row.digest + f"{row.key or ''}\n".encode())

    async def take(self, row: BatchRow) -> None:
        """Take in the next row; rows are stored 64 at a time."""
        most = self.part_rows * self.ports.policy.batch_parts
        if self.total == most:
            raise TooLargeError(expected=f"at most {most} rows")
        self.note(row)
        place = find_place(self.total, part_rows=self.part_rows)
        if place != self._place:
            await self._store()
        self._place = place
        self._rows.append(row)

    async def _store(self) -> None:
        part, chunk = self._place
        rows, self._rows = tuple(self._rows), []
        if part == len(self._counts):
            self._counts.append(BatchCounts())
        self._counts[part] = self._counts[part].plus(BatchCounts.of(rows))
        unit = Unit()
        unit.add(
            BatchChunk(
                batch_id=self._item.key, part=part, chunk=chunk, rows=rows, **pending_in(rows)
            )
        )
        await self.ports.store.commit(unit)

    async def close(self) -> Batch:
        """Store the rest and the batch itself; from here on it goes on by itself."""
        await self._store()
        now = self.ports.clock.now()
        batch = Batch(
            batch_id=self._item.key,
            system=self.command.system,
            idempotency_key=self.command.idempotency_key,
            body_digest=self.digest.digest(),
            salt=self.ports.ids.uuid(),
            total=self.total,
            part_rows=self.part_rows,
            submitted_at=now,
        )
        unit = Unit()
        unit.remove(self._item)
        unit.add(batch)
        for part, counts in enumerate(self._counts):
            key = key_of_part(batch.batch_id, part)
            unit.add(
                BatchPart(batch_id=batch.batch_id, part=part, counts=counts, updated_at=now),
                WorkItem(lane=TURNS, key=key, run_at=now),
            )
        await self.ports.store.commit(unit)
        await tell_if_over(batch, ports=self.ports)
        return batch

    async def discard(self) -> None:
        """Remove what was stored."""
        await discard(self._item, ports=self.ports)


async def discard(item: WorkItem, *, ports: Ports) -> None:
    """Remove the rows of a batch that never came to its end."""
    if await ports.store.find(Batch, batch_id=item.key) is None:
        while page := await ports.store.list_values(BatchChunk, batch_id=item.key, limit=PAGE):
            unit = Unit()
            unit.remove(*page)
            await ports.store.commit(unit)
    unit = Unit()
    unit.remove(item)
    await ports.store.commit(unit)

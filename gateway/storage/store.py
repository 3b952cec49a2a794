"""The port `Store` of one institution: values in, values out, rows never."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from gateway.domain.errors import (
    DuplicateKeyError,
    GuardFailedError,
    InvalidError,
)
from gateway.domain.records import Checkpoint, StoredRecord, Verification
from gateway.domain.states import InquiryState
from gateway.domain.work import WorkItem
from gateway.ports import Lease, RecordQuery, Unit, Value
from gateway.storage import statements
from gateway.storage.evidence import seal_record
from gateway.storage.log import RecordLog
from gateway.storage.mapping import (
    KEY_SEPARATOR,
    Cell,
    Row,
    TypeMapping,
    from_microseconds,
    to_microseconds,
)
from gateway.storage.mappings import MAPPINGS
from gateway.storage.reading import Reader, fetch
from gateway.storage.sealing import Sealer
from gateway.storage.statements import Shape
from gateway.storage.units import Step, WriteUnit
from gateway.storage.writer import Writer

STATES_AT_ONCE: Final = 64
WALK_ROWS: Final = 200  # some milliseconds of work, done in a thread
T = TypeVar("T")
_FIRST: Final = -(2**63)  # so that a walk also sees rows before 0


class DatabaseStore:
    """Storage as one institution sees it; every statement names that institution (G11)."""

    def __init__(self, reader: Reader, writer: Writer, sealer: Sealer, *, owner: str) -> None:
        self._reader = reader
        self._writer = writer
        self._sealer = sealer
        self._owner = owner
        self._dialect = reader.dialect
        self._log = RecordLog(reader, sealer)

    @property
    def institution(self) -> str:
        """The institution code that is part of every key."""
        return self._sealer.institution

    async def commit(self, unit: Unit) -> None:
        """Make a unit durable through the process's single writer.

        Changes come first, then removals, then additions, so that a key may pass on; a value
        that was added and changed in one unit is added as it became.

        Raises:
            GuardFailedError: a guard failed; nothing of the unit stands.
            InvalidError: the database cannot hold one of the values.
            EvidenceUnavailableError: nothing can be recorded now.
        """
        added, changed = _fold(unit)
        steps = [self._change(old, new) for old, new in changed]
        steps += [self._remove(value) for value in unit.removed]
        steps += [self._add(value) for value in added]
        await self._write(steps, unit)

    def _write(self, steps: list[Step], unit: Unit) -> asyncio.Future[list[tuple[Cell, ...]]]:
        sealer = self._sealer
        records = [seal_record(record, sealer) for record in unit.records]
        outcome: asyncio.Future[list[tuple[Cell, ...]]] = asyncio.get_running_loop().create_future()
        self._writer.submit(WriteUnit(sealer.institution, steps, records, outcome))
        return outcome

    def _add(self, value: Value) -> Step:
        mapping = MAPPINGS[type(value)]
        statement = statements.insert_row(mapping.table, self._dialect)
        row = mapping.to_row(value, self._sealer)
        return Step(statement.text, statement.bind(row), mapping.table.name, DuplicateKeyError)

    def _change(self, old: Value, new: Value) -> Step:
        mapping = MAPPINGS[type(new)]
        if any(getattr(old, name) != getattr(new, name) for name in mapping.key):
            raise InvalidError(table=mapping.table.name, field="key")
        statement = statements.update_row(mapping, self._dialect)
        row = mapping.to_row(new, self._sealer)
        row["old_version"] = old.version
        return Step(statement.text, statement.bind(row), mapping.table.name, GuardFailedError)

    def _remove(self, value: Value) -> Step:
        mapping = MAPPINGS[type(value)]
        statement = statements.delete_row(mapping, self._dialect)
        row = self._filter(mapping, {name: getattr(value, name) for name in mapping.key})
        if mapping.has_version:
            row["version"] = value.version
        return Step(statement.text, statement.bind(row), mapping.table.name, GuardFailedError)

    async def find(self, kind: type[T], /, **equals: Any) -> T | None:  # noqa: ANN401  # any field
        """Return the one value whose fields equal `equals` (masked fields by their index).

        Where several do (a local number that was bound before), the live one comes first.

        Raises:
            EvidenceUnavailableError: the database does not answer.
        """
        found = await self._select(kind, equals, limit=1, one=True)
        return found[0] if found else None

    async def list_values(
        self,
        kind: type[T],
        /,
        *,
        limit: int = 100,
        after: str | None = None,
        **equals: Any,  # noqa: ANN401  # any field
    ) -> list[T]:
        """Return values by key order; `after` is the last key text of the previous page.

        The key text of a value joins its key fields with tabs; keys that are numbers or symbols
        are ordered by their blind index, so their order says nothing about them.

        Raises:
            EvidenceUnavailableError: the database does not answer.
        """
        return await self._select(kind, equals, limit=limit, after=after)

    def key_of(self, value: Value) -> str:
        """Return the key text of a value, to be given as `after` for the next page."""
        return MAPPINGS[type(value)].key_text(value)

    async def _select(
        self,
        kind: type[T],
        equals: Mapping[str, Any],
        *,
        limit: int,
        after: str | None = None,
        one: bool = False,
    ) -> list[T]:
        mapping = MAPPINGS[kind]
        row = self._filter(mapping, equals)
        columns = sorted(name for name in row if name != "institution")
        shape = Shape(
            equal=tuple(name for name in columns if row[name] is not None),
            empty=tuple(name for name in columns if row[name] is None),
            after=after is not None,
            one=one,
            limit=limit,
        )
        if after is not None:
            row |= mapping.start(after.split(KEY_SEPARATOR), self._sealer)
        statement = statements.select_rows(mapping, shape, self._dialect)
        rows = await fetch(self._reader, statement, row)
        names, sealer = mapping.column_names, self._sealer
        return [mapping.from_row(dict(zip(names, r, strict=True)), sealer) for r in rows]

    def _filter(self, mapping: TypeMapping, equals: Mapping[str, Any]) -> Row:
        row: Row = {"institution": self.institution}
        for name, value in equals.items():
            row[mapping.column_of[name]] = mapping.cell(name, value, self._sealer)
        return row

    async def list_states(self, inquiry_ids: Sequence[str]) -> Mapping[str, InquiryState]:
        """Return the states of inquiries by id; unknown ids are left out.

        Raises:
            EvidenceUnavailableError: the database does not answer.
        """
        found: dict[str, InquiryState] = {}
        statement = statements.select_states(STATES_AT_ONCE, self._dialect)
        for start in range(0, len(inquiry_ids), STATES_AT_ONCE):
            ids = inquiry_ids[start : start + STATES_AT_ONCE]
            values: Row = {"institution": self.institution}
            for number in range(STATES_AT_ONCE):  # one statement for all: the last id fills up
                values[f"id_{number}"] = ids[min(number, len(ids) - 1)]
            rows = await fetch(self._reader, statement, values)
            found.update((str(key), InquiryState(str(state))) for key, state in rows)
        return found

    async def claim(self, lane: str, *, now: datetime, lease: Lease, limit: int) -> list[WorkItem]:
        """Lease due items of a lane to this process, oldest first.

        Raises:
            EvidenceUnavailableError: the lease cannot be written.
        """
        mapping = MAPPINGS[WorkItem]
        statement = statements.claim_work(mapping.column_names, self._dialect)
        values: Row = {
            "institution": self.institution,
            "lane": lane,
            "now": to_microseconds(now),
            "wall": to_microseconds(lease.begins),
            "lease_until": to_microseconds(lease.ends),
            "owner": self._owner,
            "limit": limit,
        }
        step = Step(statement.text, statement.bind(values), mapping.table.name, returns=True)
        rows = await self._write([step], Unit())
        names = mapping.column_names
        items: list[WorkItem] = [
            mapping.from_row(dict(zip(names, row, strict=True)), self._sealer) for row in rows
        ]
        return sorted(items, key=lambda item: (item.run_at, item.key))

    async def next_run(self, lane: str, *, wall: datetime) -> datetime | None:
        """Return when the first item of a lane that nobody holds at `wall` is due.

        Raises:
            EvidenceUnavailableError: the database does not answer.
        """
        values: Row = {
            "institution": self.institution,
            "lane": lane,
            "wall": to_microseconds(wall),
        }
        ((first,),) = await fetch(self._reader, statements.next_run(self._dialect), values)
        return from_microseconds(first) if isinstance(first, int) else None

    async def records(self, query: RecordQuery) -> list[StoredRecord]:
        """Return records of this institution's log.

        Raises:
            EvidenceUnavailableError: the database does not answer.
            SealBrokenError: a record was changed.
        """
        return await self._log.search(query)

    async def verify(self) -> Verification:
        """Walk the whole log and compare leaves, chain, head and checkpoints.

        `fault` is `kind:number`, kind one of body, leaf, chain, gap, head, index, checkpoint;
        the number is a sequence, for a head or checkpoint its size, for an index its block.
        Signatures are the caller's to judge.

        Raises:
            EvidenceUnavailableError: the database does not answer.
        """
        signed: list[Checkpoint] = []
        after = None
        while page := await self.list_values(Checkpoint, after=after):
            signed += page
            after = f"{page[-1].size}{KEY_SEPARATOR}{to_microseconds(page[-1].at)}"
        return await self._log.verify(signed)


def _fold(unit: Unit) -> tuple[list[Value], list[tuple[Value, Value]]]:
    """Return additions and changes where a value added in this unit is added as it became."""
    added, changed = list(unit.added), []
    for old, new in unit.changed:
        place = next((n for n, value in enumerate(added) if value is old), None)
        if place is None:
            changed.append((old, new))
        else:
            added[place] = new
    return added, changed

"""Replicas (副本): loaded, deleted, counted (S5.4)."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from gateway.domain.addresses import Alias
from gateway.domain.errors import GuardFailedError
from gateway.domain.identifiers import LocalNumber, UnifiedNumber
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.replica import Rejection, Replica, ReplicaItem, ReplicaLoad
from gateway.ports import Ports, Unit
from gateway.usecases.carrying import carry_controls
from gateway.usecases.expectation import expect
from gateway.usecases.provision import wake
from permitlists import items_of

CHUNK = 50  # entries per unit, and
AT_ONCE = 4  # entries before others have their turn: a bulk load must not delay inquiries
ALL = 100_000
CARRIED = re.compile("[\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")  # by XML


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaEntry:
    """One data set as a business system delivers it; deleting makes a version without items."""

    local_number: LocalNumber
    information: str
    record_key: str = ""
    as_of: date
    public_from: date
    public_to: date | None = None
    items: tuple[ReplicaItem, ...] = ()
    operation: Literal["put", "delete"] = "put"


async def load(entries: Sequence[ReplicaEntry], *, system: str, ports: Ports) -> ReplicaLoad:
    """Apply entries in order; each ends as applied or rejected with a reason (G7)."""
    receipt, now = ports.ids.uuid(), ports.clock.now()
    rejected: list[Rejection] = []
    applied = 0
    for start in range(0, len(entries), CHUNK):
        part = entries[start : start + CHUNK]
        for _ in range(3):
            try:
                refused = await _load_part(part, start, system=system, at=now, ports=ports)
                break
            except GuardFailedError:
                continue
        else:
            raise GuardFailedError(act="replica_load")
        rejected += refused
        applied += len(part) - len(refused)
    result = ReplicaLoad(
        receipt=receipt,
        system=system,
        total=len(entries),
        applied=applied,
        rejected=tuple(rejected),
        pending=0,
        loaded_at=now,
    )
    unit = Unit()
    unit.add(result)
    await ports.store.commit(unit)
    if applied:
        await expect(system, ports=ports)
    return result


async def find_load(receipt: str, *, system: str, ports: Ports) -> ReplicaLoad | None:
    """Return what became of a load of a system."""
    found = await ports.store.find(ReplicaLoad, receipt=receipt)
    return found if found is not None and found.system == system else None


async def _load_part(
    part: Sequence[ReplicaEntry], start: int, *, system: str, at: datetime, ports: Ports
) -> list[Rejection]:
    unit = Unit()
    refused: list[Rejection] = []
    fresh: dict[tuple[str, str, str], Replica] = {}
    agreeing: list[UnifiedNumber] = []
    for line, entry in enumerate(part, start + 1):
        if line % AT_ONCE == 0:
            await asyncio.sleep(0)  # with SQLite nothing below ever waits
        fault = find_fault(entry)
        alias = await ports.store.find(Alias, system=system, local_number=entry.local_number)
        if fault is None and alias is None:
            fault = ("address.unknown", "number")
        if fault is not None or alias is None:
            code, field = fault or ("address.unknown", "number")
            refused.append(Rejection(line=line, code=code, field=field))
            continue
        last = await _find_last(entry, alias.unified_number, fresh, ports=ports)
        replica = _make(entry, alias.unified_number, last, at=at)
        if last is not None and last.original is not None:
            agrees = replica.digest == last.original
            replica = replace(replica, original=None if agrees else last.original)
            agreeing += [alias.unified_number] if agrees else []
        replica = replace(replica, system=system)
        fresh[_key_of(replica)] = replica
        unit.add(replica)
        unit.record(_act(replica, system))
    wake(unit, agreeing, ports=ports)
    if unit.added:
        await ports.store.commit(unit)
    return refused


def _key_of(replica: Replica) -> tuple[str, str, str]:
    return replica.unified_number.value, replica.information, replica.record_key


async def _find_last(
    entry: ReplicaEntry,
    person: UnifiedNumber,
    fresh: dict[tuple[str, str, str], Replica],
    *,
    ports: Ports,
) -> Replica | None:
    """Return the newest version of a data set, earlier in this unit or stored."""
    known = fresh.get((person.value, entry.information, entry.record_key))
    return known or await find_newest(entry, person, ports=ports)


async def find_newest(
    entry: ReplicaEntry, person: UnifiedNumber, *, ports: Ports
) -> Replica | None:
    """Return the newest stored version of a data set of a person, or None."""
    stored = await ports.store.list_values(
        Replica,
        limit=ALL,
        unified_number=person,
        information=entry.information,
        record_key=entry.record_key,
    )
    return max(stored, key=lambda replica: replica.replica_version, default=None)


def _make(
    entry: ReplicaEntry, person: UnifiedNumber, last: Replica | None, *, at: datetime
) -> Replica:
    """Return the version that an entry makes, following the last one."""
    deleted = entry.operation == "delete"
    return Replica(
        unified_number=person,
        information=entry.information,
        record_key=entry.record_key,
        replica_version=1 if last is None else last.replica_version + 1,
        as_of=entry.as_of,
        public_from=entry.public_from,
        public_to=entry.public_to,
        items=() if deleted else entry.items,
        deleted=deleted,
        registered_at=at,
    )


def find_fault(entry: ReplicaEntry) -> tuple[str, str] | None:
    """Return the code and the field of the first thing wrong with an entry, or None."""
    catalogue = {item.id for item in items_of(entry.information)}
    if not catalogue:
        return "replica.information_unknown", "information"
    if entry.public_to is not None and entry.public_to <= entry.public_from:
        return "replica.public_period", "public_to"
    names = [item.item for item in entry.items]
    if len(set(names)) != len(names):
        return "replica.item_twice", "items"
    for number, item in enumerate(entry.items):
        if item.item not in catalogue:
            return "replica.item_unknown", f"items[{number}]"
        code = _find_value_fault(item)
        if code is not None:
            return code, f"items[{number}]"
    return None


def _find_value_fault(item: ReplicaItem) -> str | None:
    if item.value == "" or (item.value is None) == (item.reason is None):
        return "replica.value_missing"
    if item.value is not None and not CARRIED.fullmatch(item.value):
        return "replica.value_charset"
    return None


async def stats(*, ports: Ports) -> dict[str, int]:
    """Return how many versions are stored of each information."""
    counts: dict[str, int] = {}
    after: str | None = None
    while page := await ports.store.list_values(Replica, limit=1000, after=after):
        for replica in page:
            counts[replica.information] = counts.get(replica.information, 0) + 1
        after = ports.store.key_of(page[-1])
    return counts


async def carry_over(
    unit: Unit, ended: UnifiedNumber, kept: UnifiedNumber, *, ports: Ports
) -> None:
    """Let replicas and controls of a merged person go on; the old replicas stay as history.

    A data set that the person who stays has too is not copied: its next version would correct
    or delete only one of the two, and the other one would still be answered.
    """
    taken = {
        (replica.information, replica.record_key)
        for replica in await ports.store.list_values(Replica, limit=ALL, unified_number=kept)
    }
    for replica in await ports.store.list_values(Replica, limit=ALL, unified_number=ended):
        if (replica.information, replica.record_key) not in taken:
            unit.add(replace(replica, unified_number=kept))
    await carry_controls(unit, ended, kept, ports=ports)


def _act(replica: Replica, system: str) -> ExchangeRecord:
    return ExchangeRecord(
        act=Act.REPLICA,
        phase=Phase.OUTCOME,
        at=replica.registered_at,
        result="deleted" if replica.deleted else "registered",
        actor=system,
        subject=replica.unified_number,
        note=f"{replica.information} {replica.record_key} {replica.replica_version}".strip(),
    )

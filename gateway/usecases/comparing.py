"""Replicas (副本) compared with the originals that a business system hands over (突合, S5.4).

Values of originals are looked at and not kept: a replica that differs is marked with a digest of
its original, and nothing is answered from it until both agree.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from gateway.domain.addresses import Alias
from gateway.domain.alarms import AlarmKind
from gateway.domain.errors import GuardFailedError
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.replica import Replica, digest_of
from gateway.ports import Ports, Unit
from gateway.usecases.alarms import Trouble, sound
from gateway.usecases.expectation import expect
from gateway.usecases.provision import wake
from gateway.usecases.replicas import AT_ONCE, CHUNK, ReplicaEntry, find_newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How replicas differ from their originals: line numbers, from 1."""

    receipt: str
    equal: int
    different: tuple[int, ...]
    missing: tuple[int, ...]
    compared_at: datetime


@dataclass(slots=True)
class _Found:
    equal: int = 0
    different: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)


async def compare(entries: Sequence[ReplicaEntry], *, system: str, ports: Ports) -> Comparison:
    """Compare originals with the newest versions here; mark, record and tell what differs."""
    found = _Found()
    for start in range(0, len(entries), CHUNK):
        part = entries[start : start + CHUNK]
        for _ in range(3):
            try:
                one = await _compare_part(part, start, system=system, ports=ports)
                break
            except GuardFailedError:
                continue
        else:
            raise GuardFailedError(act="replica_compare")
        found.equal += one.equal
        found.different += one.different
        found.missing += one.missing
    return await _conclude(found, system=system, ports=ports)


async def _compare_part(
    part: Sequence[ReplicaEntry], start: int, *, system: str, ports: Ports
) -> _Found:
    found = _Found()
    marks: dict[str, tuple[Replica, bytes | None]] = {}  # by key: who stands twice counts last
    for line, entry in enumerate(part, start + 1):
        if line % AT_ONCE == 0:
            await asyncio.sleep(0)  # with SQLite nothing below ever waits
        alias = await ports.store.find(Alias, system=system, local_number=entry.local_number)
        newest = None
        if alias is not None:
            newest = await find_newest(entry, alias.unified_number, ports=ports)
        verdict, original = _judge(entry, newest)
        if verdict == "equal":
            found.equal += 1
        else:
            (found.missing if verdict == "missing" else found.different).append(line)
        if newest is not None:
            marks[ports.store.key_of(newest)] = newest, original
    await _mark(marks.values(), ports=ports)
    return found


def _judge(
    entry: ReplicaEntry, newest: Replica | None
) -> tuple[Literal["equal", "different", "missing"], bytes | None]:
    """Return how a replica compares, and the digest of the original that it differs from."""
    gone = entry.operation == "delete"
    if newest is None or newest.deleted:
        return ("equal" if gone else "missing"), None
    original = digest_of(entry.as_of, entry.items, deleted=gone)
    return ("equal", None) if newest.digest == original else ("different", original)


async def _mark(marks: Iterable[tuple[Replica, bytes | None]], *, ports: Ports) -> None:
    """Keep what is known to differ, and let go on what waited for agreement."""
    unit, agreeing = Unit(), []
    for replica, original in marks:
        if replica.original == original:
            continue
        unit.change(replica, original=original)
        if original is None:
            agreeing.append(replica.unified_number)
    wake(unit, agreeing, ports=ports)
    if unit.changed:
        await ports.store.commit(unit)


async def _conclude(found: _Found, *, system: str, ports: Ports) -> Comparison:
    """Tell what differs, record that it was compared, and expect the next comparison."""
    comparison = Comparison(
        receipt=ports.ids.uuid(),
        equal=found.equal,
        different=tuple(found.different),
        missing=tuple(found.missing),
        compared_at=ports.clock.now(),
    )
    different, missing = len(found.different), len(found.missing)
    if different or missing:
        trouble = Trouble(
            kind=AlarmKind.REPLICA_DIFFERS,
            subject=comparison.receipt,
            count=different + missing,
            details={"system": system, "different": str(different), "missing": str(missing)},
        )
        await sound(trouble, ports=ports)
    unit = Unit()
    unit.record(
        ExchangeRecord(
            act=Act.REPLICA,
            phase=Phase.OUTCOME,
            at=comparison.compared_at,
            result="compared",
            actor=system,
            note=f"equal={found.equal} different={different} missing={missing}",
        )
    )
    await ports.store.commit(unit)
    await expect(system, ports=ports, compared=True)
    return comparison

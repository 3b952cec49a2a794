"""Room for the rows of batches at the core (一括照会の件数の上限): never more wait than may.

A limit that is met blocks everybody: what waits for batches leaves a tenth of it to others.
"""

from typing import Final

from gateway.domain.alarms import AlarmKind
from gateway.domain.batch import Batch, BatchCounts, BatchPart
from gateway.domain.work import WorkItem
from gateway.ports import Policy, Ports
from gateway.usecases.alarms import Trouble, sound

TURNS: Final = "batch"  # the lane of parts that are not at their end
SHARE: Final = 0.9
MOST: Final = 1000


def limit_of(policy: Policy) -> int:
    """Return how many rows of all batches may be under way at once."""
    return max(1, int(policy.batch_waiting * SHARE))


def count_open(counts: BatchCounts) -> int:
    """Return how many rows may wait at the core: those asked that have not ended."""
    return counts.running + counts.resting


async def find_share(part: BatchPart, *, ports: Ports) -> int:
    """Return how many rows of a part may be under way: what is free is divided among all parts."""
    parts = await _list_others(part, ports=ports)
    waiting = sorted(_key_of(one) for one in (*parts, part) if one.counts.waiting)
    free = limit_of(ports.policy) - sum(count_open(one.counts) for one in (*parts, part))
    mine = count_open(part.counts)
    if free <= 0 or _key_of(part) not in waiting:
        return mine
    each, rest = divmod(free, len(waiting))
    return mine + each + (waiting.index(_key_of(part)) < rest)


async def _list_others(part: BatchPart, *, ports: Ports) -> list[BatchPart]:
    found = []
    for item in await ports.store.list_values(WorkItem, lane=TURNS, limit=MOST):
        batch_id, _, number = item.key.partition(" ")
        if (batch_id, int(number)) != _key_of(part):
            other = await ports.store.find(BatchPart, batch_id=batch_id, part=int(number))
            found += [] if other is None else [other]
    return found


def _key_of(part: BatchPart) -> tuple[str, int]:
    return part.batch_id, part.part


async def tell_if_over(batch: Batch, *, ports: Ports) -> None:
    """Raise an alarm if a batch has more rows than may wait; whoever submitted it learns it now."""
    if not is_over(batch, ports.policy):
        return
    trouble = Trouble(
        kind=AlarmKind.BATCH_OVER_LIMIT,
        subject=batch.batch_id,
        count=batch.total,
        details={"system": batch.system, "limit": str(ports.policy.batch_waiting)},
    )
    await sound(trouble, ports=ports)


def is_over(batch: Batch, policy: Policy) -> bool:
    """Return whether a batch has more rows than may wait at the core."""
    return batch.total > policy.batch_waiting

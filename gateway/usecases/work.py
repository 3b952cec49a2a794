"""The sweep: due work items of every lane are leased and driven; a crash only delays them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

from gateway.domain.errors import GuardFailedError
from gateway.domain.work import WorkItem
from gateway.ports import Lease, Ports
from gateway.usecases import (
    agreement,
    batch_intake,
    batch_turn,
    course,
    expectation,
    provision,
    sending,
    symbols,
)

AT_ONCE = 64

LANES: Mapping[str, Callable[..., Awaitable[None]]] = {
    course.LANE: course.drive,
    course.BATCH_LANE: course.drive,
    batch_turn.LANE: batch_turn.drive,
    batch_intake.LANE: batch_intake.discard,
    symbols.LANE: symbols.drive,
    provision.SLOT_LANE: provision.settle_slot,
    provision.SEND_LANE: sending.send,
    provision.AGREEMENT_LANE: agreement.drive,
    expectation.LANE: expectation.miss,
}


async def sweep(*, ports: Ports, lanes: Iterable[str] = LANES) -> int:
    """Lease what is due in some lanes and start it; return how many items were started."""
    started = 0
    for lane in lanes:
        wall = ports.wall.now()
        lease = Lease(begins=wall, ends=wall + ports.policy.lease)
        now = ports.clock.now()
        for item in await ports.store.claim(lane, now=now, lease=lease, limit=AT_ONCE):
            ports.runner.spawn(_work(item, ports=ports))
            started += 1
    return started


async def _work(item: WorkItem, *, ports: Ports) -> None:
    try:
        await LANES[item.lane](item, ports=ports)
    except GuardFailedError:
        return  # another process went on with it


async def next_run(*, ports: Ports) -> datetime | None:
    """Return when the next work item is due, by this institution's clock."""
    return min((await next_runs(ports=ports)).values(), default=None)


async def next_runs(*, ports: Ports) -> dict[str, datetime]:
    """Return when the next work item of each lane is due; lanes without any are left out."""
    wall = ports.wall.now()
    due = {lane: await ports.store.next_run(lane, wall=wall) for lane in LANES}
    return {lane: instant for lane, instant in due.items() if instant is not None}

"""Late answers on their way: a signed document in a work item until somebody took it over."""

from datetime import timedelta

from gateway.domain.errors import PeerUnreachableError
from gateway.domain.work import WorkItem
from gateway.ports import Ports, Unit


def backoff(attempts: int, *, ports: Ports) -> timedelta:
    """Return how long to wait before the next try: doubling, with an upper end."""
    doubled: timedelta = ports.policy.retry_first * (2 ** min(attempts, 16))
    return min(doubled, ports.policy.retry_most)


async def send(item: WorkItem, *, ports: Ports) -> None:
    """Send the document of a work item along its route; what is not taken over is tried again."""
    unit = Unit()
    try:
        await ports.core.send_document(item.payload)
        unit.remove(item)
    except PeerUnreachableError:
        later = ports.clock.now() + backoff(item.attempts, ports=ports)
        unit.change(item, run_at=later, lease_until=None)
    await ports.store.commit(unit)

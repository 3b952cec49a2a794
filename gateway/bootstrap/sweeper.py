"""The loop that finds due work of one institution, whoever stored it, and starts it."""

import asyncio
import logging

from gateway.bootstrap.work_figures import Look
from gateway.domain.errors import GatewayError
from gateway.ports import Ports
from gateway.usecases import work
from gateway.usecases.sandbox import OFFSET

POLL_SECONDS = 0.25  # other processes store work too, and only the database tells
PAUSE_SECONDS = 1.0  # after a failure of the database
_LOG = logging.getLogger(__name__)


async def sweep_forever(ports: Ports, look: Look | None = None) -> None:
    """Sweep whenever something is due by the institution's clock; look at least every 0.25 s.

    What each look finds is told to `look`.
    """
    look = look or Look()
    while True:
        try:
            seconds = await _sweep(ports, look)
        except Exception as error:  # noqa: BLE001  # whatever it is, due work must not be forgotten
            code = error.code if isinstance(error, GatewayError) else GatewayError.code
            extra = {"code": code, "institution": ports.store.institution}
            _LOG.exception("Sweep failed", extra={"action": "sweep_fail", **extra})
            seconds = PAUSE_SECONDS
        if seconds > 0:
            # A moved clock makes things due at once.
            await ports.watch.wait(OFFSET, seconds)
        else:
            await asyncio.sleep(0)


async def _sweep(ports: Ports, look: Look) -> float:
    """Sweep if something is due; return for how many seconds nothing will be, at most a poll."""
    lanes = await work.next_runs(ports=ports)
    look.found(lanes)
    now = ports.clock.now()
    ready = [lane for lane, due in lanes.items() if due <= now]
    if ready:
        return 0.0 if await work.sweep(ports=ports, lanes=ready) else POLL_SECONDS
    if not lanes:
        return POLL_SECONDS
    return min(POLL_SECONDS, (min(lanes.values()) - ports.clock.now()).total_seconds())

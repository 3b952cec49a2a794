"""The serving process: start in order, run until told to stop, drain, stop in reverse order."""

import asyncio
import gc
import logging
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack

from gateway.bootstrap.connections import Connections
from gateway.bootstrap.database import prepare
from gateway.bootstrap.edges import listen
from gateway.bootstrap.office import Office, open_office
from gateway.bootstrap.runner import TaskRunner
from gateway.bootstrap.sweeper import sweep_forever
from gateway.bootstrap.system import SystemClock
from gateway.domain.errors import GatewayError, GuardFailedError
from gateway.domain.work import Setting
from gateway.jobs import Job, Timetable
from gateway.network.directory import TrustOlderError
from gateway.ports import Ports, Unit
from gateway.settings import Settings
from gateway.usecases import housekeeping, permit_list, records

DRAIN_SECONDS = 10.0
COLLECT_AFTER = 20_000  # objects made and not freed
LIST_FIRST_SECONDS = 0.5
LIST_MOST_SECONDS = 30.0
FOLLOW_SECONDS = 5.0
TRUST_SEQUENCE = "trust.sequence"
_LOG = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Serve all institutions of the settings until SIGTERM or SIGINT.

    Raises:
        SettingsError: a setting or a file that it names is wrong.
        GatewayError: the database is newer, not migrated or does not answer; an older trust
            configuration was offered.
        OSError: a port is taken.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await asyncio.to_thread(prepare, settings)
    connections = Connections(settings)
    codes = [one.code for one in settings.institutions]
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(open_office(settings, codes, connections))
        stack.push_async_callback(connections.close)
        await accept_trust(office)
        await stack.enter_async_context(office.runner)
        stack.push_async_callback(_drain, office.runner)
        ports = await listen(office, connections, stack)
        loops = await stack.enter_async_context(TaskRunner(correlated=False))
        for one in office.ports.values():
            loops.spawn(sweep_forever(one, office.looks.at(one.store.institution)))
            loops.spawn(obtain_list(one))
            loops.spawn(follow_list(one))
        timetable = Timetable(
            list_jobs(settings),
            list(office.ports.values()),
            wall=SystemClock(),
            owner=office.owner,
        )
        timetable.start()
        stack.callback(timetable.stop)
        spare_collector()
        for name, port in ports.items():
            _LOG.info("Listening", extra={"action": "serve_start", "kind": name, "port": port})
        await stopped.wait()
        _LOG.info("Stopping", extra={"action": "serve_stop"})
    _LOG.info("Stopped", extra={"action": "serve_end"})


def spare_collector() -> None:
    """Let the garbage collector leave alone what lives as long as the process.

    Nearly all that a request makes dies by its reference count. Walking the whole heap for the
    rest, every few hundred objects, cost a tenth of the CPU time of an inquiry.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])


async def _drain(runner: TaskRunner) -> None:
    """Let work under way end; what does not is durable and goes on at the next start."""
    left = await runner.drain(DRAIN_SECONDS)
    if left:
        _LOG.warning("Work was left", extra={"action": "serve_drain", "count": left})


async def accept_trust(office: Office) -> None:
    """Refuse a trust configuration older than one that was in force here before (G8).

    Raises:
        TrustOlderError: it is older.
    """
    offered = office.trust.directory.sequence
    for ports in office.ports.values():
        for _ in range(3):
            known = await ports.store.find(Setting, name=TRUST_SEQUENCE)
            if known is not None and int(known.value) > offered:
                raise TrustOlderError(offered=offered, in_force=int(known.value))
            if known is not None and int(known.value) == offered:
                break
            unit = Unit()
            if known is None:
                unit.add(Setting(name=TRUST_SEQUENCE, value=str(offered)))
            else:
                unit.change(known, value=str(offered))
            try:
                await ports.store.commit(unit)
            except GuardFailedError:
                continue  # another process of this institution starts at the same time
            break


async def obtain_list(ports: Ports) -> None:
    """Ask the core for its list at the start, however long that takes.

    What came while we were down would otherwise be missing until the next job.
    """
    seconds = LIST_FIRST_SECONDS
    while True:
        try:
            await permit_list.refresh(ports=ports)
        except GatewayError as error:
            extra = {"code": error.code, "institution": ports.store.institution}
            _LOG.warning("No permit list yet", extra={"action": "permit_list_wait", **extra})
        else:
            return
        await asyncio.sleep(seconds)
        seconds = min(2 * seconds, LIST_MOST_SECONDS)


async def follow_list(ports: Ports, seconds: float = FOLLOW_SECONDS) -> None:
    """Take over, as long as we serve, the list that another process of ours received (G8)."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await permit_list.catch_up(ports=ports)
        except GatewayError as error:
            extra = {"code": error.code, "institution": ports.store.institution}
            _LOG.warning("No look for a list", extra={"action": "permit_list_follow", **extra})


def list_jobs(settings: Settings) -> Sequence[Job]:
    """Return the housekeeping of a process."""
    times = settings.jobs
    return (
        Job(
            name="checkpoint",
            seconds=times.checkpoint_seconds,
            act=lambda ports: records.make_checkpoint(ports=ports),
        ),
        Job(
            name="purge",
            seconds=times.purge_seconds,
            act=lambda ports: housekeeping.purge(ports=ports),
        ),
        Job(
            name="permit_list",
            seconds=times.permit_list_seconds,
            act=lambda ports: permit_list.refresh(ports=ports),
        ),
    )

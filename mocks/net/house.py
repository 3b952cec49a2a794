"""A house: many spaces in one event loop, none of which can see another.

Each has keys, ports, clock, seed, script and people of its own. With mutual TLS and pinned keys, a
port per party and space is the isolation: what belongs to another space fails the handshake.
"""

import asyncio
import logging
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

from mocks.engine.clock import SpaceClock, system_time
from mocks.engine.journal import Journal
from mocks.engine.scenario import Scenario
from mocks.engine.script import Script
from mocks.net.journal_file import JournalFile
from mocks.net.space import Space
from mocks.pki import Pki
from mocks.world import Setup, World, make_world

DEFAULT: Final = "default"
SLOT: Final = timedelta(seconds=600)
_log = logging.getLogger(__name__)
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


class SpaceError(Exception):
    """A space that cannot be opened or found; `code` says why, the text names it."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{code}: {name}")
        self.code, self.name = code, name


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What a space is made from; without a clock it starts at the machine's time.

    The parties of a `scenario` are there from the beginning, and it runs. They listen on ports
    from `port` on, one each, or with 0 on any.
    """

    name: str = DEFAULT
    seed: int = 1
    scenario: Scenario | None = None
    clock: SpaceClock | None = None
    slot: timedelta = SLOT
    port: int = 0


@dataclass(slots=True, kw_only=True)
class _Tenant:
    """One open space, and how its end is ordered and known."""

    space: Space
    world: World
    end: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Future[None]
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class House:
    """Opens and closes spaces; use as an asynchronous context manager."""

    def __init__(self, folder: Path | None = None) -> None:
        """Prepare a house in a folder, by default in one that is removed at the end.

        In a folder that stays each space keeps its journal too, in one file for each start; a
        party's reply leaves when everything before it is on disk.
        """
        self._kept = folder is not None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="nakadachi-mocks-"))
        self._tenants: dict[str, _Tenant] = {}
        self._failures: dict[str, Exception] = {}
        self._tasks = asyncio.TaskGroup()

    @property
    def spaces(self) -> Mapping[str, Space]:
        """The open spaces by name, oldest first."""
        return MappingProxyType({name: one.space for name, one in self._tenants.items()})

    def find(self, name: str = DEFAULT) -> Space | None:
        """Return an open space, or None."""
        tenant = self._tenants.get(name)
        return tenant.space if tenant else None

    def world(self, name: str = DEFAULT) -> World:
        """Return who lives in a space: its parties, institutions and people.

        Raises:
            SpaceError: `space.unknown`.
        """
        return self._load(name).world

    async def open(self, plot: Plot | None = None) -> Space:
        """Return a new space whose parties listen.

        Raises:
            SpaceError: `space.name` is no name, or `space.exists`.
        """
        plot = plot or Plot()
        if not _NAME.fullmatch(plot.name):
            raise SpaceError("space.name", plot.name)
        if plot.name in self._tenants:
            raise SpaceError("space.exists", plot.name)
        tenant = self._tenants[plot.name] = self._make(plot)
        self._tasks.create_task(self._live(tenant))
        try:
            await asyncio.shield(tenant.ready)
        except asyncio.CancelledError:
            tenant.end.set()  # whoever wanted it has gone
            raise
        return tenant.space

    async def load(self, scenario: Scenario, name: str = DEFAULT) -> None:
        """Let a scenario run in a space, with parties that were not there before.

        Raises:
            SpaceError: `space.unknown`.
        """
        tenant = self._load(name)
        for agency in tenant.world.take_roles(scenario.parties):
            await tenant.space.join(agency)
        tenant.space.load(scenario)

    async def close(self, name: str = DEFAULT) -> None:
        """Close a space and forget all that was in it; what made it fail is raised here.

        Raises:
            SpaceError: `space.unknown`.
        """
        if name in self._tenants or name not in self._failures:
            tenant = self._load(name)
            tenant.end.set()
            await tenant.gone.wait()
        if (error := self._failures.pop(name, None)) is not None:
            raise error

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for tenant in self._tenants.values():
            tenant.end.set()
        # The error of whoever is in the house stays as it is; only failed spaces come as a group.
        await self._tasks.__aexit__(None, None, None)
        if not self._kept:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self._failures:
            failures = list(self._failures.values())
            raise ExceptionGroup(", ".join(self._failures), failures)

    def _load(self, name: str) -> _Tenant:
        if name not in self._tenants:
            raise SpaceError("space.unknown", name)
        return self._tenants[name]

    def _make(self, plot: Plot) -> _Tenant:
        pki = Pki(self.folder / plot.name / "keys", now=system_time())
        run = f"{system_time().timestamp():.6f}" if self._kept else ""
        file = JournalFile(self.folder / plot.name / f"journal-{run}.db") if self._kept else None
        script = Script(space=plot.name, seed=str(plot.seed), journal=Journal(store=file))
        setup = Setup(pki=pki, seed=str(plot.seed), run=run, slot=plot.slot, script=script)
        world = make_world(setup)
        if plot.scenario is not None:
            world.take_roles(plot.scenario.parties)
        clock = plot.clock or SpaceClock()
        space = Space(
            pki,
            clock,
            world.core,
            world.keys,
            world.parties,
            name=plot.name,
            file=file,
            first_port=plot.port,
        )
        if plot.scenario is not None:
            space.load(plot.scenario)
        ready = asyncio.get_running_loop().create_future()
        return _Tenant(space=space, world=world, ready=ready)

    async def _live(self, tenant: _Tenant) -> None:
        """Keep a space open in one task, as its task group wants it; a failure ends only it."""
        try:
            file = tenant.space.file
            with closing(file) if file else nullcontext():
                async with tenant.space:
                    tenant.ready.set_result(None)
                    await tenant.end.wait()
        except Exception as error:  # noqa: BLE001  # told to whoever closes the space, or the house
            if tenant.ready.done():
                _log.exception("the space %s ended by a failure", tenant.space.name)
                self._failures[tenant.space.name] = error
            else:
                tenant.ready.set_exception(error)
        finally:
            self._tenants = {n: one for n, one in self._tenants.items() if one is not tenant}
            tenant.gone.set()

"""A whole sandbox: counterparties in this process, gateways A and B as processes of their own."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from mocks.distribution import Distribution
from mocks.engine.clock import SpaceClock, system_time
from mocks.engine.draw import Draw
from mocks.gateway import Gateway
from mocks.gateway_files import Plan, Surroundings, find_free_ports, write_config
from mocks.net.space import Space
from mocks.pki import Pki
from mocks.trust import render
from mocks.world import GATEWAYS, Setup, World, make_world

SYSTEMS = {"a": "insurance", "b": "tax"}  # the one business system of each municipality
DEFAULT_PEOPLE = 24
SLOT_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to make a sandbox; with `keep` its folder stays when it ends.

    `register` is the folder of the permit register that the core distributes from, without one
    the packaged list; `own_registers` are those of gateways, by short key.
    """

    seed: int = 1
    people: int = DEFAULT_PEOPLE
    keep: bool = False
    folder: Path | None = None
    register: Path | None = None
    own_registers: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A running sandbox."""

    options: Options
    folder: Path
    world: World
    space: Space
    gateways: dict[str, Gateway]
    distribution: Distribution | None = None

    @property
    def a(self) -> Gateway:
        """The gateway of municipality A."""
        return self.gateways["a"]

    @property
    def b(self) -> Gateway:
        """The gateway of municipality B."""
        return self.gateways["b"]

    async def advance(self, step: timedelta) -> None:
        """Move the sandbox's clock for everybody."""
        await self.space.advance(step)


@asynccontextmanager
async def open_sandbox(options: Options) -> AsyncIterator[Sandbox]:
    """Make a fresh sandbox, run it, and stop everything at the end.

    Raises:
        GatewayFailedError: a gateway does not start.
        PermitListError: the register cannot be read.
    """
    folder = options.folder or Path(tempfile.mkdtemp(prefix="nakadachi-"))
    folder.mkdir(parents=True, exist_ok=True)
    pki = Pki(folder / "keys", now=system_time())
    # Ids must not meet those of an earlier run of the same seed in a folder that was kept.
    run = f"{system_time().timestamp():.6f}"
    setup = Setup(pki=pki, seed=str(options.seed), run=run, slot=timedelta(seconds=SLOT_SECONDS))
    world = make_world(setup)
    space = Space(pki, SpaceClock(), world.core, world.keys, world.parties)
    distribution = None
    try:
        if options.register is not None:
            distribution = Distribution.open(options.register, world.core, space)
        async with space:
            gateways = _plan(folder, world, space, options)
            if distribution is not None:
                space.spawn(distribution.follow())
            try:
                await asyncio.gather(*(one.start() for one in gateways.values()))
                await asyncio.gather(*(one.wait_ready() for one in gateways.values()))
                yield Sandbox(
                    options=options,
                    folder=folder,
                    world=world,
                    space=space,
                    gateways=gateways,
                    distribution=distribution,
                )
            finally:
                await asyncio.gather(*(one.stop() for one in gateways.values()))
    finally:
        if not options.keep and options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


def _plan(folder: Path, world: World, space: Space, options: Options) -> dict[str, Gateway]:
    """Give the gateways ports, admit them, and write directory and settings files."""
    ports = find_free_ports(2 * len(GATEWAYS))
    plans = [
        Plan(
            short=short,
            code=world.code(short),
            system=SYSTEMS[short],
            folder=folder,
            business_port=ports.pop(),
            network_port=ports.pop(),
            slot_seconds=SLOT_SECONDS,
            register=options.own_registers.get(short),
        )
        for short in GATEWAYS
    ]
    for plan in plans:
        space.admit(space.pki.identity(plan.code), plan.network_url)
    directory = folder / "directory.toml"
    directory.write_text(render(space.directory()), encoding="utf-8")
    around = Surroundings(
        pki=space.pki, directory=directory, core=world.core.code, registry=world.registry.code
    )
    found = {}
    for plan in plans:
        write_config(plan, around)
        keys = space.pki.client(plan.code, plan.client_id)
        draw = Draw(str(plan.business_port), plan.client_id)
        found[plan.short] = Gateway(plan, keys.private_key, draw)
    return found

"""Where a run happens: counterparties in this process, the system under test as one of its own."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from mocks.engine.clock import SpaceClock, system_time
from mocks.engine.draw import Draw
from mocks.engine.party import Party
from mocks.engine.scenario import PartySetup
from mocks.engine.script import Script
from mocks.gateway import PROGRAM, Gateway
from mocks.gateway_files import Plan, Surroundings, Values, find_free_ports, write_config
from mocks.net.space import Space
from mocks.pki import Pki
from mocks.runs.plan import RunPlan
from mocks.runs.topic import TAX, Topic
from mocks.trust import render
from mocks.world import Setup, World, make_world

SYSTEM: Final = "office"  # the business system of the run
SLOT: Final = timedelta(minutes=10)
LONG_SLOT: Final = timedelta(days=3)  # where an answer waits for a replica to be put right
RETRY_SECONDS: Final = (10.0, 300.0)
CALL_SECONDS: Final = 20.0  # real time, and
HUNG_SECONDS: Final = 3.0  # where somebody hangs, who is waited for that long each time
SHORT: Final = "sut"
PROVIDER: Final = "prov"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How to run: `scale` divides crowds, by default so that the run is short.

    `folder` keeps keys from run to run, and with `keep` what the run left; `program` is what
    serves as the system under test, our gateway unless a test says otherwise; `topic` is what
    is asked.
    """

    seed: int | None = None
    scale: int | None = None
    keep: bool = False
    folder: Path | None = None
    program: Sequence[str] = field(default=PROGRAM)
    topic: Topic = TAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running space with the system under test in it."""

    plan: RunPlan
    folder: Path
    world: World
    space: Space
    gateway: Gateway

    @property
    def script(self) -> Script:
        """Rules, names and journal."""
        return self.space.script


@asynccontextmanager
async def open_stage(plan: RunPlan, options: RunOptions) -> AsyncIterator[Stage]:
    """Open a fresh stage whose clock stands still at the start of the run; close it at the end.

    Raises:
        GatewayFailedError: the system under test does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="nakadachi-run-"))
    name = plan.scenario.id.partition("-")[0].lower()
    pki = Pki((options.folder or folder) / "keys", now=system_time())
    script = Script.silent(space=name, seed=plan.seed)
    world = make_world(Setup(pki=pki, seed=str(plan.seed), slot=SLOT, script=script))
    assign_roles(plan, world)
    clock = SpaceClock.starting(plan.start, pace=0)
    space = Space(pki, clock, world.core, world.keys, world.parties, name=name)
    try:
        async with space:
            gateway = prepare_gateway(folder, plan, space, world, options)
            await gateway.start()
            try:
                await asyncio.gather(space.tell(), gateway.wait_ready())
                yield Stage(plan=plan, folder=folder, world=world, space=space, gateway=gateway)
            finally:
                await gateway.stop()
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def assign_roles(plan: RunPlan, world: World) -> Sequence[Party]:
    """Give everybody of a run their parts in a world; return the parties that did not exist before.

    Who is asked is among them, called `prov` where the scenario does not name anybody.
    """
    parties = dict(plan.scenario.parties)
    if plan.provider not in plan.codes.values():
        name = plan.provider if PROVIDER in parties else PROVIDER
        parties[name] = PartySetup(kind="agency", code=plan.provider)
    fresh = world.take_roles(parties)
    for party, code in plan.codes.items():
        world.script.names.bind_party(party, code)
    return fresh


def prepare_gateway(
    folder: Path, plan: RunPlan, space: Space, world: World, options: RunOptions
) -> Gateway:
    """Give the system under test ports, admit it, and write directory and settings."""
    business, network = find_free_ports(2)
    files = Plan(
        short=SHORT,
        code=plan.code,
        system=SYSTEM,
        folder=folder,
        business_port=business,
        network_port=network,
        slot_seconds=int((LONG_SLOT if plan.drifts else SLOT).total_seconds()),
        retry_seconds=RETRY_SECONDS,
        call_seconds=HUNG_SECONDS if _hangs(plan) else CALL_SECONDS,
        more=_limits(plan),
    )
    space.admit(space.pki.identity(files.code), files.network_url)
    directory = folder / "directory.toml"
    directory.write_text(render(space.directory()), encoding="utf-8")
    around = Surroundings(
        pki=space.pki, directory=directory, core=world.core.code, registry=world.registry.code
    )
    write_config(files, around)
    keys = space.pki.client(files.code, files.client_id)
    draw = Draw(str(files.business_port), files.client_id)
    return Gateway(files, keys.private_key, draw, program=tuple(options.program))


def _hangs(plan: RunPlan) -> bool:
    faults = [one for rule in plan.scenario.rules for one in rule.fault]
    return any(one.kind == "hang" or "hang" in one.ways for one in faults)


def _limits(plan: RunPlan) -> dict[str, Values]:
    """Return what an operator has to know of the core: how many inquiries may wait there."""
    limits = [one.limits for one in plan.scenario.parties.values() if one.kind == "core"]
    waiting = next((one.waiting for one in limits if one.waiting is not None), None)
    return {} if waiting is None else {"batch": {"limit_waiting": waiting}}

"""Where gateways are measured: counterparties in this process, gateways A and B as processes."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from mocks.engine.clock import SpaceClock, day_of, system_time
from mocks.engine.draw import Draw
from mocks.engine.people import Resident
from mocks.gateway import Gateway, Json
from mocks.gateway_files import Plan, Surroundings, find_free_ports, write_config
from mocks.net.space import Space
from mocks.pki import Pki, load_key
from mocks.trust import DOCUMENT_ALGORITHM, render
from mocks.world import Setup, World, make_world
from permitlists.items import items_of
from tools.bench.machine import MEASURED_CORE, pin
from tools.bench.quick_core import QuickCore
from wire.signatures import Signer

ROOT = Path(__file__).parents[2]
SAMPLER = Path(__file__).with_name("profiled.py")
INQUIRER, PROVIDER = "a", "b"
SYSTEMS = {INQUIRER: "insurance", PROVIDER: "tax"}
ROW, CLAUSE, INFORMATION = "69", "7", "地方税関係情報"
PATIENCE_SECONDS = 60.0
AT_ONCE = 8
POLL_SECONDS = 0.02
PEOPLE = 60
SLOT_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How gateways are started: out of which checkout, and whether they can be sampled."""

    root: Path = ROOT
    sampled: bool = False


@dataclass(slots=True, kw_only=True)
class BenchGateway(Gateway):
    """A gateway as the benchmark starts it."""

    launch: Launch

    @property
    def samples(self) -> Path:
        """Where a sampled process writes what it counted."""
        return self.plan.config.with_suffix(".samples.json")

    async def start(self) -> None:
        """Start `serve` on the measured core; its log lines go to a file."""
        root = self.launch.root
        command = ["-m", "gateway"]
        if self.launch.sampled:
            command = [str(SAMPLER), str(self.samples)]
        self.session = aiohttp.ClientSession(trust_env=False)
        with self.plan.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                "serve",
                "-c",
                str(self.plan.config),
                stdout=log,
                stderr=log,
                cwd=root,
                env=os.environ | {"PYTHONPATH": str(root / "codecs")},
            )
        pin(self.process.pid, MEASURED_CORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """A running sandbox; `residents` are known to both gateways, with symbol and replica."""

    folder: Path
    world: World
    core: QuickCore
    pki: Pki
    space: Space
    gateways: dict[str, BenchGateway]
    residents: Sequence[Resident]

    @property
    def inquirer(self) -> BenchGateway:
        """The gateway that asks."""
        return self.gateways[INQUIRER]

    @property
    def provider(self) -> BenchGateway:
        """The gateway that is asked."""
        return self.gateways[PROVIDER]

    def number(self, gateway: Gateway, resident: Resident) -> str:
        """Return the local number of a resident at a gateway."""
        plan = gateway.plan
        return self.world.people.local_number(resident.index, plan.code, plan.system)

    def signer(self, code: str) -> Signer:
        """Return who signs the documents of an institution."""
        return _signer(self.pki, code)

    def symbols(self, code: str) -> list[str]:
        """Return the symbols that an institution has of the residents."""
        known = self.core.state.symbols
        return [known[code, resident.resident_code] for resident in self.residents]


def process_of(gateway: Gateway) -> int:
    """Return the process id of a gateway that was started.

    Raises:
        RuntimeError: it was not.
    """
    if gateway.process is None:
        raise RuntimeError(gateway.plan.short)
    return gateway.process.pid


@asynccontextmanager
async def open_arena(people: int, launch: Launch | None = None) -> AsyncIterator[Arena]:
    """Start everything, register `people` residents with both gateways, stop it at the end."""
    place = Path(tempfile.mkdtemp(prefix="nakadachi-bench-"))
    pki = Pki(place / "keys", now=system_time())
    world = make_world(Setup(pki=pki, seed="bench", run=str(system_time().timestamp())))
    codes = [world.code(short) for short in SYSTEMS]
    core = QuickCore.around(world.core, {code: _signer(pki, code) for code in codes})
    parties = world.parties | {core.code: core}
    try:
        async with Space(pki, SpaceClock(), core, world.keys, parties) as space:
            gateways = _plan(place, world, space, launch or Launch())
            residents = world.people.generate(people)
            world.registry.register(residents)
            arena = Arena(
                folder=place,
                world=world,
                core=core,
                pki=pki,
                space=space,
                gateways=gateways,
                residents=residents,
            )
            try:
                for one in gateways.values():
                    await one.start()
                    await one.wait_ready()
                await asyncio.gather(*(_fill(arena, one) for one in gateways.values()))
                yield arena
            finally:
                await asyncio.gather(*(one.stop() for one in gateways.values()))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _signer(pki: Pki, code: str) -> Signer:
    identity = pki.identity(code)
    return Signer(identity.signing_key_id, DOCUMENT_ALGORITHM, load_key(identity.signing_key))


def _plan(folder: Path, world: World, space: Space, launch: Launch) -> dict[str, BenchGateway]:
    ports = find_free_ports(2 * len(SYSTEMS))
    plans = [
        Plan(
            short=short,
            code=world.code(short),
            system=system,
            folder=folder,
            business_port=ports.pop(),
            network_port=ports.pop(),
            slot_seconds=SLOT_SECONDS,
        )
        for short, system in SYSTEMS.items()
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
        draw = Draw(str(folder), plan.client_id)
        found[plan.short] = BenchGateway(
            plan=plan, private_key=keys.private_key, draw=draw, launch=launch
        )
    return found


async def _fill(arena: Arena, gateway: Gateway) -> None:
    """Register every resident with a gateway: address, symbol, replica."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def post(path: str, body: Json) -> Json:
        async with gate:
            return (await gateway.call("POST", path, body)).demand(path)

    people = arena.residents
    await asyncio.gather(*(post("/v1/addresses", _address(arena, gateway, one)) for one in people))
    entries = [replica_entry(arena.number(gateway, one), "2026") for one in people]
    await post("/v1/replicas", {"entries": entries})
    numbers = [{"number": arena.number(gateway, one)} for one in people]
    receipts = await asyncio.gather(*(post("/v1/symbols", number) for number in numbers))
    async with asyncio.timeout(PATIENCE_SECONDS):
        for receipt in receipts:
            await _wait_for_symbol(gateway, f"/v1/symbols/{receipt['receipt']}")


async def _wait_for_symbol(gateway: Gateway, path: str) -> None:
    while True:
        if (await gateway.call("GET", path)).demand(path)["state"] == "linked":
            return
        await asyncio.sleep(POLL_SECONDS)


def _address(arena: Arena, gateway: Gateway, resident: Resident) -> Json:
    return {
        "number": arena.number(gateway, resident),
        "individual_number": resident.individual_number,
        "basic": {
            "name": resident.name,
            "kana": resident.kana,
            "born_on": resident.born_on.isoformat(),
            "sex_code": resident.sex_code,
            "address": resident.last_stay.address,
        },
        "residence": "resident",
    }


def replica_entry(number: str, record_key: str) -> Json:
    """Return a replica entry with all items of the information asked for."""
    on = day_of(system_time()).replace(month=1, day=1).isoformat()
    return {
        "number": number,
        "information": INFORMATION,
        "record_key": record_key,
        "as_of": on,
        "public_from": on,
        "items": [{"item": item.id, "value": "2400000"} for item in items_of(INFORMATION)],
    }

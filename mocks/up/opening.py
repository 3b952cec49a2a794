"""Brings a server of counterparties up: a house with a space, who is under test, the admin API."""

import asyncio
import importlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from mocks.admin.app import Extension
from mocks.admin.room import Room
from mocks.admin.scenarios import keep_source
from mocks.admin.server import AdminServer
from mocks.engine.clock import SpaceClock
from mocks.net.house import House, Plot
from mocks.net.space import Space
from mocks.runs.counter import Counter
from mocks.runs.crew import Cast, Crew
from mocks.runs.hearing import hear
from mocks.runs.plan import RunPlan
from mocks.runs.run import Run
from mocks.runs.stage import SLOT, RunOptions, Stage, assign_roles, prepare_gateway
from mocks.trust import render
from mocks.up.attending import Attendant
from mocks.up.wanted import Wanted, plan_up

Tell = Callable[[str], None]
PANEL: Final = "mocks.admin.pages"
PEOPLE_SHOWN: Final = 20


@dataclass(slots=True, kw_only=True)
class Up:
    """What is up; `under_test` says where everything of the system under test is, by what it is."""

    wanted: Wanted
    plan: RunPlan
    folder: Path
    house: House
    space: Space
    server: AdminServer
    under_test: dict[str, str] = field(default_factory=dict)

    @property
    def room(self) -> Room:
        """The space as the admin API has it."""
        return self.server.desk.load_room(self.wanted.space)


@asynccontextmanager
async def open_up(wanted: Wanted, tell: Tell) -> AsyncIterator[Up]:
    """Bring everything up, and down again at the end; `tell` hears what goes on.

    Raises:
        PlanError: the scenario needs parties that there are not.
        GatewayFailedError: the system under test does not start.
        ExposureError: the address is not this machine's alone, and that was not allowed.
        OSError: a port is taken.
    """
    plan = plan_up(wanted)
    async with AsyncExitStack() as stack:
        # A folder that stays keeps the journal; in one that goes the same seed gives the same ids.
        house = await stack.enter_async_context(House(wanted.folder))
        extensions = list_extensions() if wanted.panel else []
        server = AdminServer(house, wanted.version, wanted.address, extensions)
        await stack.enter_async_context(server)
        tell(f"{wanted.space}: opening")
        space = await open_space(house, wanted, plan)
        up = Up(
            wanted=wanted, plan=plan, folder=house.folder, house=house, space=space, server=server
        )
        await _settle(up, stack, tell)
        yield up


def list_extensions() -> list[Extension]:
    """Return what adds pages to the admin server: the panel."""
    add_panel: Extension = importlib.import_module(PANEL).add_panel
    return [add_panel]


async def open_space(house: House, wanted: Wanted, plan: RunPlan) -> Space:
    """Open a space where everybody of the plan is, but no rule applies yet."""
    clock = SpaceClock.starting(plan.start, pace=0) if wanted.source else SpaceClock()
    plot = Plot(name=wanted.space, seed=plan.seed, clock=clock, slot=SLOT, port=wanted.port)
    space = await house.open(plot)
    for party in assign_roles(plan, house.world(wanted.space)):
        await space.join(party)
    return space


async def _settle(up: Up, stack: AsyncExitStack, tell: Tell) -> None:
    """Let the system under test move in, make people known to everybody, and begin."""
    up.room.name_everybody()
    if up.wanted.sut == "external":
        _write_papers(up)
        await _begin(up)
    else:
        await _start_gateway(up, stack, tell)


async def _begin(up: Up) -> None:
    """Let the rules of the scenario apply from now on."""
    if up.wanted.source is not None:
        await up.house.load(up.plan.scenario, up.wanted.space)
        keep_source(up.room, up.wanted.source)


async def _start_gateway(up: Up, stack: AsyncExitStack, tell: Tell) -> None:
    space, world = up.space, up.house.world(up.wanted.space)
    gateway = prepare_gateway(up.folder, up.plan, space, world, RunOptions())
    stack.push_async_callback(gateway.stop)
    tell(f"{up.plan.code}: starting our gateway")
    await gateway.start()
    await asyncio.gather(space.tell(), gateway.wait_ready())
    stage = Stage(plan=up.plan, folder=up.folder, world=world, space=space, gateway=gateway)
    run = Run(stage)
    tell(f"{up.plan.code}: making {sum(1 for _ in run.crew)} people known")
    await run.prepare()
    await _begin(up)
    attendant = Attendant(run, tell)
    if up.wanted.source is not None:
        await attendant.begin()
    up.room.look, up.room.evidence = attendant.look, attendant.evidence
    up.room.advance, up.room.finish = attendant.advance_to, attendant.finish
    await stack.enter_async_context(attendant.beside())
    api = gateway.plan.business_url
    if up.wanted.sut == "business":
        counter = Counter(api, space.clock.now, partial(hear, run))
        await counter.start()
        stack.push_async_callback(counter.stop)
        api = counter.url
    _tell_where(up, run, api)


def _tell_where(up: Up, run: Run, api: str) -> None:
    """Say where everything of our gateway is, and under which numbers it knows the people."""
    files = run.stage.gateway.plan
    local = {one.who.name: run.sut.population.local_number(one) for one in run.crew}
    up.under_test = {
        "API": f"{api}/v1",
        "audience": files.business_url if up.wanted.sut == "business" else "",
        "settings": str(files.config),
        "log": str(files.log),
        "system": files.system,
        "provider": up.plan.provider,
        "people": json.dumps(local, ensure_ascii=False) if len(local) <= PEOPLE_SHOWN else "",
    }


def _write_person(one: Cast, replica: Mapping[str, object]) -> str:
    """Return a person as one line of JSON: sandbox numbers, and what the office knows."""
    resident = one.resident
    return json.dumps(
        {
            "name": one.who.name,
            "member": one.who.member,
            "tags": sorted(one.tags),
            "individual_number": resident.individual_number,
            "resident_name": resident.name,
            "kana": resident.kana,
            "born_on": resident.born_on.isoformat(),
            "sex_code": resident.sex_code,
            "address": resident.last_stay.address,
            "replica": replica,
        },
        ensure_ascii=False,
    )


def _list_known(crew: Crew, one: Cast, information: str) -> dict[str, dict[str, str]]:
    """Return the values that the office can provide of a person, by information and item."""
    if "unregistered" in one.tags:
        return {}
    values = crew.values(one, information)
    return {information: {item: value for item, value in values.items() if value is not None}}


def _write_papers(up: Up) -> None:
    """Write what an external system under test needs, and make people known to the others."""
    space, world = up.space, up.house.world(up.wanted.space)
    identity = space.pki.identity(up.plan.code)
    space.admit(identity, up.wanted.sut_url)
    directory = up.folder / "directory.toml"
    directory.write_text(render(space.directory()), encoding="utf-8")
    crew = Crew.choose(
        world.people, up.plan.scenario.people, away=frozenset(up.plan.codes.values())
    )
    told = [up.plan.topic.information]
    for one in crew:
        world.introduce(one.who, one.resident, information=told, tags=one.tags)
    people = up.folder / "people.jsonl"
    lines = [_write_person(one, _list_known(crew, one, told[0])) for one in crew]
    people.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    up.under_test = {
        "institution": up.plan.code,
        "URL": up.wanted.sut_url,
        "directory": str(directory),
        "authority": str(space.pki.authority),
        "TLS certificate": str(identity.tls_certificate),
        "TLS key": str(identity.tls_key),
        "signing key": str(identity.signing_key),
        "signing key id": identity.signing_key_id,
        "core": world.core.code,
        "registry": world.registry.code,
        "provider": up.plan.provider,
        "people": str(people),
    }

"""Our gateway in a test's space: the system between a tested business system and the parties."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from mocks.engine.clock import JST
from mocks.engine.durations import Duration
from mocks.engine.names import Somebody
from mocks.engine.scenario_rules import Act, Step
from mocks.gateway import Gateway, Json
from mocks.gateway_files import Plan
from mocks.runs.counter import BusinessCall, Counter
from mocks.runs.crew import Cast, Crew
from mocks.runs.hearing import SINGLE, hear
from mocks.runs.run import Run
from mocks.runs.stage import RunOptions, Stage, prepare_gateway
from mocks.testing.ground import HouseGround
from mocks.testing.parts import Person, enrol
from mocks.up.attending import Attendant


@dataclass(slots=True)
class Subject:
    """Our gateway under test, as a business system reaches it."""

    ground: HouseGround = field(repr=False)
    run: Run = field(repr=False)
    counter: Counter

    @property
    def gateway(self) -> Gateway:
        """The process."""
        return self.run.stage.gateway

    @property
    def files(self) -> Plan:
        """Its settings file, its log, its ports."""
        return self.gateway.plan

    @property
    def url(self) -> str:
        """Where a business system calls `/v1`, without path."""
        return self.counter.url

    @property
    def audience(self) -> str:
        """The `aud` of assertions for `POST /v1/token`."""
        return self.files.business_url

    @property
    def client_id(self) -> str:
        """The name under which the business system asks for tokens."""
        return self.files.client_id

    @property
    def client_key(self) -> str:
        """The file of the client's private key (P-256, PEM)."""
        return str(self.gateway.private_key)

    @property
    def provider(self) -> str:
        """The institution code of who is asked."""
        return self.run.plan.provider

    @property
    def affair(self) -> str:
        """An affair under which asking for `information` is permitted."""
        return self.run.plan.topic.affair

    @property
    def information(self) -> str:
        """What is asked for."""
        return self.run.plan.topic.information

    @property
    def environment(self) -> dict[str, str]:
        """What a program that is not written in Python finds in its environment."""
        return {
            "NAKADACHI_URL": self.url,
            "NAKADACHI_TOKEN": self.token,
            "NAKADACHI_PROVIDER": self.provider,
        }

    @property
    def token(self) -> str:
        """A fresh access token, valid for ten minutes."""
        return self.ground.call(self._authorise())

    @property
    def calls(self) -> list[BusinessCall]:
        """What the tested business system has called so far."""
        return list(self.counter.calls)

    def register(self, case: str) -> Person:
        """Make a member of the cast known to the gateway and to every agency; return the person.

        Agencies hold the values that the member is known for, and drawn ones of `information`.

        Raises:
            KeyError: the cast has no such case.
        """
        one = enrol(self.ground.world, case)
        self.ground.call(self._register(one))
        return Person.of(one, self.run.sut.population.local_number(one))

    def ask(self, person: Person | str, *, items: tuple[str, ...] = ()) -> str:
        """Ask about somebody as a business system would, and return the id of the inquiry.

        Raises:
            KeyError: nobody of that name is registered.
        """
        name = person if isinstance(person, str) else person.name
        return self.ground.call(self._ask(name, items))

    def find_inquiry(self, inquiry: str) -> Json:
        """Return an inquiry as the gateway shows it now."""
        return self.call("GET", f"{SINGLE}/{inquiry}")

    def call(self, method: str, path: str, body: Json = None) -> Json:
        """Return what the business API says.

        Raises:
            GatewayFailedError: its status is 300 or above.
        """
        said = self.ground.call(self.gateway.call(method, path, body))
        return said.demand(path)

    def play(self) -> None:
        """Let a built-in business system take every step of the scenario, up to its end.

        Raises:
            RuntimeError: time has moved already, or the test runs no scenario.
        """
        if not self.ground.waits:
            message = "play() は試験の始めに / first in a test with a scenario"
            raise RuntimeError(message)
        self.ground.waits, self.ground.looked = False, True
        self.ground.call(self.run.go())

    def stop(self) -> None:
        """Stop the process."""
        self.ground.call(self._stop())

    def describe(self, most: int) -> Iterator[str]:
        """Yield the last calls of the tested system, a line each."""
        calls = self.calls
        shown = calls[-most:]
        yield f"試験対象の呼出し calls of the system under test, {len(shown)} of {len(calls)}:"
        for one in shown:
            at = one.at.astimezone(JST).strftime("%m-%d %H:%M:%S")
            yield f"  {at} {one.method} {one.path} {one.status} {one.state}".rstrip()

    async def _register(self, one: Cast) -> None:
        run, name = self.run, one.who.name
        if name not in run.crew.members:
            await replace(run.sut.population, crew=Crew(run.crew.people, {name: (one,)})).settle()
            await run.pace.settle()
            crew = Crew(run.crew.people, {**run.crew.members, name: (one,)})
            run.crew = run.sut.population.crew = run.staff.crew = self.ground.crew = crew

    async def _authorise(self) -> str:
        await self.gateway.authorise()
        return self.gateway.token

    async def _ask(self, name: str, items: tuple[str, ...]) -> str:
        act = Act(person=name, information=self.information, affair=self.affair, items=items)
        step = Step(after=Duration(), do={self.run.plan.sut: {"ask": act}})
        await self.run.sut.take(step, self.run.now)
        who = Somebody(name=name)
        mine = [one for one in self.run.book.asked.values() if one.cast.who == who]
        if not mine:
            raise KeyError(name)
        return mine[-1].id

    async def _stop(self) -> None:
        await self.counter.stop()
        await self.gateway.stop()


def open_subject(ground: HouseGround) -> Subject:
    """Return our gateway, started in a space where no scenario has begun, with everybody known.

    Raises:
        GatewayFailedError: it does not start, or refuses somebody.
    """
    return ground.call(_open(ground))


async def _open(ground: HouseGround) -> Subject:
    plan, space, world = ground.plan, ground.space, ground.world
    gateway = prepare_gateway(ground.folder, plan, space, world, RunOptions())
    await gateway.start()
    try:
        await asyncio.gather(space.tell(), gateway.wait_ready())
        run = Run(Stage(plan=plan, folder=ground.folder, world=world, space=space, gateway=gateway))
        await run.prepare()
    except BaseException:
        await gateway.stop()
        raise
    ground.crew = run.crew
    ground.attendant = attendant = Attendant(run, ground.troubles.append)
    ground.room.look, ground.room.evidence = attendant.look, attendant.evidence
    ground.room.advance = attendant.advance_to
    subject = Subject(ground, run, Counter(gateway.plan.business_url, space.clock.now))
    subject.counter.hear = partial(hear, run)
    await subject.counter.start()
    return subject

"""A scripted system under test, in one thread: an agency that asks, and asks again when cut off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mocks.engine.clock import SpaceClock
from mocks.engine.loading import load_scenario
from mocks.engine.names import Somebody
from mocks.engine.party import Effect
from mocks.engine.scenario import Scenario
from mocks.engine.script import Script
from mocks.net.inproc import Inproc
from mocks.net.strand import Strand
from mocks.parties.agency import Agency
from mocks.parties.agency_state import Ask, Asked
from mocks.parties.asking import request_permit
from mocks.pki import Pki
from mocks.trust import Directory, Place, describe
from mocks.world import Setup, World, make_world
from wire.messages import RequestedInformation

MORNING = datetime(2027, 6, 4, 1, 0, tzinfo=UTC)  # a Friday, ten o'clock in Japan
BENEFITS = "医療保険給付関係情報"
ATTEMPTS = 8
PAUSE = timedelta(minutes=2)
PEOPLE = 6

HEAD = """\
mocks: "1"
id: T20-scripted-system
title: {ja: "試し", en: "on trial"}
clock: {start: "2027-06-04T10:00:00+09:00", calendar: jp-municipal}
parties:
  gw: {kind: sut}
  core: {kind: core}
  prov: {kind: agency, code: "%s"}
people: {crowd: {count: 6}}
rules:
"""
TAIL = """
expect:
  - never: {sut: {crash: any}}
    why: "it goes on"
"""


@dataclass
class System:
    """A space without sockets, and the agency in it that is under test."""

    world: World
    net: Inproc
    agency: Agency

    @property
    def script(self) -> Script:
        return self.net.script

    @property
    def digest(self) -> str:
        return self.script.journal.digest()

    def asked(self, member: int) -> Asked:
        return self.agency.state.asked[f"r-{member}"]

    def begin(self, *members: int) -> None:
        """Let the system ask about members of the crowd, all at once."""
        for member in members:
            self.net.spawn(self.pursue(member))

    async def pursue(self, member: int) -> None:
        """Ask about somebody; what was cut off or refused for a while is asked again."""
        command = self.command(member)
        clerk = self.net.clerks[self.agency.code]
        for _ in range(ATTEMPTS):
            await clerk.perform(self._next(command))
            if self.asked(member).state != "failed":
                return
            await self.net.wait_until(self.net.clock.now() + PAUSE)

    def _next(self, command: Ask) -> Sequence[Effect]:
        """Ask, or say the very same again."""
        asked, now = self.agency.state.asked.get(command.request_id), self.net.clock.now()
        if asked is None:
            return self.agency.ask(command, now=now)
        if asked.inquiry is None:
            return request_permit(self.agency, asked, now)
        return self.agency.repeat(command.request_id)

    def command(self, member: int) -> Ask:
        number = self.script.names.number_of("crowd", member)
        assert number is not None
        return Ask(
            request_id=f"r-{member}",
            provider=self.world.code("insurer"),
            row="42",
            clause="1",
            information=(RequestedInformation(name=BENEFITS),),
            individual_number=number,
        )


def open_system(
    pki: Pki,
    *rules: str,
    seed: int = 1,
    space: str = "trial",
    pick: Callable[[int], int] = lambda _count: 0,
) -> System:
    """Return a new space in which rules run, and its system under test, which knows the crowd."""
    script = Script(space=space, seed=str(seed))
    world = make_world(Setup(pki=pki, seed=str(seed), script=script))
    places = [
        Place(
            identity=pki.identity(code),
            url="https://127.0.0.1:1",
            issues_permits=code == world.core.code,
        )
        for code in world.parties
    ]
    world.keys.pin(Directory(sequence=1, peer=tuple(map(describe, places))))
    agency = world.agencies["prefecture"]
    world.insiders.discard(agency.code)
    clock = SpaceClock.starting(MORNING, pace=0, system=lambda: MORNING)
    net = Inproc(clock, world.core, world.parties, strand=Strand(pick))
    if rules:
        net.load(scenario(world, *rules))
    for name, code in [("gw", agency.code), ("core", world.core.code)]:
        script.names.bind_party(name, code)
    for member, resident in enumerate(world.people.generate(PEOPLE)):
        who = Somebody(name="crowd", member=member)
        world.introduce(who, resident, information=[BENEFITS])
    return System(world, net, agency)


def scenario(world: World, *rules: str) -> Scenario:
    listed = "\n".join(f"  - {rule}" for rule in rules)
    return load_scenario(f"{HEAD % world.code('insurer')}{listed}{TAIL}".encode()).scenario

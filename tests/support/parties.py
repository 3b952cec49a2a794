"""Counterparties without sockets, with a clock that stands still until it is moved."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mocks.engine.cast import values_for
from mocks.engine.clock import SpaceClock
from mocks.net.inproc import Inproc
from mocks.parties.agency import Agency
from mocks.parties.agency_state import Ask, Asked
from mocks.pki import Pki
from mocks.trust import Directory, Place, describe
from mocks.world import Setup, World, make_world
from wire.documents import Document
from wire.messages import Refusal, RequestedInformation, decode

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
BENEFITS = "医療保険給付関係情報"
PERSON = "D04"


@dataclass
class Sandbox:
    """A world of parties with a clock that stands still until it is moved."""

    world: World
    net: Inproc

    @property
    def now(self) -> datetime:
        return self.net.clock.now()

    def agency(self, short: str) -> Agency:
        return self.world.agencies[short]

    def acquire(self, short: str, number: str) -> None:
        agency = self.agency(short)
        self.net.perform(agency.code, agency.acquire(number, now=self.now))

    def ask(self, command: Ask, short: str = "prefecture") -> Asked:
        agency = self.agency(short)
        self.net.perform(agency.code, agency.ask(command, now=self.now))
        return agency.state.asked[command.request_id]

    def post(self, sender: str, to: str, *documents: Document) -> list[Document]:
        found = self.net.stream(sender, to, b"".join(one.raw for one in documents))
        assert found is not None
        return found


def pin_keys(world: World) -> None:
    """Let everybody of a world know the keys of everybody."""
    places = [
        Place(
            identity=world.setup.pki.identity(code),
            url="https://127.0.0.1:1",
            issues_permits=code == world.core.code,
        )
        for code in world.parties
    ]
    world.keys.pin(Directory(sequence=1, peer=tuple(map(describe, places))))


@contextmanager
def open_parties(pki: Pki) -> Iterator[Sandbox]:
    """Yield parties that know one person; at the end the core's log must verify."""
    world = make_world(Setup(pki=pki, seed="1"))
    pin_keys(world)
    net = Inproc(SpaceClock(system=lambda: NOON), world.core, world.parties)
    found = Sandbox(world, net)
    number = world.cast[PERSON].resident.individual_number
    found.acquire("prefecture", number)
    found.acquire("insurer", number)
    insurer = found.agency("insurer")
    values = values_for(world.cast[PERSON], world.people, BENEFITS)
    insurer.state.holdings[number] = {BENEFITS: values}
    yield found
    assert world.core.state.log.verify()


def command(world: World, **fields: object) -> Ask:
    plain = Ask(
        request_id="r-1",
        provider=world.code("insurer"),
        row="42",
        clause="1",
        information=(RequestedInformation(name=BENEFITS),),
        individual_number=world.cast[PERSON].resident.individual_number,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]  # fields of Ask by name


def outcomes(sandbox: Sandbox, act: str) -> list[str]:
    return [row["result"] for row in sandbox.world.core.state.log.export() if row["act"] == act]


def code_of(document: Document) -> str:
    message = decode(document.kind, document.body)
    assert isinstance(message, Refusal)
    return message.code

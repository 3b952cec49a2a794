"""The panel on a real loopback server in a thread of its own, with parties that ask one another."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from mocks.admin.events import _LISTENING
from mocks.admin.pages import add_panel
from mocks.admin.scenarios import keep_source
from mocks.admin.server import Address, AdminServer
from mocks.admin.sources import read_source
from mocks.conform.report_json import write_json
from mocks.engine.clock import SpaceClock
from mocks.engine.journal import Row
from mocks.engine.names import Somebody
from mocks.net.house import Plot
from mocks.net.space import Space
from mocks.net.thread import HouseThread
from mocks.parties.agency_state import Ask
from mocks.world import World
from tests.support.conform import check, document, group, made_test
from wire.messages import RequestedInformation

FRIDAY = datetime(2027, 6, 4, 1, 0, tzinfo=UTC)  # ten o'clock in Japan
PATIENCE = 30.0
BENEFITS = "医療保険給付関係情報"
T = TypeVar("T")
SCENARIO = """\
mocks: "1"
id: T30-panel
title: {ja: "パネルの試し", en: "the panel on trial"}
parties:
  gw: {kind: sut}
  core: {kind: core}
  registry: {kind: registry}
  insurer: {kind: agency, code: "999032"}
  prefecture: {kind: agency, code: "990001"}
people: {p1: {}}
rules:
  - id: busy
    when: {party: core, op: permit.issue, person: p1, nth: 9}
    fault:
      - {at: before_effect, kind: status, status: 503}
expect:
  - eventually: {op: permit.issue, party: core, person: p1, within: P1D}
    why: "照会すれば提供許可証が出る"
  - never: {op: inquiry.receive, party: insurer, person: p1}
    why: "この試しでは誰も照会しない"
"""
WAIVERS = """\
waivers:
  - test: "inq.answer.*"
    check: ack
    expect: fail
    reason: "改修まで <b>待つ</b>"
    owner: "情報政策課"
    approved_by: "CIO補佐官"
    until: "2999-10-31"
"""


def made_report(**more: object) -> dict[str, Any]:  # Any: a JSON document
    """Return a report in which one check fails and another waits for a person."""
    late = made_test(check("fail"), message="<b>遅い</b>")
    unseen = made_test(check("review", name="screen"), name="inq.screen")
    return document(group(late, unseen), **more)


@dataclass(slots=True)
class Yard:
    """One space of the server, and what a test does in it; each call returns when it is done."""

    served: "Served"
    name: str
    number: str = ""

    @property
    def space(self) -> Space:
        return self.served.thread.house.spaces[self.name]

    @property
    def world(self) -> World:
        return self.served.thread.house.world(self.name)

    @property
    def url(self) -> str:
        return f"{self.served.server.url}/spaces/{self.name}"

    def ask(self, request_id: str = "r-1") -> str:
        """Let the prefecture ask the insurer about p1 over mutual TLS; return how it went."""

        async def ask() -> str:
            agency = self.world.agencies["prefecture"]
            command = Ask(
                request_id=request_id,
                provider=self.world.code("insurer"),
                row="42",
                clause="1",
                information=(RequestedInformation(name=BENEFITS),),
                individual_number=self.number,
            )
            host = self.space.hosts[agency.code]
            await host.perform(agency.ask(command, now=self.space.clock.now()))
            return str(agency.state.asked[request_id].state)

        return self.served.call(ask)

    def send(self, raw: bytes, sender: str = "prefecture") -> None:
        """Let a party send bytes to the core."""

        async def send() -> None:
            client = self.space.hosts[self.world.agencies[sender].code].client
            await client.post(self.world.core.code, (raw,))

        self.served.call(send)

    def note(self, **fields: object) -> int:
        """Add a row to the journal as if somebody had done something; return its number."""
        return self.note_many(1, **fields)

    def note_many(self, count: int, **fields: object) -> int:
        """Add rows to the journal; return the number of the last one."""

        async def note() -> int:
            plain: dict[str, object] = {
                "at": self.space.clock.now(),
                "party": "core",
                "peer": "prefecture",
                "op": "permit.issue",
            }
            row = Row(**(plain | fields))  # type: ignore[arg-type]  # fields by name
            return [self.space.journal.add(row) for _ in range(count)][-1]

        return self.served.call(note)


@dataclass(slots=True)
class Served:
    """The server in its thread."""

    thread: HouseThread
    server: AdminServer
    opened: int = 0

    def call(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do something in the loop of the server."""
        return self.thread.call(work(), seconds=PATIENCE)

    def open(self, source: str | None = SCENARIO) -> Yard:
        """Return a new space with a frozen clock where two agencies know p1."""
        self.opened += 1
        yard = Yard(self, f"trial-{self.opened}")

        async def open_space() -> None:
            clock = SpaceClock.starting(FRIDAY, pace=0)
            await self.thread.house.open(Plot(name=yard.name, seed=7, clock=clock))
            [resident] = yard.world.people.generate(1)
            yard.number = resident.individual_number
            yard.world.introduce(Somebody(name="p1"), resident, information=[BENEFITS])
            room = self.server.desk.load_room(yard.name)
            room.name_everybody()
            if source is not None:
                read = read_source(source.encode())
                await self.thread.house.load(read.scenario, yard.name)
                keep_source(room, read)

        self.call(open_space)
        return yard

    def close(self, yard: Yard) -> None:
        """Close a space."""
        self.call(lambda: self.thread.house.close(yard.name))

    def restart(self) -> None:
        """Close the port and open it again; sessions stay, events begin anew."""
        port = self.server.desk.gate.port

        async def restart() -> None:
            await self.server.stop()
            self.server.address = Address(port=port)
            await self.server.start()

        self.call(restart)

    def cut(self) -> int:
        """Drop every connection that follows events; return how many there were."""

        async def cut() -> int:
            runner = self.server._runner
            assert runner is not None
            tasks = list(runner.app[_LISTENING].tasks)
            for task in tasks:
                task.cancel()
            return len(tasks)

        return self.call(cut)


@contextmanager
def serve_panel(folder: Path) -> Iterator[Served]:
    """Serve the panel of an empty house, started in a folder where a conformance report lies."""
    (folder / "conformance").mkdir()
    (folder / "conformance" / "report.json").write_bytes(write_json(made_report()))
    with HouseThread() as thread:
        server = AdminServer(thread.house, version="0", extensions=[add_panel])
        served = Served(thread, server)
        with chdir(folder):
            served.call(server.start)
        try:
            yield served
        finally:
            served.call(server.stop)

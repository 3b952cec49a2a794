"""The server of a test session: one house in a thread of its own, with the admin API beside it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version

from mocks.admin.server import AdminServer
from mocks.admin.sources import Source
from mocks.net.house import House
from mocks.net.thread import HouseThread
from mocks.runs.crew import Crew
from mocks.testing.client import Mocks
from mocks.testing.ground import HouseGround
from mocks.up.opening import list_extensions, open_space
from mocks.up.wanted import Wanted, plan_up


@dataclass(slots=True)
class Server:
    """One server for a whole session; `spaces` are those that are open, by name."""

    thread: HouseThread = field(default_factory=HouseThread)
    admin: AdminServer | None = None
    spaces: dict[str, Mocks] = field(default_factory=dict)

    def start(self) -> None:
        """Start the thread, the house, and the admin API on a free port of this machine."""
        self.thread.start()
        self.admin = self.thread.call(self._serve(self.thread.house))

    def stop(self) -> None:
        """Close every space, and the house."""
        try:
            for opened in list(self.spaces.values()):
                opened.close()
            if self.admin is not None:
                self.thread.call(self.admin.stop())
        finally:
            self.thread.stop()

    def open(self, *, space: str, source: Source | None, seed: int | None) -> Mocks:
        """Return a fresh space for a scenario or none; no rule applies yet.

        Raises:
            PlanError: the scenario needs parties that there are not.
        """
        name, at = space, 1
        while name in self.spaces:
            at += 1
            name = f"{space}-{at}"
        wanted = Wanted(space=name, source=source, seed=seed, version=version("nakadachi"))
        opened = Mocks(self.thread.call(self._open(wanted)))
        opened.leave = lambda: self._close(name)
        self.spaces[name] = opened
        return opened

    @property
    def url(self) -> str:
        """The URL of the admin API."""
        return "" if self.admin is None else f"{self.admin.url}/__mocks/v1"

    def list_links(self) -> Iterator[str]:
        """Yield where the spaces that are still open can be looked at, in both languages."""
        if self.admin is None:
            return
        yield f"残した空間 kept spaces: {', '.join(self.spaces)}"
        yield f"  パネル panel {self.admin.make_link()}"
        yield f"  管理 admin {self.url}  token {self.admin.token}"

    def wait(self) -> None:
        """Wait until somebody interrupts.

        Raises:
            KeyboardInterrupt: somebody did.
        """
        threading.Event().wait()

    def _close(self, name: str) -> None:
        self.spaces.pop(name, None)
        self.thread.call(self.thread.house.close(name))

    async def _serve(self, house: House) -> AdminServer:
        admin = AdminServer(house, version("nakadachi"), extensions=list_extensions())
        await admin.start()
        return admin

    async def _open(self, wanted: Wanted) -> HouseGround:
        house, plan = self.thread.house, plan_up(wanted)
        space = await open_space(house, wanted, plan)
        world = house.world(wanted.space)
        if self.admin is None:
            message = "the server is not running"
            raise RuntimeError(message)
        room = self.admin.desk.load_room(wanted.space)
        room.name_everybody()
        crew = Crew.choose(world.people, plan.scenario.people, away=frozenset(plan.codes.values()))
        return HouseGround(
            name=wanted.space,
            clock=space.clock,
            thread=self.thread,
            folder=house.folder / wanted.space,
            source=wanted.source,
            plan=plan,
            world=world,
            space=space,
            room=room,
            crew=crew,
        )

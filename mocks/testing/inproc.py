"""A space without sockets: parties in the test's own thread, a clock that is only told.

For tests of parties and of scenarios between them; a system under test has nothing to connect to.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mocks.admin.sources import Source
from mocks.engine.clock import SpaceClock, system_time
from mocks.engine.evidence import Evidence
from mocks.engine.oracles import judge
from mocks.engine.party import Party
from mocks.engine.script import Script
from mocks.net.clerk import Clerk
from mocks.net.inproc import Inproc
from mocks.pki import Pki
from mocks.runs.crew import Crew
from mocks.runs.stage import SLOT, assign_roles
from mocks.testing.client import Mocks
from mocks.testing.ground import Ground, Judgement
from mocks.trust import Directory, Place, describe
from mocks.up.wanted import Wanted, plan_up
from mocks.world import Setup, make_world


@dataclass(slots=True, kw_only=True)
class InprocGround(Ground):
    """Parties of one space in one thread."""

    net: Inproc

    def begin(self) -> None:
        """Let the rules apply from now on, and the parties do what they do by themselves."""
        self.begun = True
        self.introduce_everybody()
        scenario = self.scenario
        if scenario is not None:
            self.net.load(scenario)
            self.script.begin(self.clock.now())
            self.advance_to(self.clock.now())

    def advance_to(self, instant: datetime) -> None:
        """Move the clock from timer to timer; at each, what is due happens."""
        self.net.advance(max(instant, self.clock.now()) - self.clock.now())

    def run(self, rate: float) -> None:
        """Let the clock stand still; it does nothing else here.

        Raises:
            ValueError: the rate is not 0.
        """
        if rate:
            message = "--mocks-mode=inproc: 時計は進めたときだけ進みます / time moves when told"
            raise ValueError(message)

    def settle(self) -> None:
        """Let everything go on that does not wait for time."""
        self.net.run()

    def judge(self, *, over: bool) -> Judgement:
        """Return what the expectations of the scenario come to."""
        scenario = self.scenario
        if scenario is None:
            return None, ()
        self.settle()
        now = self.clock.now()
        evidence = Evidence(
            scenario=scenario,
            rows=self.journal.rows(),
            sightings=(),
            now=now,
            started_at=self.script.started_at or now,
        )
        return evidence, judge(scenario.expect, evidence, over=over)

    def switch(self, code: str, *, on: bool) -> None:
        """Let a party neither hear nor call, or do so again."""
        if on:
            self.net.down.discard(code)
        else:
            self.net.down.add(code)

    def join(self, parties: Sequence[Party]) -> None:
        """Let more parties take part."""
        for party in parties:
            self.net.parties = {**self.net.parties, party.code: party}
            self.net.clerks[party.code] = Clerk(party, self.net)
        self._pin()

    def find_url(self, code: str) -> str:
        """Return nothing: there are no sockets."""
        if code not in self.net.parties:
            raise KeyError(code)
        return ""

    def _pin(self) -> None:
        """Let all parties know the keys of all."""
        core, pki = self.world.core.code, self.world.setup.pki
        places = [
            Place(
                identity=pki.identity(code), url="https://127.0.0.1:1", issues_permits=code == core
            )
            for code in self.net.parties
        ]
        peers = tuple(describe(place) for place in places)
        self.world.keys.pin(Directory(sequence=len(peers), peer=peers))


def open_inproc(*, space: str, source: Source | None, seed: int | None) -> Mocks:
    """Return a fresh space for a scenario or none; no rule applies yet.

    Raises:
        PlanError: the scenario needs parties that there are not.
    """
    plan = plan_up(Wanted(space=space, source=source, seed=seed))
    folder = tempfile.TemporaryDirectory(prefix="nakadachi-mocks-")
    script = Script.silent(space=space, seed=plan.seed)
    pki = Pki(Path(folder.name), now=system_time())
    world = make_world(Setup(pki=pki, seed=str(plan.seed), slot=SLOT, script=script))
    assign_roles(plan, world)
    clock = SpaceClock.starting(plan.start, pace=0)
    net = Inproc(clock, world.core, world.parties)
    ground = InprocGround(
        name=space,
        source=source,
        plan=plan,
        world=world,
        crew=Crew.choose(world.people, plan.scenario.people, away=frozenset(plan.codes.values())),
        clock=clock,
        net=net,
    )
    ground.join(())
    return Mocks(ground, leave=folder.cleanup)

"""What a test holds of its space: parties, people, clock, journal, and the gateway in it.

Every method may be called from any thread and returns when it is done; in an asynchronous test
whose loop must go on meanwhile, `await asyncio.to_thread(mocks.clock.advance, "PT15M")`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mocks.engine.evidence import Evidence, Verdict
from mocks.engine.journal import Row
from mocks.engine.scenario import PartySetup
from mocks.testing.failures import Judged, describe, explain_broken
from mocks.testing.ground import Ground, HouseGround
from mocks.testing.parts import Clock, Crowd, Party
from mocks.testing.subject import Subject, open_subject

SHOWN_CALLS: Final = 20


class ExpectationError(AssertionError):
    """A scenario expected something else, or something was sent that no party knows."""


@dataclass(slots=True, repr=False)
class Mocks:
    """The space of one test."""

    ground: Ground
    leave: Callable[[], None] = lambda: None
    subject: Subject | None = None
    last_known: int = 0

    def __repr__(self) -> str:
        return f"<Mocks {self.space} seed {self.seed}>"

    @property
    def space(self) -> str:
        """The name of the space."""
        return self.ground.name

    @property
    def seed(self) -> int:
        """The seed of all draws."""
        return self.ground.plan.seed

    @property
    def people(self) -> Crowd:
        """The people by name."""
        return Crowd(self.ground)

    @property
    def clock(self) -> Clock:
        """The clock of the space."""
        return Clock(self.ground)

    @property
    def journal(self) -> list[Row]:
        """What happened between the parties, in order."""
        return [row for row in self.ground.journal.rows() if not row.is_marker]

    @property
    def core(self) -> Party:
        """The network core."""
        return Party(self.ground, self.ground.world.core.code)

    @property
    def registry(self) -> Party:
        """The resident registry."""
        return Party(self.ground, self.ground.world.registry.code)

    @property
    def agency(self) -> Party:
        """Who is asked: the first agency of the scenario, or the sandbox's other municipality."""
        return Party(self.ground, self.ground.plan.provider)

    @property
    def portal(self) -> Party:
        """マイナポータル; it takes part from now on if it did not."""
        world = self.ground.world
        if not world.portals:
            self.ground.join(world.take_roles({"portal": PartySetup(kind="portal")}))
        return Party(self.ground, next(iter(world.portals)))

    def party(self, name: str) -> Party:
        """Return a party by its name in the scenario, or by its institution code.

        Raises:
            KeyError: there is none.
        """
        code = self.ground.script.names.code_of(name) or name
        if code not in self.ground.world.parties:
            raise KeyError(name)
        return Party(self.ground, code)

    def begin(self) -> None:
        """Let the scenario begin; the fixture does it."""
        self.ground.begin()

    def start_gateway(self) -> Subject:
        """Return our gateway, which moves in before the scenario begins."""
        if self.subject is None:
            if self.ground.begun:
                message = "ask for the fixture `gateway` as an argument of the test"
                raise RuntimeError(message)
            if not isinstance(self.ground, HouseGround):
                message = "--mocks-mode=inproc: ソケットがなく、仲立ちは入れません / no sockets"
                raise RuntimeError(message)
            self.subject = open_subject(self.ground)
            self.begin()
        return self.subject

    def settle(self) -> None:
        """Return once nothing happens any more before time passes."""
        self.ground.settle()

    def judge(self, *, over: bool = True) -> tuple[Evidence | None, tuple[Verdict, ...]]:
        """Return what the scenario's expectations come to, and on what evidence."""
        return self.ground.judge(over=over)

    def verify(self, *, over: bool = True) -> None:
        """Check what the scenario expects; with `over=False`, that nothing is broken so far.

        Raises:
            ExpectationError: an expectation is broken, could not be judged at the end, or a
                document came that no party knows.
        """
        __tracebackhide__ = True
        text = self.explain(over=over)
        if text:
            raise ExpectationError(text)

    def explain(self, *, over: bool = True) -> str:
        """Return why a test of this space fails, empty if it does not."""
        evidence, verdicts = self.judge(over=over)
        return explain_broken(Judged(evidence, verdicts, self._list_unknown(), over=over))

    def describe(self, nodeid: str) -> str:
        """Return what is known of a test that failed: how to repeat it, and what happened."""
        calls = list(self.subject.describe(SHOWN_CALLS)) if self.subject else []
        return describe(self.ground, calls, nodeid)

    def explain_unknown(self) -> str:
        """Return what came since the last look that no party knows, empty if nothing did."""
        return explain_broken(Judged(None, (), self._list_unknown(), over=True))

    def _list_unknown(self) -> list[Row]:
        found = self.ground.journal.rows(self.last_known, unmatched=True)
        self.last_known = self.ground.journal.next_row - 1
        return [row for row in found if not row.is_marker]

    def close(self) -> None:
        """Stop the gateway and close the space."""
        if self.subject is not None:
            self.subject.stop()
        self.leave()

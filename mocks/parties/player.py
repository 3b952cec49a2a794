"""What all parties have in common: a desk to write at, a role in scenarios, an outbox."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mocks.engine.calendar import Opening
from mocks.engine.exchange import Call
from mocks.engine.party import Arrived, Due, Effect, Event, UnableError
from mocks.engine.scenario_rules import Act
from mocks.engine.script import Script
from mocks.parties.desk import Desk
from mocks.parties.outbox import Outbox
from mocks.parties.refusals import RefusedError
from mocks.parties.role import Role
from wire.errors import WireError


@dataclass(slots=True, kw_only=True)
class Player(ABC):
    """A party but for what it does: that is `_list_calls`, `_take_turn` and `_take_step`.

    Those get instants of the party's own clock, which may be wrong.
    """

    desk: Desk
    role: Role
    outbox: Outbox = field(default_factory=Outbox)

    @property
    def code(self) -> str:
        """The institution code."""
        return self.desk.code

    @property
    def script(self) -> Script:
        """The rules, names and journal of the space."""
        return self.role.script

    @property
    def opening(self) -> Opening:
        """When it answers; its business days count for its steps."""
        return self.role.opening

    def calls(self, event: Arrived, *, now: datetime) -> Sequence[Call]:
        """Return the acts that a stream calls for, in the order of its documents."""
        return self._list_calls(event, self.role.here(now))

    def handle(self, event: Event, *, now: datetime) -> Sequence[Effect]:
        """Take one turn at an instant of the space's clock."""
        here = self.role.enter(now, event.exchange if isinstance(event, Arrived) else 0)
        self.outbox.calendar = self.opening.calendar
        effects = self.outbox.take_due(here) if isinstance(event, Due) else []
        return self.role.outward((*effects, *self._take_turn(event, here)))

    def act(self, action: str, act: Act, call: Call | None, *, now: datetime) -> Sequence[Effect]:
        """Take a step of a scenario.

        Raises:
            UnableError: the party cannot do that, or knows no such person; nothing has changed.
        """
        here = self.role.enter(now)
        self.outbox.calendar = self.opening.calendar
        if action == "set_limit" and act.limit is not None and isinstance(act.to, int):
            self.role.set_limit(act.limit, act.to)
            return ()
        try:
            return self.role.outward(self._take_step(action, act, call, here))
        except (RefusedError, WireError) as error:
            raise UnableError(error.code) from error

    @abstractmethod
    def _list_calls(self, event: Arrived, here: datetime) -> Sequence[Call]: ...

    @abstractmethod
    def _take_turn(self, event: Event, here: datetime) -> Sequence[Effect]: ...

    @abstractmethod
    def _take_step(
        self, action: str, act: Act, call: Call | None, here: datetime
    ) -> Sequence[Effect]: ...


def numbers_of(role: Role, act: Act) -> Sequence[str]:
    """Return the individual numbers of the person or crowd of a step.

    Raises:
        UnableError: the scenario names nobody, or nobody the space knows.
    """
    found = role.script.names.numbers_of(act.person) if act.person else ()
    if not found:
        message = f"no such person: {act.person}"
        raise UnableError(message)
    return found

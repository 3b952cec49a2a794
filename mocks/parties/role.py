"""What a party is in a scenario: its name there, its clock, hours and limits, and its rules."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from mocks.engine.calendar import Opening
from mocks.engine.exchange import Call, Facts, Ruling
from mocks.engine.names import Somebody
from mocks.engine.party import Effect, Later
from mocks.engine.scenario import PartySetup
from mocks.engine.scenario_terms import Limit, State
from mocks.engine.script import Script

ALWAYS: Final = Opening(always=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of a call: its outcome, the state around it, what its document says.

    `decoded` holds what may be shown of a document: never a value about a person.
    """

    outcome: str
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    decoded: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Role:
    """The part of one party; `insiders` are the codes of all counterparties of the space.

    Whoever is no insider is the system under test: what it does is only seen. Hours, limits and
    clock are those of the scenario at hand; `hours` replace its hours.
    """

    code: str
    script: Script
    insiders: AbstractSet[str] = frozenset()
    hours: Opening | None = None
    exchange: int = 0  # of the turn at hand
    skew: timedelta = field(default_factory=timedelta)  # of the turn at hand
    changed: dict[Limit, tuple[PartySetup | None, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the scenario calls the party, or its code."""
        return self.script.names.called(self.code)

    @property
    def opening(self) -> Opening:
        """When it answers."""
        return self.hours or self.script.offices.openings.get(self.name) or ALWAYS

    def here(self, now: datetime) -> datetime:
        """Return what the party's own clock shows at an instant of the space."""
        return self.script.local_time(self.name, now)

    def enter(self, now: datetime, exchange: int = 0) -> datetime:
        """Begin a turn at an instant of the space; return what the party's own clock shows."""
        here = self.here(now)
        self.skew, self.exchange = here - now, exchange
        return here

    def outward(self, effects: Sequence[Effect]) -> Sequence[Effect]:
        """Return effects whose instants are of the space's clock again."""
        if not self.skew:
            return effects
        return [Later(at=one.at - self.skew) if isinstance(one, Later) else one for one in effects]

    def find_subject(self) -> str | None:
        """Return the institution code of the system under test, or None if no scenario has one."""
        for scenario in self.script.scenarios.values():
            for name, setup in scenario.parties.items():
                if setup.kind == "sut":
                    return self.script.names.code_of(name)
        return None

    def is_outsider(self, code: str) -> bool:
        """Return whether an institution is the system under test."""
        return bool(self.insiders) and code not in self.insiders

    def set_limit(self, limit: Limit, most: int) -> None:
        """Change a limit, until another scenario says how the party is set up."""
        self.changed[limit] = (self.script.setup_of(self.name), most)

    def is_full(self, limit: Limit, taken: int) -> bool:
        """Return whether there is no room for one more."""
        setup = self.script.setup_of(self.name)
        most: int | None = getattr(setup.limits, limit) if setup else None
        changed = self.changed.get(limit)
        if changed is not None and changed[0] is setup:
            most = changed[1]
        return most is not None and taken >= most

    def facts(
        self,
        here: datetime,
        *,
        under_way: int = 0,
        waiting: int = 0,
        permit: State | None = None,
        inquiry: State | None = None,
    ) -> Facts:
        """Return what holds at an instant of the party's own clock."""
        taken: dict[Limit, int] = {"at_once": under_way, "waiting": waiting}
        return Facts(
            permit=permit,
            inquiry=inquiry,
            open=self.opening.is_open(here),
            full=frozenset(limit for limit, found in taken.items() if self.is_full(limit, found)),
        )

    def person(self, number: str) -> Somebody | None:
        """Return who has an individual number or a resident code."""
        return self.script.names.person_of(number)

    def rule(self, call: Call, here: datetime) -> Ruling:
        """Bring an act that goes out to the rules."""
        now = here - self.skew
        return self.script.rule(call, now=now, exchange=self.exchange)

    def see(self, call: Call, here: datetime, outcome: str, **decoded: object) -> None:
        """Write down an act of the system under test."""
        now = here - self.skew
        row = self.script.note(call, now=now, exchange=self.exchange, outcome=outcome)
        if decoded:
            self.script.settle(row, outcome=outcome, decoded=decoded)

    def settle(self, ruling: Ruling | None, became: Became) -> None:
        """Write down what became of a call that was ruled."""
        if ruling is not None:
            self.script.settle(
                ruling.row,
                outcome=became.outcome,
                before=became.before,
                after=became.after,
                decoded=became.decoded,
            )


def about(call: Call, who: Somebody | None) -> Call:
    """Return a call that is about somebody; nobody leaves it as it is."""
    return call if who is None else replace(call, person=who.name, member=who.member)

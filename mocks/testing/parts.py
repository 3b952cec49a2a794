"""The parts of a space that a test touches: its people, its parties, its clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mocks.engine.calendar import BusinessCalendar
from mocks.engine.cast import values_for
from mocks.engine.durations import Duration, parse_duration
from mocks.engine.journal import Row
from mocks.engine.names import Somebody
from mocks.runs.crew import Cast
from mocks.runs.topic import TAX
from mocks.testing.ground import Ground
from mocks.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A fictitious person; `number` is the local number in the tested system, empty without one.

    All numbers are sandbox numbers: their check digit is no true one.
    """

    name: str
    member: int = 0
    tags: frozenset[str] = frozenset()
    number: str = field(default="", repr=False)
    individual_number: str = field(repr=False)
    resident_name: str
    kana: str
    born_on: str
    sex_code: str
    address: str = field(repr=False)

    @classmethod
    def of(cls, one: Cast, number: str) -> "Person":
        """Return a person of a scenario, with the local number."""
        who = one.resident
        return cls(
            name=one.who.name,
            member=one.who.member,
            tags=one.tags,
            number=number,
            individual_number=who.individual_number,
            resident_name=who.name,
            kana=who.kana,
            born_on=who.born_on.isoformat(),
            sex_code=who.sex_code,
            address=who.last_stay.address,
        )


@dataclass(frozen=True, slots=True)
class Crowd(Mapping[str, Person]):
    """The people of a space by the names that the scenario gives them; then the cast, as `D01`.

    The cast is not counted: nobody knows its members at the gateway until they are registered.
    """

    ground: Ground = field(repr=False)

    def members(self, name: str) -> list[Person]:
        """Return everybody of a crowd; a person alone is a crowd of one."""
        return [Person.of(one, self._number(one)) for one in self.ground.crew.of(name)]

    def __getitem__(self, name: str) -> Person:
        members = self.members(name)
        if members:
            return members[0]
        member = self.ground.world.cast.get(name)
        if member is None:
            message = f"{name}: {', '.join(self)}, {', '.join(self.ground.world.cast)}"
            raise KeyError(message)
        one = Cast(who=Somebody(name=name), tags=frozenset(), resident=member.resident)
        return Person.of(one, self._number(one))

    def __iter__(self) -> Iterator[str]:
        return iter(self.ground.crew.members)

    def __len__(self) -> int:
        return len(self.ground.crew.members)

    def _number(self, one: Cast) -> str:
        attendant = self.ground.attendant
        return attendant.run.sut.population.local_number(one) if attendant else ""


@dataclass(frozen=True, slots=True)
class Party:
    """One counterparty of a space."""

    ground: Ground = field(repr=False)
    code: str

    @property
    def name(self) -> str:
        """How the scenario and the journal call it."""
        return self.ground.script.names.called(self.code)

    @property
    def url(self) -> str:
        """Where it serves `/network/v1`."""
        return self.ground.find_url(self.code)

    def switch_off(self) -> None:
        """Let it refuse connections."""
        self.ground.switch(self.code, on=False)

    def switch_on(self) -> None:
        """Let it answer again."""
        self.ground.switch(self.code, on=True)

    @property
    def journal(self) -> list[Row]:
        """What it was asked and did, in order."""
        return self.ground.journal.rows(party=self.name)


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a space."""

    ground: Ground = field(repr=False)

    @property
    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return self.ground.clock.now()

    def advance(self, by: str | timedelta) -> None:
        """Move the clock forward by `PT15M`, `P3BD` (business days) or a timedelta.

        What falls due on the way is done, in its order, before this returns.

        Raises:
            DurationError: the text is no duration.
            ValueError: it points into the past.
        """
        step = Duration(span=by) if isinstance(by, timedelta) else parse_duration(by)
        if step.negative:
            message = f"{by}: 時計は戻せません / a clock never goes back"
            raise ValueError(message)
        self.ground.advance_to(BusinessCalendar().shift(self.now, step))

    def advance_to(self, instant: datetime) -> None:
        """Move the clock forward to an instant; one that has passed changes nothing."""
        self.ground.advance_to(instant)

    def finish(self) -> None:
        """Move the clock to when everything that the scenario expects must have come."""
        self.advance_to(self.ground.plan.end)

    def run(self, rate: float = 1.0) -> None:
        """Let time run at a rate of the machine's; 0 lets it stand still."""
        self.ground.run(rate)

    def freeze(self) -> None:
        """Let time stand still until it is moved."""
        self.run(0)


def enrol(world: World, case: str) -> Cast:
    """Let every agency hold what a member of the cast is known for, and return the member.

    Raises:
        KeyError: the cast has no such case.
    """
    member = world.cast[case]
    one = Cast(who=Somebody(name=case), tags=frozenset(), resident=member.resident)
    told = list(dict.fromkeys((TAX.information, *member.known)))
    world.introduce(one.who, one.resident, information=told)
    held = {name: values_for(member, world.people, name) for name in told}
    for agency in world.agencies.values():
        agency.state.holdings[one.number] = held
    return one

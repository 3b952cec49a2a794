"""Who is asked about: a resident for every person of a scenario, chosen by the seed."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from mocks.engine.holdings import values_of
from mocks.engine.names import Somebody
from mocks.engine.people import People, Resident
from mocks.engine.scenario import Persons

SHARE = 8  # residents that are drawn for each one that is needed: one for each household
SPARE = 200  # and for those who must live elsewhere
PROTECTED = "dv_protected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One person of a scenario, or one member of its crowd, as a resident."""

    who: Somebody
    tags: frozenset[str]
    resident: Resident = field(repr=False)

    @property
    def number(self) -> str:
        """The sandbox individual number."""
        return self.resident.individual_number


@dataclass(frozen=True, slots=True)
class Crew:
    """Everybody of a scenario, by name and by place in the crowd."""

    people: People
    members: Mapping[str, Sequence[Cast]]

    @classmethod
    def choose(
        cls, people: People, wanted: Mapping[str, Persons], *, away: AbstractSet[str] = frozenset()
    ) -> "Crew":
        """Return residents who live for everybody that a scenario names.

        The protected live in none of the municipalities `away`, which take part in the run. No
        two live together: what is told of one tells nothing of another.
        """
        count = sum(one.count for one in wanted.values())
        alive = _list_alone(people, SHARE * count + SPARE)
        hidden = (one for one in alive if one.last_stay.municipality not in away)
        members = {
            name: tuple(
                Cast(
                    who=Somebody(name=name, member=member),
                    tags=frozenset(persons.tags),
                    resident=next(hidden if PROTECTED in persons.tags else alive),
                )
                for member in range(persons.count)
            )
            for name, persons in wanted.items()
        }
        return cls(people, members)

    def __iter__(self) -> Iterator[Cast]:
        for members in self.members.values():
            yield from members

    def of(self, name: str | None) -> Sequence[Cast]:
        """Return the person or crowd of a name; nobody for an unknown one."""
        return self.members.get(name or "", ())

    def values(self, one: Cast, information: str) -> dict[str, str | None]:
        """Return what an office knows of somebody: a value for each item of an information."""
        return values_of(self.people.draw, one.resident, information)


def _list_alone(people: People, count: int) -> Iterator[Resident]:
    """Yield the first of each household who lives."""
    household = -1
    for one in people.generate(count):
        if one.died_on is None and one.household != household:
            household = one.household
            yield one

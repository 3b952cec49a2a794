"""People of a space: fictitious, masked where they are listed, whole where they are made."""

from typing import Annotated

from msgspec import Meta

from mocks.admin.schemas.common import Count, PersonName, Request, Resource, Seed


class PersonResource(Resource, frozen=True, kw_only=True):
    """A person by name; numbers are masked but for their last two digits.

    `stands_for` is how many people of a crowd the name stands for. `case` is the demo case of a
    member of the fixed cast.
    """

    name: PersonName
    individual_number: str
    born_on: str
    sex_code: str
    municipality: str
    tags: tuple[str, ...] = ()
    stands_for: Count = 1
    case: str | None = None


class PersonList(Resource, frozen=True, kw_only=True):
    """The people whom a space knows by name."""

    people: tuple[PersonResource, ...] = ()


class PeopleRequest(Request, frozen=True, kw_only=True):
    """How many fictitious people to make; the same seed makes the same people."""

    count: Annotated[int, Meta(ge=1, le=10_000)]
    seed: Seed = 0


class MadeResident(Resource, frozen=True, kw_only=True):
    """A fictitious resident, whole: the check digit of the number is a sandbox one."""

    individual_number: str
    name: str
    kana: str
    born_on: str
    sex_code: str
    municipality: str
    address: str
    protected: bool = False
    foreign: bool = False


class MadeList(Resource, frozen=True, kw_only=True):
    """Fictitious residents, whom nobody in the space knows yet."""

    people: tuple[MadeResident, ...] = ()

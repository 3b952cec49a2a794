"""People of a space over HTTP: those it knows by name, masked; further ones made on demand."""

from datetime import date
from typing import Final

from mocks.admin.routes import Call, Operation, Reply, Sample
from mocks.admin.samples import MADE, PEOPLE
from mocks.admin.schemas.common import NoQuery
from mocks.admin.schemas.people import (
    MadeList,
    MadeResident,
    PeopleRequest,
    PersonList,
    PersonResource,
)
from mocks.engine.people import People, Resident

_SHOWN_DIGITS: Final = 2


async def list_people(call: Call[None, NoQuery]) -> Reply:
    """Return whom a space knows by name: the people of its scenarios, then the cast.

    Raises:
        AdminError: `space.unknown`.
    """
    room = call.room
    people = []
    for scenario in room.space.script.scenarios.values():
        for name, persons in scenario.people.items():
            number = room.space.script.names.number_of(name)
            resident = None if number is None else room.find_resident(number)
            people.append(
                _show(name, resident, number or "", tags=persons.tags, stands_for=persons.count)
            )
    for case, member in room.world.cast.items():
        resident = member.resident
        people.append(_show(case, resident, resident.individual_number, case=case))
    return Reply(body=PersonList(people=tuple(people)))


async def make_people(call: Call[PeopleRequest, NoQuery]) -> Reply:
    """Return fictitious residents of a seed, whole, and change nothing.

    Raises:
        AdminError: `space.unknown`.
    """
    towns = call.room.world.people.municipalities
    crowd = People(seed=str(call.body.seed), municipalities=towns)
    made = crowd.generate(call.body.count)
    return Reply(body=MadeList(people=tuple(map(_show_made, made))))


def mask(number: str) -> str:
    """Return a number of which only the last digits show."""
    return "*" * max(0, len(number) - _SHOWN_DIGITS) + number[-_SHOWN_DIGITS:]


def _show(
    name: str,
    resident: Resident | None,
    number: str,
    *,
    tags: tuple[str, ...] = (),
    stands_for: int = 1,
    case: str | None = None,
) -> PersonResource:
    return PersonResource(
        name=name,
        individual_number=mask(number),
        born_on=_write_day(resident.born_on if resident else None),
        sex_code=resident.sex_code if resident else "",
        municipality=resident.last_stay.municipality if resident else "",
        tags=tags + (("protected",) if resident and resident.protected else ()),
        stands_for=stands_for,
        case=case,
    )


def _write_day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _show_made(resident: Resident) -> MadeResident:
    return MadeResident(
        individual_number=resident.individual_number,
        name=resident.name,
        kana=resident.kana,
        born_on=resident.born_on.isoformat(),
        sex_code=resident.sex_code,
        municipality=resident.last_stay.municipality,
        address=resident.last_stay.address,
        protected=resident.protected,
        foreign=resident.foreign,
    )


OPERATIONS: Final = (
    Operation(
        name="list_people",
        method="GET",
        path="/spaces/{space}/people",
        handler=list_people,
        ja="スペースの人を一覧にする（番号は伏せる）",
        en="List the people whom a space knows by name, numbers masked.",
        replies={200: Sample(text="The people.", value=PEOPLE)},
    ),
    Operation(
        name="make_people",
        method="POST",
        path="/spaces/{space}/people",
        handler=make_people,
        ja="架空の住民を作る（何も変わらない）",
        en="Make fictitious residents of a seed, with sandbox numbers; nothing changes.",
        body=PeopleRequest,
        sample=PeopleRequest(count=1000, seed=7),
        replies={200: Sample(text="The residents.", value=MADE)},
    ),
)

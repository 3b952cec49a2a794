"""Synthetic residents as other rooms see them."""

from datetime import timedelta

import pytest

from mocks.engine.holdings import values_of
from mocks.engine.people import EPOCH, Municipality, People, Resident
from permitlists.items import items_of, load_items
from wire.numbers import is_individual_number, is_resident_code

TOWNS = (
    Municipality(code="990019", name="甲野市"),
    Municipality(code="990027", name="乙川町"),
    Municipality(code="990035", name="丙山村"),
)
MANY = 3000


@pytest.fixture(name="crowd", scope="module")
def _crowd() -> list[Resident]:
    return People(seed="1", municipalities=TOWNS).generate(MANY)


def test_thousands_have_unique_sandbox_numbers(crowd: list[Resident]) -> None:
    assert len(crowd) == MANY
    assert len({person.individual_number for person in crowd}) == MANY
    assert len({person.resident_code for person in crowd}) == MANY
    assert all(is_individual_number(person.individual_number, "sandbox") for person in crowd)
    assert all(is_resident_code(person.resident_code) for person in crowd)


def test_local_numbers_differ_by_municipality_and_system() -> None:
    people = People(seed="1", municipalities=TOWNS)
    numbers = {
        people.local_number(7, town.code, system)
        for town in TOWNS
        for system in ("tax", "insurance")
    }
    assert len(numbers) == 6
    assert {len(number) for number in numbers} == {15}


def test_a_crowd_holds_every_kind_of_person(crowd: list[Resident]) -> None:
    assert any(person.foreign for person in crowd)
    assert any(person.protected for person in crowd)
    assert any(person.died_on for person in crowd)
    assert any(EPOCH - person.born_on < timedelta(days=365) for person in crowd)
    assert any(len(person.stays) > 2 for person in crowd)
    assert any(ord(character) > 0xFFFF for person in crowd for character in person.name)
    assert {person.relation for person in crowd} == {"head", "spouse", "child", "parent"}


def test_a_mover_lived_somewhere_else_before(crowd: list[Resident]) -> None:
    mover = next(person for person in crowd if len(person.stays) > 1)
    before = mover.stays[-1].from_on - timedelta(days=1)
    old = mover.stay_on(before)
    assert old is not None
    assert old.municipality != mover.last_stay.municipality
    assert mover.stay_on(mover.born_on - timedelta(days=1)) is None


def test_nothing_of_a_person_shows_in_its_repr(crowd: list[Resident]) -> None:
    for person in crowd[:50]:
        for secret in (person.individual_number, person.resident_code, person.name):
            assert secret not in repr(person)
        assert person.last_stay.address not in repr(person)


def test_one_town_is_enough() -> None:
    crowd = People(seed="1", municipalities=TOWNS[:1]).generate(200)
    assert {stay.municipality for person in crowd for stay in person.stays} == {"990019"}


@pytest.mark.parametrize("information", sorted(load_items()))
def test_offices_know_a_value_for_each_item(crowd: list[Resident], information: str) -> None:
    people = People(seed="1", municipalities=TOWNS)
    for person in crowd[:30]:
        values = values_of(people.draw, person, information)
        assert list(values) == [item.id for item in items_of(information)]
        assert values == values_of(people.draw, person, information)
        assert all(value is None or value for value in values.values())

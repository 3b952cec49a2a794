"""The cast of the demo."""

from datetime import date

import pytest

from mocks.engine.cast import Member, load_cast, values_for
from mocks.engine.people import Municipality, People
from permitlists.items import items_of, load_items

TOWNS = {
    "a": Municipality(code="991015", name="仲立市"),
    "b": Municipality(code="991023", name="架橋市"),
}
PEOPLE = People(seed="1", municipalities=tuple(TOWNS.values()))
CASES = [f"D{number:02}" for number in range(1, 17)]


@pytest.fixture(name="cast", scope="module")
def _cast() -> dict[str, Member]:
    return load_cast(PEOPLE, TOWNS)


def test_there_is_one_person_per_case(cast: dict[str, Member]) -> None:
    assert list(cast) == CASES
    assert len({member.resident.individual_number for member in cast.values()}) == len(CASES)


def test_the_cast_never_shares_a_number_with_the_crowd(cast: dict[str, Member]) -> None:
    crowd = {person.individual_number for person in PEOPLE.generate(2000)}
    assert not crowd & {member.resident.individual_number for member in cast.values()}


@pytest.mark.parametrize("case", ["D01", "D07", "D08", "D09", "D11", "D12", "D13"])
def test_movers_lived_in_b_on_the_first_of_january(cast: dict[str, Member], case: str) -> None:
    resident = cast[case].resident
    stay = resident.stay_on(date(2026, 1, 1))
    assert stay is not None
    assert stay.municipality == TOWNS["b"].code
    assert resident.last_stay.municipality == TOWNS["a"].code


@pytest.mark.parametrize("case", CASES)
def test_known_values_name_items_of_the_catalogue(cast: dict[str, Member], case: str) -> None:
    for information, known in cast[case].known.items():
        assert information in load_items()
        assert set(known) <= {item.id for item in items_of(information)}
        values = values_for(cast[case], PEOPLE, information)
        assert known.items() <= values.items()


def test_only_the_protected_person_is_protected(cast: dict[str, Member]) -> None:
    assert [case for case in CASES if cast[case].resident.protected] == ["D08"]

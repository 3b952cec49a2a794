"""Whatever the seed, residents are consistent with themselves."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mocks.engine.draw import Draw
from mocks.engine.people import EPOCH, Municipality, People
from wire.numbers import is_individual_number

TOWNS = (Municipality(code="990019", name="甲野市"), Municipality(code="990027", name="乙川町"))


@given(seed=st.text(max_size=8), count=st.integers(1, 60), more=st.integers(0, 40))
def test_asking_for_more_people_changes_nobody(seed: str, count: int, more: int) -> None:
    people = People(seed=seed, municipalities=TOWNS)
    assert people.generate(count + more)[:count] == people.generate(count)


@given(seed=st.text(max_size=8))
def test_stays_follow_one_another_within_a_life(seed: str) -> None:
    for person in People(seed=seed, municipalities=TOWNS).generate(60):
        assert person.stays[0].from_on >= person.born_on
        assert person.stays[-1].to_on == person.died_on
        for old, new in zip(person.stays, person.stays[1:], strict=False):
            assert old.to_on == new.from_on
            assert old.municipality != new.municipality
        assert person.born_on <= EPOCH
        assert person.stay_on(person.last_stay.from_on + timedelta()) == person.last_stay


@given(seed=st.text(max_size=8), index=st.integers(0, 10**9))
def test_numbers_of_anybody_are_sandbox_numbers(seed: str, index: int) -> None:
    number, code = People(seed=seed, municipalities=TOWNS).numbers(index)
    assert is_individual_number(number, "sandbox")
    assert len(code) == 11


@given(
    seed=st.text(max_size=8),
    digits=st.integers(2, 15),
    pair=st.sets(st.integers(0, 99), min_size=2, max_size=2),
)
def test_two_indices_never_share_a_number(seed: str, digits: int, pair: set[int]) -> None:
    one, two = pair
    draw = Draw(seed)
    assert draw.shuffled(one, digits, "k") != draw.shuffled(two, digits, "k")

"""Names of scenarios and what documents carry, in both directions."""

import json

from mocks.engine.names import Names, Somebody

NUMBER, OTHER, CODE = "123456789010", "123456789021", "12345678901"


def test_a_party_goes_by_its_name_and_by_its_code() -> None:
    names = Names()
    names.bind_party("prov", "991031")
    assert (names.party_of("991031"), names.code_of("prov")) == ("prov", "991031")
    assert (names.party_of("991040"), names.code_of("core")) == (None, None)
    assert (names.called("991031"), names.called("991040")) == ("prov", "991040")


def test_a_party_or_a_code_that_is_bound_again_forgets_the_former() -> None:
    names = Names()
    names.bind_party("prov", "991031")
    names.bind_party("prov", "991040")
    assert (names.party_of("991031"), names.code_of("prov")) == (None, "991040")
    names.bind_party("other", "991040")
    assert (names.party_of("991040"), names.code_of("prov")) == ("other", None)
    names.bind_party("other", "991040")
    assert names.code_of("other") == "991040"


def test_people_are_found_by_number_code_and_symbol() -> None:
    names, who = Names(), Somebody(name="p1")
    names.bind_person(who, number=NUMBER, resident_code=CODE)
    names.bind_symbol("991031", "S" * 43, who)
    assert names.person_of(NUMBER) == names.person_of(CODE) == who
    assert names.person_of_symbol("991031", "S" * 43) == who
    assert names.person_of_symbol("991040", "S" * 43) is None  # a symbol is of one institution
    assert names.person_of(OTHER) is None
    assert (names.number_of("p1"), names.number_of("p2")) == (NUMBER, None)


def test_a_crowd_has_its_numbers_by_place() -> None:
    names = Names()
    for at in (2, 0, 1):
        names.bind_person(Somebody(name="crowd", member=at), number=f"{at}" * 12)
    assert names.numbers_of("crowd") == ["0" * 12, "1" * 12, "2" * 12]
    assert names.number_of("crowd", 2) == "2" * 12
    assert names.person_of("1" * 12) == Somebody(name="crowd", member=1)
    assert names.numbers_of("nobody") == []


def test_a_transaction_belongs_to_an_exchange() -> None:
    names = Names()
    names.bind_transaction("t-1", "c-1")
    assert (names.correlation_of("t-1"), names.correlation_of("t-2")) == ("c-1", None)


def test_names_are_kept_and_no_number_shows_in_their_text() -> None:
    names, who = Names(), Somebody(name="p1")
    names.bind_party("prov", "991031")
    names.bind_person(who, number=NUMBER, resident_code=CODE)
    names.bind_symbol("991031", "S" * 43, who)
    names.bind_transaction("t-1", "c-1")
    assert Names.restore(json.loads(json.dumps(names.snapshot()))) == names
    assert not any(secret in repr(names) for secret in (NUMBER, CODE, "S" * 43))

"""What may be asked of whom: exactly what the list allows, and nothing that is held back."""

from datetime import date

import pytest

from permitlists import (
    EMPTY,
    CodedQuestion,
    Hold,
    PermitList,
    Supplement,
    load_builtin,
    load_institutions,
    resolve,
)
from permitlists.usable import Pairing, Usable, list_usable

ON = date(2026, 11, 24)
INSTITUTIONS = load_institutions()
TAX = "地方税関係情報"


def code(short: str) -> str:
    found = INSTITUTIONS.find_short(short)
    assert found is not None
    return found.code


def usable(
    known: PermitList, inquirer: str = "a", provider: str = "b", on: date = ON
) -> list[Usable]:
    pairing = Pairing(on=on, inquirer=code(inquirer), provider=code(provider))
    return list(list_usable(known, INSTITUTIONS, pairing))


@pytest.mark.parametrize("sides", [("a", "b"), ("prefecture", "a"), ("a", "accounts"), ("b", "b")])
def test_it_is_exactly_what_the_list_allows(sides: tuple[str, str]) -> None:
    """Compared with asking every affair of the edition for every information, one by one."""
    known = load_builtin()
    edition = known.find_statutory(ON)
    assert edition is not None
    allowed = set()
    for row in edition.rows.values():
        for clause in row.clauses:
            affair = row.row.no if clause is None else f"{row.row.no}-{clause}"
            for information in edition.by_information:
                asked = CodedQuestion(
                    on=ON,
                    affair=affair,
                    inquirer=code(sides[0]),
                    provider=code(sides[1]),
                    information=(information,),
                )
                if known.decide(resolve(asked, INSTITUTIONS)).allowed:
                    allowed.add((affair, information))
    found = [one for one in usable(known, *sides) if one.instrument == "shourei-r6"]
    assert {(one.affair, one.information) for one in found} == allowed
    assert len(found) == len(allowed)
    assert not any(one.consent for one in found)
    assert all(one.basis and one.label for one in found)


def test_affairs_of_an_ordinance_come_last_and_tax_needs_consent() -> None:
    *_, tax, allowance = usable(load_builtin())
    assert (tax.instrument, tax.affair, tax.information, tax.consent) == (
        "jorei-19-9",
        "1",
        TAX,
        True,
    )
    assert (allowance.affair, allowance.consent) == ("1", False)
    assert "条例" in tax.basis
    others = usable(load_builtin(), inquirer="town")
    assert {one.instrument for one in others} == {"shourei-r6"}
    before = usable(load_builtin(), on=date(2024, 6, 1))
    assert {one.instrument for one in before} == {"shourei-r6"}


def test_what_is_held_back_is_not_listed() -> None:
    known = load_builtin()
    hold = Hold(kind="suspension", valid_from=ON, information=TAX)
    held = PermitList(known.editions, Supplement(holds=(hold,)))
    assert TAX in {one.information for one in usable(known)}
    assert TAX not in {one.information for one in usable(held)}


def test_a_day_without_an_edition_and_an_unknown_institution_may_ask_nothing() -> None:
    assert usable(PermitList([], EMPTY)) == []
    pairing = Pairing(on=ON, inquirer="000000", provider=code("b"))
    assert list(list_usable(load_builtin(), INSTITUTIONS, pairing)) == []


def test_items_that_are_not_catalogued_are_left_open() -> None:
    found = usable(load_builtin())
    assert any(one.items is None for one in found)
    assert any(one.items and list(one.items) == sorted(one.items) for one in found)

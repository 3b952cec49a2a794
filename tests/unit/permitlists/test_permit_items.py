import re

import pytest

from permitlists import PermitListError, items_of
from permitlists.items import load_items, parse_items
from tests.unit.permitlists.permit_cases import packaged

TAX = "地方税関係情報"


def ids_within(information: str, scope: str) -> set[str]:
    return {item.id for item in items_of(information) if item.within(scope)}


def test_resident_tax_of_the_municipality_leaves_other_taxes_out() -> None:
    municipal = ids_within(TAX, "市町村民税")
    assert {"fiscal_year", "total_income", "taxable_standard", "tax_exempt"} <= municipal
    assert {"per_capita_levy", "income_levy"} <= municipal
    assert not municipal & {
        "fixed_asset_tax", "light_vehicle_tax", "city_planning_tax",
        "prefectural_income_levy", "prefectural_per_capita_levy",
    }  # fmt: skip


def test_a_clause_without_narrowing_includes_every_item() -> None:
    assert ids_within(TAX, "") == {item.id for item in items_of(TAX)}


def test_both_resident_taxes_together_are_the_union_of_each() -> None:
    both = ids_within(TAX, "道府県民税・市町村民税")
    assert both == ids_within(TAX, "道府県民税") | ids_within(TAX, "市町村民税")


def test_every_narrowing_of_a_catalogued_information_leaves_some_item() -> None:
    for information in load_items():
        for entry in packaged().by_information[information]:
            assert entry.match.items, (entry.match.row, entry.match.clause, information)
            for scope in entry.match.scopes:
                assert ids_within(information, scope), (information, scope)


def test_every_tag_of_an_item_is_a_narrowing_that_the_edition_uses() -> None:
    for information, items in load_items().items():
        used = {
            scope
            for entry in packaged().by_information[information]
            for scope in entry.match.scopes
        }
        assert {scope for item in items for scope in item.scopes} <= used, information


def test_several_narrowings_of_one_clause_permit_the_union() -> None:
    clause = packaged().rows["48"].clauses["4"]
    (match,) = {entry.match for entry in clause.entries["障害者関係情報"]}
    assert len(match.scopes) > 1
    assert set(match.items or ()) == {
        item for scope in match.scopes for item in ids_within("障害者関係情報", scope)
    }


def test_item_ids_are_english_snake_case() -> None:
    for items in load_items().values():
        for item in items:
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", item.id)
            assert item.name_ja


def test_an_information_that_is_not_catalogued_has_no_items() -> None:
    assert items_of("養育医療情報") == ()


ENTRY = '[[information]]\nname = "甲"\nitem = [{ id = "a", name = "乙", type = "text" }]\n'


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "information = [",
        ENTRY.replace('"text"', '"float"'),
        ENTRY + ENTRY,
        ENTRY.replace(" }]", ' }, { id = "a", name = "丙", type = "code" }]'),
    ],
    ids=["other key", "no TOML", "unknown type", "information twice", "item twice"],
)
def test_a_bad_catalogue_is_refused(text: str) -> None:
    with pytest.raises(PermitListError) as refused:
        parse_items(text.encode())
    assert refused.value.code == "permits.items_form"


def test_a_catalogue_is_read_in_its_order() -> None:
    (item,) = parse_items(ENTRY.encode())["甲"]
    assert (item.id, item.name_ja, item.type, item.scopes) == ("a", "乙", "text", frozenset())

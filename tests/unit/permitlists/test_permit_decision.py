from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from permitlists import REFUSALS, Decision, Hold, HoldKind, PermitList, load_builtin
from permitlists.decide import decide
from tests.unit.permitlists.permit_cases import TODAY, ask, examples, packaged, vectors

ALLOWED = ask("69-7", "市町村長", "市町村長", "地方税関係情報")


@pytest.mark.parametrize("example", examples(), ids=lambda example: example["why"])
def test_the_examples_of_the_contract_are_decided_as_stated(example: dict[str, Any]) -> None:
    question = ask(example["affair"], example["inquirer"], example["provider"], *example["info"])
    decision = load_builtin().decide(question)
    assert decision.failed == example["failed"]
    assert decision.allowed is (example["failed"] is None)
    assert [[one.row, one.clause, one.pair] for one in decision.matched] == example["matched"]
    assert decision.edition == packaged().key
    assert REFUSALS.get(decision.reason) == decision.failed


def test_every_granting_clause_and_pair_of_the_law_is_allowed_and_nothing_else_is_indexed() -> None:
    granted = set()
    for vector in vectors():
        for term in vector.terms:
            for inquirer in vector.inquirers:
                for provider in vector.providers:
                    decision = load_builtin().decide(ask(vector.affair, inquirer, provider, term))
                    pairs = {one.pair for one in decision.matched}
                    assert vector.pair in pairs, (vector.affair, inquirer, provider, term)
            granted.add((vector.affair, vector.pair, term))
    indexed = {
        (
            entry.match.row + (f"-{entry.match.clause}" if entry.match.clause else ""),
            entry.match.pair,
            entry.match.information,
        )
        for entries in packaged().by_information.values()
        for entry in entries
    }
    assert indexed == granted


@pytest.mark.parametrize(
    ("on", "failed"),
    [
        (date(2024, 5, 26), "edition"),
        (date(2024, 5, 27), None),
        (date(2026, 4, 1), None),
        (date(1, 1, 1), "edition"),
        (date.max, None),
    ],
    ids=str,
)
def test_the_edition_of_the_day_decides(on: date, failed: str | None) -> None:
    decision = load_builtin().decide(replace(ALLOWED, on=on))
    assert decision.failed == failed
    assert (decision.edition is None) is (failed == "edition")


@pytest.mark.parametrize("instrument", ["beppyo2", "jorei-19-9", "unknown"])
def test_an_instrument_without_edition_refuses_everything(instrument: str) -> None:
    editions = PermitList(load_builtin().editions)
    assert editions.decide(replace(ALLOWED, instrument=instrument)).failed == "edition"


def test_an_ordinance_affair_is_refused_because_no_filing_is_on_file() -> None:
    decision = load_builtin().decide(replace(ALLOWED, basis="19-9"))
    assert (decision.failed, decision.reason) == ("edition", "permits.edition.no_ordinance_filing")


def test_a_body_of_two_classes_is_given_every_pair_that_fits() -> None:
    question = ask("42-1", "都道府県知事等", "市町村長", "障害者自立支援給付関係情報")
    both = replace(question, provider=question.provider | {"都道府県知事"})
    assert [one.pair for one in load_builtin().decide(both).matched] == [2, 4]


def test_an_allowed_decision_names_the_items_of_what_was_asked_only() -> None:
    decision = load_builtin().decide(ALLOWED)
    items = decision.items("地方税関係情報")
    assert items is not None
    assert {"fiscal_year", "income_levy", "per_capita_levy"} <= items
    assert not {"fixed_asset_tax", "light_vehicle_tax", "prefectural_income_levy"} & items
    assert decision.items("住民票関係情報") == frozenset()


def test_a_refused_decision_gives_no_item() -> None:
    decision = load_builtin().decide(ask("69-8", "市町村長", "市町村長", "地方税関係情報"))
    assert decision.items("地方税関係情報") == frozenset()


def test_items_that_are_not_catalogued_are_unknown_rather_than_none() -> None:
    question = ask("20の2", "都道府県知事等", "医療保険者", "医療給付支給情報（医療保険各法）")
    assert load_builtin().decide(question).items("医療給付支給情報（医療保険各法）") is None


def hold(
    kind: HoldKind = "suspension",
    *,
    institution: str | None = None,
    information: str | None = None,
    row: str | None = None,
) -> Hold:
    return Hold(
        kind=kind, valid_from=TODAY, institution=institution, information=information, row=row
    )


HELD = replace(ALLOWED, inquirer_code="991015", provider_code="991023")


@pytest.mark.parametrize(
    ("one", "held"),
    [
        (hold(), True),
        (hold("article_28", institution="991015"), True),
        (hold("article_28", institution="991023"), True),
        (hold(institution="993417"), False),
        (hold(information="地方税関係情報"), True),
        (hold(information="住民票関係情報"), False),
        (hold(row="69"), True),
        (hold(row="70"), False),
        (hold(row="69", institution="991015", information="地方税関係情報"), True),
        (hold(row="69", institution="991015", information="住民票関係情報"), False),
        (Hold(kind="suspension", valid_from=date(2026, 4, 2)), False),
        (Hold(kind="suspension", valid_from=TODAY, valid_to=date(2026, 4, 2)), True),
        (Hold(kind="suspension", valid_from=date(2026, 1, 1), valid_to=TODAY), False),
    ],
    ids=repr,
)
def test_a_hold_refuses_what_it_covers(one: Hold, held: bool) -> None:
    decision = load_builtin().decide(HELD, holds=[one])
    assert decision.failed == ("hold" if held else None)
    assert decision.reason == (f"permits.hold.{one.kind}" if held else "permits.allowed")


def test_a_hold_is_the_last_element_to_be_judged() -> None:
    refused = replace(ask("69-8", "市町村長", "市町村長", "地方税関係情報"))
    assert load_builtin().decide(refused, holds=[hold()]).failed == "information"


def test_a_hold_on_a_question_of_several_informations_refuses_all_of_it() -> None:
    question = ask(
        "69-10", "市町村長", "都道府県知事等", "生活保護関係情報", "外国人生活保護関係情報"
    )
    held = load_builtin().decide(question, holds=[hold(information="外国人生活保護関係情報")])
    assert (held.failed, held.matched) == ("hold", ())


def test_an_edition_decides_whatever_the_day_when_it_is_asked_itself() -> None:
    decision = decide(packaged(), replace(ALLOWED, on=date(2000, 1, 1)))
    assert isinstance(decision, Decision)
    assert decision.allowed


def test_a_question_with_equal_content_gets_an_equal_decision() -> None:
    again = ask("69-7", "市町村長", "市町村長", "地方税関係情報")
    assert load_builtin().decide(ALLOWED) == load_builtin().decide(again)


@pytest.mark.parametrize("row", ["13-3", "131-2", "158-3", "6-1", "2-4", "3-5"])
def test_doubtful_phrases_never_open_their_pairs(row: str) -> None:
    edition = packaged()
    affair = ask(row, "市町村長", "市町村長").affair
    indexed = edition.rows[affair.row]
    clause = indexed.clauses[affair.clause]
    assert clause.doubtful
    for name in clause.doubtful:
        question = replace(
            ALLOWED,
            affair=affair,
            inquirer=indexed.inquirers,
            provider=indexed.providers,
            information=(name,),
        )
        assert load_builtin().decide(question).reason == "permits.information.doubtful"


def test_a_doubtful_narrowing_is_not_added_to_the_narrowings_that_are_granted() -> None:
    clause = packaged().rows["29"].clauses["2"]
    (entry,) = clause.entries["障害者手当情報（他法令含む）"]
    doubtful = {grant.scope for grant in clause.clause.grants if grant.confidence == "doubtful"}
    assert doubtful == {"障害基礎年金（国年法30条の4）"}
    assert not doubtful & set(entry.match.scopes)

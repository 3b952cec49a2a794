from dataclasses import replace
from datetime import date

import msgspec
import pytest

from permitlists import Affair, PermitList, PermitListError
from permitlists.decide import decide
from tests.unit.permitlists.permit_cases import ask, packaged
from tests.unit.permitlists.small_edition import (
    Document,
    clause,
    edition,
    overlaid,
    overlay,
    question,
    row,
)


@pytest.mark.parametrize("clause_number", [None, "1"])
def test_a_reading_rule_stands_in_the_citation_on_its_days(clause_number: str | None) -> None:
    read = overlaid(overlay(clause=clause_number))
    for permit_list in (PermitList([read]), PermitList([read.on(date(2024, 6, 1))])):
        for day, cited in ((date(2024, 5, 31), 0), (date(2024, 6, 30), 1), (date(2024, 7, 1), 0)):
            answer = permit_list.explain(question(day))
            assert answer.decision.matched[0].basis.endswith("（読替え）") == bool(cited)
            assert answer.text_ja.count("読替え") == answer.text_en.count("読替え") == cited
            assert msgspec.structs.replace(answer.decision, nearest=()) == permit_list.decide(
                question(day)
            )
            assert decide(read, question(day)) == permit_list.decide(question(day))


def test_a_reading_rule_that_replaces_a_row_governs_it_on_its_days() -> None:
    read = overlaid(overlay(replacement=row(inquirers=["都道府県知事"])), overlay(note="二つ"))
    permit_list = PermitList([read])
    days = (date(2024, 5, 31), date(2024, 6, 1), date(2024, 6, 30), date(2024, 7, 1))
    assert [permit_list.decide(question(day)).failed for day in days] == [
        None, "inquirer", "inquirer", None,
    ]  # fmt: skip
    asked = replace(question(days[1]), inquirer=frozenset({"都道府県知事"}))
    assert permit_list.decide(asked).matched[0].basis.endswith("（読替え）（二つ）")
    assert permit_list.explain(question(days[1])).nearest[0].differs == "inquirer"


def test_a_reading_rule_on_one_clause_leaves_the_others_alone() -> None:
    two = row(clauses=[clause(), clause(no="2")])
    permit_list = PermitList([overlaid(overlay(clause="2"), rows=[two, row(no="2")])])
    bases = [
        permit_list.decide(replace(question(date(2024, 6, 1)), affair=Affair.parse(text)))
        for text in ("1-1", "1-2", "2-1")
    ]
    assert ["読替え" in decision.matched[0].basis for decision in bases] == [False, True, False]


def test_a_reading_rule_after_the_end_of_its_edition_governs_nothing() -> None:
    late = overlay(valid_from="2026-04-01", valid_to="2026-05-01")
    permit_list = PermitList([overlaid(late), edition(valid_from="2026-04-01")])
    assert "読替え" not in permit_list.decide(question(date(2026, 4, 1))).matched[0].basis


@pytest.mark.parametrize(
    "bad",
    [
        [overlay(valid_from="2024-05-26")],
        [overlay(valid_to="2024-06-01")],
        [overlay(valid_to="2030-01-01")],
        [overlay(row="2")],
        [overlay(clause="2")],
        [overlay(clause="1", replacement=row())],
        [overlay(replacement=row(no="2"))],
        [overlay(replacement=row(inquirers=["町内会長"]))],
        [overlay(replacement=row(clauses=[clause(grants=[[[2], ["x"], "", "exact"]])]))],
        [overlay(replacement=row()), overlay(valid_from="2024-06-30", replacement=row())],
    ],
    ids=[
        "before the edition", "no day", "after the edition", "no such row", "no such clause",
        "part of a row replaced", "another row", "unknown class", "unknown pair", "two at once",
    ],
)  # fmt: skip
def test_a_reading_rule_that_does_not_fit_is_refused(bad: list[Document]) -> None:
    with pytest.raises(PermitListError) as refused:
        overlaid(*bad, valid_to="2029-12-31")
    assert refused.value.code == "permits.edition_content"


def test_reading_rules_of_one_row_may_follow_one_another() -> None:
    first = overlay(replacement=row(inquirers=["都道府県知事"]))
    second = overlay(valid_from="2024-07-01", valid_to="2024-08-01", replacement=row())
    other = overlay(row="2", replacement=row(no="2"))
    read = overlaid(first, second, other, rows=[row(), row(no="2")])
    assert [day for day, _ in read.list_readings()] == [
        date(2024, 5, 27), date(2024, 6, 1), date(2024, 7, 1), date(2024, 8, 1),
    ]  # fmt: skip
    assert read.on(date(2024, 8, 1)) is read


def test_the_order_reads_article_50_otherwise_until_the_end_of_may_2024() -> None:
    asked = ask("48-2", "市町村長", "市町村長", "地方税関係情報")
    permit_list = PermitList([packaged()])
    days = (date(2024, 5, 27), date(2024, 5, 31), date(2024, 6, 1))
    bases = [permit_list.decide(replace(asked, on=day)).matched[0].basis for day in days]
    assert ["附則第3条により" in basis for basis in bases] == [True, True, False]
    assert all("第50条第2号" in basis for basis in bases)

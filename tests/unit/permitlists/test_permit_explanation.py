import string
import tomllib
from dataclasses import replace
from datetime import date

import pytest

from permitlists import (
    REFUSALS,
    Affair,
    CodedQuestion,
    Explanation,
    Hold,
    PermitList,
    Supplement,
    explain_named,
    load_builtin,
    load_institutions,
    resolve,
)
from permitlists.explain import explain
from permitlists.nearest import LIMIT
from tests.unit.permitlists.filing_cases import CODED, FILED_REFUSALS, ORDINANCES
from tests.unit.permitlists.permit_cases import DATA, LABEL, TODAY, ask, packaged

UNPLACED = {  # what no row of the table is spoken of for
    "permits.affair.unknown_row",
    "permits.inquirer.no_delegation", "permits.provider.no_delegation",
}  # fmt: skip
FAILED_JA = {
    "edition": "版", "inquirer": "照会者", "affair": "事務", "provider": "提供者",
    "information": "情報", "hold": "保留", "consent": "同意",
}  # fmt: skip
ALLOWED = ask("69-7", "市町村長", "市町村長", "地方税関係情報")
QUESTIONS = {
    "permits.edition.not_in_force": replace(ALLOWED, on=date(2020, 1, 1)),
    "permits.edition.no_ordinance_filing": replace(ALLOWED, basis="19-9"),
    "permits.inquirer.not_in_row": ask("42-1", "市町村長", "市町村長", "地方税関係情報"),
    "permits.affair.unknown_row": ask("999", "市町村長", "市町村長", "地方税関係情報"),
    "permits.affair.deleted_row": ask("157", "市町村長", "市町村長", "地方税関係情報"),
    "permits.affair.clause_missing": ask("69", "市町村長", "市町村長", "地方税関係情報"),
    "permits.affair.unknown_clause": ask("69-99", "市町村長", "市町村長", "地方税関係情報"),
    "permits.provider.not_in_row": ask("69-7", "市町村長", "環境大臣", "地方税関係情報"),
    "permits.information.none_asked": ask("69-7", "市町村長", "市町村長"),
    "permits.information.not_in_pair": ask("69-7", "市町村長", "市町村長", "戸籍関係情報"),
    "permits.information.not_in_clause": ask("69-8", "市町村長", "市町村長", "地方税関係情報"),
    "permits.information.doubtful": ask("48-22", "市町村長", "医療保険者", "医療保険給付関係情報"),
    "permits.hold.article_28": ALLOWED,
    "permits.hold.suspension": ALLOWED,
}


QUESTIONS |= {
    reason: resolve(question, load_institutions()) for reason, question in FILED_REFUSALS.items()
} | {
    f"permits.{side}.no_delegation": resolve(
        replace(CODED, **{f"{side}_delegator": "990001"}),  # type: ignore[arg-type]  # one field
        load_institutions(),
    )
    for side in ("inquirer", "provider")
}


def explained(reason: str) -> Explanation:
    kind = reason.rpartition(".")[2]
    holds = [Hold(kind=kind, valid_from=TODAY)] if ".hold." in reason else []  # type: ignore[arg-type]  # the reason ends in the kind
    return ORDINANCES.explain(QUESTIONS[reason], holds)


def test_every_reason_has_a_question_here() -> None:
    assert set(QUESTIONS) == set(REFUSALS)


@pytest.mark.parametrize("reason", sorted(REFUSALS))
def test_a_refusal_names_the_element_the_place_and_who_can_fix_it(reason: str) -> None:
    answer = explained(reason)
    assert answer.decision.reason == reason
    failed = answer.decision.failed
    assert failed is not None
    assert answer.text_ja.startswith(f"拒否（{FAILED_JA[failed]}）: ")
    assert answer.text_en.startswith(f"Denied ({failed}): ")
    assert "対応できる人: " in answer.text_ja
    assert "Who can fix it: " in answer.text_en
    if QUESTIONS[reason].instrument == "jorei-19-9":
        return
    if failed not in {"edition", "hold"} and reason not in UNPLACED:
        assert "番号法第19条第8号 主務省令第2条の表" in answer.text_ja
        assert "My Number Act art. 19(8), ministerial order art. 2 table row" in answer.text_en
    assert "{" not in answer.text_ja + answer.text_en


def test_the_sentences_are_those_of_the_reasons_and_no_others() -> None:
    texts = tomllib.loads((DATA / "sentences.toml").read_text(encoding="utf-8"))
    fixers, words = texts.pop("fixers"), texts.pop("words")
    assert set(texts) == {*REFUSALS, "permits.allowed"}
    for text in [*texts.values(), *words.values(), *fixers.values()]:
        for kind in ("", "change_", "caller_"):
            assert fields(text.get(f"{kind}ja", "")) == fields(text.get(f"{kind}en", ""))
    assert {key for text in texts.values() for key in text["fix"]} == set(fixers)


def fields(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_an_allowed_question_cites_article_clause_and_narrowing() -> None:
    answer = load_builtin().explain(ALLOWED)
    assert (
        answer.decision.matched[0].basis == "番号法第19条第8号 主務省令第2条の表69の項・第71条第7号"
    )
    assert answer.decision.matched[0].basis in answer.text_ja
    assert "art. 2 table row 69, art. 71 clause 7" in answer.text_en
    assert "地方税関係情報（うち市町村民税）" in answer.text_ja
    assert answer.nearest == ()


@pytest.mark.parametrize(
    ("affair", "citation", "english"),
    [
        ("20の2", "20の2の項・第22条の2", "table row 20の2, art. 22の2"),
        ("160の2", "160の2の項・第162条の2", "table row 160の2, art. 162の2"),
        ("58-3", "58の項・第60条第2項第1号（号番号未確認）",
         "table row 58, art. 60 第2項第1号 (clause number not confirmed)"),
        ("93-1", "93の項・第95条", "table row 93, art. 95"),
        ("34の2-1", "34の2の項・第36条の2第1号（号番号未確認）",
         "art. 36の2 clause 1 (clause number not confirmed)"),
        ("72", "72の項・第74条", "table row 72, art. 74"),
    ],
)  # fmt: skip
def test_the_citation_follows_the_article_as_it_is_numbered(
    affair: str, citation: str, english: str
) -> None:
    parsed = Affair.parse(affair)
    row = packaged().rows[parsed.row]
    if parsed.clause is None and None not in row.clauses:
        parsed = Affair(row=parsed.row, clause="1")
    clause = row.clauses[parsed.clause]
    information, (entry, *_) = next(iter(clause.entries.items()))
    answer = load_builtin().explain(
        replace(
            ALLOWED,
            affair=parsed,
            inquirer=row.inquirers,
            provider=entry.providers,
            information=(information,),
        )
    )
    assert answer.decision.allowed
    assert citation in answer.decision.matched[0].basis
    assert english in answer.text_en


def test_a_doubtful_phrase_of_an_unconfirmed_clause_says_so() -> None:
    question = ask("58-2", "厚生労働大臣", "厚生労働大臣", "基本手当・高年齢雇用継続基本給付金情報")
    answer = load_builtin().explain(question)
    assert answer.decision.reason == "permits.information.doubtful"
    assert "号番号未確認" in answer.text_ja


def test_a_clause_of_one_implementing_body_says_whose_it_is() -> None:
    answer = load_builtin().explain(ask("58-3", "厚生労働大臣", "法務大臣", "戸籍関係情報"))
    assert "実施者が国家公務員共済組合連合会である場合" in answer.text_ja
    assert "国家公務員共済組合連合会 as the implementing body" in answer.text_en


def nearest_of(answer: Explanation) -> list[tuple[str, str]]:
    return [(str(Affair(row=one.row, clause=one.clause)), one.differs) for one in answer.nearest]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("permits.information.not_in_clause", ("69-1", "affair")),
        ("permits.affair.clause_missing", ("69-1", "affair")),
        ("permits.provider.not_in_row", ("69-7", "provider")),
        ("permits.affair.unknown_row", ("15-1", "affair")),
    ],
)
def test_the_nearest_rows_start_in_the_row_that_was_asked(
    reason: str, expected: tuple[str, str]
) -> None:
    nearest = nearest_of(explained(reason))
    assert nearest[0] == expected
    assert len(nearest) <= LIMIT


def test_another_information_of_the_same_provider_is_near() -> None:
    question = ask("69-7", "市町村長", "法務大臣", "市町村民税")
    assert nearest_of(load_builtin().explain(question)) == []
    question = ask("69-10", "市町村長", "法務大臣", "地方税関係情報")
    assert ("69-10", "information") in nearest_of(load_builtin().explain(question))


def test_another_inquirer_is_near_where_the_rest_fits() -> None:
    question = ask("42-1", "市町村長", "市町村長", "地方税関係情報")
    assert nearest_of(load_builtin().explain(question))[0] == ("42-1", "inquirer")


def test_every_nearest_row_would_be_allowed_if_the_named_element_were_as_there() -> None:
    statutory = {key: one for key, one in QUESTIONS.items() if one.instrument == "shourei-r6"}
    for reason, question in statutory.items():
        for near in explained(reason).nearest:
            row = packaged().rows[near.row]
            pair = next(one for one in row.row.pairs if one.no == near.pair)
            changed = {
                "affair": {"affair": Affair(row=near.row, clause=near.clause)},
                "inquirer": {"inquirer": row.inquirers},
                "provider": {"provider": frozenset(pair.providers)},
                "information": {"information": (near.information,)},
            }[near.differs]
            assert not load_builtin().decide(question).allowed
            assert load_builtin().decide(replace(question, **changed)).allowed  # type: ignore[arg-type]  # one field at a time


@pytest.mark.parametrize("reason", ["permits.edition.not_in_force", "permits.hold.suspension"])
def test_no_row_is_near_when_the_edition_or_a_hold_refuses(reason: str) -> None:
    assert explained(reason).nearest == ()


def test_the_refused_one_of_several_informations_is_explained() -> None:
    question = ask("69-10", "市町村長", "都道府県知事等", "生活保護関係情報", "住民票関係情報")
    answer = load_builtin().explain(question)
    assert "「住民票関係情報」" in answer.text_ja


def test_the_document_has_the_shape_of_the_contract() -> None:
    document = load_builtin().explain(ALLOWED).as_document()
    assert list(document) == [
        "decision", "edition", "matched", "failed", "nearest", "text_ja", "text_en",
    ]  # fmt: skip
    assert document["decision"] == "allow"
    assert document["edition"] == {
        "label": LABEL,
        "instrument": "shourei-r6",
        "valid_from": "2024-05-27",
        "valid_to": None,
        "sha256": packaged().key.sha256,
    }
    assert [list(one) for one in document["matched"]] == [["row", "clause", "pair", "basis"]]
    refused = explained("permits.information.not_in_clause").as_document()
    assert (refused["decision"], refused["failed"]) == ("deny", "information")
    assert list(refused["nearest"][0]) == ["row", "clause", "pair", "differs"]
    assert explained("permits.edition.not_in_force").as_document()["edition"] is None


def test_an_edition_with_an_end_says_so_in_the_document() -> None:
    closed = type(packaged())(
        type(packaged().table)(
            instrument="shourei-r6",
            valid_from=date(2024, 5, 27),
            valid_to=date(2025, 1, 1),
            classes=packaged().table.classes,
            rows=packaged().table.rows,
        )
    )
    edition = explain(closed, ALLOWED).as_document()["edition"]
    assert edition["valid_to"] == "2025-01-01"


def named(inquirer: str, provider: str, **changes: str) -> Explanation:
    question = CodedQuestion(
        on=TODAY,
        affair=changes.get("affair", "69-7"),
        inquirer=inquirer,
        provider=provider,
        information=(changes.get("info", "地方税関係情報"),),
    )
    return explain_named(load_builtin(), load_institutions(), question, packaged())


@pytest.mark.parametrize(
    ("inquirer", "provider", "failed"),
    [
        ("991015", "991023", None),
        ("991015", "市町村長", None),
        ("市町村長又は国民健康保険組合", "991023", None),
        ("市町村長又は環境大臣", "991023", "inquirer"),
        ("環境大臣又は市町村長", "991023", "inquirer"),
        ("市町村長", "法務大臣又は市町村長", "information"),
        ("999032", "991023", "inquirer"),
        ("991015", "999016", "information"),
        ("991074", "991023", "inquirer"),
        ("991015", "991074", "provider"),
        ("町内会長", "991023", "inquirer"),
        ("999989", "991023", "inquirer"),
    ],
)
def test_codes_and_class_texts_are_resolved_on_both_sides(
    inquirer: str, provider: str, failed: str | None
) -> None:
    assert named(inquirer, provider).decision.failed == failed


def test_the_text_names_an_institution_by_its_code_and_narrowest_classes() -> None:
    assert "照会者（991015: 市町村長、市長）" in named("991015", "991023").text_ja
    assert "照会者（991074: 区分不明）" in named("991074", "991023").text_ja
    assert "(of no known class)" in named("町内会長", "991023").text_en


def test_a_side_is_unresolved_while_no_edition_is_in_force() -> None:
    question = CodedQuestion(
        on=date(2020, 1, 1),
        affair="69-7",
        inquirer="市町村長",
        provider="991023",
        information=("地方税関係情報",),
    )
    answer = explain_named(load_builtin(), load_institutions(), question, None)
    assert answer.decision.failed == "edition"


def test_a_hold_reaches_a_question_by_the_code_of_an_institution() -> None:
    question = CodedQuestion(
        on=TODAY,
        affair="69-7",
        inquirer="991015",
        provider="991023",
        information=("地方税関係情報",),
    )
    hold = Hold(kind="suspension", valid_from=TODAY, institution="991023")
    held = PermitList(load_builtin().editions, Supplement(holds=(hold,)))
    answer = explain_named(held, load_institutions(), question, packaged())
    assert answer.decision.failed == "hold"


def test_class_texts_ask_under_filings_too() -> None:
    question = replace(CODED, affair="1", instrument="jorei-19-9", provider="市町村長又は環境大臣")
    answer = explain_named(ORDINANCES, load_institutions(), question, None)
    assert answer.decision.failed == "consent"
    agreed = explain_named(ORDINANCES, load_institutions(), replace(question, consent=True), None)
    assert agreed.decision.failed == "provider"
    delegated = replace(question, provider="市町村長", provider_delegator="991015")
    refused = explain_named(ORDINANCES, load_institutions(), delegated, None)
    assert refused.decision.reason == "permits.provider.no_delegation"

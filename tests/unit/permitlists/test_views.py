"""What a caller, the staff and an auditor are told of one decision."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from permitlists import (
    EMPTY,
    VIEWS,
    CodedQuestion,
    Explanation,
    Hold,
    NumberingCheck,
    PermitList,
    Supplement,
    list_lines,
    load_builtin,
    load_institutions,
    resolve,
    view_document,
)
from tests.unit.permitlists.filing_cases import (
    CODED,
    FILED,
    FILED_REFUSALS,
    FILING,
    ORDINANCES,
    OTHER_CITY,
    RESIDENT,
    TAX,
    WITHHOLDING,
)
from tests.unit.permitlists.permit_cases import LABEL, TODAY

SECRETS = ("秘-理由", "秘-連絡先", "秘-番号", "秘-条例", "秘-届出", "秘-団体区分")
HOLD = Hold(
    kind="suspension",
    valid_from=TODAY,
    institution=OTHER_CITY,
    reason="秘-理由",
    contact="秘-連絡先",
    reference="秘-番号",
)
SECRETIVE = PermitList(
    load_builtin().editions,
    Supplement(
        holds=(HOLD,),
        filings=(FILING, msgspec.structs.replace(FILING, number="2", municipality=OTHER_CITY,
                                                 reference="秘-届出", ordinance="秘-条例")),
        withholdings=(msgspec.structs.replace(WITHHOLDING, ordinance="秘-条例"),),
    ),
)  # fmt: skip
STATUTORY = replace(CODED, affair="69-7")
QUESTIONS = {
    "allowed": replace(STATUTORY, provider="993417"),
    "hold": STATUTORY,
    "pair": replace(STATUTORY, information=("戸籍関係情報",)),
    "provider": replace(STATUTORY, provider="999032"),
    "provider delegation": replace(STATUTORY, provider_delegator="990001"),
    "clause": replace(STATUTORY, affair="69-8"),
    "unknown row": replace(STATUTORY, affair="999"),
    "filed by another": replace(FILED, affair="2"),
    "withheld": replace(FILED, information=(RESIDENT,)),
    "filed hold": FILED,
    "filing": replace(FILED, affair="99"),
    "no edition": replace(STATUTORY, instrument="unknown"),
}


def explained(question: CodedQuestion, permit_list: PermitList = SECRETIVE) -> Explanation:
    resolved = resolve(question, load_institutions())
    if question.provider == OTHER_CITY:
        resolved = replace(resolved, provider=resolved.provider | {"秘-団体区分"})
    unreviewed = frozenset({"秘-団体区分"})
    return permit_list.explain(replace(resolved, unreviewed=unreviewed))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_caller_is_told_nothing_about_another_institution(name: str) -> None:
    answer = explained(QUESTIONS[name])
    document = view_document(answer, "caller", SECRETIVE.supplement)
    lines = "\n".join(list_lines(answer, "caller", SECRETIVE.supplement))
    for text in (json.dumps(document, ensure_ascii=False), lines):
        assert not [secret for secret in SECRETS if secret in text]
        assert "都道府県知事等" not in text or "provider" not in name
    assert set(document) == {
        "decision", "failed", "reason", "text_ja", "text_en", "change_ja", "change_en",
    }  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_view_holds_all_of_the_one_before_it(name: str) -> None:
    answer = explained(QUESTIONS[name])
    documents = [view_document(answer, view, SECRETIVE.supplement) for view in VIEWS]
    keys = [set(document) for document in documents]
    assert keys[0] < keys[1] < keys[2]
    for view in VIEWS:
        lines = list(list_lines(answer, view, SECRETIVE.supplement))
        verdict = "allow" if answer.decision.allowed else f"deny ({answer.decision.failed})"
        assert lines[0] == verdict
        assert all(lines[1:])


def staff(question: CodedQuestion, permit_list: PermitList = SECRETIVE) -> dict[str, Any]:
    return view_document(explained(question, permit_list), "staff")


def auditor(question: CodedQuestion, permit_list: PermitList = SECRETIVE) -> dict[str, Any]:
    return view_document(explained(question, permit_list), "auditor", permit_list.supplement)


def test_the_staff_is_told_of_a_hold_whom_to_ask() -> None:
    document = staff(STATUTORY)
    assert "秘-番号" in document["text_ja"]
    assert "秘-連絡先" in document["text_ja"]
    assert "秘-理由" not in document["text_ja"]
    assert document["fix_ja"] == ("停止を定めた責任者",)
    assert document["citation_ja"].endswith("69の項・第71条第7号")
    assert "clause 7" in document["citation_en"]


@pytest.mark.parametrize(
    ("question", "differs", "text_ja", "text_en"),
    [
        (replace(STATUTORY, affair="69-8"), "affair", "事務が69-1（", "for the affair 69-1 ("),
        (replace(STATUTORY, provider="999016"), "provider", "提供者が市町村長なら", "市町村長"),
        (
            replace(STATUTORY, affair="42-1"),
            "inquirer",
            "照会者が都道府県知事等なら",
            "to 都道府県知事等",
        ),
        (
            replace(STATUTORY, affair="69-10", provider="990001"),
            "information",
            "情報が生活保護関係情報なら",
            "for 生活保護関係情報",
        ),
        (FILED_REFUSALS["permits.affair.unknown_filing"], "affair", "事務が1（模擬の医療費助成）",
         "affair 1 ("),
        (FILED_REFUSALS["permits.inquirer.not_filed_by"], "inquirer", "照会者が991015なら",
         "991015"),
        (FILED_REFUSALS["permits.provider.not_in_filing"], "provider", "提供者が市町村長なら",
         "市町村長"),
        (FILED_REFUSALS["permits.information.not_in_filing"], "information",
         "情報が地方税関係情報なら", TAX),
    ],
    ids=["row", "provider", "inquirer", "information", "filing", "municipality", "filed provider",
         "filed information"],
)  # fmt: skip
def test_the_staff_is_told_in_words_what_differs_in_the_nearest_rows(
    question: CodedQuestion, differs: str, text_ja: str, text_en: str
) -> None:
    resolved = resolve(question, load_institutions())
    if differs == "inquirer" and question.instrument == "shourei-r6":
        resolved = replace(resolved, inquirer=frozenset({"市町村長"}))
    document = view_document(ORDINANCES.explain(resolved), "staff")
    near = next(one for one in document["nearest"] if one["differs"] == differs)
    assert text_ja in near["text_ja"]
    assert text_en in near["text_en"]


def test_an_auditor_sees_what_the_decision_depended_on() -> None:
    document = auditor(QUESTIONS["allowed"])
    assert document["edition"]["source"]
    assert document["edition"]["sha256"]
    assert document["inquirer"]["files"] == ["national-health-insurance"]
    assert "市町村長" in document["provider"]["classes"]
    assert document["unreviewed_classes"] == ["秘-団体区分"]
    assert document["clause"]["numbering"] == "verified"
    assert document["clause"]["pairs"][3]["providers"] == ["市町村長"]
    (permitted,) = document["permitted"]
    assert permitted["confidence"] == ["mapped"]
    assert permitted["items"]
    assert permitted["scopes"] == ["市町村民税"]
    assert len(document["ruling_sha256"]) == 64


def test_an_auditor_sees_the_facts_beside_the_editions() -> None:
    assert auditor(STATUTORY)["supplement"]["hold"] == "秘-番号"
    assert auditor(STATUTORY)["supplement"]["hold_reason"] == "秘-理由"
    filed = auditor(QUESTIONS["withheld"])["supplement"]
    assert filed["filing"] == "届出0001"
    assert filed["base"] == f"{LABEL} 144-6"
    assert filed["withholding"] == ""
    delegated = auditor(QUESTIONS["provider delegation"])
    assert delegated["provider"]["delegator"] == "990001"
    assert delegated["provider"]["delegated"] is False
    assert delegated["inquirer"]["delegated"] is None


def test_an_auditor_sees_who_confirmed_a_clause_number() -> None:
    check = NumberingCheck(
        edition=LABEL,
        row="69",
        clause="7",
        official="第7号",
        checked_by="s-1",
        checked_on=TODAY,
        evidence="官報",
    )
    confirmed = PermitList(load_builtin().editions, Supplement(numbering=(check,)))
    facts = auditor(STATUTORY, confirmed)["supplement"]
    assert facts["numbering_checks"] == [
        {"official": "第7号", "by": "s-1", "on": TODAY.isoformat()}
    ]
    assert auditor(QUESTIONS["clause"], confirmed)["supplement"]["numbering_checks"] == []


def test_a_row_that_was_asked_without_its_clause_is_shown_as_a_row() -> None:
    document = auditor(replace(STATUTORY, affair="69"))
    assert (document["clause"]["row"], document["clause"]["clause"]) == ("69", None)
    assert document["citation_ja"].endswith("69の項・第71条")
    unknown = auditor(QUESTIONS["unknown row"])
    assert (unknown["clause"], unknown["citation_ja"]) == (None, "")
    nothing = auditor(QUESTIONS["no edition"])
    assert (nothing["edition"], nothing["nearest"], nothing["clause"]) == (None, [], None)


def test_items_that_are_not_catalogued_are_shown_as_unknown() -> None:
    question = replace(
        CODED,
        affair="20の2",
        inquirer="990001",
        provider="999032",
        information=("医療給付支給情報（医療保険各法）",),
    )
    answer = load_builtin().explain(resolve(question, load_institutions()))
    assert view_document(answer, "auditor", EMPTY)["permitted"][0]["items"] is None
    assert any("not catalogued" in line for line in list_lines(answer, "staff"))

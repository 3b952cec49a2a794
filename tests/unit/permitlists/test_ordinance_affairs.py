from dataclasses import replace
from datetime import date

import msgspec
import pytest

from permitlists import (
    REFUSALS,
    Base,
    CodedQuestion,
    Decision,
    Edition,
    Hold,
    PermitList,
    PermitListError,
    Question,
    Supplement,
    load_builtin,
    load_institutions,
    resolve,
)
from permitlists.ordinance_list import parse_ordinances
from tests.unit.permitlists.filing_cases import (
    ACCOUNTS,
    BASE,
    CITY,
    CODED,
    DISABLED,
    EARLIER,
    FILED,
    FILED_REFUSALS,
    FILING,
    ORDINANCES,
    OTHER_CITY,
    PREFECTURE,
    RESIDENT,
    TAX,
    WITHHOLDING,
    changed,
    earlier_edition,
)
from tests.unit.permitlists.permit_cases import DATA, TODAY, packaged


def asked(question: CodedQuestion) -> Question:
    return resolve(question, load_institutions())


def decide(question: CodedQuestion, permit_list: PermitList = ORDINANCES) -> Decision:
    return permit_list.decide(asked(question))


def with_filing(**fields: object) -> PermitList:
    return PermitList(load_builtin().editions, Supplement(filings=(changed(**fields),)))


def test_a_filed_affair_lets_its_municipality_ask_for_what_the_base_grants() -> None:
    decision = decide(FILED)
    assert (decision.allowed, decision.reason) == (True, "permits.allowed")
    (match,) = decision.matched
    assert (match.row, match.clause, match.information) == ("144", "6", TAX)
    assert match.basis.startswith("番号法第19条第9号 模擬条例 第3条（届出届出0001、基となる事務: ")
    assert "144の項" in match.basis
    assert decision.edition is not None
    assert decision.edition.instrument == "shourei-r6"
    assert decision.items(TAX)


@pytest.mark.parametrize("reason", FILED_REFUSALS)
def test_each_condition_of_an_ordinance_affair_refuses_with_its_own_reason(reason: str) -> None:
    decision = decide(FILED_REFUSALS[reason])
    assert (decision.reason, decision.failed) == (reason, REFUSALS[reason])
    assert decision.matched == ()


@pytest.mark.parametrize(
    ("question", "failed"),
    [
        (replace(FILED, inquirer=OTHER_CITY, affair="99"), "affair"),
        (replace(FILED, inquirer=OTHER_CITY, affair="3"), "inquirer"),
        (replace(FILED, provider=ACCOUNTS, affair="3"), "affair"),
        (replace(FILED, provider=ACCOUNTS, information=("x",)), "provider"),
        (replace(FILED, information=(TAX, "x"), consent=False), "information"),
        (replace(FILED, on=date(2000, 1, 1), inquirer=OTHER_CITY), "edition"),
        (replace(FILED, information=()), "information"),
        (replace(FILED, affair="1-1"), "affair"),
        (replace(FILED, affair="8"), "affair"),
    ],
)
def test_the_first_element_of_the_contract_that_fails_is_named(
    question: CodedQuestion, failed: str
) -> None:
    assert decide(question).failed == failed


def test_a_hold_comes_before_consent_and_may_name_the_base_row_or_the_filing() -> None:
    question = replace(FILED, consent=False)
    for hold in (
        Hold(kind="suspension", valid_from=TODAY, row="144", instrument="shourei-r6"),
        Hold(kind="article_28", valid_from=TODAY, row="1", instrument="jorei-19-9"),
        Hold(kind="article_28", valid_from=TODAY, institution=CITY),
    ):
        held = PermitList(load_builtin().editions, Supplement(filings=(FILING,), holds=(hold,)))
        assert decide(question, held).reason == f"permits.hold.{hold.kind}"
        assert ORDINANCES.decide(asked(question), [hold]).failed == "hold"
    elsewhere = Hold(kind="suspension", valid_from=TODAY, row="69", instrument="shourei-r6")
    assert ORDINANCES.decide(asked(FILED), [elsewhere]).allowed


def test_consent_is_needed_for_tax_information_only() -> None:
    question = replace(FILED, provider=PREFECTURE, information=(DISABLED,))
    assert decide(question).allowed
    assert decide(replace(question, consent=False)).allowed


def test_a_filing_never_gives_more_than_its_base() -> None:
    wide = with_filing(information=(TAX, "戸籍関係情報"), providers=("市町村長", "法務大臣"))
    refused = decide(replace(FILED, information=("戸籍関係情報",)), wide)
    assert refused.reason == "permits.information.not_in_filing"


def test_a_filing_narrows_the_providers_of_its_base() -> None:
    narrow = with_filing(providers=("都道府県知事",))
    assert decide(FILED, narrow).reason == "permits.provider.not_in_filing"
    assert decide(replace(FILED, provider=PREFECTURE, information=(DISABLED,)), narrow).allowed


def test_another_edition_in_force_is_trusted_where_row_and_clause_are_the_same() -> None:
    base = Base(edition=EARLIER, row="144", clause="6")
    supplement = Supplement(filings=(changed(base=base),))
    for edition, reason in (
        (earlier_edition(), "permits.allowed"),
        (earlier_edition(label="別の事務"), "permits.affair.base_changed"),
        (earlier_edition(article="1"), "permits.affair.base_changed"),
        (earlier_edition(clauses=()), "permits.affair.base_changed"),
        (earlier_edition(no="9999"), "permits.affair.base_changed"),
    ):
        both = PermitList([*load_builtin().editions, edition], supplement)
        assert decide(FILED, both).reason == reason


def test_a_base_of_an_edition_that_is_not_on_the_list_is_not_trusted() -> None:
    unknown = with_filing(base=Base(edition="shourei-r6@2024-01-01", row="144", clause="6"))
    assert decide(FILED, unknown).reason == "permits.affair.base_changed"


def test_a_row_number_of_another_instrument_is_never_trusted() -> None:
    table = earlier_edition().table
    other = type(earlier_edition())(msgspec.structs.replace(table, instrument="beppyo2x"))
    base = Base(edition=other.key.label, row="144", clause="6")
    both = PermitList([*load_builtin().editions, other], Supplement(filings=(changed(base=base),)))
    assert decide(FILED, both).reason == "permits.affair.base_changed"


@pytest.mark.parametrize(
    ("fields", "withheld"),
    [
        ({}, True),
        ({"rows": (), "information": ()}, True),
        ({"rows": ("69",)}, False),
        ({"information": (DISABLED,)}, False),
        ({"provider": CITY}, False),
        ({"instrument": "beppyo2"}, False),
        ({"valid_from": date(2026, 4, 2)}, False),
        ({"valid_to": TODAY}, False),
    ],
    ids=repr,
)
def test_a_withholding_refuses_what_it_names(fields: dict[str, object], withheld: bool) -> None:
    one = msgspec.structs.replace(WITHHOLDING, **fields)
    withheld_list = PermitList(
        load_builtin().editions, Supplement(filings=(FILING,), withholdings=(one,))
    )
    decision = decide(replace(FILED, information=(RESIDENT,)), withheld_list)
    assert decision.allowed is not withheld


def test_a_withholding_never_touches_a_statutory_affair() -> None:
    statutory = replace(CODED, inquirer=OTHER_CITY, provider=OTHER_CITY, information=(RESIDENT,))
    assert decide(statutory).allowed
    assert decide(replace(FILED, information=(RESIDENT,))).failed == "provider"


def test_without_a_filing_the_edition_is_what_fails() -> None:
    bare = PermitList(load_builtin().editions)
    assert decide(FILED, bare).reason == "permits.edition.no_ordinance_filing"
    assert bare.explain(asked(FILED)).decision.failed == "edition"
    assert decide(FILED, PermitList([])).reason == "permits.edition.not_in_force"
    assert PermitList([]).explain(asked(FILED)).decision.edition is None


def test_a_delegate_asks_under_the_filing_of_its_municipality() -> None:
    data = (DATA / "institutions.toml").read_text("utf-8") + (
        '\n[[delegation]]\ndelegator = "991015"\ndelegate = "993417"\nfrom = 2026-01-01\n'
    )
    institutions = load_institutions(data.encode())
    question = replace(FILED, inquirer="993417", inquirer_delegator=CITY)
    assert ORDINANCES.decide(resolve(question, institutions)).allowed
    without = ORDINANCES.decide(resolve(question, load_institutions()))
    assert without.reason == "permits.inquirer.no_delegation"
    provider = replace(FILED, provider_delegator=PREFECTURE)
    assert decide(provider).reason == "permits.provider.no_delegation"


def test_the_municipality_itself_must_be_known_on_the_day() -> None:
    decision = ORDINANCES.decide(replace(asked(FILED), inquirer=frozenset()))
    assert decision.reason == "permits.inquirer.not_filed_by"


def test_a_number_may_be_filed_again_for_later_days() -> None:
    first = changed(valid_to=date(2026, 1, 1))
    second = changed(valid_from=date(2026, 1, 1), information=(RESIDENT,))
    both = PermitList(load_builtin().editions, Supplement(filings=(second, first)))
    assert decide(FILED, both).reason == "permits.information.not_in_filing"
    assert decide(replace(FILED, on=date(2025, 12, 31)), both).allowed
    assert decide(replace(FILED, on=date(2024, 8, 31)), both).reason.endswith("not_begun")


def test_the_ordinance_affairs_of_the_sandbox_are_decided_as_filed() -> None:
    question = replace(FILED, information=("地方税関係情報",))
    assert load_builtin().decide(asked(question)).allowed
    second = replace(question, affair="2", inquirer=OTHER_CITY, provider=CITY)
    assert load_builtin().decide(asked(second)).allowed
    withheld = replace(second, information=(RESIDENT,))
    assert load_builtin().decide(asked(withheld)).reason == "permits.provider.withholds"
    third = replace(withheld, affair="3")
    assert load_builtin().decide(asked(third)).reason == "permits.affair.filing_ended"
    assert load_builtin().decide(asked(replace(third, on=date(2026, 3, 31)))).allowed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"\xff", "permits.ordinances_form"),
        (b"filing = 1", "permits.ordinances_form"),
        (b"[[filing]]\nnumber = '1'", "permits.ordinances_form"),
        (b"[[other]]", "permits.ordinances_form"),
        (
            b"[[withholding]]\nprovider = '991016'\nordinance = ''\nvalid_from = 2024-01-01",
            "permits.supplement_content",
        ),
    ],
)
def test_a_bad_list_of_ordinances_is_refused(text: bytes, code: str) -> None:
    with pytest.raises(PermitListError) as refused:
        parse_ordinances(text)
    assert refused.value.code == code


def nearest_of(question: CodedQuestion) -> list[tuple[str, str, str]]:
    found = ORDINANCES.explain(asked(question)).nearest
    return [(one.row, one.information, one.differs) for one in found]


def test_the_nearest_filed_information_of_a_refused_question_is_named() -> None:
    asked_for = FILED_REFUSALS["permits.information.not_in_filing"]
    assert nearest_of(asked_for) == [("1", TAX, "information")]
    unknown = FILED_REFUSALS["permits.affair.unknown_filing"]
    assert nearest_of(unknown) == [("1", TAX, "affair")]
    foreign = FILED_REFUSALS["permits.inquirer.not_filed_by"]
    assert ("1", TAX, "inquirer") in nearest_of(foreign)
    provider = FILED_REFUSALS["permits.provider.not_in_filing"]
    assert nearest_of(provider)[0] == ("1", TAX, "provider")
    assert nearest_of(FILED_REFUSALS["permits.consent.tax"]) == []
    assert BASE.affair.row == "144"


def test_the_text_names_the_last_day_of_a_filing_that_ended() -> None:
    answer = ORDINANCES.explain(asked(FILED_REFUSALS["permits.affair.filing_ended"]))
    assert "2024-12-31で終わりました" in answer.text_ja
    assert "ended with 2024-12-31" in answer.text_en


def test_an_edition_of_ordinance_affairs_opens_nothing_beside_the_filings() -> None:
    table = msgspec.structs.replace(packaged().table, instrument="jorei-19-9", overlays=())
    with_edition = PermitList([*load_builtin().editions, Edition(table)])
    question = replace(FILED, affair="144-6")
    assert decide(question, with_edition).reason == "permits.edition.no_ordinance_filing"
    assert with_edition.explain(asked(question)).decision.failed == "edition"

from datetime import date

import msgspec
import pytest

from permitlists import (
    EMPTY,
    CodedQuestion,
    Hold,
    NumberingCheck,
    PermitList,
    PermitListError,
    Supplement,
    decode_supplement,
    load_builtin,
    load_institutions,
    resolve,
)
from permitlists.supplement import Dated
from tests.unit.permitlists.filing_cases import (
    CITY,
    FILED,
    FILING,
    OTHER_CITY,
    SUPPLEMENT,
    TAX,
    WITHHOLDING,
    changed,
)
from tests.unit.permitlists.permit_cases import LABEL, TODAY, ask, packaged

HOLD = Hold(kind="suspension", valid_from=TODAY)
CHECK = NumberingCheck(
    edition=LABEL,
    row="58",
    clause="3",
    official="第2項第1号",
    checked_by="s-1",
    checked_on=TODAY,
    evidence="官報",
)

CODED_69 = CodedQuestion(
    on=TODAY, affair="69-7", inquirer=CITY, provider=OTHER_CITY, information=(TAX,)
)
DELEGATED = CodedQuestion(
    on=TODAY,
    affair="42-1",
    inquirer="993417",
    inquirer_delegator="990001",
    provider=OTHER_CITY,
    information=(TAX,),
)


def held(**fields: object) -> Hold:
    return msgspec.structs.replace(HOLD, **fields)


def checked(**fields: object) -> NumberingCheck:
    return msgspec.structs.replace(CHECK, **fields)


def test_a_supplement_comes_back_from_its_canonical_bytes() -> None:
    whole = msgspec.structs.replace(SUPPLEMENT, holds=(HOLD,), numbering=(CHECK,))
    assert decode_supplement(whole.to_bytes()) == whole
    assert EMPTY.to_bytes() == b"{}"
    assert decode_supplement(b"{}") == EMPTY


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"\xff", b"{ }", b'{"holds":[]}', b'{"other":1}', b'{"holds":[{"kind":"x"}]}'],
)
def test_bytes_that_are_no_supplement_are_refused(data: bytes) -> None:
    with pytest.raises(PermitListError) as refused:
        decode_supplement(data)
    assert refused.value.code == "permits.supplement_form"


@pytest.mark.parametrize(
    ("supplement", "named"),
    [
        (Supplement(holds=(HOLD, held(valid_to=TODAY))), "hold 2: it ends before it begins"),
        (Supplement(holds=(held(institution="991016"),)), "hold 1: its institution is no code"),
        (Supplement(holds=(held(file="tax"),)), "hold 1: a file is one of an institution"),
        (Supplement(filings=(changed(number="1-2"),)), "filing 1: its number is no number"),
        (Supplement(filings=(changed(municipality="1"),)), "filing 1: its municipality"),
        (Supplement(filings=(changed(providers=()),)), "filing 1: it names no provider"),
        (Supplement(filings=(changed(information=()),)), "filing 1: it names no provider"),
        (Supplement(filings=(FILING, FILING)), "filing 2: the number 1 is taken"),
        (
            Supplement(filings=(changed(valid_to=TODAY), changed(municipality=OTHER_CITY))),
            "filing 2: the number 1 is taken",
        ),
        (
            Supplement(withholdings=(msgspec.structs.replace(WITHHOLDING, provider="1"),)),
            "withholding 1: its provider is no code",
        ),
        (Supplement(numbering=(checked(official="2号"),)), "numbering 1: an official number"),
        (Supplement(numbering=(CHECK, checked(official="第9号"))), "numbering 2: the clause"),
    ],
)
def test_a_supplement_that_contradicts_itself_is_refused_and_the_entry_named(
    supplement: Supplement, named: str
) -> None:
    with pytest.raises(PermitListError, match=named) as refused:
        PermitList(load_builtin().editions, supplement)
    assert refused.value.code == "permits.supplement_content"
    with pytest.raises(PermitListError):
        decode_supplement(supplement.to_bytes())


def test_a_list_comes_back_from_its_contents() -> None:
    contents = [edition.to_bytes() for edition in load_builtin().editions]
    whole = PermitList.from_contents(contents, SUPPLEMENT.to_bytes())
    assert whole.supplement == SUPPLEMENT
    assert whole.decide(resolve(FILED, load_institutions())).allowed
    assert PermitList.from_contents(contents).supplement == EMPTY


@pytest.mark.parametrize(
    ("on", "in_force"),
    [(date(2026, 3, 31), False), (TODAY, True), (date(2026, 4, 2), False)],
    ids=str,
)
def test_what_is_dated_is_in_force_from_its_first_day_until_before_its_end(
    on: date, in_force: bool
) -> None:
    assert Dated(valid_from=TODAY, valid_to=date(2026, 4, 2)).in_force(on) is in_force


@pytest.mark.parametrize(
    ("hold", "failed"),
    [
        (held(), "hold"),
        (held(institution=CITY), "hold"),
        (held(institution=OTHER_CITY), "hold"),
        (held(institution="990001"), None),
        (held(instrument="beppyo2"), None),
        (held(instrument="shourei-r6", row="69"), "hold"),
        (held(institution=OTHER_CITY, file="tax"), "hold"),
        (held(institution=CITY, file="national-health-insurance"), "hold"),
        (held(institution=CITY, file="tax"), None),
        (held(institution=OTHER_CITY, file="national-health-insurance"), None),
    ],
    ids=repr,
)
def test_a_hold_of_the_list_refuses_what_it_covers(hold: Hold, failed: str | None) -> None:
    question = resolve(CODED_69, load_institutions())
    holds = (held(institution="993417"), hold)
    permit_list = PermitList(load_builtin().editions, Supplement(holds=holds))
    assert permit_list.decide(question).failed == failed
    assert permit_list.explain(question).decision.failed == failed


def test_a_hold_by_file_reaches_an_ordinance_affair() -> None:
    question = resolve(FILED, load_institutions())
    for file, failed in (("single-parents", "hold"), ("national-health-insurance", None)):
        supplement = Supplement(filings=(FILING,), holds=(held(institution=CITY, file=file),))
        permit_list = PermitList(load_builtin().editions, supplement)
        assert permit_list.decide(question).failed == failed


def test_the_same_of_several_holds_is_decided_and_explained() -> None:
    question = resolve(CODED_69, load_institutions())
    holds = (held(kind="article_28", institution=OTHER_CITY), held())
    permit_list = PermitList(load_builtin().editions, Supplement(holds=holds))
    further = [held(kind="article_28", row="69")]
    for handed in ((), further):
        decided = permit_list.decide(question, handed)
        assert permit_list.explain(question, handed).decision == decided
    assert permit_list.decide(question, further).reason == "permits.hold.article_28"
    assert permit_list.decide(question).reason == "permits.hold.suspension"


def test_a_hold_reaches_a_delegator_too() -> None:
    question = resolve(DELEGATED, load_institutions())
    assert load_builtin().decide(question).allowed
    for code in ("990001", "993417"):
        hold = held(institution=code)
        permit_list = PermitList(load_builtin().editions, Supplement(holds=(hold,)))
        assert permit_list.decide(question).failed == "hold"


def test_the_text_of_a_hold_says_until_when_and_whom_to_ask() -> None:
    question = resolve(CODED_69, load_institutions())
    hold = held(
        kind="article_28",
        valid_to=date(2026, 5, 1),
        institution=OTHER_CITY,
        reference="停-0042",
        contact="監督課 内線7",
    )
    text = load_builtin().explain(question, [hold])
    assert "停-0042" in text.text_ja
    assert "2026-04-30まで" in text.text_ja
    assert "until 2026-04-30" in text.text_en
    assert "監督課 内線7" in text.text_ja
    bare = load_builtin().explain(question, [held()]).text_ja
    assert "終期の定めなし" in bare
    assert "問い合わせ先" not in bare


def test_a_confirmed_clause_number_loses_its_warning_and_stands_as_the_law_has_it() -> None:
    question = ask("58-3", "厚生労働大臣", "法務大臣", "戸籍関係情報")
    before = load_builtin().explain(question)
    assert "（号番号未確認）" in before.text_ja
    for official, cited in (("第2項第1号", "第2項第1号"), ("第3号", ""), ("第2号の2", "第2号の2")):
        check = checked(official=official)
        after = PermitList(load_builtin().editions, Supplement(numbering=(check,)))
        (match,) = after.decide(question).matched
        assert match.basis.endswith(f"第60条{cited or '第3号'}")
        assert "号番号未確認" not in after.explain(question).text_ja
        assert after.find_labelled(LABEL) is not packaged()
        assert after.decide(question).edition == packaged().key
    assert "（号番号未確認）" in load_builtin().explain(question).text_ja


def test_a_confirmation_touches_no_other_clause_and_no_other_edition() -> None:
    other = PermitList(
        load_builtin().editions, Supplement(numbering=(checked(edition="beppyo2@2015-10-05"),))
    )
    question = ask("58-3", "厚生労働大臣", "法務大臣", "戸籍関係情報")
    assert "号番号未確認" in other.decide(question).matched[0].basis
    confirmed = PermitList(load_builtin().editions, Supplement(numbering=(CHECK,)))
    edition = confirmed.find_labelled(LABEL)
    assert edition is not None
    assert edition.rows["69"] is packaged().rows["69"]
    assert edition.rows["58"].clauses["1"].clause == packaged().rows["58"].clauses["1"].clause
    assert set(edition.by_information) == set(packaged().by_information)
    assert edition.to_bytes() == packaged().to_bytes()

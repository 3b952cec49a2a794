from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from permitlists import (
    CodedQuestion,
    Institutions,
    PermitListError,
    load_builtin,
    load_institutions,
    resolve,
)
from permitlists.institutions import has_check_digit
from permitlists.open_classes import is_open
from tests.unit.permitlists.permit_cases import DATA, TODAY, packaged

SANDBOX = load_institutions()


def code_of(short: str) -> str:
    institution = SANDBOX.find_short(short)
    assert institution is not None
    return institution.code


@pytest.mark.parametrize(
    ("short", "classes"),
    [
        (
            "a",
            {"市町村長", "市長", "都道府県知事等", "医療保険者", "医療給付の支給者（他法令含む）"},
        ),
        (
            "b",
            {"市町村長", "市長", "都道府県知事等", "医療保険者", "医療給付の支給者（他法令含む）"},
        ),
        ("town", {"市町村長", "医療保険者", "医療給付の支給者（他法令含む）"}),
        ("prefecture", {"都道府県知事", "都道府県知事等"}),
        ("accounts", {"内閣総理大臣"}),
        ("employment", {"厚生労働大臣"}),
        ("insurer", {"全国健康保険協会", "医療保険者", "医療給付の支給者（他法令含む）"}),
        ("core", set()),
        ("registry", set()),
    ],
)
def test_each_sandbox_institution_wears_its_classes(short: str, classes: set[str]) -> None:
    assert SANDBOX.classes_of(code_of(short), TODAY) == classes


def test_the_town_belonged_to_the_governors_group_while_it_had_a_welfare_office() -> None:
    town = code_of("town")
    assert "都道府県知事等" in SANDBOX.classes_of(town, date(2025, 3, 31))
    assert "都道府県知事等" not in SANDBOX.classes_of(town, date(2025, 4, 1))
    assert SANDBOX.classes_of(town, date(2015, 10, 4)) == frozenset()


def test_every_code_is_fictitious_and_checked() -> None:
    codes = [institution.code for institution in SANDBOX]
    assert len(codes) == 14
    assert all(code.startswith("99") and has_check_digit(code) for code in codes)
    assert SANDBOX.find(codes[0]) is next(iter(SANDBOX))


def test_every_class_is_known_to_the_edition_and_its_plain_groups_stand_beside_it() -> None:
    conditional = {"医療保険者"}  # worn only by those reviewed to give medical benefits
    for institution in SANDBOX:
        for on in (date(2024, 5, 27), TODAY):
            worn = institution.classes_on(on)
            for name in worn:
                resolved = packaged().classes.resolve(name)
                assert resolved
                missing = resolved - worn - conditional
                assert not missing or name == "市町村長", (institution.short, name, missing)


def test_an_unknown_code_wears_nothing() -> None:
    assert SANDBOX.find("991074") is None
    assert SANDBOX.find_short("nobody") is None
    assert SANDBOX.classes_of("991074", TODAY) == frozenset()


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("991015", True), ("990001", True), ("999971", True), ("993417", True),
        ("991016", False), ("99101", False), ("9910150", False), ("\uff1991015", False),
        ("99101x", False), ("", False),
    ],
)  # fmt: skip
def test_the_last_digit_checks_the_others(code: str, valid: bool) -> None:
    assert has_check_digit(code) is valid


def test_a_list_is_read_from_a_file_or_from_bytes(tmp_path: Path) -> None:
    text = ENTRY.format(code="991015", short="a", rest="")
    (tmp_path / "list.toml").write_text(text, encoding="utf-8")
    for source in (tmp_path / "list.toml", text.encode()):
        listed = load_institutions(source)
        assert isinstance(listed, Institutions)
        assert listed.classes_of("991015", TODAY) == {"市町村長"}
    assert load_institutions() is SANDBOX


ENTRY = """
[[institution]]
code = "{code}"
short = "{short}"
name_ja = "市"
name_en = "City"
class = [{{ name = "市町村長", role = "head", from = 2020-01-01{rest} }}]
"""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("institution = 1", "permits.institutions_form"),
        ("institution = [", "permits.institutions_form"),
        ("[[institution]]\ncode = '991015'", "permits.institutions_form"),
        (ENTRY.format(code="991016", short="a", rest=""), "permits.institution_code"),
        (
            ENTRY.format(code="991015", short="a", rest=", to = 2020-01-01"),
            "permits.institutions_form",
        ),
        (
            ENTRY.format(code="991015", short="a", rest="")
            + ENTRY.format(code="991015", short="b", rest=""),
            "permits.institutions_form",
        ),
        (
            ENTRY.format(code="991015", short="a", rest="")
            + ENTRY.format(code="991023", short="a", rest=""),
            "permits.institutions_form",
        ),
    ],
    ids=["no table", "no TOML", "incomplete", "check digit", "too short a time", "code", "short"],
)
def test_a_bad_list_of_institutions_is_refused(text: str, code: str) -> None:
    with pytest.raises(PermitListError) as refused:
        load_institutions(text.encode())
    assert refused.value.code == code


def test_a_list_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(PermitListError):
        load_institutions(b"\xff")


def test_the_packaged_files_are_loaded_once() -> None:
    assert load_builtin() is load_builtin()
    assert (DATA / "institutions.toml").is_file()


OPEN = "医療給付の支給者（他法令含む）"
REVIEWED = ', reviewed_by = "s-1", reviewed_on = 2019-12-01, evidence = "決裁 元-1"'


def with_class(name: str, rest: str = "") -> Institutions:
    text = ENTRY.format(code="991015", short="a", rest=rest).replace("市町村長", name)
    return load_institutions(text.encode())


@pytest.mark.parametrize(
    ("name", "rest", "worn"),
    [
        ("市町村長", "", True),
        (OPEN, "", False),
        (OPEN, REVIEWED, True),
        ("行政機関の長", "", False),
        ("独立行政法人等", REVIEWED, True),
        ("新しい法の他の法令による給付の支給者", "", False),
    ],
)
def test_an_open_class_counts_only_with_a_review(name: str, rest: str, worn: bool) -> None:
    institution = with_class(name, rest).find("991015")
    assert institution is not None
    assert institution.classes_on(TODAY) == ({name} if worn else set())
    assert institution.unreviewed_on(TODAY) == (set() if worn else {name})
    assert institution.unreviewed_on(date(2019, 12, 31)) == set()


def test_an_explanation_says_that_a_class_is_not_reviewed() -> None:
    question = CodedQuestion(
        on=TODAY,
        affair="27-1",
        inquirer="990001",
        provider="991015",
        information=("医療給付支給情報（他法令含む）",),
    )
    unreviewed = load_builtin().explain(resolve(question, with_class(OPEN)))
    assert f"{OPEN}に当たるとの申出は確認（審査）が済んでいない" in unreviewed.text_ja
    assert "has been claimed and not been reviewed" in unreviewed.text_en
    assert "済んでいない" not in unreviewed.sentences.write_for_caller("ja")
    reviewed = load_builtin().explain(resolve(question, with_class(OPEN, REVIEWED)))
    assert "済んでいない" not in reviewed.text_ja
    elsewhere = replace(question, affair="69-7", information=("戸籍関係情報",))
    other = load_builtin().explain(resolve(elsewhere, with_class(OPEN)))
    assert other.decision.failed == "inquirer"
    assert "済んでいない" not in other.text_ja


def test_an_explanation_names_an_unreviewed_class_where_another_pair_would_need_it() -> None:
    data = (DATA / "institutions.toml").read_text("utf-8")
    unreviewed = "\n".join(line.split(", reviewed_by")[0] + " }," if OPEN in line else line
                           for line in data.splitlines())  # fmt: skip
    question = CodedQuestion(
        on=TODAY,
        affair="27-1",
        inquirer="990001",
        provider="991015",
        information=("医療給付支給情報（他法令含む）",),
    )
    for text, told in ((data, False), (unreviewed, True)):
        answer = load_builtin().explain(resolve(question, load_institutions(text.encode())))
        assert ("済んでいない" in answer.text_ja) is told


def test_every_class_that_the_editions_leave_open_is_known_as_open() -> None:
    for edition in load_builtin().editions:
        for name in edition.classes.list_names():
            assert is_open(name) == (("支給者" in name) or name in OTHER_OPEN), name


OTHER_OPEN = {
    "児童手当法17条1項の表の下欄の者",
    "特定公的給付の支給を実施する行政機関の長等",
    "行政機関の長",
    "地方公共団体の機関",
    "独立行政法人等",
    "地方独立行政法人",
}
DELEGATION = """
[[delegation]]
delegator = "990001"
delegate = "991015"
from = 2026-01-01
{rest}
"""
HELD_FILES = 'file = [{ id = "f", name_ja = "", information = [] }, { id = "f", name_ja = "" }]'


@pytest.mark.parametrize(
    ("rest", "instrument", "row", "on", "covered"),
    [
        ("", "shourei-r6", "69", TODAY, True),
        ("", "jorei-19-9", "1", TODAY, True),
        ("", "shourei-r6", "69", date(2025, 12, 31), False),
        ("to = 2026-04-01", "shourei-r6", "69", TODAY, False),
        ("to = 2026-04-02", "shourei-r6", "69", TODAY, True),
        ('instrument = "shourei-r6"', "beppyo2", "69", TODAY, False),
        ('instrument = "shourei-r6"\nrows = ["69"]', "shourei-r6", "69", TODAY, True),
        ('instrument = "shourei-r6"\nrows = ["69"]', "shourei-r6", "70", TODAY, False),
        ('instrument = "shourei-r6"\nrows = []', "shourei-r6", "69", TODAY, False),
    ],
    ids=repr,
)
def test_a_delegation_covers_its_days_and_rows(
    rest: str, instrument: str, row: str, on: date, covered: bool
) -> None:
    text = ENTRY.format(code="991015", short="a", rest="") + DELEGATION.format(rest=rest)
    institutions = load_institutions(text.encode())
    (delegation,) = institutions.list_delegations("990001", "991015")
    assert delegation.covers(instrument, row, on) is covered
    assert institutions.list_delegations("991015", "990001") == ()


@pytest.mark.parametrize("side", ["inquirer", "provider"])
def test_a_delegate_wears_the_classes_of_its_delegator_and_no_others(side: str) -> None:
    text = (DATA / "institutions.toml").read_text("utf-8") + DELEGATION.format(rest="")
    institutions = load_institutions(text.encode())
    sides = {"inquirer": "991015", "provider": "991015", f"{side}_delegator": "990001"}
    question = CodedQuestion(on=TODAY, affair="69-7", information=("地方税関係情報",), **sides)  # type: ignore[arg-type]  # codes only
    resolved = resolve(question, institutions)
    worn = {"inquirer": resolved.inquirer, "provider": resolved.provider}
    assert worn.pop(side) == institutions.classes_of("990001", TODAY)
    assert list(worn.values()) == [institutions.classes_of("991015", TODAY)]
    assert resolved.undelegated == frozenset()
    without = resolve(question, SANDBOX)
    assert without.undelegated == {side}
    assert without.codes_of("inquirer" if side == "inquirer" else "provider") == (
        "991015",
        "990001",
    )
    assert load_builtin().decide(without).reason == f"permits.{side}.no_delegation"


def test_a_delegator_that_nobody_knows_lends_no_class() -> None:
    text = ENTRY.format(code="991015", short="a", rest="") + DELEGATION.format(rest="")
    question = CodedQuestion(
        on=TODAY,
        affair="69-7",
        inquirer="991015",
        inquirer_delegator="990001",
        provider="991074",
        information=("地方税関係情報",),
    )
    resolved = resolve(question, load_institutions(text.encode()))
    assert (resolved.inquirer, resolved.provider) == (frozenset(), frozenset())
    assert resolved.undelegated == frozenset()


def test_an_affair_of_another_form_makes_no_question() -> None:
    question = CodedQuestion(on=TODAY, affair="x", inquirer="1", provider="2", information=())
    with pytest.raises(PermitListError):
        resolve(question, SANDBOX)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            ENTRY.format(code="991015", short="a", rest=', reviewed_by = "s-1"'),
            "permits.institutions_form",
        ),
        (
            ENTRY.format(code="991015", short="a", rest="") + HELD_FILES,
            "permits.institutions_form",
        ),
        (
            ENTRY.format(code="991015", short="a", rest="")
            + DELEGATION.format(rest="to = 2026-01-01"),
            "permits.institutions_form",
        ),
        (
            ENTRY.format(code="991015", short="a", rest="")
            + DELEGATION.format(rest='rows = ["69"]'),
            "permits.institutions_form",
        ),
        (
            ENTRY.format(code="991015", short="a", rest="")
            + DELEGATION.format(rest="").replace("990001", "990002"),
            "permits.institution_code",
        ),
    ],
    ids=["half a review", "file twice", "ends early", "rows of what", "delegator"],
)
def test_a_bad_review_file_or_delegation_is_refused(text: str, code: str) -> None:
    with pytest.raises(PermitListError) as refused:
        load_institutions(text.encode())
    assert refused.value.code == code


def test_what_is_remembered_of_past_days_stays_within_bounds() -> None:
    first = SANDBOX.standing_of("991015", TODAY)
    assert SANDBOX.standing_of("991015", TODAY) is first
    for day in range(10_001):
        SANDBOX.standing_of("991015", date(1990, 1, 1) + timedelta(days=day))
    assert SANDBOX.standing_of("991015", TODAY) == first
    assert SANDBOX.standing_of("991015", TODAY) is not first

from datetime import date
from pathlib import Path

import pytest

from permitlists import Institutions, PermitListError, load_builtin, load_institutions
from permitlists.institutions import has_check_digit
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
    assert len(codes) == 9
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
    assert SANDBOX.find("991031") is None
    assert SANDBOX.find_short("nobody") is None
    assert SANDBOX.classes_of("991031", TODAY) == frozenset()


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

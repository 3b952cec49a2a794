"""Operating codes: what files say instead of names, and that every code leads into the law."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from permitlists import (
    Affair,
    CodedAffair,
    OperatingCodes,
    PermitListError,
    check_operating_codes,
    load_builtin,
    load_operating_codes,
    locate,
    parse_operating_codes,
    with_check_digit,
)
from permitlists.institutions import has_check_digit
from tests.unit.permitlists.permit_cases import LABEL

GOOD = """
[[procedure]]
affair_code = "JM00000000000001"
code = "JT00000000000002"
affair = "69-7"
[[information]]
code = "TM00000000000003"
name = "地方税関係情報"
[[nondisclosure]]
code = "1"
hidden = true
"""


def test_a_table_is_read() -> None:
    codes = parse_operating_codes(GOOD.encode())
    assert codes.load_affair("JM00000000000001", "JT00000000000002", DAY).affair == "69-7"
    assert codes.load_information("TM00000000000003", DAY).name == "地方税関係情報"
    assert codes.nondisclosure == {"1": True}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[[procedure]]", "[[procedures]]"),
        ("[[", "["),
        ("JM00000000000001", "JM0000000000001"),
        ("JM00000000000001", "JT00000000000001"),
        ("JT00000000000002", "JT0000000000000x"),
        ("TM00000000000003", "TM00000000000003 "),
        ('"69-7"', '"69-"'),
        ("hidden = true", 'hidden = "true"'),
        (GOOD, GOOD + GOOD),
        ("地方税関係情報", "\udc80"),
    ],
)
def test_what_is_no_table_is_refused(old: str, new: str) -> None:
    data = GOOD.replace(old, new).encode("utf-8", "surrogateescape")
    with pytest.raises(PermitListError) as caught:
        parse_operating_codes(data)
    assert caught.value.code in {"permits.operating_codes_form", "permits.affair_form"}


def test_the_codes_of_the_sandbox_lead_into_its_permit_list() -> None:
    codes = load_operating_codes()
    edition = load_builtin().find_statutory(date(2026, 4, 1))
    assert edition is not None
    for coded in codes.procedures:
        named = Affair.parse(coded.affair)
        assert named.clause in edition.rows[named.row].clauses, coded
    assert {term.name for term in codes.terms} <= set(edition.by_information)
    assert set(codes.nondisclosure.values()) == {True, False}


@pytest.mark.parametrize("code", ["991015", "991023", "990001", "999016"])
def test_the_check_digit_of_an_institution_follows_from_the_rest(code: str) -> None:
    assert with_check_digit(code[:5]) == code
    assert has_check_digit(code)


DATED = """
[[procedure]]
affair_code = "JM00000000000001"
code = "JT00000000000002"
affair = "{first}"
to = 2026-01-01
[[procedure]]
affair_code = "JM00000000000001"
code = "JT00000000000002"
affair = "69-7"
from = 2026-01-01
[[information]]
code = "TM00000000000003"
name = "{term}"
"""
ASKED = ("JM00000000000001", "JT00000000000002", "TM00000000000003")
DAY = date(2026, 4, 1)
TAX = "地方税関係情報"


def dated(first: str = "69-8", term: str = TAX) -> OperatingCodes:
    return load_operating_codes(DATED.format(first=first, term=term).encode())


def test_a_code_stands_for_what_its_day_says() -> None:
    codes = dated()
    assert codes.load_affair(*ASKED[:2], date(2025, 12, 31)).affair == "69-8"
    assert codes.load_affair(*ASKED[:2], date(2026, 1, 1)).affair == "69-7"


def test_codes_lead_to_edition_row_clause_and_pairs() -> None:
    place = locate(dated(), load_builtin(), ASKED, DAY)
    assert place.edition.label == LABEL
    assert (str(place.affair), place.information, place.pairs) == ("69-7", TAX, (4,))


@pytest.mark.parametrize(
    ("codes", "asked", "on", "named"),
    [
        (dated(), ("JM00000000000009", *ASKED[1:]), DAY, "JM00000000000009"),
        (dated(), (*ASKED[:2], "TM00000000000009"), DAY, "TM00000000000009"),
        (dated(), ASKED, date(2025, 12, 31), "TM00000000000003: 69-8 grants no"),
        (dated(), ASKED, date(2024, 5, 26), "JT00000000000002: 69-8 is not in force"),
        (dated("999"), ASKED, date(2025, 12, 31), "JT00000000000002: 999 is not in force"),
    ],
)
def test_an_unknown_code_is_refused_and_named(
    codes: OperatingCodes, asked: tuple[str, str, str], on: date, named: str
) -> None:
    with pytest.raises(PermitListError, match=named) as caught:
        locate(codes, load_builtin(), asked, on)
    assert caught.value.code == "permits.operating_code_unknown"


def test_a_table_of_an_operator_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "codes.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_operating_codes(path) == parse_operating_codes(GOOD.encode())
    assert load_operating_codes() is load_operating_codes()


def test_the_codes_of_the_sandbox_have_no_fault() -> None:
    assert check_operating_codes(load_operating_codes(), load_builtin()) == ()


def test_codes_that_lead_nowhere_are_found_with_their_place() -> None:
    codes = dated("70-99", "町内会費情報")
    elsewhere = replace(codes, procedures=(replace_code(codes.procedures[0], "unknown"),))
    found = [(one.place, one.code) for one in check_operating_codes(codes, load_builtin())]
    assert found == [
        ("procedure 1: JM00000000000001 JT00000000000002", "permits.operating_codes.affair"),
        ("information 1: TM00000000000003", "permits.operating_codes.information"),
    ]
    other = check_operating_codes(elsewhere, load_builtin())
    assert other[0].code == "permits.operating_codes.edition"
    assert other[0].text_ja
    assert other[0].text_en


def replace_code(coded: CodedAffair, instrument: str) -> CodedAffair:
    return msgspec.structs.replace(coded, instrument=instrument)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (GOOD.replace('"69-7"', '"69-"'), "procedure 1: 69-"),
        (GOOD + GOOD.split("[[nondisclosure]]", maxsplit=1)[0], "procedure 2: JT"),
        (DATED.format(first="1", term="x").replace("to = 2026-01-01", ""), "procedure 2: JT"),
        (GOOD.replace('"69-7"', '"69-7"\nfrom = 2026-01-01\nto = 2026-01-01'), "procedure 1: it"),
        (GOOD + GOOD[GOOD.index("[[information]]") : GOOD.index("[[non")], "information 2: TM"),
        (GOOD + GOOD[GOOD.index("[[non") :], "nondisclosure 2: 1"),
    ],
)
def test_a_fault_of_a_table_is_named_by_its_entry(text: str, named: str) -> None:
    with pytest.raises(PermitListError, match=named):
        parse_operating_codes(text.encode())

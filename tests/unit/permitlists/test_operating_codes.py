"""Operating codes: what files say instead of names, and that every code leads into the law."""

from datetime import date

import pytest

from permitlists import (
    Affair,
    PermitListError,
    load_builtin,
    load_operating_codes,
    parse_operating_codes,
    with_check_digit,
)
from permitlists.institutions import has_check_digit

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
    assert codes.affairs == {("JM00000000000001", "JT00000000000002"): "69-7"}
    assert codes.information == {"TM00000000000003": "地方税関係情報"}
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
    for affair in codes.affairs.values():
        named = Affair.parse(affair)
        assert named.clause in edition.rows[named.row].clauses, affair
    assert set(codes.information.values()) <= set(edition.by_information)
    assert set(codes.nondisclosure.values()) == {True, False}


@pytest.mark.parametrize("code", ["991015", "991023", "990001", "999016"])
def test_the_check_digit_of_an_institution_follows_from_the_rest(code: str) -> None:
    assert with_check_digit(code[:5]) == code
    assert has_check_digit(code)

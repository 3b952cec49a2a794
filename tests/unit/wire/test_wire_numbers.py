# ruff: noqa: RUF001 - look-alike digits and hyphens are what the scanner is for
import random

import pytest

from wire.errors import WireError
from wire.numbers import (
    Kind,
    classify_individual_number,
    find_individual_numbers,
    individual_number_digit,
    is_individual_number,
    is_municipality_code,
    is_resident_code,
    municipality_digit,
)

REAL = "983205673214"  # the worked example of the public check-digit rule
SANDBOX = "983205673219"


def full_width(text: str) -> str:
    return text.translate({48 + digit: 0xFF10 + digit for digit in range(10)})


def test_the_check_digit_is_that_of_the_worked_example() -> None:
    assert individual_number_digit("98320567321") == "4"


@pytest.mark.parametrize(
    ("first11", "digit"),
    [
        pytest.param("00000000000", "0", id="remainder 0"),
        pytest.param("00000000006", "0", id="remainder 1"),
        pytest.param("00000000001", "9", id="remainder 2"),
        pytest.param("00000000005", "1", id="remainder 10"),
    ],
)
def test_the_check_digit_follows_the_remainder(first11: str, digit: str) -> None:
    assert individual_number_digit(first11) == digit


@pytest.mark.parametrize(
    "text", ["", "9832056732", "983205673214", "9832056732x", "９８３２０５６７３２１"]
)
def test_a_check_digit_needs_eleven_ascii_digits(text: str) -> None:
    with pytest.raises(WireError, match=r"wire\.number\.shape"):
        individual_number_digit(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (REAL, "real"),
        (SANDBOX, "sandbox"),
        ("983205673210", None),
        (full_width(REAL), None),
        ("9832-0567-3214", None),
        ("983205673214\n", None),
        (" 983205673214", None),
        ("98320567321", None),
        ("9832056732144", None),
        ("٩٨٣٢٠٥٦٧٣٢١٤", None),
        ("", None),
    ],
)
def test_only_twelve_ascii_digits_are_classified(text: str, kind: Kind | None) -> None:
    assert classify_individual_number(text) == kind
    assert is_individual_number(text, "real") == (kind == "real")
    assert is_individual_number(text, "sandbox") == (kind == "sandbox")


def test_no_number_is_both_real_and_sandbox() -> None:
    for last in range(10):
        text = f"98320567321{last}"
        assert not (is_individual_number(text, "real") and is_individual_number(text, "sandbox"))


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("142123", True),
        ("990019", True),
        ("990018", False),
        ("142124", False),
        ("14212", False),
        ("１４２１２３", False),
        ("142123\n", False),
    ],
)
def test_municipality_codes_carry_their_check_digit(text: str, valid: bool) -> None:
    assert is_municipality_code(text) is valid


def test_every_sandbox_prefix_has_one_municipality_code() -> None:
    codes = [f"99{number:03d}" for number in range(1000)]
    assert all(is_municipality_code(code + municipality_digit(code)) for code in codes)


def test_a_municipality_check_digit_needs_five_ascii_digits() -> None:
    with pytest.raises(WireError, match=r"wire\.number\.shape"):
        municipality_digit("１４２１２")


@pytest.mark.parametrize(
    ("text", "valid"),
    [("12345678901", True), ("1234567890", False), ("１２３４５６７８９０１", False)],
)
def test_resident_codes_are_eleven_ascii_digits(text: str, valid: bool) -> None:
    assert is_resident_code(text) is valid


@pytest.mark.parametrize(
    "written",
    [
        REAL,
        full_width(REAL),
        "9832-0567-3214",
        "9832 0567 3214",
        "9832\u30000567\u30003214",
        "９８３２－０５６７－３２１４",
        "9832ー0567ー3214",
        "9832−0567−3214",
        "9832 - 0567 - 3214",
        "98320567-3214",
        "٩٨٣٢٠٥٦٧٣٢١٤",
    ],
)
@pytest.mark.parametrize(
    "frame", ["{}", "a{}b", "code{}", '{{"number":"{}"}}', "<n>{}</n>", "個人番号{}です", "\n{}\n"]
)
def test_the_scanner_finds_a_number_however_it_is_written(written: str, frame: str) -> None:
    text = frame.format(written)
    assert find_individual_numbers(text) == [(text.index(written), "real")]


def test_the_scanner_tells_every_number_and_its_kind() -> None:
    text = f"{REAL},{SANDBOX} 983205673210"
    assert find_individual_numbers(text) == [(0, "real"), (13, "sandbox")]


def test_the_scanner_finds_a_number_behind_another_group() -> None:
    assert find_individual_numbers(f"0001 {REAL[:4]} {REAL[4:8]} {REAL[8:]}") == [(5, "real")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"0{REAL}", id="thirteen digits"),
        pytest.param(f"{REAL}0", id="thirteen digits behind"),
        pytest.param(REAL[:-1], id="eleven digits"),
        pytest.param(f"0f0e0d0c-0b0a-4909-8807-{REAL}", id="a uuid"),
        pytest.param("00000000-9832-0567-3214-0a0000000000", id="the middle of a uuid"),
        pytest.param("ab" * 13 + REAL + "cd" * 13, id="a digest in hexadecimal"),
        pytest.param("9832\n0567\n3214", id="numbers on lines"),
        pytest.param("9832/0567/3214", id="numbers with slashes"),
        pytest.param("", id="nothing"),
    ],
)
def test_the_scanner_passes_over_what_is_no_number(text: str) -> None:
    assert find_individual_numbers(text) == []


def test_a_uuid_does_not_hide_a_number_beside_it() -> None:
    text = f"0f0e0d0c-0b0a-4909-8807-060504030201/{REAL}"
    assert find_individual_numbers(text) == [(37, "real")]


def test_of_random_twelve_digit_strings_two_in_ten_raise_an_alarm() -> None:
    chosen = random.Random(1)  # noqa: S311  a fixed sample, nothing secret
    texts = (f"{chosen.randrange(10**12):012d}" for _ in range(10_000))
    assert 1_850 <= sum(bool(find_individual_numbers(text)) for text in texts) <= 2_150

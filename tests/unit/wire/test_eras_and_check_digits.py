"""Eras and check digits, against published dates and numbers."""

from datetime import date

import pytest

from wire.check_digits import CHECKS, insurer_digit
from wire.errors import WireError
from wire.numbers import classify_individual_number, municipality_digit
from wire.wareki import find_era, format_japanese, from_date, to_date


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(1873, 1, 1), ("1", 6)),
        (date(1912, 7, 29), ("1", 45)),
        (date(1912, 7, 30), ("2", 1)),
        (date(1926, 12, 24), ("2", 15)),
        (date(1926, 12, 25), ("3", 1)),
        (date(1989, 1, 7), ("3", 64)),
        (date(1989, 1, 8), ("4", 1)),
        (date(2019, 4, 30), ("4", 31)),
        (date(2019, 5, 1), ("5", 1)),
        (date(2024, 2, 29), ("5", 6)),
    ],
)
def test_each_side_of_a_change_of_era_has_its_own_year(day: date, written: tuple[str, int]) -> None:
    assert from_date(day) == written
    assert to_date(*written, day.month, day.day) == day


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("0", 1, 1, 1), "wareki.era"),
        (("6", 1, 1, 1), "wareki.era"),
        (("5", 0, 5, 1), "wareki.era"),
        (("5", 5, 2, 29), "wareki.date"),
        (("4", 31, 5, 1), "wareki.outside"),
        (("3", 64, 1, 8), "wareki.outside"),
        (("5", 1, 4, 30), "wareki.outside"),
        (("1", 5, 12, 31), "wareki.outside"),
    ],
)
def test_a_day_outside_its_era_is_refused(parts: tuple[str, int, int, int], code: str) -> None:
    with pytest.raises(WireError) as caught:
        to_date(*parts)
    assert caught.value.code == code


def test_a_day_after_the_end_of_its_era_may_be_accepted() -> None:
    assert to_date("4", 31, 5, 1, overrun="accept") == date(2019, 5, 1)
    assert to_date("3", 64, 1, 8, overrun="accept") == date(1989, 1, 8)
    with pytest.raises(WireError, match=r"wareki\.outside"):
        to_date("5", 1, 4, 30, overrun="accept")


def test_no_era_reaches_before_the_gregorian_calendar() -> None:
    assert find_era(date(1872, 12, 31)) is None
    with pytest.raises(WireError, match=r"wareki\.outside"):
        from_date(date(1872, 12, 31))


def test_days_are_written_as_people_do() -> None:
    assert format_japanese(date(2024, 5, 27)) == "令和6年5月27日"
    assert format_japanese(date(2019, 5, 1)) == "令和元年5月1日"


@pytest.mark.parametrize(
    ("check", "number"),
    [
        ("corporate_number", "7000012050002"),
        ("corporate_number", "1180301018771"),
        ("insurer_number", "33120015"),
        ("insurer_number", "06132013"),
        ("insurer_number", "138057"),
        ("insurer_number", "00138057"),
        ("insurer_number", "138016"),
        ("payer_number", "54016027"),
        ("medical_institution", "1311234562"),
        ("municipality", "142123"),
        ("municipality", "131016"),
        ("municipality", "011002"),
        ("municipality", "473821"),
        ("municipality", "990001"),
        ("municipality", "991015"),
        ("municipality", "991023"),
        ("municipality", "991040"),
        ("municipality_stem", "99101"),
    ],
)
def test_published_numbers_are_taken_and_no_other_last_digit(check: str, number: str) -> None:
    if check == "medical_institution":
        number = number[:9] + insurer_digit(number[3:9])
    assert CHECKS[check](number)
    if check != "municipality_stem":
        place = 0 if check == "corporate_number" else -1
        for digit in set("0123456789") - {number[place]}:
            other = digit + number[1:] if place == 0 else number[:-1] + digit
            assert not CHECKS[check](other)


@pytest.mark.parametrize("check", sorted(CHECKS))
@pytest.mark.parametrize("text", ["", "x", "1", "12345678901234", "１３８０５７", "13805 "])  # noqa: RUF001  # full width
def test_no_check_takes_another_shape(check: str, text: str) -> None:
    assert not CHECKS[check](text)


def test_the_insurer_digit_is_the_same_with_leading_zeros() -> None:
    assert insurer_digit("13805") == insurer_digit("0013805") == "7"
    assert CHECKS["beneficiary_number"]("123456" + insurer_digit("123456"))
    for text in ("", "12a", "１２"):  # noqa: RUF001  # full width
        with pytest.raises(WireError, match=r"wire\.number\.shape"):
            insurer_digit(text)


def test_municipality_remainders_0_and_1_give_1_and_0() -> None:
    assert municipality_digit("01101") == "1"
    assert municipality_digit("01107") == "0"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("123456789018", "real"),
        ("983205673214", "real"),
        ("983205673210", None),
        ("123456789013", "sandbox"),
        ("983205673219", "sandbox"),
    ],
)
def test_individual_numbers_are_real_of_the_sandbox_or_none(number: str, kind: str | None) -> None:
    assert classify_individual_number(number) == kind

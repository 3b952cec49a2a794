"""Check digits of the numbers that files of the dedicated line carry, by the name of the check."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from wire.errors import WireError
from wire.numbers import is_municipality_code

_EIGHT_OR_SIX = re.compile(r"[0-9]{8}|[0-9]{6}")
_FIVE = re.compile(r"[0-9]{5}")
_SEVEN = re.compile(r"[0-9]{7}")
_EIGHT = re.compile(r"[0-9]{8}")
_TEN = re.compile(r"[0-9]{10}")
_THIRTEEN = re.compile(r"[0-9]{13}")


def insurer_digit(digits: str) -> str:
    """Return the check digit (検証番号) of an insurer, payer, beneficiary or medical institution.

    `digits` are those before it. From the last they are weighed 2, 1, 2, 1 ...; the digits of the
    products are added, and the check digit makes the sum a multiple of ten.

    Raises:
        WireError: `wire.number.shape`, not one ASCII digit or more.
    """
    if not (digits.isascii() and digits.isdigit()):
        raise WireError("wire.number.shape", "", "ASCII digits are needed.")
    total = 0
    for place, digit in enumerate(reversed(digits)):
        product = int(digit) * (1 if place % 2 else 2)
        total += product // 10 + product % 10
    return str(-total % 10)


def is_insurer_number(text: str) -> bool:
    """Tell whether `text` is an insurer number (保険者番号): 8 digits, or 6 for municipalities."""
    return _EIGHT_OR_SIX.fullmatch(text) is not None and insurer_digit(text[:-1]) == text[-1]


def is_payer_number(text: str) -> bool:
    """Tell whether `text` is a public payer's number (公費負担者番号): 8 digits."""
    return _EIGHT.fullmatch(text) is not None and insurer_digit(text[:-1]) == text[-1]


def is_beneficiary_number(text: str) -> bool:
    """Tell whether `text` is a beneficiary's number (公費受給者番号): 7 digits."""
    return _SEVEN.fullmatch(text) is not None and insurer_digit(text[:-1]) == text[-1]


def is_medical_institution(text: str) -> bool:
    """Tell whether `text` is a medical institution's code (医療機関コード).

    10 digits: 2 of the prefecture, 1 of the points table, 7 of which the last is a check digit.
    """
    return _TEN.fullmatch(text) is not None and insurer_digit(text[3:9]) == text[9]


def is_corporate_number(text: str) -> bool:
    """Tell whether `text` is a corporate number (法人番号): 13 ASCII digits, the first a check."""
    from stdnum.jp import cn  # noqa: PLC0415  # 40 ms that only files with such a number pay

    return _THIRTEEN.fullmatch(text) is not None and bool(cn.is_valid(text))


def is_municipality_stem(text: str) -> bool:
    """Tell whether `text` is a municipality code without its check digit: 5 ASCII digits."""
    return _FIVE.fullmatch(text) is not None


# By the names that layouts use; the individual number's check depends on the kind of numbers.
CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "corporate_number": is_corporate_number,
    "insurer_number": is_insurer_number,
    "payer_number": is_payer_number,
    "beneficiary_number": is_beneficiary_number,
    "medical_institution": is_medical_institution,
    "municipality": is_municipality_code,
    "municipality_stem": is_municipality_stem,
}

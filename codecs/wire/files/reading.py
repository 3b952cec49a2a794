"""One field, read: the reference that every faster path must agree with.

Reading gives a value and at most one fault, the first that a person would correct. Whatever the
bytes are, nothing is raised.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Final

from wire.charset.coding import decode_jis, decode_kana, decode_wide
from wire.charset.tables import SMALL_KANA
from wire.check_digits import CHECKS
from wire.errors import WireError
from wire.files.layout import Field, FieldType
from wire.files.settings import Settings
from wire.numbers import is_individual_number
from wire.wareki import to_date

Value = int | str | date | None

_SPACE: Final = b" "
_IDEOGRAPHIC_SPACE: Final = "\u3000"
_SIGNS: Final = {"+": 1, "-": -1}
# Zoned decimal: the last digit with its sign, by digit.
NEGATIVE_ZONES: Final = "}JKLMNOPQR"
POSITIVE_ZONES: Final = "{ABCDEFGHI"
_PACKED_SIGNS: Final = {0xC: 1, 0xD: -1, 0xF: 1}
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_CHARSET_FAULTS: Final = {
    "charset.cut": "F007",
    "charset.half_width": "F007",
    "charset.undefined": "F008",
    "charset.user_defined": "F009",
    "charset.not_half_width": "F006",
    "wareki.era": "F016",
    "wareki.outside": "F016",
    "wareki.date": "F002",
}


class _FaultError(Exception):
    """The rule that the bytes of one field break."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def decode_field(field: Field, raw: bytes, settings: Settings) -> tuple[Value, str | None]:
    """Return the value of one occurrence of a field and the rule its bytes break, None for none.

    A value is kept beside a fault where it could be read all the same, such as a number out of
    range. `raw` has the length of the field.
    """
    try:
        value = _READERS[field.type](field, raw, settings)
    except _FaultError as fault:
        return None, fault.rule
    except WireError as error:
        return None, _CHARSET_FAULTS[error.code]
    return value, _judge(field, value, raw, settings)


def is_blank(raw: bytes) -> bool:
    """Tell whether nothing but half-width spaces stands there."""
    return not raw.strip(_SPACE)


def _judge(field: Field, value: Value, raw: bytes, settings: Settings) -> str | None:
    """Return the first rule that a readable value breaks."""
    if field.type in {"filler", "shift"}:
        return None
    if value is None:
        return "F004" if field.need == "always" else None
    text = value if isinstance(value, str) else raw.decode("ascii", "replace").strip()
    for rule, holds in _RULES:
        if not holds(field, value, text, settings):
            return rule
    return None


def _is_constant(field: Field, _: Value, text: str, __: Settings) -> bool:
    return field.constant is None or text == field.constant


def _is_of_charset(field: Field, _: Value, text: str, __: Settings) -> bool:
    if field.charset == "any":
        return True
    return text.isascii() and (text.isdigit() if field.charset == "digits" else text.isalnum())


def _is_listed(field: Field, _: Value, text: str, __: Settings) -> bool:
    return not field.codes or text in field.codes


def _is_within(field: Field, value: Value, _: str, __: Settings) -> bool:
    if not isinstance(value, int):
        return True
    return (field.least is None or field.least <= value) and (
        field.most is None or value <= field.most
    )


def _is_checked(field: Field, _: Value, text: str, settings: Settings) -> bool:
    if field.check is None:
        return True
    if field.check == "individual_number":
        return is_individual_number(text, settings.numbers)
    return CHECKS[field.check](text)


# In the order in which a person would correct them.
_RULES: Final = (
    ("F010", _is_constant),
    ("F013", _is_of_charset),
    ("F003", _is_listed),
    ("F012", _is_within),
    ("F005", _is_checked),
)


def _digits(field: Field, raw: bytes) -> str | None:
    """Return the digits of a field, None where it is blank or says that it is empty."""
    if is_blank(raw):
        return None
    if not raw.isdigit():
        raise _FaultError("F001")
    text = raw.decode("ascii")
    return None if text in field.empty else text


def _read_number(field: Field, raw: bytes, _: Settings) -> Value:
    digits = _digits(field, raw)
    return None if digits is None else int(digits)


def _read_signed(field: Field, raw: bytes, _: Settings) -> Value:
    if is_blank(raw):
        return None
    sign = _SIGNS.get(chr(raw[0]))
    if sign is None:
        raise _FaultError("F014")
    digits = _digits(field, raw[1:])
    if digits is None:
        raise _FaultError("F001")
    return sign * int(digits)


def _read_zoned(field: Field, raw: bytes, _: Settings) -> Value:
    if is_blank(raw):
        return None
    last = chr(raw[-1])
    if last in NEGATIVE_ZONES:
        sign, digit = -1, NEGATIVE_ZONES.index(last)
    elif last in POSITIVE_ZONES:
        sign, digit = 1, POSITIVE_ZONES.index(last)
    else:
        return _read_number(field, raw, _)
    head = raw[:-1]
    if head and not head.isdigit():
        raise _FaultError("F001")
    return sign * int(head + str(digit).encode())


def _read_packed(_: Field, raw: bytes, __: Settings) -> Value:
    if is_blank(raw):
        return None
    halves = [half for byte in raw for half in (byte >> 4, byte & 0xF)]
    sign = _PACKED_SIGNS.get(halves.pop())
    if sign is None:
        raise _FaultError("F014")
    text = "".join(f"{half:x}" for half in halves)
    if not text.isdigit():
        raise _FaultError("F001")
    return sign * int(text)


def _read_text(field: Field, raw: bytes, _: Settings) -> Value:
    text = decode_kana(raw).rstrip(" ")
    if not text.isascii():
        raise _FaultError("F006")
    return None if not text or text in field.empty else text


def _read_kana(_: Field, raw: bytes, settings: Settings) -> Value:
    if settings.encoding == "jis_mixed" and any(byte in SMALL_KANA for byte in raw):
        raise _FaultError("F015")
    return decode_kana(raw).rstrip(" ") or None


def _read_wide(_: Field, raw: bytes, settings: Settings) -> Value:
    if is_blank(raw):
        return None
    if settings.encoding == "utf_8":
        return _decode_utf_8(raw, settings).rstrip(" ").rstrip(_IDEOGRAPHIC_SPACE) or None
    return decode_wide(raw, gaiji=settings.gaiji).rstrip(_IDEOGRAPHIC_SPACE) or None


def _decode_utf_8(raw: bytes, settings: Settings) -> str:
    """Return the text of UTF-8: without control codes, and user-defined ones only if preserved."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _FaultError("F008") from error
    if _CONTROLS.search(text):
        raise _FaultError("F008")
    if settings.gaiji.mode != "preserve" and _PRIVATE.search(text):
        raise _FaultError("F009")
    return text


def _read_jis(_: Field, raw: bytes, __: Settings) -> Value:
    if is_blank(raw):
        return None
    return decode_jis(raw).rstrip(_IDEOGRAPHIC_SPACE) or None


def _read_shift(field: Field, raw: bytes, _: Settings) -> Value:
    if raw != bytes.fromhex(field.constant or ""):
        raise _FaultError("F010")
    return None


def _read_filler(_: Field, raw: bytes, __: Settings) -> Value:
    if not is_blank(raw):
        raise _FaultError("F011")
    return None


def _read_date(field: Field, raw: bytes, _: Settings) -> Value:
    digits = _digits(field, raw)
    if digits is None:
        return None
    return date.max if digits == field.forever else _day(digits)


def _day(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError as error:
        raise _FaultError("F002") from error


def _read_month(field: Field, raw: bytes, _: Settings) -> Value:
    digits = _digits(field, raw)
    return None if digits is None else _month_of(_day(digits + "01"))


def _month_of(day: date) -> str:
    return day.isoformat()[:7]


def _read_instant(field: Field, raw: bytes, _: Settings) -> Value:
    digits = _digits(field, raw)
    if digits is None:
        return None
    day = _day(digits)
    try:
        clock = time(int(digits[8:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError as error:
        raise _FaultError("F002") from error
    return f"{day.isoformat()}T{clock.isoformat()}"


def _read_partial_date(field: Field, raw: bytes, _: Settings) -> Value:
    digits = _digits(field, raw)
    if digits is None:
        return None
    year, month, day = digits[:4], digits[4:6], digits[6:8]
    if month == "00" and day != "00":
        raise _FaultError("F002")
    known = digits[:4] + ("01" if month == "00" else month) + ("01" if day == "00" else day)
    _day(known)
    return f"{year}-{month}-{day}"


def _read_era(digits: str, settings: Settings) -> date:
    year, month, day = int(digits[1:3]), int(digits[3:5]), int(digits[5:7])
    return to_date(digits[0], year, month, day, overrun=settings.overrun)


def _read_era_date(field: Field, raw: bytes, settings: Settings) -> Value:
    digits = _digits(field, raw)
    return None if digits is None else _read_era(digits, settings)


def _read_era_month(field: Field, raw: bytes, settings: Settings) -> Value:
    digits = _digits(field, raw)
    if digits is None:
        return None
    try:
        return _month_of(_read_era(digits + "01", settings))
    except WireError as outside:  # the month in which an era begins has no first day in it
        try:
            return _month_of(_read_era(digits + "31", settings))
        except WireError:
            raise outside from None


_Reader = Callable[[Field, bytes, Settings], Value]
_READERS: Final[Mapping[FieldType, _Reader]] = {
    "number": _read_number,
    "signed": _read_signed,
    "zoned": _read_zoned,
    "packed": _read_packed,
    "text": _read_text,
    "kana": _read_kana,
    "wide": _read_wide,
    "jis": _read_jis,
    "shift": _read_shift,
    "date": _read_date,
    "month": _read_month,
    "instant": _read_instant,
    "partial_date": _read_partial_date,
    "era_date": _read_era_date,
    "era_month": _read_era_month,
    "filler": _read_filler,
}

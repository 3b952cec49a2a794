"""One field, written: canonical bytes, and nothing ever cut or replaced."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from wire.charset.coding import encode_jis, encode_kana, encode_wide
from wire.errors import WireError
from wire.files.layout import Field, FieldType
from wire.files.reading import NEGATIVE_ZONES, Value, decode_field
from wire.files.settings import Settings
from wire.wareki import from_date

_SPACE: Final = b" "
_WIDE_SPACE: Final = b"\x81\x40"
_JIS_SPACE: Final = b"!!"
_PUNCTUATION: Final = str.maketrans("", "", "-T:")


def encode_field(field: Field, value: Value, settings: Settings) -> bytes:
    """Return the canonical bytes of a value in one occurrence of a field.

    Raises:
        WireError: `files.value.type`, `files.value.length`, `files.value.character` or
            `files.value.rule`; the path is the field's name.
    """
    if value is None or field.type in {"filler", "shift"}:
        raw = _blank(field)
    else:
        try:
            raw = _WRITERS[field.type](field, value, settings)
        except WireError as error:
            code = error.code if error.code.startswith("files.") else "files.value.character"
            raise WireError(code, field.name, error.detail) from error
    if len(raw) != field.length:
        raise WireError("files.value.length", field.name, "The value does not fit its field.")
    if decode_field(field, raw, settings)[0] != value:
        raise WireError("files.value.rule", field.name, "The field cannot say this value.")
    return raw


def _blank(field: Field) -> bytes:
    """Return the canonical bytes of no value."""
    if field.type == "shift":
        return bytes.fromhex(field.constant or "")
    if field.type == "jis":
        return _JIS_SPACE * (field.length // 2)
    return _SPACE * field.length


def _number(value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WireError("files.value.type", "", "A whole number is needed.")
    return value


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise WireError("files.value.type", "", "A text is needed.")
    return value


def _date(value: Value) -> date:
    if not isinstance(value, date):
        raise WireError("files.value.type", "", "A date is needed.")
    return value


def _write_number(field: Field, value: Value, _: Settings) -> bytes:
    return b"%0*d" % (field.length, _number(value))


def _write_signed(field: Field, value: Value, _: Settings) -> bytes:
    number = _number(value)
    return b"%c%0*d" % (b"-" if number < 0 else b"+", field.length - 1, abs(number))


def _write_zoned(field: Field, value: Value, _: Settings) -> bytes:
    number = _number(value)
    digits = b"%0*d" % (field.length, abs(number))
    return digits[:-1] + NEGATIVE_ZONES[digits[-1] - 0x30].encode() if number < 0 else digits


def _write_packed(field: Field, value: Value, _: Settings) -> bytes:
    number = _number(value)
    text = f"{abs(number):0{field.length * 2 - 1}d}{'d' if number < 0 else 'c'}"
    return bytes.fromhex(text) if len(text) == field.length * 2 else text.encode()


def _write_text(field: Field, value: Value, _: Settings) -> bytes:
    return encode_kana(_text(value)).ljust(field.length)


def _write_wide(field: Field, value: Value, settings: Settings) -> bytes:
    if settings.encoding == "utf_8":
        return _text(value).encode("utf-8", "surrogatepass").ljust(field.length)
    raw = encode_wide(_text(value), policy=settings.policy, gaiji=settings.gaiji)
    return raw + _WIDE_SPACE * ((field.length - len(raw)) // 2)


def _write_jis(field: Field, value: Value, _: Settings) -> bytes:
    raw = encode_jis(_text(value))
    return raw + _JIS_SPACE * ((field.length - len(raw)) // 2)


def _write_date(field: Field, value: Value, _: Settings) -> bytes:
    day = _date(value)
    if day == date.max and field.forever is not None:
        return field.forever.encode()
    return day.isoformat().replace("-", "").encode()


def _write_digits(_: Field, value: Value, __: Settings) -> bytes:
    """Write a month, an instant or a partial date: its digits without what people put between."""
    return _text(value).translate(_PUNCTUATION).encode("ascii", "replace")


def _write_era_date(_: Field, value: Value, __: Settings) -> bytes:
    day = _date(value)
    digit, year = from_date(day)
    return f"{digit}{year:02d}{day.month:02d}{day.day:02d}".encode()


def _write_era_month(_: Field, value: Value, __: Settings) -> bytes:
    text = _text(value)
    try:
        last = date.fromisoformat(f"{text}-28")
    except ValueError as error:
        raise WireError("files.value.type", "", "A month is needed, as in 2024-05.") from error
    digit, year = from_date(last)
    return f"{digit}{year:02d}{last.month:02d}".encode()


_Writer = Callable[[Field, Value, Settings], bytes]
_WRITERS: Final[Mapping[FieldType, _Writer]] = {
    "number": _write_number,
    "signed": _write_signed,
    "zoned": _write_zoned,
    "packed": _write_packed,
    "text": _write_text,
    "kana": _write_text,
    "wide": _write_wide,
    "jis": _write_jis,
    "date": _write_date,
    "month": _write_digits,
    "instant": _write_digits,
    "partial_date": _write_digits,
    "era_date": _write_era_date,
    "era_month": _write_era_month,
}

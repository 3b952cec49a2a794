"""The file of inquiries (.DAT): 18 fields between commas, no header, CRLF, ASCII.

What has not the form of its field refuses the whole file, named by line and field; what has the
form and means nothing here (a code, another institution, a condition that we do not offer)
rejects its row.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from gateway.transport.problems import RequestError
from gateway.transport.schemas.batches import BatchRowRequest
from gateway.transport.schemas.common import Instrument
from gateway.transport.schemas.inquiries import AskedPeriod, WantedInformation
from permitlists import OperatingCodes, has_check_digit, with_check_digit

END: Final = b"\r\n"
NO_CONDITION: Final = "0"  # 照会条件区分, 照会年度区分: no condition
_STEM_DIGITS: Final = 5
_INSTITUTION: Final = slice(5, 11)  # where 16 digits hold the six of an institution
_ANY: Final = "[ -+\\--~]"  # printable ASCII without the comma


def _read_date(digits: str) -> date | None:
    return date.fromisoformat(digits) if digits else None


def _read_instant(digits: str) -> datetime:
    return datetime.fromisoformat(f"{digits[:8]}T{digits[8:14]}.{digits[14:]}")


@dataclass(frozen=True, slots=True)
class Field:
    """One of the 18 fields: its name, and the form that it must have as a whole."""

    name: str
    form: str
    read: Callable[[str], object] = str  # raises ValueError where the form is not enough


FIELDS: Final = (
    Field("number_system", "01"),  # 番号体系
    Field("number", "[0-9]{15}"),  # 宛名番号
    Field("unified_number", ""),  # 統合宛名番号: ours to find, never a caller's to say
    Field("requested_at", "[0-9]{17}", _read_instant),  # 照会依頼日時
    Field("department", f"{_ANY}{{0,20}}"),  # 情報照会者部署コード
    Field("staff", f"{_ANY}{{0,20}}"),  # 情報照会者ユーザーID
    Field("inquirer", "[0-9]{16}"),  # 情報照会者機関コード
    Field("nondisclosure", "[0-9]"),  # 照会側不開示コード
    Field("affair", "JM[0-9]{14}"),  # 事務コード
    Field("procedure", "JT[0-9]{14}"),  # 事務手続コード
    Field("inquirer_delegating", "(?:[0-9]{16})?"),  # 情報照会者機関コード（委任元）
    Field("provider_delegating", "(?:[0-9]{16})?"),  # 情報提供者機関コード（委任元）
    Field("provider", r"(?=.{0,16}\Z)(?:[0-9]{5}|[0-9]{16})? *"),  # 情報提供者機関コード
    Field("information", "TM[0-9]{14}"),  # 特定個人情報名コード
    Field("condition", "[0-9]"),  # 照会条件区分
    Field("fiscal_year", "[0-9]"),  # 照会年度区分
    Field("begins_on", "(?:[0-9]{8})?", _read_date),  # 照会開始日付
    Field("ends_on", "(?:[0-9]{8})?", _read_date),  # 照会終了日付
)
_FORMS: Final = tuple(re.compile(field.form) for field in FIELDS)
_PLACES: Final = {field.name: place for place, field in enumerate(FIELDS, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a row is rejected: a code of the catalogue, and the field by its number."""

    code: str
    field: str


def parse_line(raw: bytes, *, line: int) -> dict[str, str]:
    """Return the fields of one line by name, without the blanks that fill them up.

    Args:
        raw: The line as it came, with its end.
        line: Its number, from 1, to be named in an error.

    Raises:
        RequestError: `request.charset`, `.malformed` or `.invalid`; nothing of it is repeated.
    """
    root = f"line {line}"
    if not raw.isascii():
        raise RequestError("request.charset", path=root)
    values = raw.removesuffix(END).decode("ascii").split(",")
    if not raw.endswith(END) or len(values) != len(FIELDS):
        raise RequestError("request.malformed", path=root, expected="18 fields and CRLF")
    for field, form, value in zip(FIELDS, _FORMS, values, strict=True):
        if not form.fullmatch(value) or not _can_be_read(field, value):
            raise RequestError("request.invalid", path=f"{root}: {_place(field.name)}")
    return {field.name: value.strip() for field, value in zip(FIELDS, values, strict=True)}


def _place(name: str) -> str:
    return f"field {_PLACES[name]}"


def _can_be_read(field: Field, value: str) -> bool:
    try:
        field.read(value)
    except ValueError:
        return False
    return True


def translate(
    fields: dict[str, str], *, institution: str, codes: OperatingCodes, on: date
) -> BatchRowRequest | Fault:
    """Return the inquiry that a line asks, or what of it means nothing at this institution.

    Args:
        fields: The line as `parse_line` returns it.
        institution: The code of the institution whose system sent it.
        codes: What the codes stand for.
        on: The day on which they stand for it.
    """
    coded = codes.find_affair(fields["affair"], fields["procedure"], on)
    information = codes.find_information(fields["information"], on)
    nondisclosure = codes.nondisclosure.get(fields["nondisclosure"])
    provider = _read_provider(fields["provider"])
    fault = _find_fault(fields, institution)
    if fault is not None:
        return fault
    if coded is None:
        return Fault(code="batch.code_unknown", field=_place("procedure"))
    if information is None:
        return Fault(code="batch.code_unknown", field=_place("information"))
    if nondisclosure is None:
        return Fault(code="batch.code_unknown", field=_place("nondisclosure"))
    if provider is None:
        return Fault(code="batch.code_unknown", field=_place("provider"))
    return BatchRowRequest(
        number=fields["number"],
        affair=coded.affair,
        instrument=cast("Instrument", coded.instrument),  # any other one is denied later
        provider=provider,
        inquirer_delegator=_read_code(fields["inquirer_delegating"]),
        provider_delegator=_read_code(fields["provider_delegating"]),
        information=(WantedInformation(information=information.name),),
        period=AskedPeriod(
            begins_on=_read_date(fields["begins_on"]), ends_on=_read_date(fields["ends_on"])
        ),
        nondisclosure=nondisclosure,
    )


def _find_fault(fields: dict[str, str], institution: str) -> Fault | None:
    """Return why a line is not for us whatever its codes stand for, or None."""
    if fields["inquirer"][_INSTITUTION] != institution:
        return Fault(code="batch.inquirer_foreign", field=_place("inquirer"))
    if not fields["provider"]:
        return Fault(code="batch.provider_missing", field=_place("provider"))
    for name in ("inquirer_delegating", "provider_delegating"):
        if fields[name] and _read_code(fields[name]) is None:
            return Fault(code="batch.code_unknown", field=_place(name))
    for name in ("condition", "fiscal_year"):
        if fields[name] != NO_CONDITION:
            return Fault(code="batch.unsupported", field=_place(name))
    return None


def _read_provider(digits: str) -> str | None:
    """Return the six-digit code that five digits begin or sixteen hold, or None."""
    if len(digits) == _STEM_DIGITS:
        return with_check_digit(digits)
    return _read_code(digits)


def _read_code(digits: str) -> str | None:
    """Return the six-digit code that sixteen digits hold, None where they hold none."""
    code = digits[_INSTITUTION]
    return code if has_check_digit(code) else None

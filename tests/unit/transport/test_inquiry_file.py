"""The file of inquiries (.DAT): each field, each fault, and any bytes at all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.catalogue import load_catalogue
from gateway.transport.inquiry_file import FIELDS, Fault, parse_line, translate
from gateway.transport.problems import RequestError
from gateway.transport.schemas.batches import BatchRowRequest
from permitlists import OperatingCodes, load_operating_codes

CODES = load_operating_codes()
OURS = "991015"
GOOD = {
    "number_system": "01",
    "number": "000000000001001",
    "unified_number": "",
    "requested_at": "20261124120000123",
    "department": "D01                 ",
    "staff": "",
    "inquirer": "0000099101500000",
    "nondisclosure": "1",
    "affair": "JM99000000000069",
    "procedure": "JT99000000690007",
    "inquirer_delegating": "",
    "provider_delegating": "",
    "provider": "0000099102300000",
    "information": "TM99000000000001",
    "condition": "0",
    "fiscal_year": "0",
    "begins_on": "",
    "ends_on": "",
}
NAMES = tuple(GOOD)


def line(**changed: str) -> bytes:
    return ",".join({**GOOD, **changed}.values()).encode() + b"\r\n"


def read(
    raw: bytes, codes: OperatingCodes = CODES, on: date = date(2026, 11, 24)
) -> BatchRowRequest | Fault:
    return translate(parse_line(raw, line=1), institution=OURS, codes=codes, on=on)


def place(name: str) -> str:
    return f"field {NAMES.index(name) + 1}"


def test_the_fields_are_the_eighteen_of_the_layout() -> None:
    assert tuple(field.name for field in FIELDS) == NAMES
    assert len(line()) <= 220 + 17 + 2


def test_a_line_becomes_an_inquiry() -> None:
    asked = read(line(begins_on="20260401", ends_on="20270331", nondisclosure="2"))
    assert isinstance(asked, BatchRowRequest)
    assert (asked.number, asked.affair, asked.provider) == ("000000000001001", "69-7", "991023")
    assert [one.information for one in asked.information] == ["地方税関係情報"]
    assert asked.information[0].items == ()  # all that the permit allows
    assert (asked.period.begins_on, asked.period.ends_on) == (date(2026, 4, 1), date(2027, 3, 31))
    assert asked.nondisclosure
    assert asked.key is None


@pytest.mark.parametrize("provider", ["0000099102300000", "99102", "99102 ", "99102" + " " * 11])
def test_a_provider_stands_as_five_or_sixteen_digits(provider: str) -> None:
    asked = read(line(provider=provider))
    assert isinstance(asked, BatchRowRequest)
    assert asked.provider == "991023"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number_system", "02"),
        ("number_system", "1"),
        ("number", "1001"),
        ("number", "00000000000100\uff11"),
        ("number", " 00000000001001"),
        ("unified_number", "000000000000001"),
        ("requested_at", "20261324120000123"),
        ("requested_at", "2026112412000012"),
        ("requested_at", "20261124250000123"),
        ("department", "D" * 21),
        ("department", "D\t01"),
        ("staff", "\x7f"),
        ("inquirer", "991015"),
        ("nondisclosure", ""),
        ("nondisclosure", "11"),
        ("affair", "JT99000000000069"),
        ("affair", "jm99000000000069"),
        ("procedure", "JM99000000690007"),
        ("inquirer_delegating", "1"),
        ("provider_delegating", "1"),
        ("provider", "991023"),
        ("provider", " 99102"),
        ("provider", "99102" + " " * 12),
        ("information", "TM9900000000001"),
        ("condition", ""),
        ("fiscal_year", "x"),
        ("begins_on", "20260230"),
        ("begins_on", "2026-4-1"),
        ("ends_on", "00000000"),
        ("ends_on", "2026W011"),
    ],
)
def test_a_field_without_its_form_refuses_the_file(name: str, value: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_line(line(**{name: value}), line=7)
    if value.isascii():
        assert caught.value.code == "request.invalid"
        assert caught.value.context["path"] == f"line 7: {place(name)}"
    else:
        assert caught.value.code == "request.charset"
        assert caught.value.context["path"] == "line 7"


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n",
        b"",
        line()[:-2],
        line()[:-2] + b"\n",
        line()[:-2] + b"\r",
        line()[:-2] + b",\r\n",
        line().replace(b",", b"\t"),
        b",".join(line().split(b",")[:17]) + b"\r\n",
    ],
)
def test_a_line_of_another_shape_refuses_the_file(raw: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        parse_line(raw, line=3)
    assert (caught.value.code, caught.value.context["path"]) == ("request.malformed", "line 3")


@pytest.mark.parametrize(
    ("name", "value", "code", "blamed"),
    [
        ("procedure", "JT99000000420001", "batch.code_unknown", "procedure"),  # of another affair
        ("affair", "JM99000000000042", "batch.code_unknown", "procedure"),
        ("information", "TM99000000009999", "batch.code_unknown", "information"),
        ("nondisclosure", "9", "batch.code_unknown", "nondisclosure"),
        ("provider", "0000099102400000", "batch.code_unknown", "provider"),  # check digit
        ("provider", "", "batch.provider_missing", "provider"),
        ("provider", " " * 16, "batch.provider_missing", "provider"),
        ("inquirer", "0000099102300000", "batch.inquirer_foreign", "inquirer"),
        ("inquirer_delegating", "0000099102400000", "batch.code_unknown", "inquirer_delegating"),
        ("provider_delegating", "0000099102400000", "batch.code_unknown", "provider_delegating"),
        ("condition", "1", "batch.unsupported", "condition"),
        ("fiscal_year", "1", "batch.unsupported", "fiscal_year"),
    ],
)
def test_what_means_nothing_here_rejects_its_row(
    name: str, value: str, code: str, blamed: str
) -> None:
    assert read(line(**{name: value})) == Fault(code=code, field=place(blamed))
    assert code in load_catalogue()


DATED = """
[[procedure]]
affair_code = "JM99000000000069"
code = "JT99000000690007"
affair = "69-7"
to = 2027-04-01
[[procedure]]
affair_code = "JM99000000000069"
code = "JT99000000690007"
affair = "1"
instrument = "jorei-19-9"
from = 2027-04-01
to = 2028-04-01
[[information]]
code = "TM99000000000001"
name = "地方税関係情報"
to = 2028-10-01
[[nondisclosure]]
code = "1"
hidden = false
""".encode()


@pytest.mark.parametrize(
    ("on", "means"),
    [
        (date(2027, 3, 31), ("shourei-r6", "69-7")),
        (date(2027, 4, 1), ("jorei-19-9", "1")),
        (date(2028, 3, 31), ("jorei-19-9", "1")),
        (date(2028, 4, 1), Fault(code="batch.code_unknown", field="field 10")),
        (date(2028, 10, 1), Fault(code="batch.code_unknown", field="field 10")),
    ],
)
def test_codes_mean_what_they_stand_for_on_the_day(on: date, means: object) -> None:
    asked = read(line(), load_operating_codes(DATED), on)
    said = asked if isinstance(asked, Fault) else (asked.instrument, asked.affair)
    assert said == means


@given(st.binary(max_size=300))
def test_any_bytes_are_a_line_or_an_error_that_says_where(raw: bytes) -> None:
    check_any(raw)


@given(
    st.sampled_from(NAMES),
    st.text(st.characters(codec="ascii", exclude_characters=","), max_size=20),
)
def test_any_value_of_a_field_is_read_or_blamed(name: str, value: str) -> None:
    check_any(line(**{name: value}))


@given(st.integers(0, len(line()) - 1), st.binary(max_size=3))
def test_a_spoiled_line_is_read_or_blamed(at: int, noise: bytes) -> None:
    check_any(line()[:at] + noise + line()[at + 1 :])


def check_any(raw: bytes) -> None:
    try:
        asked = read(raw)
    except RequestError as error:
        path = str(error.context["path"])
        assert path.startswith("line 1")
        shown = f"{error} {error.context}"
        assert "1001" not in shown  # nothing of the line is repeated
        return
    if isinstance(asked, Fault):
        assert asked.code in load_catalogue()
        assert asked.field.startswith("field ")
    else:
        assert asked.affair in {one.affair for one in CODES.procedures}
        assert len(asked.number) == 15

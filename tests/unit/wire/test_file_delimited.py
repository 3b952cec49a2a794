"""Delimited files: the same declaration, lines of cells instead of places of bytes."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import WireError
from wire.files.delimited import split_cells
from wire.files.library import parse_layout
from wire.files.rows import Decoded
from wire.files.settings import Settings
from wire.files.split import Limits, plan_parts
from wire.files.stream import decode_records, encode_records
from wire.files.walk import Fault

LAYOUT = parse_layout(
    """
id = "CSV1"
name = "見本の交換情報"
version = "1"
valid_from = 2020-01-01
origin = "design"
direction = "from_federation"
form = "delimited"
terminator = "crlf"
structure = "H D* T"
select = { at = 1, length = 1 }
[[records]]
kind = "H"
name = "コントロール"
length = 10
tag = "1"
fields = [
  { name = "種別", at = 1, length = 1, type = "text", constant = "1" },
  { name = "件数", at = 2, length = 6, type = "number", need = "always" },
  { name = "行終端", at = 8, length = 3, type = "filler" },
]
[[records]]
kind = "D"
name = "データ"
length = 60
tag = "2"
fields = [
  { name = "種別", at = 1, length = 1, type = "text", constant = "2" },
  { name = "番号", at = 2, length = 5, type = "number" },
  { name = "増減", at = 7, length = 5, type = "signed" },
  { name = "氏名", at = 12, length = 10, type = "wide" },
  { name = "カナ", at = 22, length = 6, type = "kana" },
  { name = "日", at = 28, length = 8, type = "date" },
  { name = "漢字", at = 36, length = 4, type = "jis" },
  { name = "回数", at = 40, length = 2, type = "number", occurs = 2 },
  { name = "摘要", at = 44, length = 8, type = "text" },
]
[[records]]
kind = "T"
name = "エンド"
length = 1
tag = "3"
fields = [{ name = "種別", at = 1, length = 1, type = "text", constant = "3" }]
"""
)
SETTINGS = Settings()
GOOD = (
    b'1,2,\r\n2,12,-7,"\x88\x9f\x8a\xbf","\xb1\xb2",20260401,,1,2,"a, ""b"""\r\n2,,,,,,,,,\r\n3\r\n'
)


def read(data: bytes) -> list[Decoded | Fault]:
    return list(decode_records(LAYOUT, io.BytesIO(data), SETTINGS))


def records(data: bytes) -> list[Decoded]:
    return [one for one in read(data) if isinstance(one, Decoded)]


def faults(data: bytes) -> list[tuple[str, int]]:
    found = []
    for one in read(data):
        found += [one] if isinstance(one, Fault) else list(one.faults)
    return [(fault.rule, fault.record) for fault in found]


def write(decoded: list[Decoded]) -> bytes:
    return b"".join(encode_records(LAYOUT, decoded, SETTINGS))


def test_lines_become_the_same_values_as_fixed_records() -> None:
    control, data, empty, end = records(GOOD)
    assert (control.kind, end.kind) == ("H", "T")
    assert control.values == {"種別": "1", "件数": 2}
    assert data.values == {
        "種別": "2",
        "番号": 12,
        "増減": -7,
        "氏名": "亜漢",
        "カナ": "ｱｲ",
        "日": date(2026, 4, 1),
        "漢字": None,
        "回数": [1, 2],
        "摘要": 'a, "b"',
    }
    assert set(map(str, empty.values.values())) == {"2", "None", "[None, None]"}
    assert not any(one.raw or one.faults for one in (control, data, empty, end))
    assert write(records(GOOD)) == GOOD


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b'2,12,-7,"x,1\r\n', "S008"),
        (b'2,12,-7,x"y,,,,,,\r\n', "S008"),
        (b'2,12,-7,"x"y,,,,,,\r\n', "S008"),
        (b"2,12\r\n", "S008"),
        (b"9,12\r\n", "S001"),
        (b"1,2,\r\n", "S002"),
        (b"2,123456,,,,,,,,\r\n", "F017"),
        (b"2,x,,,,,,,,\r\n", "F001"),
        (b"2,,,,,20260230,,,,\r\n", "F002"),
        (b"2,,,,,,,,,\n", "S005"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_number(line: bytes, rule: str) -> None:
    assert faults(b"1,1,\r\n" + line + b"3\r\n") == [(rule, 2)]


def test_cells_of_utf_8_are_padded_by_plain_spaces() -> None:
    settings = Settings(encoding="utf_8")
    line = '2,,,"漢",,,,,,\r\n'.encode()
    found = list(decode_records(LAYOUT, io.BytesIO(b"1,1,\r\n" + line + b"3\r\n"), settings))
    data = found[1]
    assert isinstance(data, Decoded)
    assert (data.values["氏名"], data.raw, data.faults) == ("漢", {}, ())
    assert b"".join(encode_records(LAYOUT, [data], settings)) == line


def test_delimited_files_are_not_split() -> None:
    with pytest.raises(WireError, match=r"files\.split\.form"):
        plan_parts(LAYOUT, io.BytesIO(GOOD), SETTINGS, Limits(records=1))


def test_a_file_that_ends_too_early_says_so() -> None:
    assert faults(b"1,1,\r\n") == [("S004", 2)]
    assert faults(b"") == [("S004", 1)]
    assert faults(b"3\r\n1,1,\r\n3\r\n3\r\n") == [("S002", 1), ("S002", 4)]


@pytest.mark.parametrize(
    "line",
    [
        b"2,00012,+7,,,20260401,,01,2,abc\r\n",
        b'"2",12,7,,"ab",,,,,"x"\r\n',
        b"2,,+0,\x88\x9f,\xb1,,,,,a b\r\n",
        b"2,x,,,,,,,,\r\n",
    ],
)
def test_cells_that_would_be_written_otherwise_are_kept(line: bytes) -> None:
    data = b"1,1,\r\n" + line + b"3\r\n"
    assert any(one.raw for one in records(data))
    assert write(records(data)) == data


def test_kept_cells_are_dropped_where_they_no_longer_say_the_value() -> None:
    kept = Decoded(kind="D", number=1, values={"種別": "2", "番号": 5}, raw={"番号": b"007".hex()})
    assert write([kept]) == b"2,5,,,,,,,,\r\n"
    broken = Decoded(kind="D", number=1, values={"番号": 5}, raw={"番号": b'"5'.hex()})
    assert write([broken]) == b",5,,,,,,,,\r\n"


@pytest.mark.parametrize(
    ("decoded", "code"),
    [
        (Decoded(kind="X", number=1, values={}), "files.record.kind"),
        (Decoded(kind="D", number=1, values={"番号": 123456}), "files.value.length"),
        (Decoded(kind="D", number=1, values={"回数": 1}), "files.value.type"),
        (Decoded(kind="D", number=1, values={}, raw={"番号": "zz"}), "files.value.raw"),
    ],
)
def test_a_record_that_cannot_be_written_is_refused(decoded: Decoded, code: str) -> None:
    with pytest.raises(WireError) as caught:
        write([decoded])
    assert caught.value.code == code
    assert caught.value.path.startswith("record[1]")


@given(st.binary(max_size=80) | st.text(alphabet='12,"\r\na ', max_size=60).map(str.encode))
def test_any_bytes_give_records_or_located_faults(data: bytes) -> None:
    for one in read(data):
        assert isinstance(one, Decoded) or one.record >= 1


@given(st.lists(st.text(alphabet='12,"a ', max_size=6).map(str.encode), min_size=1, max_size=5))
def test_quoted_cells_are_found_again(cells: list[bytes]) -> None:
    quoted = [b'"' + cell.replace(b'"', b'""') + b'"' for cell in cells]
    assert split_cells(b",".join(quoted)) == quoted

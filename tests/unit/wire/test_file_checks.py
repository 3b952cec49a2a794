"""What a check finds in files that are wrong in one way, and that it finds nothing else."""
# ruff: noqa: RUF001 - full-width letters are what some of these files hold

import io
import tracemalloc
from typing import Any

import msgspec
import pytest

from tests.support.sample_files import LAYOUTS, check, decoded, patched, rewritten, rules, sample
from wire.files.check import check_file
from wire.files.layout import Field, Layout, Record, Rule, Totals
from wire.files.library import load_layout, parse_layout
from wire.files.names import parse_name
from wire.files.rewriting import write_file
from wire.files.rows import Decoded
from wire.files.rules import RuleBook
from wire.files.sample import write_sample
from wire.files.settings import Settings
from wire.files.stream import decode_records

SANDBOX = "983205673219"
REAL = "983205673214"


# --- structure


def test_every_part_of_a_file_that_ends_too_early_is_refused() -> None:
    data = sample("KJSHOTK1", 2)
    for size in range(0, len(data), 13):
        assert {"S003", "S004"} & {
            rule for rule, _, _ in rules(check("KJSHOTK1", data[:size]))
        } or (size == 0)


@pytest.mark.parametrize("layout_id", LAYOUTS)
def test_files_cut_anywhere_are_refused_where_they_end(layout_id: str) -> None:
    data = sample(layout_id, 1)
    for size in range(1, len(data), 211):
        report = check(layout_id, data[:size])
        assert not report.ok
        assert {"S003", "S004"} & {rule for rule, _, _ in rules(report)}


def test_a_record_that_is_cut_is_named_with_its_byte() -> None:
    report = check("KJSHOTK1", sample("KJSHOTK1", 2)[:-10])
    assert [(one.rule, one.record, one.byte) for one in report.errors] == [
        ("S004", 4, 1),
        ("S003", 4, 291),
    ]


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        pytest.param(b"", b"x", "S003", id="a byte"),
        pytest.param(b"", b"\r\n", "S003", id="a line end"),
        pytest.param(b"", b" " * 300, "S001", id="a blank record"),
        pytest.param(b"\xef\xbb\xbf", b"", "S007", id="a byte order mark"),
    ],
)
def test_what_stands_around_a_file_is_refused(before: bytes, after: bytes, rule: str) -> None:
    assert rule in {
        one for one, _, _ in rules(check("KJSHOTK1", before + sample("KJSHOTK1") + after))
    }


def test_an_end_of_file_byte_is_only_a_warning() -> None:
    report = check("KJSHOTK1", sample("KJSHOTK1") + b"\x1a")
    assert report.ok
    assert [one.rule for one in report.warnings] == ["S006"]
    assert [one["rule"] for one in report.as_document()["totals"]["warnings"]] == ["S006"]


def test_a_record_of_another_length_is_refused() -> None:
    data = sample("KJSHOTK1")
    assert not check("KJSHOTK1", data[:600] + data[601:]).ok
    assert not check("KJSHOTK1", data[:600] + b" " + data[600:]).ok


def test_an_unknown_record_counts_as_a_record_and_hides_no_other_error() -> None:
    data = bytearray(sample("KJSHOTK1", 5))
    data[300 * 3] = ord("7")
    report = check("KJSHOTK1", bytes(data))
    assert report.records == 7
    # The count differs too; the digest is not compared where the structure is broken.
    assert {rule for rule, _, _ in rules(report)} == {
        "S001",
        "R001",
        "T001",
        "T003",
        "T005",
        "H007",
    }


def test_a_file_of_another_layout_is_refused() -> None:
    assert not check("KJSETAI1", sample("KJSHOTK1")).ok
    assert not check("Z21", sample("KJSHOTK1")).ok


# --- fields


@pytest.mark.parametrize(
    ("layout_id", "field", "raw", "rule"),
    [
        ("KJSETAI1", "世帯主氏名漢字", "ＬＥＥ漢字LEE字".encode("cp932"), "F007"),
        ("KJSETAI1", "世帯主氏名漢字", "漢字".encode("cp932") + b"\x8a ", "F008"),
        ("KJSETAI1", "世帯主氏名漢字", b"\xf0\x40", "F009"),
        ("KJSETAI1", "世帯主氏名漢字", b"\x87\xff", "F008"),
        ("KJSETAI1", "世帯主氏名カナ", "カ".encode("cp932"), "F006"),
        ("KJSETAI1", "市区町村コード", b"991016", "F005"),
        ("KJSETAI1", "処理区分", b"8", "F003"),
        ("KJSETAI1", "行番号", b"000000000", "F012"),
        ("KJKGGAI1", "過去12月該当回数", b"13", "F012"),
        ("KJSETAI1", "世帯適用開始年月日", b"20230229", "F002"),
        ("KJSETAI1", "世帯主宛名番号", b" " * 15, "F004"),
        ("KJKOJIN1", "個人番号", REAL.encode(), "F005"),
        ("Z22", "シフトコード1", b"\x1b$@", "F010"),
        ("Z22", "漢字氏名", b"\x7f\x7f", "F008"),
        ("Z22", "カナ氏名", b"\xac", "F015"),
        ("Z22", "各種金額1", b"0000000012a", "F001"),
        ("KJKGKAR1", "調整額", b"0000000000", "F014"),
    ],
)
def test_bytes_that_a_field_may_not_hold_are_named(
    layout_id: str, field: str, raw: bytes, rule: str
) -> None:
    report = check(layout_id, patched(layout_id, sample(layout_id), 3, field, raw))
    assert (rule, 3, field) in rules(report)


def test_a_filler_that_is_not_blank_is_a_warning_but_its_bytes_are_digested() -> None:
    report = check("KJSHOTK1", patched("KJSHOTK1", sample("KJSHOTK1"), 3, "予備", b"x"))
    assert [one.rule for one in report.warnings] == ["F011"]
    assert rules(report) == [("T004", 22, "本文SHA-256")]


def test_an_empty_amount_is_not_zero() -> None:
    data = sample("KJKGKAR1")
    zero = rewritten(
        "KJKGKAR1", data, 3, {"支給済額": 0, "高額療養費": 0, "高額支給額": 0, "調整額": 0}
    )
    assert check("KJKGKAR1", zero).ok
    empty = rewritten("KJKGKAR1", zero, 3, {"支給済額": None})
    assert ("F004", 3, "支給済額") in rules(check("KJKGKAR1", empty))


# --- rules between fields

SPECIAL = {"通知内容コード": "00", "各種区分": "01"}


@pytest.mark.parametrize(
    ("layout_id", "values", "expected"),
    [
        ("KJSETAI1", {"行番号": 9}, [("R001", 3, "行番号"), ("R001", 4, "行番号")]),
        (
            "KJSHOTK1",
            {"適用開始年月": "2026-03", "適用終了年月": "2026-02"},
            [("R121", 3, "適用終了年月")],
        ),
        (
            "KJKZKAK1",
            {"継続判定結果": "2", "判定理由コード": None},
            [("R143", 3, "判定理由コード")],
        ),
        ("KJKZKOH1", {"候補番号": 1}, [("R141", 3, "候補番号")]),
        ("KJKGKAR1", {"高額支給額": -1}, [("Q009", 3, "高額支給額")]),
        (
            "KJKGGAI1",
            {"過去12月該当回数": 12, "明細.高額該当区分": ["0"] * 12},
            [("Q008", 3, "過去12月該当回数")],
        ),
    ],
)
def test_a_rule_between_fields_that_is_broken_is_named_at_its_field(
    layout_id: str, values: dict[str, Any], expected: list[tuple[str, int, str]]
) -> None:
    assert rules(check(layout_id, rewritten(layout_id, sample(layout_id), 3, values))) == expected


def test_special_collection_records_agree_with_their_header() -> None:
    report = check("Z24", rewritten("Z24", sample("Z24"), 3, {"特別徴収義務者コード": "777"}))
    assert rules(report) == [("Q010-payer", 3, "特別徴収義務者コード")]
    assert "特別徴収" in report.as_document()["errors"][0]["message_ja"]


def test_a_notice_allows_only_its_own_kinds() -> None:
    report = check("Z24", rewritten("Z24", sample("Z24"), 3, {"各種区分": "70"}))
    assert rules(report) == [("R201", 3, "各種区分")]


def test_a_rule_over_a_field_that_cannot_be_read_says_nothing() -> None:
    broken = patched("KJSHOTK1", sample("KJSHOTK1"), 3, "適用終了年月", b"2026ab")
    assert "R121" not in {rule for rule, _, _ in rules(check("KJSHOTK1", broken))}


def test_every_rule_kind_holds_where_nothing_is_said() -> None:
    fields = tuple(
        Field(name=name, at=at, length=1, type="number")
        for at, name in enumerate(("a", "b", "c"), start=2)
    )
    tag = Field(name="t", at=1, length=1, type="text", constant="2")
    kinds: tuple[dict[str, Any], ...] = (
        {"kind": "not_before", "field": "a", "other": "b"},
        {"kind": "sum", "field": "a", "plus": ("b",)},
        {"kind": "counts", "field": "a", "other": "b", "values": ("0",)},
        {"kind": "needs", "field": "a", "other": "b"},
        {"kind": "allows", "field": "a", "other": "b", "allowed": {"1": ("2",)}},
        {"kind": "sequence", "field": "a"},
        {"kind": "unique", "plus": ("a", "b")},
        {"kind": "same", "field": "a"},
    )
    layout = Layout(
        id="TST1",
        name="t",
        version="1",
        valid_from=load_layout("Z21").valid_from,
        origin="design",
        direction="to_federation",
        structure="D*",
        records=(Record(kind="D", name="d", length=4, fields=(tag, *fields), tag="2"),),
        rules=tuple(Rule(id=f"X{at}", **kind) for at, kind in enumerate(kinds)),
        totals=Totals(count="none"),
    )
    assert check_file(layout, io.BytesIO(b"2   2   "), Settings()).ok


# --- what header and trailer say


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"ファイル識別": "KJSETAI2"}, "H001"),
        ({"仕様版": 101}, "H002"),
        ({"送信元区分": "2"}, "H003"),
        ({"文字コード区分": "2"}, "H004"),
        ({"個人番号収録区分": "1"}, "H005"),
        ({"レコード長": 999}, "H006"),
        ({"明細件数予告": 19}, "H007"),
        ({"分割番号": 2}, "H008"),
        ({"分割番号": 0}, "H008"),
    ],
)
def test_a_header_that_tells_of_another_file_is_refused(
    values: dict[str, Any], expected: str
) -> None:
    data = rewritten("KJSETAI1", sample("KJSETAI1"), 1, values)
    assert rules(check("KJSETAI1", data)) == [(expected, 1, next(iter(values)))]


@pytest.mark.parametrize("unknown", [0, None])
def test_a_header_may_leave_the_number_of_records_open(unknown: int | None) -> None:
    assert check(
        "KJSETAI1", rewritten("KJSETAI1", sample("KJSETAI1"), 1, {"明細件数予告": unknown})
    ).ok


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"データレコード件数": 19}, ("T001", 22, "データレコード件数")),
        ({"金額合計": [1, None, None]}, ("T002", 22, "金額合計[1]")),
        ({"キーハッシュ合計": 1}, ("T003", 22, "キーハッシュ合計")),
        ({"本文SHA-256": "0" * 64}, ("T004", 22, "本文SHA-256")),
        ({"種別件数": [19, 0, 0, 0, 0]}, ("T005", 22, "種別件数[1]")),
    ],
)
def test_a_trailer_that_adds_up_otherwise_is_refused(
    values: dict[str, Any], expected: tuple[str, int, str]
) -> None:
    data = rewritten("KJRECPT1", sample("KJRECPT1"), 22, values, totals=False)
    assert rules(check("KJRECPT1", data)) == [expected]


def test_a_trailer_that_cannot_be_read_is_not_compared() -> None:
    data = rewritten("KJRECPT1", sample("KJRECPT1"), 22, {"本文SHA-256": None}, totals=False)
    assert check("KJRECPT1", data).ok
    broken = data[: -600 + 9] + b"xxxxxxxxx" + data[-600 + 18 :]
    assert rules(check("KJRECPT1", broken)) == [("F001", 22, "データレコード件数")]


def test_the_digest_covers_line_ends_and_is_taken_in_either_case() -> None:
    layout = msgspec.structs.replace(load_layout("KJSHOTK1"), terminator="crlf")
    data = b"".join(write_sample(layout, 3, 1))
    assert check_file(layout, io.BytesIO(data), Settings()).ok
    at = len(data) - 302 + 129
    upper = data[:at] + data[at : at + 64].upper() + data[at + 64 :]
    assert check_file(layout, io.BytesIO(upper), Settings()).ok


@pytest.mark.parametrize(
    ("layout_id", "text", "expected"),
    [
        ("KJSETAI1", "KJSETAI1_{code}_20260401093000_000001_001of001.dat", []),
        ("KJSETAI1", "KJSETAI1_{code}_20260401093000_000002_001of001.dat", [("H009", 1, "")]),
        ("KJSETAI1", "KJSETAI1_{code}_20260401093000_000001_001of002.dat", [("H009", 1, "")]),
        ("KJSETAI1", "KJSETAI1_{code}_20260401093001_000001_001of001.dat", [("H009", 1, "")]),
        ("KJSETAI1", "KJSETAI1_142123_20260401093000_000001_001of001.dat", [("H009", 1, "")]),
        ("Z22", "Z22{code}.DTA", []),
        ("Z22", "Z2214212.DTA", [("H009", 1, "")]),
    ],
)
def test_a_file_agrees_with_its_name(
    layout_id: str, text: str, expected: list[tuple[str, int, str]]
) -> None:
    first = decoded(layout_id, sample(layout_id))[0].values
    code = first["市町村コード" if layout_id == "Z22" else "市区町村コード"]
    name = parse_name(text.format(code=code))
    assert rules(check(layout_id, sample(layout_id), name=name)) == expected


def test_a_name_is_not_compared_with_what_cannot_be_read() -> None:
    data = sample("KJSETAI1")
    name = parse_name("KJSETAI1_142123_20260401093000_000001_001of001.dat")
    broken = data[:22] + b" " * 6 + data[28:]
    assert "H009" not in {rule for rule, _, _ in rules(check("KJSETAI1", broken, name=name))}


# --- individual numbers in files that are received


@pytest.mark.parametrize("number", [SANDBOX, REAL])
@pytest.mark.parametrize(
    ("layout_id", "field"),
    [
        ("KJSKTKS1", "被保険者番号"),
        ("KJSKTKS1", "都道府県被保険者ID"),
        ("KJSKTKS1", "予備"),
        ("KJSKTKS1", "被保険者記号"),
        ("KJKGGAI1", "予備"),
        ("Z21", "共済年金証書記号番号"),
    ],
)
def test_an_individual_number_in_a_file_received_refuses_it(
    number: str, layout_id: str, field: str
) -> None:
    raw = number.encode().ljust(15)
    data = patched(layout_id, sample(layout_id), 3, field, raw)
    report = check(layout_id, data)
    assert ("Q005", 3, field) in rules(report)
    assert number not in str(report.as_document()) + report.as_text() + report.as_html()


def test_full_width_digits_are_individual_numbers_too() -> None:
    wide = "９８３２０５６７３２１９　　　　　　　　"
    data = rewritten("KJSKTKS1", sample("KJSKTKS1"), 3, {"被保険者記号": wide.strip()})
    assert rules(check("KJSKTKS1", data)) == [("Q005", 3, "被保険者記号")]


def test_an_occurrence_that_holds_an_individual_number_is_named() -> None:
    layout = load_layout("KJRECPT1")
    assert layout.direction == "from_federation"
    data = patched("KJRECPT1", sample("KJRECPT1"), 3, "検索番号", SANDBOX.encode().ljust(30))
    assert (
        rules(check("KJRECPT1", data))
        == [("T004", 22, "本文SHA-256"), ("Q005", 3, "検索番号")][::-1]
    )


def test_a_header_that_announces_individual_numbers_refuses_a_file_received() -> None:
    data = rewritten("KJSKTKS1", sample("KJSKTKS1"), 1, {"個人番号収録区分": "1"})
    assert rules(check("KJSKTKS1", data)) == [("Q005", 1, "個人番号収録区分")]


def test_files_that_are_sent_may_hold_individual_numbers() -> None:
    assert check("KJKOJIN1", sample("KJKOJIN1")).ok


# --- limits


def test_errors_beyond_the_limit_are_counted_and_no_more() -> None:
    data = sample("KJSETAI1")
    for number in range(2, 12):
        data = patched("KJSETAI1", data, number, "処理区分", b"8")
    report = check("KJSETAI1", data, max_errors=4)
    assert len(report.errors) == 4
    assert report.error_count == 11  # the digest differs too
    assert report.as_document()["totals"]["errors"] == 11
    assert "ほか7件" in report.as_text()
    assert "ほか7件" in report.as_html()


def test_a_value_that_stands_three_times_is_told_twice() -> None:
    data = sample("KJKZKOH1")
    for number in (4, 9):
        data = rewritten("KJKZKOH1", data, number, {"候補番号": 2})
    assert rules(check("KJKZKOH1", data)) == [("R141", 4, "候補番号"), ("R141", 9, "候補番号")]


def test_counts_of_trailers_beyond_the_limit_are_not_told() -> None:
    data = sample("Z22", 0)
    report = check("Z22", data + data[96:] * 5, max_errors=3)
    assert report.ok
    assert len(report.totals["groups"]) == 3


def test_values_that_may_stand_once_take_a_bounded_memory() -> None:
    count = 100_000
    book = RuleBook(load_layout("KJKZKOH1"))
    tracemalloc.start()
    for number in range(1, count + 1):
        book.judge("D", number, {"行番号": number, "候補番号": number}, frozenset())
    kept, _ = tracemalloc.get_traced_memory()
    assert not list(book.list_repeated())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 20 * count
    assert peak < 36 * count


# --- layouts of other kinds


def test_a_layout_without_totals_has_nothing_to_compare() -> None:
    layout = msgspec.structs.replace(load_layout("KJSHOTK1"), totals=None, rules=())
    data = b"".join(write_sample(layout, 3, 1))
    report = check_file(layout, io.BytesIO(data), Settings())
    assert report.ok
    assert report.totals == {"data": 3, "groups": [{"trailer": 5}]}


def test_a_layout_may_say_nothing_but_how_many_records_there_are() -> None:
    layout = load_layout("KJSHOTK1")
    records = tuple(
        msgspec.structs.replace(
            one, fields=tuple(field for field in one.fields if field.name != "レコード種別")
        )
        for one in layout.records
    )
    totals = Totals(count="データレコード件数")
    counted = msgspec.structs.replace(layout, totals=totals, records=records)
    data = b"".join(write_sample(counted, 3, 1))
    assert check_file(counted, io.BytesIO(data), Settings()).totals["groups"] == [
        {"trailer": 5, "データレコード件数": {"agrees": True, "found": 3}}
    ]


DELIMITED = """
id = "CSV2"
name = "t"
version = "1"
valid_from = 2020-01-01
origin = "design"
direction = "from_federation"
form = "delimited"
terminator = "crlf"
structure = "H D* T"
select = { at = 1, length = 1 }
[totals]
count = "件数"
[[records]]
kind = "H"
name = "h"
length = 1
tag = "1"
fields = [{ name = "種別", at = 1, length = 1, type = "text", constant = "1" }]
[[records]]
kind = "D"
name = "d"
length = 21
tag = "2"
fields = [
  { name = "種別", at = 1, length = 1, type = "text", constant = "2" },
  { name = "番号", at = 2, length = 5, type = "number" },
  { name = "摘要", at = 7, length = 15, type = "text" },
]
[[records]]
kind = "T"
name = "t"
length = 6
tag = "3"
fields = [
  { name = "種別", at = 1, length = 1, type = "text", constant = "3" },
  { name = "件数", at = 2, length = 5, type = "number" },
]
[[rules]]
id = "R001"
kind = "sequence"
field = "番号"
"""


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"1\r\n2,1,\r\n2,2,x\r\n3,2\r\n", []),
        (b"1\r\n2,1,\r\n2,3,x\r\n3,2\r\n", [("R001", 3, "番号")]),
        (b"1\r\n2,1,\r\n3,2\r\n", [("T001", 3, "件数")]),
        (b"1\r\n2,1,983205673219\r\n3,1\r\n", [("Q005", 2, "摘要")]),
        (b"1\r\n2,1\r\n3,0\r\n", [("S008", 2, "")]),
    ],
)
def test_delimited_files_are_checked_by_the_same_rules(
    data: bytes, expected: list[tuple[str, int, str]]
) -> None:
    report = check_file(parse_layout(DELIMITED), io.BytesIO(data), Settings())
    assert rules(report) == expected
    assert report.records == data.count(b"\n")


def test_delimited_files_are_written_anew_with_their_totals() -> None:
    layout = parse_layout(DELIMITED)
    found = decode_records(layout, io.BytesIO(b"1\r\n2,1,\r\n2,2,x\r\n3,9\r\n"), Settings())
    rows = [one for one in found if isinstance(one, Decoded)]
    assert b"".join(write_file(layout, rows, Settings())) == b"1\r\n2,1,\r\n2,2,x\r\n3,2\r\n"


def test_repeated_records_are_told_one_by_one_and_never_held_all() -> None:
    layout = load_layout("KJKOJIN1")
    rule = next(one for one in layout.rules if one.kind == "unique")
    book = RuleBook(layout)
    for number in range(1, 4):
        book.judge(rule.record, number, dict.fromkeys(rule.plus, "1"), frozenset())
    told = book.list_repeated()
    assert (next(told).record, next(told).record, next(told, None)) == (2, 3, None)

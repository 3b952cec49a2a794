"""Structure, runs and rows: what follows what, where it breaks, and what a row keeps."""

import io
from datetime import date
from typing import Any

import msgspec
import pytest

from tests.support.sample_files import LAYOUTS, decoded, patched, sample, settings_of
from wire.errors import WireError
from wire.files import rows
from wire.files.layout import Field, Layout, Record, Terminator
from wire.files.library import load_layout
from wire.files.rows import Decoded, decode_rows, encode_rows
from wire.files.sample import write_sample
from wire.files.settings import Settings
from wire.files.stream import decode_records
from wire.files.structure import START, parse_structure
from wire.files.walk import Fault, Run, walk

SETTINGS = Settings()


class Trickle(io.RawIOBase):
    """A stream that hands out a few bytes at a time, as pipes do."""

    def __init__(self, data: bytes) -> None:
        self.inner = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self.inner.read(min(size, 7))


def kinds(layout: Layout, data: bytes, chunk: int = 4096) -> list[str]:
    return [
        f"{run.record.kind}{len(run)}@{run.first}"
        if isinstance(run, Run)
        else f"{run.rule}@{run.record}:{run.byte}"
        for run in walk(layout, io.BytesIO(data), chunk=chunk)
    ]


# --- structure


@pytest.mark.parametrize(
    ("text", "taken", "refused"),
    [
        ("H D* T", ["HT", "HDT", "HDDDT"], ["", "H", "HD", "T", "HTT", "HDTD", "DT"]),
        ("M (H D* T)+", ["MHT", "MHDDT", "MHTHDT"], ["M", "MT", "HT", "MHD", "MHTM", "MHTT"]),
        ("(H T)+", ["HT", "HTHT"], ["", "H", "HTH"]),
        ("H (D T) E*", ["HDT", "HDTEE"], ["HDTDT", "HD"]),
        ("D*", ["", "D", "DDD"], ["H"]),
        ("(D* T)+", ["DT", "T", "TDDT", "TT"], ["D", "TD"]),
        ("(A* B*)+", ["", "AB", "BA", "AABBAB"], ["C"]),
    ],
)
def test_a_structure_takes_its_orders_and_no_others(
    text: str, taken: list[str], refused: list[str]
) -> None:
    structure = parse_structure(text)

    def follow(order: str) -> bool:
        place: int | None = START
        for kind in order:
            place = None if place is None else structure.follows.get((place, kind))
        return place in structure.ends

    assert all(follow(order) for order in taken)
    assert not any(follow(order) for order in refused)


def test_a_structure_names_what_may_come_next() -> None:
    structure = parse_structure("M (H D* T)+")
    assert structure.list_next(START) == ("M",)
    assert structure.list_next(2) == ("D", "T")


@pytest.mark.parametrize("text", ["", "H D? T", "(H (D))", "(H D", "H D)", "D* D", "h", "H  -"])
def test_an_order_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WireError, match=r"files\.layout\.structure"):
        parse_structure(text)


# --- runs


def test_records_of_one_kind_make_one_run_and_chunks_cut_it() -> None:
    layout, data = load_layout("KJSHOTK1"), sample("KJSHOTK1", 5)
    assert kinds(layout, data) == ["H1@1", "D5@2", "T1@7"]
    assert kinds(layout, data, chunk=2) == ["H1@1", "D1@2", "D2@3", "D2@5", "T1@7"]
    assert kinds(load_layout("Z21"), sample("Z21", 3)) == [
        "M1@1",
        "H1@2",
        "D2@3",
        "T1@5",
        "H1@6",
        "D1@7",
        "T1@8",
    ]


def test_structure_that_breaks_is_told_where_it_breaks() -> None:
    layout, data = load_layout("KJSHOTK1"), sample("KJSHOTK1", 3)
    header, body, trailer = data[:300], data[300:1200], data[1200:]
    assert kinds(layout, header + body) == ["H1@1", "D3@2", "S004@5:1"]
    assert kinds(layout, body + trailer) == [
        "S002@1:1",
        "S002@2:1",
        "S002@3:1",
        "D3@1",
        "S002@4:1",
        "T1@4",
        "S004@5:1",
    ]
    assert kinds(layout, header + trailer + body) == [
        "H1@1",
        "T1@2",
        "S002@3:1",
        "S002@4:1",
        "S002@5:1",
        "D3@3",
    ]
    assert kinds(layout, data + b"x") == ["H1@1", "D3@2", "T1@5", "S003@6:2"]
    assert kinds(layout, data + b"\x1a") == ["H1@1", "D3@2", "T1@5", "S006@6:1"]
    assert kinds(layout, b"\xef\xbb\xbf" + data)[0] == "S007@1:1"
    assert kinds(layout, b"") == ["S004@1:1"]
    assert kinds(load_layout("Z21"), b"99101") == ["S003@1:6"]


def test_what_should_stand_where_structure_breaks_is_told() -> None:
    layout, data = load_layout("KJSHOTK1"), sample("KJSHOTK1", 1)
    found = [one for one in walk(layout, io.BytesIO(data + data[:300])) if isinstance(one, Fault)]
    assert [fault.expected for fault in found] == ["the end"]
    found = [one for one in walk(layout, io.BytesIO(b"9" * 300)) if isinstance(one, Fault)]
    assert found[0].expected == "1 3 2"


@pytest.mark.parametrize("terminator", ["crlf", "lf"])
def test_line_ends_are_part_of_no_record(terminator: Terminator) -> None:
    layout = msgspec.structs.replace(load_layout("KJSETAI1"), terminator=terminator)
    data = b"".join(write_sample(layout, 3, 1))
    found = list(decode_rows(layout, io.BytesIO(data), SETTINGS))
    assert found == list(decode_records(layout, io.BytesIO(data), SETTINGS))
    records = [one for one in found if isinstance(one, Decoded)]
    assert b"".join(encode_rows(layout, records, SETTINGS)) == data
    size = 1000 + len(layout.terminator) // 2
    wrong = data[: size * 2 - 1] + b"x" + data[size * 2 :]
    assert [one for one in kinds(layout, wrong) if one[0] == "S"] == ["S005@2:1001"]


def test_a_stream_may_hand_out_a_few_bytes_at_a_time() -> None:
    layout, data = load_layout("KJSHOTK1"), sample("KJSHOTK1", 5)
    slow: Any = Trickle(data)
    assert list(decode_rows(layout, slow, SETTINGS)) == decoded("KJSHOTK1", data)


def test_records_of_one_kind_without_tags_are_taken_by_their_place() -> None:
    field = Field(name="f", at=1, length=2, type="number")
    record = Record(kind="D", name="d", length=2, fields=(field,), tag="")
    layout = msgspec.structs.replace(
        load_layout("KJSHOTK1"), structure="D*", select=None, records=(record,), rules=()
    )
    assert kinds(layout, b"0102") == ["D2@1"]


# --- rows


@pytest.mark.parametrize("layout_id", LAYOUTS)
def test_a_valid_record_keeps_no_bytes_beside_its_values(layout_id: str) -> None:
    assert not any(one.raw or one.faults for one in decoded(layout_id, sample(layout_id)))


def test_values_have_their_types() -> None:
    record = decoded("KJKGGAI1", sample("KJKGGAI1", 1))[1].values
    assert isinstance(record["候補番号"], int)
    assert isinstance(record["転入地国保世帯番号"], str)
    assert len(record["明細.診療年月"]) == 12
    assert "予備" not in record
    assert isinstance(decoded("Z21", sample("Z21", 1))[2].values["生年月日"], date)


def test_odd_spellings_are_kept_beside_the_value() -> None:
    data = patched("KJSETAI1", sample("KJSETAI1"), 3, "世帯適用終了年月日", b"00000000")
    data = patched("KJSETAI1", data, 3, "方書", b" " * 98 + b"\x81\x40")
    data = patched("KJSETAI1", data, 3, "予備", b"x")
    row = decoded("KJSETAI1", data)[2]
    assert row.raw["世帯適用終了年月日"] == b"00000000".hex()
    assert row.raw["予備@710"].startswith("78")
    assert row.values["世帯適用終了年月日"] is None
    again = b"".join(encode_rows(load_layout("KJSETAI1"), decoded("KJSETAI1", data), SETTINGS))
    assert again == data


def test_kept_bytes_of_another_value_are_not_written() -> None:
    layout = load_layout("KJSETAI1")
    data = patched("KJSETAI1", sample("KJSETAI1"), 3, "世帯適用終了年月日", b"00000000")
    row = decoded("KJSETAI1", data)[2]
    values = {**row.values, "世帯適用終了年月日": date(2026, 4, 1)}
    changed = Decoded(kind="D", number=3, values=values, raw={**row.raw, "方書": "00"})
    raw = next(encode_rows(layout, [changed], SETTINGS))
    assert raw[629:637] == b"20260401"


def test_only_the_fields_that_are_asked_for_are_read() -> None:
    layout = load_layout("KJSETAI1")
    data = patched("KJSETAI1", sample("KJSETAI1"), 3, "処理区分", b"8")
    found = list(decode_rows(layout, io.BytesIO(data), SETTINGS, fields=["国保世帯番号"]))
    assert [set(one.values) for one in found if isinstance(one, Decoded)][1:3] == [
        {"国保世帯番号"}
    ] * 2
    assert not any(one.faults for one in found if isinstance(one, Decoded))
    assert list(decode_rows(layout, io.BytesIO(data), SETTINGS, fields=[]))


def test_what_is_remembered_of_a_field_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_MEMORY", 3)
    memory = rows.Memory(Field(name="f", at=1, length=1, type="number"), SETTINGS)
    assert [memory[b"%d" % digit][0] for digit in range(8)] == list(range(8))
    assert len(memory) <= 3


def test_a_record_does_not_show_its_values() -> None:
    row = decoded("KJKOJIN1", sample("KJKOJIN1", 1))[1]
    assert row.values["個人番号"] not in repr(row)
    assert row.values["氏名漢字"] not in repr(row)


@pytest.mark.parametrize(
    ("kind", "values", "code", "path"),
    [
        ("X", {}, "files.record.kind", "record[1]"),
        ("D", {"x": 1}, "files.record.field", "record[1]"),
        ("D", {"行番号": -1}, "files.value.rule", "record[1].行番号"),
        ("T", {"種別件数": 1}, "files.value.type", "record[1].種別件数"),
        ("T", {"種別件数": [1]}, "files.value.type", "record[1].種別件数"),
    ],
)
def test_a_record_that_cannot_be_written_is_named(
    kind: str, values: dict[str, Any], code: str, path: str
) -> None:
    layout = load_layout("KJSETAI1")
    with pytest.raises(WireError) as caught:
        list(
            encode_rows(layout, [Decoded(kind=kind, number=1, values=values)], settings_of(layout))
        )
    assert (caught.value.code, caught.value.path) == (code, path)


def test_kept_bytes_that_are_no_digits_are_refused() -> None:
    layout = load_layout("KJSETAI1")
    row = Decoded(kind="D", number=1, values={}, raw={"方書": "zz"})
    with pytest.raises(WireError, match=r"files\.value\.raw"):
        list(encode_rows(layout, [row], SETTINGS))

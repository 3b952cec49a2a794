"""Files split, compared, converted, and read as lines; and reports in three forms."""

import io
import json
from datetime import date
from typing import Any, get_args

import msgspec
import pytest

from tests.support.file_records import damage
from tests.support.sample_files import (
    LAYOUTS,
    check,
    decoded,
    patched,
    rewritten,
    sample,
    settings_of,
)
from wire.errors import WireError
from wire.files.check import check_file
from wire.files.compare import Difference, compare_files
from wire.files.convert import Loss, Side, convert_file
from wire.files.layout import Rule
from wire.files.library import load_layout
from wire.files.lines import read_lines, write_lines
from wire.files.report import explain, severity_of
from wire.files.retarget import retarget
from wire.files.rewriting import write_file
from wire.files.rows import Decoded
from wire.files.sample import write_sample
from wire.files.settings import Encoding, Settings
from wire.files.single_bytes import load_ebcdic
from wire.files.split import Limits, plan_parts, write_parts

each_layout = pytest.mark.parametrize("layout_id", LAYOUTS)


# --- writing


@each_layout
def test_blocks_of_records_are_written_as_single_ones_are(layout_id: str) -> None:
    layout, data = load_layout(layout_id), sample(layout_id, 60)
    damaged = damage(data[:-1500], 3, 200) + data[-1500:]
    for content in (data, damaged):
        rows = decoded(layout_id, content)
        blocks = b"".join(write_file(layout, rows, settings_of(layout)))
        single = write_file(layout, rows, settings_of(layout), translate=bytes)
        assert blocks == b"".join(single)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"x": 1}, "files.record.field"),
        ({"行番号": "1"}, "files.value.type"),
        ({"行番号": True}, "files.value.type"),
        ({"行番号": 10**30}, "files.value.length"),
        ({"異動年月日": "2026-04-01"}, "files.value.type"),
        ({"電話番号": 1}, "files.value.type"),
        ({"電話番号": ""}, "files.value.rule"),
        ({"電話番号": "0" * 16}, "files.value.length"),
    ],
)
def test_a_value_that_columns_cannot_hold_is_refused_with_its_record(
    values: dict[str, Any], code: str
) -> None:
    layout = load_layout("KJSETAI1")
    rows = decoded("KJSETAI1", sample("KJSETAI1"))
    rows[2] = msgspec.structs.replace(rows[2], values={**rows[2].values, **values})
    with pytest.raises(WireError) as caught:
        list(write_file(layout, rows, settings_of(layout)))
    assert caught.value.code == code
    assert caught.value.path.startswith("record[3]")


@pytest.mark.parametrize("value", [[1], "abcdefghijkl", 1])
def test_a_list_that_is_none_is_refused_with_its_record(value: object) -> None:
    layout = load_layout("KJKGGAI1")
    rows = decoded("KJKGGAI1", sample("KJKGGAI1"))
    rows[2] = msgspec.structs.replace(rows[2], values={**rows[2].values, "明細.負担限度額": value})
    with pytest.raises(WireError, match=r"files\.value\.type at record\[3\]"):
        list(write_file(layout, rows, settings_of(layout)))
    rows[2] = msgspec.structs.replace(rows[2], values={**rows[2].values, "明細.負担限度額": None})
    assert b"".join(write_file(layout, rows, settings_of(layout)))


def test_a_record_of_no_kind_is_refused() -> None:
    layout = load_layout("KJSETAI1")
    with pytest.raises(WireError, match=r"files\.record\.kind"):
        list(write_file(layout, [Decoded(kind="X", number=1, values={})], settings_of(layout)))


# --- split


def split(layout_id: str, data: bytes, **limits: int) -> dict[str, bytes]:
    layout = load_layout(layout_id)
    settings = settings_of(layout)
    parts = plan_parts(layout, io.BytesIO(data), settings, Limits(**limits))
    written = write_parts(layout, io.BytesIO(data), settings, parts)
    return {name: b"".join(content) for name, content in written}


@each_layout
@pytest.mark.parametrize("n", [0, 40])
def test_every_part_is_a_valid_file_under_the_limit(layout_id: str, n: int) -> None:
    data = sample(layout_id, n)
    for limits in ({"records": 9}, {"size": 20_000}, {"records": 9, "size": 15_000}):
        found = split(layout_id, data, **limits)
        for part in found.values():
            report = check(layout_id, part)
            assert report.ok
            assert report.totals["data"] <= limits.get("records", n)
            assert len(part) <= limits.get("size", len(data))
        assert sum(check(layout_id, part).totals["data"] for part in found.values()) == n


@each_layout
def test_a_file_under_the_limit_stays_as_it_is(layout_id: str) -> None:
    assert list(split(layout_id, sample(layout_id), records=20).values()) == [sample(layout_id)]


def test_parts_keep_households_whole_and_all_values() -> None:
    data = sample("KJKOJIN1", 60)
    found = split("KJKOJIN1", data, records=7)
    homes = [
        {one.values["国保世帯番号"] for one in decoded("KJKOJIN1", part) if one.kind == "D"}
        for part in found.values()
    ]
    assert sum(len(one) for one in homes) == len(set().union(*homes))
    numbers = [
        one.values["宛名番号"]
        for part in found.values()
        for one in decoded("KJKOJIN1", part)
        if one.kind == "D"
    ]
    assert numbers == [
        one.values["宛名番号"] for one in decoded("KJKOJIN1", data) if one.kind == "D"
    ]


def test_parts_are_named_and_numbered() -> None:
    found = split("KJSHOTK1", sample("KJSHOTK1", 5), records=2)
    assert [name[-16:] for name in found] == [
        "_001of003.dat",
        "_002of003.dat",
        "_003of003.dat",
    ] or [name.rpartition("_")[2] for name in found] == [
        "001of003.dat",
        "002of003.dat",
        "003of003.dat",
    ]
    headers = [decoded("KJSHOTK1", part)[0].values for part in found.values()]
    assert [(one["分割番号"], one["分割総数"], one["明細件数予告"]) for one in headers] == [
        (1, 3, 2),
        (2, 3, 2),
        (3, 3, 1),
    ]


def test_special_collection_parts_have_their_own_media_and_groups() -> None:
    found = split("Z22", sample("Z22", 7), records=3)
    assert [name[:9] for name in found] == ["001of003_", "002of003_", "003of003_"]
    kinds = ["".join(one.kind for one in decoded("Z22", part)) for part in found.values()]
    assert kinds == ["MHDDDT", "MHDTHDDT", "MHDT"]
    first, second, *_ = (decoded("Z22", part)[0].values for part in found.values())
    assert second["媒体通番"] == first["媒体通番"] + 1
    assert list(split("Z22", sample("Z22", 1), records=3)) == [
        f"Z22{decoded('Z22', sample('Z22', 1))[0].values['市町村コード']}.DTA"
    ]


def test_a_file_may_announce_no_number_of_records_in_its_parts() -> None:
    data = rewritten("KJSHOTK1", sample("KJSHOTK1", 5), 1, {"明細件数予告": 0})
    headers = [decoded("KJSHOTK1", part)[0] for part in split("KJSHOTK1", data, records=2).values()]
    assert {one.values["明細件数予告"] for one in headers} == {0}


def test_groups_without_records_are_kept() -> None:
    data = sample("Z22", 0)
    group = data[96:]
    (part,) = split("Z22", data + group + group, records=1).values()
    assert part[96:] == group * 3


@pytest.mark.parametrize(
    ("change", "limits", "code"),
    [
        ("none", {"records": 1}, "files.split.household"),
        ("none", {"size": 3000}, "files.split.household"),
        ("swap", {"records": 4}, "files.split.scattered"),
        ("cut", {"records": 4}, "files.split.structure"),
    ],
)
def test_a_file_that_cannot_be_split_is_refused(
    change: str, limits: dict[str, int], code: str
) -> None:
    data = sample("KJKOJIN1", 40)
    if change == "cut":
        data = data[:-1]
    if change == "swap":
        rows = [one for one in decoded("KJKOJIN1", data) if one.kind == "D"]
        last = {"国保世帯番号": rows[0].values["国保世帯番号"]}
        data = rewritten("KJKOJIN1", data, rows[-1].number, last)
    with pytest.raises(WireError) as caught:
        split("KJKOJIN1", data, **limits)
    assert caught.value.code == code
    assert caught.value.path.startswith("record[")


def test_an_end_of_file_byte_does_not_hinder_a_split() -> None:
    assert len(split("KJSHOTK1", sample("KJSHOTK1", 4) + b"\x1a", records=2)) == 2


# --- compare


def compare(layout_id: str, old: bytes, new: bytes, **options: bool) -> list[Any]:
    layout = load_layout(layout_id)
    found = compare_files(layout, io.BytesIO(old), io.BytesIO(new), settings_of(layout), **options)
    return [one.as_document() if isinstance(one, Difference) else one.rule for one in found]


def drop(layout_id: str, data: bytes, number: int) -> bytes:
    size = load_layout(layout_id).records[0].length
    return data[: size * (number - 1)] + data[size * number :]


@each_layout
def test_a_file_does_not_differ_from_itself(layout_id: str) -> None:
    assert not compare(layout_id, sample(layout_id), sample(layout_id))


def test_differences_name_records_and_fields_and_no_values() -> None:
    old = sample("KJKZKOH1", 6)
    new = rewritten("KJKZKOH1", old, 4, {"一致人数": 9, "行番号": 77})
    new = drop("KJKZKOH1", new, 3)
    new = rewritten("KJKZKOH1", new, 6, {"候補番号": 99})
    assert compare("KJKZKOH1", old, new) == [
        {"change": "added", "old": None, "new": 6},
        {"change": "removed", "old": 3, "new": None},
        {"change": "changed", "old": 4, "new": 3, "fields": ["一致人数"]},
        {"change": "removed", "old": 7, "new": None},
    ]


def test_values_are_shown_where_they_are_asked_for() -> None:
    old = sample("KJKZKOH1", 3)
    before = decoded("KJKZKOH1", old)[2].values["一致人数"]
    new = rewritten("KJKZKOH1", old, 3, {"一致人数": 9})
    (told,) = compare("KJKZKOH1", old, new, show_values=True)
    assert told["key"] == {"候補番号": 2}
    assert told["values"] == {"一致人数": [before, 9]}


def test_another_spelling_of_the_same_value_is_a_change() -> None:
    old = sample("KJSETAI1", 4)
    spelled = rewritten("KJSETAI1", old, 3, {"世帯適用終了年月日": None, "世帯適用終了事由": None})
    new = patched("KJSETAI1", spelled, 3, "世帯適用終了年月日", b"00000000")
    (told,) = compare("KJSETAI1", spelled, new)
    assert told["fields"] == ["世帯適用終了年月日"]
    moved = rewritten("KJSETAI1", new, 3, {"電話番号": "099"})
    (told,) = compare("KJSETAI1", new, moved)
    assert told["fields"] == ["電話番号"]


def test_records_of_one_key_are_matched_in_their_order() -> None:
    old = rewritten("KJKZKOH1", sample("KJKZKOH1", 4), 3, {"候補番号": 1})
    assert not compare("KJKZKOH1", old, old)
    assert [one["change"] for one in compare("KJKZKOH1", old, drop("KJKZKOH1", old, 3))] == [
        "removed"
    ]


def test_faults_of_structure_are_told_and_warnings_are_not() -> None:
    data = sample("KJKZKOH1", 4)
    assert compare("KJKZKOH1", data, data + b"x") == ["S003"]
    assert not compare("KJKZKOH1", data, data + b"\x1a")


# --- convert


def convert(
    layout_id: str,
    data: bytes,
    source: Encoding | str,
    target: Encoding | str,
    *,
    log: bool = False,
) -> tuple[bytes, list[Loss]]:
    layout, losses = load_layout(layout_id), list[Loss]()
    found = convert_file(
        layout, io.BytesIO(data), side(source), side(target), losses.append if log else None
    )
    return b"".join(found), losses


def side(name: str) -> Side:
    for encoding in get_args(Encoding):
        if name == encoding:
            return Side(settings=Settings(encoding=encoding))
    return Side(settings=Settings(), single=load_ebcdic(name))


@each_layout
@pytest.mark.parametrize("encoding", ["cp932", "jis_mixed", "utf_8"])
def test_converted_files_are_valid_in_their_character_set_and_come_back(
    layout_id: str, encoding: Encoding
) -> None:
    layout, data = load_layout(layout_id), sample(layout_id)
    there, losses = convert(layout_id, data, layout.encoding, encoding, log=True)
    settings = Settings(encoding=encoding)
    assert check_file(retarget(layout, encoding), io.BytesIO(there), settings).ok
    back, _ = convert(layout_id, there, encoding, layout.encoding)
    assert back == data or losses


def test_characters_that_the_target_lacks_stop_the_work_or_are_logged() -> None:
    name = "髙波原　花①"
    data = rewritten("KJSETAI1", sample("KJSETAI1"), 3, {"世帯主氏名漢字": name[:-1]})
    with pytest.raises(WireError, match=r"files\.value\.character at record\[3\]\.世帯主氏名漢字"):
        convert("KJSETAI1", data, "cp932", "jis_mixed")
    there, losses = convert("KJSETAI1", data, "cp932", "jis_mixed", log=True)
    first = next(one for one in losses if one.record == 3)
    assert (first.field, first.replacement.position) == ("世帯主氏名漢字", 1)
    assert (first.replacement.found, first.replacement.written) == ("U+9AD9", "U+9AD8")
    assert "高波原".encode("iso2022_jp")[3:-3] in there
    stopped = rewritten("KJSETAI1", sample("KJSETAI1"), 3, {"世帯主氏名漢字": name})
    with pytest.raises(WireError, match=r"charset\.degrade at record\[3\]\.世帯主氏名漢字\.6"):
        convert("KJSETAI1", stopped, "cp932", "jis_mixed", log=True)


def test_small_kana_become_large_ones_and_lists_are_converted_too() -> None:
    data = rewritten("KJSETAI1", sample("KJSETAI1"), 3, {"世帯主氏名カナ": "ｷｬﾌﾟ ｱ"})
    there, losses = convert("KJSETAI1", data, "cp932", "jis_mixed", log=True)
    assert ("世帯主氏名カナ", "U+FF6C", "U+FF94") in [
        (one.field, one.replacement.found, one.replacement.written) for one in losses
    ]
    assert b"\xb7\xd4\xcc\xdf \xb1" in there
    same, none = convert("KJSETAI1", sample("KJSETAI1"), "cp932", "cp932", log=True)
    assert same == sample("KJSETAI1")
    assert not none


def test_texts_that_occur_several_times_are_converted_each() -> None:
    layout = load_layout("KJSETAI1")
    records = tuple(
        msgspec.structs.replace(
            record,
            fields=tuple(
                msgspec.structs.replace(field, length=20, occurs=2)
                if field.name == "被保険者記号"
                else field
                for field in record.fields
            ),
        )
        for record in layout.records
    )
    twice = msgspec.structs.replace(layout, records=records)
    data = b"".join(write_sample(twice, 2, 1)).replace(
        "見本国".encode("cp932"), "髙本国".encode("cp932")
    )
    losses: list[Loss] = []
    b"".join(convert_file(twice, io.BytesIO(data), side("cp932"), side("jis_mixed"), losses.append))
    assert [one.field for one in losses].count("被保険者記号") == 4


def test_a_character_that_utf_8_has_and_cp932_lacks_is_degraded() -> None:
    layout = load_layout("KJSETAI1")
    there, _ = convert("KJSETAI1", sample("KJSETAI1"), "cp932", "utf_8")
    at = 2 * 1000 + 185
    text = "錄\u301c".encode().ljust(100)
    changed = there[:at] + text + there[at + 100 :]
    back, losses = convert("KJSETAI1", changed, "utf_8", "cp932", log=True)
    assert [one.replacement.found for one in losses if one.record == 3] == ["U+9304", "U+301C"]
    assert check_file(layout, io.BytesIO(back), Settings()).ok


def test_a_file_that_is_not_sound_is_not_converted() -> None:
    data = sample("KJSETAI1")
    for broken, path in (
        (data[:-1], r"record\[22\]$"),
        (patched("KJSETAI1", data, 3, "処理区分", b"8"), r"record\[3\]\.処理区分$"),
    ):
        with pytest.raises(WireError, match=rf"files\.convert\.faulty at {path[:-1]}"):
            convert("KJSETAI1", broken, "cp932", "utf_8")
    odd = patched("KJSETAI1", data, 3, "予備", b"x") + b"\x1a"
    there, _ = convert("KJSETAI1", odd, "cp932", "utf_8")
    assert there[2 * 1000 + 709 : 2 * 1000 + 711] == b"x "


@pytest.mark.parametrize("name", ["cp290", "cp037", "cp500"])
def test_files_of_half_width_text_become_ebcdic_and_come_back(name: str) -> None:
    data = sample("KJKGGAI1")
    there, _ = convert("KJKGGAI1", data, "cp932", name)
    assert there.decode(name)[900:903] == "201"
    assert there.decode(name)[62] == "7"
    assert convert("KJKGGAI1", there, name, "cp932")[0] == data


def test_ebcdic_refuses_what_it_cannot_say() -> None:
    with pytest.raises(WireError, match=r"files\.convert\.double_byte"):
        convert("KJSETAI1", sample("KJSETAI1"), "cp932", "cp290")
    with pytest.raises(WireError, match=r"files\.encoding\.unknown"):
        load_ebcdic("cp932")
    lined = msgspec.structs.replace(load_layout("KJKGGAI1"), terminator="crlf")
    with pytest.raises(WireError, match=r"files\.convert\.double_byte"):
        load_ebcdic("cp037").refuse_unfit(lined)
    data = rewritten(
        "KJKGGAI1", sample("KJKGGAI1"), 3, {"明細.若人所得区分": ["\\~"] + [None] * 11}
    )
    with pytest.raises(WireError, match=r"files\.convert\.unencodable at record\[3\]"):
        convert("KJKGGAI1", data, "cp932", "cp420")


# --- lines


def test_lines_have_kind_values_and_raw() -> None:
    first, second, *_ = write_lines(decoded("KJSKTKS1", sample("KJSKTKS1", 1)))
    assert json.loads(first)["kind"] == "H"
    told = json.loads(second)
    assert set(told) == {"kind", "values", "raw"}
    assert told["values"]["処理日時"] == "2026-04-01T09:30:00"
    assert date.fromisoformat(told["values"]["資格取得年月日"]) <= date(2026, 4, 1)


def test_kept_bytes_travel_in_lines() -> None:
    layout = load_layout("KJSETAI1")
    data = patched("KJSETAI1", sample("KJSETAI1"), 3, "予備", b"x")
    lines = b"".join(write_lines(decoded("KJSETAI1", data)))
    assert list(read_lines(layout, io.BytesIO(lines))) == [
        msgspec.structs.replace(one, faults=()) for one in decoded("KJSETAI1", data)
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"x", "files.line.form"),
        (b"[]", "files.line.form"),
        (b"[" * 100_000, "files.line.form"),
        (b'{"kind":"D"}', "files.line.form"),
        (b'{"kind":"X","values":{}}', "files.record.kind"),
        (b'{"kind":"D","values":{"x":1}}', "files.record.field"),
        ('{"kind":"D","values":{"異動年月日":"2026-02-30"}}'.encode(), "files.value.type"),
        ('{"kind":"D","values":{"異動年月日":"20260228"}}'.encode(), "files.value.type"),
        ('{"kind":"D","values":{"異動年月日":1}}'.encode(), "files.value.type"),
        ('{"kind":"D","values":{"異動年月日":["2026-02-28",null,1]}}'.encode(), "files.value.type"),
        ('{"kind":"D","values":{},"raw":{"方書":"8"}}'.encode(), "files.line.raw"),
        (b'{"kind":"D","values":{},"raw":{"x":"80"}}', "files.line.raw"),
        (b" " * 4_000_001, None),
        (b'{"kind":"D","values":{"x":"' + b"a" * 4_000_000 + b'"}}', "files.line.length"),
    ],
)
def test_lines_that_describe_no_record_are_refused_with_their_number(
    line: bytes, code: str | None
) -> None:
    found = read_lines(load_layout("KJSETAI1"), io.BytesIO(b"\n" + line))
    if code is None:
        assert not list(found)
        return
    with pytest.raises(WireError) as caught:
        list(found)
    assert caught.value.code == code
    assert caught.value.path.startswith("line[2]")


# --- reports


def test_a_report_says_the_same_in_three_forms() -> None:
    report = check("KJSETAI1", patched("KJSETAI1", sample("KJSETAI1"), 3, "処理区分", b"8"))
    told = report.as_document()
    assert list(told) == ["layout", "records", "ok", "errors", "totals"]
    assert list(told["errors"][0]) == ["rule", "record", "byte", "field", "expected", "message_ja"]
    assert told["errors"][0] == {
        "rule": "F003",
        "record": 3,
        "byte": 13,
        "field": "処理区分",
        "expected": "1|2|3|9",
        "message_ja": "コード表にない値です",
    }
    for text in (report.as_text(), report.as_html()):
        assert "F003" in text
        assert "コード表にない値です" in text
        assert "不合格" in text
    good = check("KJSETAI1", sample("KJSETAI1"))
    assert "合格 / accepted" in good.as_text()
    assert '<p class="good">合格</p>' in good.as_html()


def test_a_page_escapes_what_layouts_say_and_loads_nothing() -> None:
    layout = msgspec.structs.replace(load_layout("KJSETAI1"), name="<script>alert(1)</script>")
    report = check_file(layout, io.BytesIO(b"x"), Settings())
    page = report.as_html()
    assert "<script>" not in page
    assert "http" not in page
    assert "src=" not in page


def test_rules_have_sentences_of_their_own_or_of_their_kind() -> None:
    layout = load_layout("KJSETAI1")
    rule = Rule(id="R900", kind="sequence", field="行番号", message="独自の文")
    own = msgspec.structs.replace(layout, rules=(*layout.rules, rule))
    assert explain(own, "R900", "ja") == "独自の文"
    assert explain(own, "R900", "en") == "The sequence is broken."
    assert explain(layout, "R101", "ja") == "日付の前後が逆です"
    assert explain(load_layout("Z21"), "Q010-payer", "en").startswith("Headings")
    assert severity_of("R101") == "error"
    assert severity_of("F011") == "warning"

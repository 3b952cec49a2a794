"""Any bytes give records or located faults, and any JSON gives bytes or a located refusal."""

import io
import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.file_records import damage, draw_file
from tests.support.sample_files import LAYOUTS, decoded, sample, settings_of
from wire.charset.gaiji import Gaiji
from wire.charset.tables import list_pairs
from wire.errors import WireError
from wire.files.check import check_file
from wire.files.library import load_layout
from wire.files.lines import read_lines, write_lines
from wire.files.rewriting import write_records
from wire.files.rows import Decoded, decode_rows, encode_rows
from wire.files.settings import Settings
from wire.files.walk import Fault, walk

layout_ids = st.sampled_from(LAYOUTS)
each_layout = pytest.mark.parametrize("layout_id", LAYOUTS)


def round_trip(layout_id: str, data: bytes) -> bytes:
    """Return what a file becomes by way of JSON lines."""
    layout = load_layout(layout_id)
    found = decode_rows(layout, io.BytesIO(data), settings_of(layout))
    lines = b"".join(write_lines(one for one in found if isinstance(one, Decoded)))
    return b"".join(encode_rows(layout, read_lines(layout, io.BytesIO(lines)), settings_of(layout)))


@given(layout_id=layout_ids, data=st.binary(max_size=5000))
def test_any_bytes_give_records_or_located_faults(layout_id: str, data: bytes) -> None:
    layout = load_layout(layout_id)
    for found in decode_rows(layout, io.BytesIO(data), settings_of(layout)):
        for fault in found.faults if isinstance(found, Decoded) else (found,):
            assert fault.record >= 1
            assert fault.byte >= 1
    report = check_file(layout, io.BytesIO(data), settings_of(layout), max_errors=5)
    assert len(report.errors) <= 5
    assert report.ok == (report.error_count == 0)
    assert report.as_text()
    assert report.as_html()


@given(layout_id=layout_ids, seed=st.integers(0, 1 << 30), cut=st.integers(0, 1 << 20))
def test_bytes_moved_by_a_cut_or_a_gap_give_located_faults(
    layout_id: str, seed: int, cut: int
) -> None:
    data = bytearray(sample(layout_id, 4))
    at = cut % len(data)
    data[at : at + seed % 7] = bytes(seed % 5)
    layout = load_layout(layout_id)
    report = check_file(layout, io.BytesIO(bytes(data)), settings_of(layout))
    assert all(fault.record >= 1 and fault.byte >= 1 for fault in report.errors)


@each_layout
def test_files_cut_at_every_byte_end_in_a_located_fault(layout_id: str) -> None:
    layout, data = load_layout(layout_id), sample(layout_id, 1)
    for size in range(1, len(data)):
        faults = [one for one in walk(layout, io.BytesIO(data[:size])) if isinstance(one, Fault)]
        assert {fault.rule for fault in faults} & {"S003", "S004"}
        assert all(fault.record >= 1 and fault.byte >= 1 for fault in faults)


@each_layout
def test_decoding_then_encoding_gives_the_same_bytes(layout_id: str) -> None:
    data = sample(layout_id, 40, 9)
    assert round_trip(layout_id, data) == data


@each_layout
def test_damaged_files_come_back_byte_for_byte(layout_id: str) -> None:
    layout = load_layout(layout_id)
    for seed in range(8):
        data = damage(draw_file(layout, 10, seed), seed)
        if not any(isinstance(one, Fault) for one in walk(layout, io.BytesIO(data))):
            assert round_trip(layout_id, data) == data
        fields = bytearray(sample(layout_id, 6, seed))
        _damage_fields(layout_id, fields, seed)
        assert round_trip(layout_id, bytes(fields)) == bytes(fields)


def _damage_fields(layout_id: str, data: bytearray, seed: int) -> None:
    """Damage any byte but those that tell the kind of a record."""
    layout, draw = load_layout(layout_id), random.Random(seed)  # noqa: S311  # test data
    management = layout.find("M")
    first = management.length if management is not None else 0
    record = layout.find("D")
    assert record is not None
    for _ in range(60):
        at = draw.randrange(len(data))
        if at < first or (at - first) % record.length:
            data[at] = draw.randrange(256)


def test_all_double_byte_codes_come_back_under_preserve() -> None:
    layout = load_layout("KJSETAI1")
    settings = Settings(policy="preserve", gaiji=Gaiji(mode="preserve"))
    codes = b"".join(pair.code.to_bytes(2, "big") for pair in list_pairs())
    assert len(codes) == 2 * 9604
    header, first, *_ = decoded("KJSETAI1", sample("KJSETAI1", 1))
    del header
    raw = next(encode_rows(layout, [first], settings))
    blocks = [(codes[at : at + 200] + b"\x81\x40" * 100)[:200] for at in range(0, len(codes), 200)]
    data = b"".join(raw[:304] + block + raw[504:] for block in blocks)
    found = [
        one for one in decode_rows(layout, io.BytesIO(data), settings) if isinstance(one, Decoded)
    ]
    assert not [fault for one in found for fault in one.faults]
    assert b"".join(encode_rows(layout, found, settings)) == data
    lines = b"".join(write_lines(found))
    again = read_lines(layout, io.BytesIO(lines))
    assert b"".join(encode_rows(layout, again, settings)) == data


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["2026-04-01", "9999-12-31", "2026-04", "000", "漢字", "ｶﾅ", "\ud7ff"]),
    lambda inner: st.lists(inner, max_size=13) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=15,
)


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return a layout and a line of JSON that could be a record of it, or nearly."""
    layout = load_layout(draw(layout_ids))
    record = draw(st.sampled_from(layout.records))
    names = st.sampled_from([field.name for field in record.fields]) | st.text(max_size=4)
    line: dict[str, Any] = {
        "kind": draw(st.sampled_from(["H", "D", "T", "M", record.kind])),
        "values": draw(st.dictionaries(names, plain, max_size=5)),
        "raw": draw(st.dictionaries(names, st.text("0123456789abcdefx", max_size=20), max_size=3)),
    }
    return layout.id, json.dumps(draw(st.just(line) | plain)).encode()


@given(drawn=lines())
def test_any_json_is_encoded_or_refused_with_its_place(drawn: tuple[str, bytes]) -> None:
    layout_id, line = drawn
    layout, path = load_layout(layout_id), ""
    try:
        repeated = io.BytesIO((line + b"\n") * 12)  # so that columns are tried
        raw = b"".join(write_records(layout, read_lines(layout, repeated), settings_of(layout)))
    except WireError as error:
        path = error.path
    else:
        assert len(raw) in {record.length * 12 for record in layout.records}
    assert path.startswith(("line[1]", "record[1]")) or not path


@given(data=st.binary(max_size=300))
def test_any_bytes_are_lines_or_refused(data: bytes) -> None:
    path = "line[1]"
    try:
        list(read_lines(load_layout("KJSHOTK1"), io.BytesIO(data)))
    except WireError as error:
        path = error.path
    assert path.startswith("line[")


@given(layout_id=layout_ids, seed=st.integers(0, 1 << 20))
def test_no_report_shows_a_value_of_a_person(layout_id: str, seed: int) -> None:
    layout = load_layout(layout_id)
    record = layout.find("D")
    assert record is not None
    data = bytearray(sample(layout_id, 3, seed % 5))
    personal = {field.name for field in record.fields if field.personal}
    values = {
        str(value).removesuffix(".0")
        for one in decoded(layout_id, bytes(data))
        if one.kind == "D"
        for name in personal & one.values.keys()
        for found in [one.values[name]]
        for value in (found if isinstance(found, list) else [found])
        if value is not None
    }
    draw = random.Random(seed)  # noqa: S311  # test data
    for _ in range(draw.randrange(40)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    if seed % 3 == 0:
        del data[draw.randrange(len(data))]
    report = check_file(layout, io.BytesIO(bytes(data)), settings_of(layout))
    # Where a fault stands is a number of at most four digits that an amount could equal.
    placeless = replace(
        report,
        errors=tuple(replace(one, record=1, byte=1) for one in report.errors),
        warnings=tuple(replace(one, record=1, byte=1) for one in report.warnings),
    )
    told = json.dumps(placeless.as_document(), ensure_ascii=False)
    for text in (told, placeless.as_text(), placeless.as_html()):
        for value in values:
            assert len(value) < 4 or value not in text

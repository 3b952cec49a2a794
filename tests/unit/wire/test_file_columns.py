"""Columns and rows say the same of any file, and both say what a slow reader says."""

import io
import os
import random
import secrets
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest

from tests.support import slow_files
from tests.support.file_records import damage, draw_file, draw_records
from wire.charset.gaiji import Gaiji
from wire.charset.tables import Policy, list_pairs
from wire.errors import WireError
from wire.files.columns.column import END, Chunk, Column, make_days, make_integers, make_texts
from wire.files.columns.decode import decode_columns
from wire.files.columns.encode import encode_columns
from wire.files.layout import Field, Layout, Record
from wire.files.library import list_layouts, load_layout
from wire.files.rows import Decoded, decode_rows, encode_rows
from wire.files.settings import Settings
from wire.files.stream import decode_records
from wire.files.walk import Fault

LAYOUTS = list_layouts()
RECORDS = int(os.environ.get("NAKADACHI_RECORDS", "5100"))  # the long run takes a million
each_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.id)


def both(layout: Layout, data: bytes, settings: Settings) -> Iterator[tuple[object, object]]:
    fast = decode_records(layout, io.BytesIO(data), settings)
    return zip(fast, decode_rows(layout, io.BytesIO(data), settings), strict=True)


@each_layout
def test_columns_and_rows_agree_on_random_files(layout: Layout) -> None:
    settings = Settings(encoding=layout.encoding)
    done, seed = 0, secrets.randbelow(1 << 32)
    while done < RECORDS / len(LAYOUTS):
        data = draw_file(layout, 300, seed)
        for fast, slow in both(layout, data, settings):
            assert fast == slow, seed
            done += 1
        seed += 1


@each_layout
def test_columns_and_rows_agree_on_damaged_files(layout: Layout) -> None:
    settings = Settings(encoding=layout.encoding)
    seed = secrets.randbelow(1 << 32)
    data = damage(draw_file(layout, 30, seed), seed)
    for fast, slow in both(layout, data, settings):
        assert fast == slow, seed


@each_layout
def test_a_slow_reader_finds_the_same_values(layout: Layout) -> None:
    records = draw_records(layout, 60, seed=5)
    data = draw_file(layout, 60, seed=5)
    expected = [(one.kind, dict(one.values)) for one in records]
    plain = str.maketrans(
        "\uff5e\u2225\uff0d\uffe0\uffe1\uffe2", "\u301c\u2016\u2212\xa2\xa3\xac"
    )  # the standard codecs differ in six
    found = slow_files.read(layout.id, data)
    if layout.encoding == "jis_mixed":
        for _, values in expected:
            values |= {
                name: value.translate(plain)
                for name, value in values.items()
                if isinstance(value, str)
            }
    assert found == expected


@each_layout
@pytest.mark.parametrize("damaged", [False, True])
def test_what_was_decoded_is_encoded_to_the_same_bytes(layout: Layout, damaged: bool) -> None:
    settings = Settings(encoding=layout.encoding)
    data = draw_file(layout, 60, seed=9)
    data = damage(data, 9) if damaged else data
    items = list(decode_columns(layout, io.BytesIO(data), settings, chunk=20))
    kept = [item for item in items if not isinstance(item, Fault)]
    rows = list(decode_rows(layout, io.BytesIO(data), settings))
    slow = b"".join(
        encode_rows(layout, [row for row in rows if isinstance(row, Decoded)], settings)
    )
    assert b"".join(encode_columns(layout, kept, settings)) == slow
    if not any(isinstance(item, Fault) and item.rule == "S001" for item in items):
        assert slow == data


def single(field: Field) -> Layout:
    """Return a layout of one field, one data record after another."""
    record = Record(kind="D", name="D", length=field.length, fields=(field,))
    return Layout(
        id="ONE",
        name="one",
        version="1",
        valid_from=date(2020, 1, 1),
        origin="design",
        direction="to_federation",
        structure="D*",
        records=(msgspec_tagged(record),),
    )


def msgspec_tagged(record: Record) -> Record:
    return Record(
        kind=record.kind, name=record.name, length=record.length, fields=record.fields, tag=""
    )


FIELDS = [
    Field(name="x", at=1, length=length, **options)  # type: ignore[arg-type]  # of many types
    for length, options in [
        (9, {"type": "number", "empty": ("000000000",), "least": 5, "most": 90}),
        (3, {"type": "number", "codes": {"010": "a", "20": "b"}}),
        (18, {"type": "number"}),
        (8, {"type": "number", "need": "always"}),
        (6, {"type": "signed"}),
        (1, {"type": "signed"}),
        (3, {"type": "signed", "least": -5, "most": 10}),
        (4, {"type": "zoned"}),
        (3, {"type": "packed"}),
        (8, {"type": "date", "empty": ("00000000",), "forever": "99999999"}),
        (8, {"type": "date"}),
        (6, {"type": "month", "empty": ("000000",)}),
        (14, {"type": "instant"}),
        (8, {"type": "partial_date"}),
        (7, {"type": "era_date"}),
        (5, {"type": "era_month"}),
        (4, {"type": "text", "charset": "digits"}),
        (4, {"type": "text", "charset": "alphanumeric", "empty": ("0000",)}),
        (2, {"type": "text", "constant": "12"}),
        (2, {"type": "text", "codes": {"01": "a", "2": "b", "123": "c"}}),
        (12, {"type": "text", "check": "individual_number"}),
        (13, {"type": "text", "check": "corporate_number"}),
        (8, {"type": "text", "check": "insurer_number"}),
        (6, {"type": "text", "check": "municipality"}),
        (5, {"type": "text", "check": "municipality_stem"}),
        (10, {"type": "text", "check": "medical_institution"}),
        (6, {"type": "kana"}),
        (6, {"type": "wide"}),
        (6, {"type": "jis"}),
        (3, {"type": "filler"}),
        (3, {"type": "shift", "constant": "1B2442"}),
        (6, {"type": "kana", "constant": "ｱ"}),
    ]
]
BYTES = b"0123456789 +-}JAB\xb1\xa7\x81\x40\x88\x9f!\x30\x24\xee\xe0\xfb\xfc\xf0"
SETTINGS = [
    Settings(),
    Settings(policy="nec", gaiji=Gaiji(mode="preserve")),
    Settings(
        encoding="jis_mixed", numbers="real", gaiji=Gaiji(mode="table", table=((0xF040, "○"),))
    ),
    Settings(encoding="utf_8", overrun="accept"),
    Settings(gaiji=Gaiji(mode="table", table=((0xF040, "亜"),))),  # 889F says the same
]


@pytest.mark.parametrize("settings", SETTINGS, ids=["ibm", "nec", "jis", "utf8", "table"])
@pytest.mark.parametrize("at", range(len(FIELDS)))
def test_every_type_agrees_on_random_bytes(at: int, settings: Settings) -> None:
    field = FIELDS[at]
    draw = random.Random(field.length)  # noqa: S311  # test data
    layout = single(field)
    data = b"".join(
        bytes(
            draw.choices(
                draw.choice([BYTES, b"0123456789", b" 0", b"9", b"\x81\x40"]), k=field.length
            )
        )
        for _ in range(250)
    )
    for fast, slow in both(layout, data, settings):
        assert fast == slow
    items = [
        item
        for item in decode_columns(layout, io.BytesIO(data), settings)
        if not isinstance(item, Fault)
    ]
    assert b"".join(encode_columns(layout, items, settings)) == data


def test_limits_of_signed_numbers_are_judged_as_the_reference_does() -> None:
    layout = single(Field(name="x", at=1, length=3, type="signed", least=-5, most=10))
    data = b"+10+11-05-06   "
    for fast, slow in both(layout, data, Settings()):
        assert fast == slow
    found = list(decode_columns(layout, io.BytesIO(data), Settings()))
    assert [
        (fault.rule, fault.record)
        for one in found
        if isinstance(one, Chunk)
        for fault in one.faults
    ] == [("F012", 2), ("F012", 4)]


def test_an_end_that_never_comes_may_be_spelt_as_the_last_day() -> None:
    layout = single(Field(name="x", at=1, length=8, type="date", forever="99991231"))
    ((fast, slow),) = both(layout, b"99991231", Settings())
    assert fast == slow


@pytest.mark.parametrize("policy", ["ibm", "nec", "preserve"])
def test_all_double_byte_codes_survive_every_policy(policy: Policy) -> None:
    settings = Settings(policy=policy, gaiji=Gaiji(mode="preserve"))
    layout = single(Field(name="x", at=1, length=4, type="wide"))
    data = b"".join(pair.code.to_bytes(2, "big") + b"\x88\x9f" for pair in list_pairs())
    items = list(decode_columns(layout, io.BytesIO(data), settings))
    (chunks, odd) = ([item for item in items if isinstance(item, Chunk)], 0)
    for chunk in chunks:
        odd += len(chunk.raw)
        assert not chunk.faults
    assert odd == 398
    assert b"".join(encode_columns(layout, chunks, settings)) == data


def chunk_of(field: Field, column: Column) -> Chunk:
    return Chunk(record=single(field).records[0], first=1, count=1, columns={"x": column})


def texts(*values: str) -> Column:
    raw = [value.encode("utf-8", "surrogatepass") for value in values]
    return make_texts(np.frombuffer(b"".join(raw), np.uint8), np.array([len(one) for one in raw]))


def number(value: int) -> Column:
    return make_integers(np.array([value]), np.array([True]))


UNSAYABLE = [
    (Field(name="x", at=1, length=2, type="number"), number(100)),
    (Field(name="x", at=1, length=2, type="number"), number(-1)),
    (Field(name="x", at=1, length=2, type="number", empty=("00",)), number(0)),
    (Field(name="x", at=1, length=3, type="signed"), number(-100)),
    (Field(name="x", at=1, length=2, type="text"), texts("abc")),
    (Field(name="x", at=1, length=2, type="text"), texts("ｱ")),
    (Field(name="x", at=1, length=2, type="text"), texts("a ")),
    (Field(name="x", at=1, length=2, type="text", empty=("00",)), texts("00")),
    (Field(name="x", at=1, length=2, type="kana"), texts("漢")),
    (Field(name="x", at=1, length=4, type="wide"), texts("a")),
    (Field(name="x", at=1, length=4, type="wide"), texts("𠮷")),
    (Field(name="x", at=1, length=4, type="wide"), texts("漢\u3000")),
    (Field(name="x", at=1, length=4, type="wide"), texts("漢漢漢")),
    (Field(name="x", at=1, length=4, type="jis"), texts("髙")),
    (Field(name="x", at=1, length=6, type="month"), texts("2020-13")),
    (Field(name="x", at=1, length=6, type="month"), texts("2020/12")),
    (Field(name="x", at=1, length=6, type="month"), texts("2020-1")),
    (Field(name="x", at=1, length=14, type="instant"), texts("2020-01-01T24:00:00")),
    (Field(name="x", at=1, length=8, type="partial_date"), texts("2020-00-01")),
]


@pytest.mark.parametrize("at", range(len(UNSAYABLE)))
def test_a_value_that_a_field_cannot_say_is_refused_with_its_place(at: int) -> None:
    field, column = UNSAYABLE[at]
    with pytest.raises(WireError) as caught:
        list(encode_columns(single(field), [chunk_of(field, column)], Settings()))
    assert caught.value.code.startswith("files.value.")
    assert caught.value.path == "record[1].x"


def test_a_day_before_the_year_1_is_refused() -> None:
    field = Field(name="x", at=1, length=8, type="date")
    column = make_days(np.array([-800_000], np.int32), np.array([True]))
    with pytest.raises(ValueError, match="ordinal"):
        list(encode_columns(single(field), [chunk_of(field, column)], Settings()))


def test_the_doubled_records_of_a_layout_without_tags_are_all_data() -> None:
    field = Field(name="x", at=1, length=2, type="number")
    rows = list(decode_records(single(field), io.BytesIO(b"0102"), Settings()))
    assert [row.values for row in rows if isinstance(row, Decoded)] == [{"x": 1}, {"x": 2}]


def test_a_chunk_knows_single_records() -> None:
    layout = load_layout("KJKGGAI1")
    data = draw_file(layout, 5, seed=2)
    rows = [
        one for one in decode_rows(layout, io.BytesIO(data), Settings()) if isinstance(one, Decoded)
    ]
    (chunk,) = (
        item
        for item in decode_columns(layout, io.BytesIO(data), Settings())
        if isinstance(item, Chunk)
    )
    assert [chunk.row(index) for index in range(len(chunk))] == rows[1:-1]


def test_a_text_that_holds_the_mark_between_texts_comes_out_right() -> None:
    values = ["a", END + "b", "漢"]
    assert texts(*values).to_list() == values


def test_more_days_than_are_remembered_come_out_right() -> None:
    days = np.arange(80_000, dtype=np.int32)
    listed = make_days(days, np.ones(len(days), np.bool_)).to_list()
    assert listed[0] == date(1970, 1, 1)
    assert listed[-1] == date.fromordinal(date(1970, 1, 1).toordinal() + 79_999)

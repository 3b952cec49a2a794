"""Files become CSV, Arrow and Parquet tables and come back as the same bytes."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.file_records import damage, draw_file
from wire.errors import WireError
from wire.files.columns.column import Chunk, make_texts
from wire.files.columns.decode import decode_columns
from wire.files.columns.encode import encode_columns
from wire.files.layout import Field, Layout, Record
from wire.files.library import list_layouts, load_layout
from wire.files.rows import Decoded, decode_rows, encode_rows
from wire.files.settings import Settings
from wire.files.tables.arrow import from_array, from_batches, make_schema, to_array, to_batches
from wire.files.tables.separated import read_separated, write_names, write_record
from wire.files.tables.stored import read_arrow, read_parquet, write_arrow, write_parquet
from wire.files.tables.union import load_union
from wire.files.walk import CHUNK, Fault

LAYOUTS = list_layouts()
each_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.id)
Write = Callable[[Layout, Iterable[Chunk | Decoded], BinaryIO], Iterator[int]]
Read = Callable[[Layout, BinaryIO], Iterator[Chunk | Decoded]]
each_store = pytest.mark.parametrize(
    ("write", "read"),
    [(write_arrow, read_arrow), (write_parquet, read_parquet)],
    ids=["arrow", "parquet"],
)
FULL_WIDTH = ("\uff1d", "\uff0b", "\uff0d", "\uff20")  # the signs of a formula
SMALL = load_layout("KJHHSID1")


def bytes_of(layout: Layout, *, damaged: bool, count: int = 40) -> bytes:
    """Return a file; a damaged one still has its records' kinds."""
    data = draw_file(layout, count, 9)
    if not damaged:
        return data
    found = bytearray(damage(data, 9))
    if layout.select is not None:
        begin, length, place = layout.select.at - 1, layout.select.length, 0
        for kind in [*("M" if layout.find("M") else ""), "H", *("D" * count), "T"]:
            found[place + begin : place + begin + length] = data[
                place + begin : place + begin + length
            ]
            record = layout.find(kind)
            assert record is not None
            place += record.length
    return bytes(found)


def items_of(layout: Layout, data: bytes) -> list[Chunk | Decoded]:
    settings = Settings(encoding=layout.encoding)
    items = decode_columns(layout, io.BytesIO(data), settings)
    return [item for item in items if not isinstance(item, Fault)]


def rows_of(layout: Layout, data: bytes) -> list[Decoded]:
    settings = Settings(encoding=layout.encoding)
    rows = decode_rows(layout, io.BytesIO(data), settings)
    return [row for row in rows if isinstance(row, Decoded)]


def separated(layout: Layout, data: bytes, *, bom: bool = False) -> bytes:
    lines = [write_record(layout, row) for row in rows_of(layout, data)]
    return b"".join([write_names(layout, bom=bom), *lines])


@each_layout
@pytest.mark.parametrize("damaged", [False, True])
@each_store
def test_a_stored_table_says_every_byte(
    layout: Layout, damaged: bool, write: Write, read: Read
) -> None:
    data = bytes_of(layout, damaged=damaged)
    items = items_of(layout, data)
    file = io.BytesIO()
    assert sum(write(layout, items, file)) == sum(
        len(item) if isinstance(item, Chunk) else 1 for item in items
    )
    file.seek(0)
    settings = Settings(encoding=layout.encoding)
    assert b"".join(encode_columns(layout, read(layout, file), settings)) == data


@each_layout
@pytest.mark.parametrize("damaged", [False, True])
@pytest.mark.parametrize("bom", [False, True])
def test_comma_separated_text_says_every_byte(layout: Layout, damaged: bool, bom: bool) -> None:
    data = bytes_of(layout, damaged=damaged)
    text = separated(layout, data, bom=bom)
    assert text.startswith(b"\xef\xbb\xbf") == bom
    records = read_separated(layout, io.BytesIO(text))
    assert b"".join(encode_rows(layout, records, Settings(encoding=layout.encoding))) == data


def test_a_table_has_a_row_for_each_record_whatever_its_kind() -> None:
    file = io.BytesIO()
    list(write_parquet(SMALL, items_of(SMALL, draw_file(SMALL, 3, 1)), file))
    table = pq.read_table(file)
    assert table.column("kind").to_pylist() == ["H", "D", "D", "D", "T"]
    assert table.schema.metadata[b"nakadachi.layout"] == b"KJHHSID1"
    assert tuple(table.column_names) == load_union(SMALL).names


def test_buffers_are_shared_with_arrow() -> None:
    (chunk,) = [item for item in items_of(SMALL, draw_file(SMALL, 9, 1)) if isinstance(item, Chunk)]
    for column in chunk.columns.values():
        shared = column.text if column.kind == "text" else column.values
        assert to_array(column).buffers()[-1].address == shared.ctypes.data


def test_long_tables_come_in_groups() -> None:
    data = draw_file(SMALL, 9, 1)
    head, chunk, tail = items_of(SMALL, data)
    file = io.BytesIO()
    sizes = list(write_arrow(SMALL, [head, *[chunk] * 2000, tail], file))
    assert len(sizes) > 1
    assert sum(sizes) == 18_002


def test_records_that_come_one_by_one_make_batches_of_limited_length() -> None:
    row = rows_of(SMALL, draw_file(SMALL, 1, 1))[1]
    batches = list(to_batches(SMALL, [row] * (CHUNK + 1)))
    assert [len(batch) for batch in batches] == [CHUNK, 1]


@each_store
def test_no_records_are_a_table_too(write: Write, read: Read) -> None:
    file = io.BytesIO()
    assert list(write(SMALL, [], file)) == []
    file.seek(0)
    assert list(read(SMALL, file)) == []


def test_a_file_may_end_with_data_records() -> None:
    chunk = items_of(SMALL, draw_file(SMALL, 9, 1))[1]
    assert [len(batch) for batch in to_batches(SMALL, [chunk])] == [9]


def one_field(field: Field, *others: Record) -> Layout:
    data = Record(kind="D", name="D", length=field.length, fields=(field,), tag="")
    return Layout(
        id="ONE",
        name="one",
        version="1",
        valid_from=date(2020, 1, 1),
        origin="design",
        direction="to_federation",
        structure="D*",
        records=(*others, data),
    )


@pytest.mark.parametrize(
    "text", ["=1+1", "+81", "-1", "@a", "'", "'=1", *FULL_WIDTH, '"', ",", "a'"]
)
def test_no_text_is_taken_for_a_formula_and_each_comes_back(text: str) -> None:
    layout = one_field(Field(name="x", at=1, length=8, type="wide"))
    line = write_record(layout, Decoded(kind="D", number=1, values={"x": text}))
    (row,) = csv.reader([line.decode()])
    assert row[1][0] not in {*"=+-@", *FULL_WIDTH}
    (back,) = read_separated(layout, io.BytesIO(write_names(layout) + line))
    assert back.values == {"x": text}


def test_numbers_keep_their_sign_in_comma_separated_text() -> None:
    layout = one_field(Field(name="x", at=1, length=8, type="signed"))
    line = write_record(layout, Decoded(kind="D", number=1, values={"x": -5}))
    assert line == b"D,-5,\r\n"


def test_columns_of_one_name_and_two_meanings_are_told_apart() -> None:
    number = Field(name="x", at=1, length=8, type="number")
    kind = Field(name="kind", at=9, length=2, type="text")
    other = Record(kind="T", name="T", length=10, fields=(number, kind), tag="T")
    layout = one_field(Field(name="x", at=1, length=8, type="text"), other)
    assert load_union(layout).names == ("kind", "x", "T.x", "T.kind", "raw")


@pytest.mark.parametrize(
    ("lines", "code", "path"),
    [
        ("", "files.table.columns", "line[0]"),
        ("kind,kind\r\n", "files.table.columns", "line[1]"),
        ("kind,y\r\n", "files.table.columns", "line[1]"),
        ("kind,x\r\nD\r\n", "files.table.form", "line[2]"),
        ('kind,x\r\nD,"1"2\r\n', "files.table.form", "line[2]"),
        ("kind,x\r\nX,1\r\n", "files.record.kind", "line[2].kind"),
        ("kind,x\r\nD,01\r\n", "files.table.cell", "line[2].x"),
        ("kind,x\r\nD,a\r\n", "files.table.cell", "line[2].x"),
        ("kind,day\r\nD,20240501\r\n", "files.table.cell", "line[2].day"),
        ("kind,day\r\nD,May\r\n", "files.table.cell", "line[2].day"),
        ("kind,day\r\nT,2024-05-01\r\n", "files.table.cell", "line[2].day"),
        ("kind,raw\r\nD,[]\r\n", "files.table.raw", "line[2].raw"),
        ('kind,raw\r\nD,"{""x"": ""0""}"\r\n', "files.table.raw", "line[2].raw"),
        ('kind,raw\r\nD,"{""y"": ""00""}"\r\n', "files.table.raw", "line[2].raw"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(lines: str, code: str, path: str) -> None:
    fields = (
        Field(name="x", at=1, length=8, type="number"),
        Field(name="day", at=9, length=8, type="date"),
    )
    other = Record(kind="T", name="T", length=16, fields=fields[:1], tag="T")
    data = Record(kind="D", name="D", length=16, fields=fields, tag="")
    layout = Layout(
        id="TWO",
        name="two",
        version="1",
        valid_from=date(2020, 1, 1),
        origin="design",
        direction="to_federation",
        structure="D* T",
        records=(data, other),
    )
    with pytest.raises(WireError) as caught:
        list(read_separated(layout, io.BytesIO(lines.encode())))
    assert (caught.value.code, caught.value.path) == (code, path)


def test_text_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(WireError, match=r"files\.table\.form"):
        list(read_separated(SMALL, io.BytesIO(b"kind\r\n\xff\r\n")))


def test_blank_lines_and_missing_columns_are_passed_over() -> None:
    (record,) = read_separated(SMALL, io.BytesIO(b"\xef\xbb\xbfkind\r\n\r\nD\r\n"))
    assert record.kind == "D"
    assert set(record.values.values()) == {None}


@each_store
def test_a_file_that_is_no_table_is_refused(write: Write, read: Read) -> None:
    del write
    with pytest.raises(WireError, match=r"files\.table\.form"):
        list(read(SMALL, io.BytesIO(b"no table at all, only text")))


NAME = load_union(SMALL).names[1]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"x": ["1"]}, "files.table.columns"),
        ({NAME: ["1"]}, "files.table.columns"),
        ({"kind": ["X"]}, "files.record.kind"),
        ({"kind": [None]}, "files.record.kind"),
        ({"kind": [[1]]}, "files.table.cell"),
        ({"kind": ["D"], "raw": ["{"]}, "files.table.raw"),
        ({"kind": ["D"], "件数": [5]}, "files.table.cell"),
    ],
)
def test_a_bad_batch_is_refused(columns: dict[str, list[object]], code: str) -> None:
    other = Record(
        kind="T",
        name="T",
        length=8,
        fields=(Field(name="件数", at=1, length=8, type="number"),),
        tag="T",
    )
    layout = one_field(Field(name=NAME, at=1, length=8, type="text"), other)
    with pytest.raises(WireError, match=code):
        list(from_batches(layout, [pa.RecordBatch.from_pydict(columns)]))


def test_columns_of_another_type_are_cast_where_nothing_is_lost() -> None:
    layout = one_field(Field(name="x", at=1, length=4, type="number"))
    kinds = pa.array(["D", "D", "D"]).dictionary_encode()
    batch = pa.record_batch({"x": pa.array([1, None, 3], pa.int8()), "kind": kinds})
    (chunk,) = from_batches(layout, [batch])
    assert b"".join(encode_columns(layout, [chunk], Settings())) == b"0001    0003"
    with pytest.raises(WireError, match=r"files\.table\.cell"):
        list(from_batches(layout, [pa.record_batch({"kind": ["D"], "x": [1.5]})]))


@pytest.mark.parametrize("texts", [["a", "", None, "亜"], [], ["ab", "c"]])
def test_a_slice_of_an_array_is_a_column(texts: list[str | None]) -> None:
    array = pa.array(["skipped", *texts, "too"], pa.string()).slice(1, len(texts))
    assert from_array(array, "text").to_list() == [text or None for text in texts]


def test_an_array_without_any_text_has_no_buffer_to_share() -> None:
    column = from_array(pa.array([None, None], pa.string()), "text")
    assert column.to_list() == [None, None]
    assert to_array(make_texts(column.text, column.offsets[1:])).to_pylist() == [None, None]


def test_the_schema_is_that_of_every_batch() -> None:
    for batch in to_batches(SMALL, items_of(SMALL, draw_file(SMALL, 3, 1))):
        assert batch.schema.equals(make_schema(SMALL), check_metadata=True)


def test_files_are_read_and_written_without_the_extras() -> None:
    program = (
        "import sys, io; sys.path.insert(0, 'codecs');"
        "sys.modules.update(dict.fromkeys(['pyarrow', 'dask', 'distributed']));"
        "import wire.files.stream, wire.files.tables.separated, wire.files.check;"
        "import gateway.cli, wire.files.columns.encode;"
        "print('fine')"
    )
    done = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout == "fine\n"

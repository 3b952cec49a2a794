from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from permitlists.line_writer import write_lines
from permitlists.lines import read_lines
from permitlists.sheet_parts import SpreadsheetError
from permitlists.spreadsheet import read_spreadsheet, write_spreadsheet
from permitlists.table import Clause, Grant, InstitutionClass, Pair, Row, Table, canonical_bytes
from tests.support.archives import pack, unpack
from tests.support.permit_tables import TEMPTING, names, tables

SMALL = Table(
    instrument="shourei-r6",
    valid_from=date(2024, 5, 27),
    valid_to=None,
    classes=(InstitutionClass("市長", ("市町村長",), None),),
    rows=(
        Row(
            no="20の2",
            article="",
            label="事務",
            inquirers=("市長", "市町村長"),
            pairs=(Pair(1, ("市長",), ("税", "票")),),
            clauses=(
                Clause(None, "算定", "single", (Grant((1,), ("税",), "", "exact"),)),
            ),
        ),
    ),
)  # fmt: skip
FILE = write_spreadsheet(SMALL)
PARTS = unpack(FILE)


@given(tables)
def test_every_table_comes_back_from_its_spreadsheet(table: Table) -> None:
    data = write_spreadsheet(table)
    assert canonical_bytes(read_spreadsheet(data)) == canonical_bytes(table)


@given(names)
def test_no_text_becomes_anything_but_text(name: str) -> None:
    table = Table(
        instrument=name,
        valid_from=date(2024, 5, 27),
        valid_to=None,
        classes=(),
        rows=(),
        source=name,
    )
    data = write_spreadsheet(table)
    assert all(b"<f>" not in part for part in unpack(data).values())
    assert read_spreadsheet(data) == table


def _is_read_or_refused(data: bytes) -> bool:
    try:
        table = read_spreadsheet(data)
    except SpreadsheetError as error:
        return error.code == "permits.spreadsheet_form"
    return read_spreadsheet(write_spreadsheet(table)) == table


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    assert _is_read_or_refused(data)
    assert _is_read_or_refused(b"PK\x03\x04" + data)


@given(st.integers(0, len(FILE) - 1), st.binary(max_size=4), st.integers(0, 40))
def test_a_damaged_file_is_a_table_or_refused(at: int, put: bytes, gone: int) -> None:
    assert _is_read_or_refused(FILE[:at] + put + FILE[at + gone :])


@given(st.sampled_from(sorted(PARTS)), st.data())
def test_a_file_with_a_changed_part_is_a_table_or_refused(part: str, data: st.DataObject) -> None:
    content = PARTS[part]
    at = data.draw(st.integers(0, len(content)))
    gone = data.draw(st.integers(0, 6))
    put = data.draw(
        st.binary(max_size=4) | st.text(f'{TEMPTING}<>&"/=0129ABrst', max_size=6).map(str.encode)
    )
    assert _is_read_or_refused(pack(PARTS | {part: content[:at] + put + content[at + gone :]}))


@given(tables)
def test_every_table_comes_back_from_its_lines(table: Table) -> None:
    assert read_lines(write_lines(table)) == table

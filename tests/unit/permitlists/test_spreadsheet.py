import io
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from permitlists import Edition, load_builtin
from permitlists.sheet_layout import SHEETS
from permitlists.sheet_parts import SpreadsheetError, column_letters
from permitlists.sheet_reader import MOST_FILE_BYTES, MOST_UNPACKED_BYTES
from permitlists.spreadsheet import read_spreadsheet, write_spreadsheet
from permitlists.table import Clause, Grant, InstitutionClass, Overlay, Pair, Row, Table
from tests.support.archives import pack, replace_in, unpack

ROW = Row(
    no="20の2",
    article="22",
    label="=1+1",
    inquirers=("@市長", "-町長", "+村長"),
    pairs=(Pair(1, ('=HYPERLINK("http://x")',), ("税", "住民票 \\ 関係")), Pair(2, (), ())),
    clauses=(
        Clause("1", "算定", "verified", (Grant((1, 2), ("税",), "個人", "doubtful"),)),
        Clause(no="2", label="", numbering="conflict", grants=(), place="", implementers=("市長",)),
    ),
)  # fmt: skip
TABLE = Table(
    instrument="shourei-r6",
    valid_from=date(2024, 5, 27),
    valid_to=date(2030, 4, 1),
    classes=(InstitutionClass("市長", ("市町村長",), None), InstitutionClass("村長", (), "0a5c")),
    rows=(ROW, Row(no="20", article="", label="削除", inquirers=(), pairs=(), clauses=())),
    source="wording-2024",
    overlays=(
        Overlay("20の2", None, date(2024, 5, 27), date(2024, 6, 1), "一行目\n二行目", ROW),
        Overlay("20", "1", date(2024, 5, 27), date(2024, 6, 1), "注"),
    ),
)  # fmt: skip
FILE = write_spreadsheet(TABLE)
EDITION, CLASSES, ROWS, PAIRS, CLAUSES, GRANTS, OVERLAYS = (
    f"xl/worksheets/sheet{number}.xml" for number in range(1, 8)
)
WORKBOOK, STRINGS, RELATIONS = (
    "xl/workbook.xml",
    "xl/sharedStrings.xml",
    "xl/_rels/workbook.xml.rels",
)


def inline(cell: str, text: str) -> str:
    return f'<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>'


DAMAGED = "the file is no .xlsx file, or damaged"
EXTRA_HEADING = inline("E1", "照会者（1行に1つ）") + inline("F1", "x")
SECOND_LINE = f'</row><row r="3">{inline("A3", "x")}{inline("B3", "2024-01-01")}</row></sheetData>'


def with_cell(part: str, cell: str, content: str) -> bytes:
    """Return the file with one cell, or what stands in its place, written anew."""
    parts = unpack(FILE)
    before, opening, rest = parts[part].decode().partition(f'<c r="{cell}"')
    assert opening
    after = (
        rest[rest.index("/>") + 2 :]
        if "/>" in rest.partition("</c>")[0]
        else rest.partition("</c>")[2]
    )
    return pack(parts | {part: f"{before}{content}{after}".encode()})


@pytest.mark.parametrize("edition", load_builtin().editions, ids=lambda one: str(one.key.label))
def test_a_packaged_edition_comes_back_with_the_same_hash(edition: Edition) -> None:
    data = write_spreadsheet(edition.table)
    assert Edition(read_spreadsheet(data)).key == edition.key
    assert write_spreadsheet(edition.table) == data


def test_a_table_with_reading_rules_comes_back() -> None:
    assert read_spreadsheet(FILE) == TABLE


def test_another_reader_sees_the_same_cells_as_text() -> None:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(FILE))
    assert workbook.sheet_names == [sheet.name for sheet in SHEETS]
    lines = workbook.get_sheet_by_name("項").to_python()
    assert lines[0] == ["読替番号", "項", "条", "項の名称", "照会者（1行に1つ）"]
    assert lines[1] == ["", "20の2", "22", "=1+1", "@市長\n-町長\n+村長"]
    assert lines[3][:2] == ["1", "20の2"]


def test_a_file_as_other_programs_save_it_is_read() -> None:
    """Rich text with readings, texts in the cell, no places, a prefix, absolute targets."""
    parts = unpack(FILE)
    strings = (
        parts[STRINGS]
        .decode()
        .replace(
            "<t>市長</t>",
            '<r><t xml:space="preserve">市</t></r><r><rPr><b/></rPr><t>長</t></r>'
            '<rPh sb="0" eb="2"><t>シチョウ</t></rPh><phoneticPr fontId="1"/>',
        )
    )
    rows = (
        parts[CLASSES].decode().replace(' r="2"', "").replace(' r="A2"', "").replace(' r="B2"', "")
    )
    workbook = (
        parts[WORKBOOK].decode().replace("r:id=", "rel:id=").replace("xmlns:r=", "xmlns:rel=")
    )
    relations = parts[RELATIONS].decode().replace('Target="worksheets', 'Target="/xl/worksheets')
    changed = {STRINGS: strings, CLASSES: rows, WORKBOOK: workbook, RELATIONS: relations}
    data = pack(parts | {name: text.encode() for name, text in changed.items()})
    assert read_spreadsheet(data) == TABLE
    windows = with_cell(ROWS, "E2", inline("E2", "@市長_x000D_\n-町長\n+村長"))
    assert read_spreadsheet(windows) == TABLE
    formula_text = with_cell(ROWS, "D2", '<c r="D2" t="str"><v>=1+1</v></c>')
    assert read_spreadsheet(formula_text) == TABLE
    shared_empty = replace_in(FILE, STRINGS, "</sst>", "<si><t/></si></sst>")
    count = unpack(FILE)[STRINGS].decode().count("<si>")
    shared = f'<c r="A2" t="s"><v>{count}</v></c><c r="B2"'
    assert read_spreadsheet(replace_in(shared_empty, PAIRS, '<c r="B2"', shared)) == TABLE
    styled = replace_in(FILE, PAIRS, '<c r="B2"', '<c r="A2" s="1"/><c r="B2"')
    assert read_spreadsheet(styled) == TABLE


@pytest.mark.parametrize(
    ("part", "cell", "content", "place"),
    [
        (ROWS, "B3", '<c r="B3"><v>20</v></c>', "項 B3: a number or day"),
        (EDITION, "B2", '<c r="B2" s="3"><v>45439</v></c>', "版 B2: a number or day"),
        (ROWS, "D2", '<c r="D2" t="b"><v>1</v></c>', "項 D2: a number or day"),
        (ROWS, "D2", '<c r="D2" t="str"><f>1+1</f><v>2</v></c>', "項 D2: a formula"),
        (ROWS, "D1", inline("D1", "名前"), "項 D1: the heading '項の名称' is missing"),
        (ROWS, "E1", EXTRA_HEADING, "項 F1: a heading too many"),
        (ROWS, "E2", inline("E2", "x") + inline("F2", "x"), "項 F2: content below no heading"),
        (ROWS, "B3", inline("B3", "20の2"), "項 B3: the same stands twice"),
        (ROWS, "B3", inline("B3", ""), "項 B3: expected a value"),
        (ROWS, "E2", inline("E2", "甲\n\n乙"), "項 E2: expected a value"),
        (ROWS, "D2", inline("D2", "一\n二"), "項 D2: expected one line"),
        (ROWS, "D2", inline("D2", "甲\u202e乙"), "項 D2: expected one line"),
        (ROWS, "D2", inline("D2", r"\x"), "項 D2: expected \\\\ \\n \\e"),
        (ROWS, "D2", inline("D2", r"\u{110000}"), "項 D2: expected a code point"),
        (ROWS, "D2", inline("D2", r"\u{D800}"), "項 D2: expected a code point"),
        (ROWS, "D2", inline("D2", "_xD800_"), "項 D2: expected one line"),
        (ROWS, "B3", inline("A3", "9") + inline("B3", "20"), "項 A3: a reading rule that stands"),
        (ROWS, "B3", inline("A3", "1") + inline("B3", "20"), "項 B4: a reading rule replaces"),
        (PAIRS, "B2", inline("B2", "21"), "組 B2: what this line belongs to"),
        (PAIRS, "C2", inline("C2", "一"), "組 C2: expected a whole number"),
        (PAIRS, "C2", inline("C2", str(2**63)), "組 C2: expected a whole number"),
        (CLAUSES, "C3", inline("C3", "1"), "号 C3: the same stands twice"),
        (CLAUSES, "E2", inline("E2", "済み"), "号 E2: expected 確認済み | 未確認"),
        (GRANTS, "C2", inline("C2", "3"), "情報 C2: what this line belongs to"),
        (GRANTS, "D2", inline("D2", "1、2"), "情報 D2: expected a whole number"),
        (OVERLAYS, "A3", inline("A3", "1"), "読替え A3: the same stands twice"),
        (OVERLAYS, "D2", inline("D2", ""), "読替え D2: expected a day as YYYY-MM-DD"),
        (EDITION, "B2", inline("B2", "2024-02-30"), "版 B2: expected a day that exists"),
        (EDITION, "B2", inline("B2", "2024/5/27"), "版 B2: expected a day as YYYY-MM-DD"),
        (ROWS, "B3", inline("B9", "20"), "項 B9: cells out of order"),
        (ROWS, "B3", inline("b3", "20"), "項: a cell without a place"),
        (ROWS, "B3", inline("A3", "1") + inline("A3", "2"), "項 A3: cells out of order"),
    ],
)  # fmt: skip
def test_a_cell_that_somebody_broke_is_refused_at_its_place(
    part: str, cell: str, content: str, place: str
) -> None:
    with pytest.raises(SpreadsheetError) as refused:
        read_spreadsheet(with_cell(part, cell, content))
    assert str(refused.value).startswith(place)


def encrypted(data: bytes) -> bytes:
    at = data.index(b"PK\x01\x02")
    while WORKBOOK.encode() != data[at + 46 : at + 46 + len(WORKBOOK)]:
        at = data.index(b"PK\x01\x02", at + 1)
    return data[: at + 8] + b"\x01" + data[at + 9 :]


@pytest.mark.parametrize(
    ("part", "old", "new", "message"),
    [
        (STRINGS, "<sst", "<!DOCTYPE sst><sst", "a part of the file has a document type"),
        (STRINGS, "</sst>", "", "a part of the file is not well-formed XML"),
        (WORKBOOK, 'name="項"', 'name="行"', "項: the sheet is missing"),
        (WORKBOOK, "</sheets>", '<sheet name="他" r:id="x"/></sheets>', "他: a sheet too many"),
        (
            WORKBOOK,
            "</sheets>",
            '<sheet name="項" r:id="x"/></sheets>',
            "項: the sheet stands twice",
        ),
        (WORKBOOK, 'name="号"', 'name="号" state="veryHidden"', "号: the sheet is hidden"),
        (RELATIONS, "worksheets/sheet1", "worksheets/none", DAMAGED),
        (RELATIONS, "<Relationship ", '<Relationship TargetMode="External" ', DAMAGED),
        (RELATIONS, "sharedStrings.xml", "workbook.xml", DAMAGED),
        (RELATIONS, "relationships/sharedStrings", "relationships/x", DAMAGED),
        (ROWS, "</sheetData>", '</sheetData><mergeCell ref="B2:B3"/>', "項 B2:B3: merged cells"),
        (ROWS, '<row r="3"', '<row r="3" hidden="1"', "項 B3: content in a hidden row"),
        (ROWS, '<row r="3"', '<row r="3" ht="0"', "項 B3: content in a hidden row or column"),
        (
            ROWS,
            "<cols>",
            '<cols><col min="2" max="2" hidden="true"/>',
            "項 B1: content in a hidden",
        ),
        (ROWS, '<row r="3"', '<row r="2"', "項 row 2: rows out of order"),
        (ROWS, '<row r="3"', '<row r="x"', DAMAGED),
        (EDITION, "</row></sheetData>", SECOND_LINE, "版 A3: more than one edition"),
    ],
    ids=str,
)
def test_a_part_that_somebody_broke_is_refused(part: str, old: str, new: str, message: str) -> None:
    with pytest.raises(SpreadsheetError) as refused:
        read_spreadsheet(replace_in(FILE, part, old, new))
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", DAMAGED),
        (bytes(MOST_FILE_BYTES + 1), "the file is larger than"),
        (FILE[:-200], DAMAGED),
        (
            pack(unpack(FILE) | {f"part{one}": b"" for one in range(300)}),
            "the archive has too many",
        ),
        (encrypted(FILE), "the file is encrypted"),
    ],
    ids=["empty", "large", "cut", "many parts", "encrypted"],
)
def test_a_file_that_is_no_spreadsheet_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(SpreadsheetError, match=message):
        read_spreadsheet(data)


def test_a_part_that_stands_twice_is_refused() -> None:
    file = io.BytesIO(FILE)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr(WORKBOOK, b"<workbook/>")
    with pytest.raises(SpreadsheetError, match="one of them twice"):
        read_spreadsheet(file.getvalue())


def test_a_file_that_unpacks_without_end_is_refused() -> None:
    with pytest.raises(SpreadsheetError, match="unpacks to over"):
        read_spreadsheet(pack(unpack(FILE) | {STRINGS: b" " * (MOST_UNPACKED_BYTES + 1)}))


def test_a_sheet_without_lines_is_refused_or_empty() -> None:
    empty = Table(instrument="x", valid_from=date(2024, 5, 27), valid_to=None, classes=(), rows=())
    assert read_spreadsheet(write_spreadsheet(empty)) == empty
    parts = unpack(write_spreadsheet(empty))
    sheet = parts[EDITION].decode()
    without_line = sheet[: sheet.index('<row r="2"')] + sheet[sheet.index("</sheetData>") :]
    with pytest.raises(SpreadsheetError, match="版 A2: no line names the edition"):
        read_spreadsheet(pack(parts | {EDITION: without_line.encode()}))
    nothing = sheet[: sheet.index('<row r="1"')] + sheet[sheet.index("</sheetData>") :]
    with pytest.raises(SpreadsheetError, match="版 A1: the heading '法令' is missing"):
        read_spreadsheet(pack(parts | {EDITION: nothing.encode()}))


def table_of(*rows: Row) -> Table:
    return Table(instrument="x", valid_from=date(2024, 5, 27), valid_to=None, classes=(), rows=rows)


def test_what_the_format_cannot_hold_is_not_written() -> None:
    with pytest.raises(SpreadsheetError, match="項 row 3: the same stands twice"):
        write_spreadsheet(table_of(ROW, ROW))
    many = Row("1", "", "", (), (Pair(1, (), ()),) * 1_048_576, ())
    with pytest.raises(SpreadsheetError, match="組: more than 1048575 lines"):
        write_spreadsheet(table_of(many))
    with pytest.raises(SpreadsheetError, match="項 D2: more than 32767 characters"):
        write_spreadsheet(table_of(Row("1", "", "あ" * 32768, (), (), ())))


def test_columns_beyond_z_have_two_letters() -> None:
    assert [column_letters(index) for index in (0, 25, 26, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
    ]

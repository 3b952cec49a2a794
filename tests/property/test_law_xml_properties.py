import dataclasses
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from permitlists import PermitList
from permitlists.edition import Edition
from permitlists.lawxml import (
    EditionRequest,
    LawFile,
    LawXmlError,
    import_edition,
    import_tables,
    list_tables,
    read_law,
)
from permitlists.lawxml.grid import Grid, read_grid
from permitlists.lawxml.numerals import branch_number, number_key
from permitlists.line_writer import write_lines
from permitlists.lines import read_lines
from permitlists.table import Clause, Grant, Pair, Row, Table
from tests.support.law_editions import write_edition
from tests.support.law_xml import (
    LEAD,
    WordedClause,
    WordedParagraph,
    WordedRow,
    article,
    kanji,
    law,
    predecessor,
    table_article,
)
from wire.errors import WireError
from wire.trees import read_tree

BEFORE = predecessor()
CLASSES = tuple(entry.name for entry in BEFORE.classes if entry.wording is None)
TERMS = ("橋梁関係情報", "船籍関係情報", "灯台関係情報", "霧笛関係情報")
REQUEST = EditionRequest(
    permit_list=PermitList([]), predecessor=Edition(BEFORE), valid_from=date(2099, 4, 1)
)
CLAUSES = (
    WordedClause(affair="届出に関する事務", information="届出を行う者に係る橋梁関係情報"),
    WordedClause(
        affair="許可に関する事務",
        information="次に掲げる情報",
        entries=("前号に掲げる情報", "第一号に掲げる情報", "灯台関係情報"),
    ),
)
VALID = law(
    table_article(
        [
            WordedRow(
                no="1",
                inquirer="港の長",
                affair="入港に関する事務であって次条で定めるもの",
                pairs=(("橋の長", "橋梁関係情報"), ("灯台守協会", "灯台関係情報")),
            ),
            WordedRow(no="2"),
        ]
    )
    + article("3", WordedParagraph(sentence=LEAD.format("一"), clauses=CLAUSES))
).decode()

Numbers = st.integers(1, 300).flatmap(
    lambda whole: st.sampled_from([str(whole), f"{whole}の{whole % 7 + 2}", f"{whole}の2の3"])
)


def refusal(run: Callable[[LawFile], object], data: bytes) -> LawXmlError | None:
    try:
        run(LawFile(data=data, name="law.xml"))
    except LawXmlError as error:
        return error
    return None


def imports_or_is_refused(run: Callable[[LawFile], object], data: bytes) -> None:
    error = refusal(run, data)
    if error is not None:
        assert error.code.startswith("lawxml.")
        assert (error.place.line, error.place.column) >= (1, 1)
        assert error.message_ja
        assert error.message_en


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
@example(b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;">]><Law>&c;</Law>')
@example(b'<!DOCTYPE a [<!ENTITY % b SYSTEM "file:///etc/hostname"> %b;]><Law/>')
def test_any_bytes_are_tables_or_a_located_refusal(data: bytes) -> None:
    imports_or_is_refused(lambda file: import_tables(file, None, None), data)


@given(
    st.integers(0, len(VALID) - 1),
    st.integers(0, 40),
    st.text(alphabet='<>/"=&; 0129一二の第項号条表削除に係る次掲げ\u3000\n', max_size=12)
    | st.sampled_from(
        [
            ' rowspan="2"',
            ' colspan="3"',
            ' rowspan="99"',
            ' BorderTop="none"',
            "削除",
            "<Sentence/>",
        ]
    ),
)
@settings(max_examples=300)
def test_a_spoilt_law_is_read_or_refused_and_never_opens_more(
    begin: int, length: int, instead: str
) -> None:
    data = (VALID[:begin] + instead + VALID[begin + length :]).encode()
    imports_or_is_refused(lambda file: import_tables(file, None, None), data)
    imports_or_is_refused(lambda file: import_edition(file, REQUEST), data)


@given(st.lists(Numbers, min_size=1, max_size=8, unique=True))
def test_numbers_are_read_back_and_sort_as_the_law_does(numbers: list[str]) -> None:
    assert [branch_number(kanji(number)) for number in numbers] == numbers
    ordered = sorted(numbers, key=number_key)
    assert ordered == sorted(ordered, key=lambda number: [int(part) for part in number.split("の")])


@st.composite
def editions(draw: st.DrawFn) -> Table:
    """Draw an edition whose every line the importer can read."""
    numbers = sorted(draw(st.lists(Numbers, min_size=1, max_size=5, unique=True)), key=number_key)
    return msgspec.structs.replace(
        BEFORE,
        valid_from=date(2099, 4, 1),
        source="",
        rows=tuple(draw(rows(number)) for number in numbers),
    )


@st.composite
def rows(draw: st.DrawFn, number: str) -> Row:
    if draw(st.integers(0, 5)) == 0:
        return Row(number, "", "削除", (), (), ())
    names = st.lists(st.sampled_from(CLASSES), min_size=1, max_size=3, unique=True).map(tuple)
    pairs = tuple(
        Pair(position, draw(names), draw(subsets(TERMS)))
        for position in range(1, draw(st.integers(1, 3)) + 1)
    )
    offered = tuple(dict.fromkeys(term for pair in pairs for term in pair.terms))
    clauses = tuple(
        Clause(
            str(position),
            f"第{position}の届出",
            "verified",
            tuple(line(pairs, term) for term in draw(subsets(offered))),
        )
        for position in range(1, draw(st.integers(1, 4)) + 1)
    )
    return Row(number, "", "入港の許可", draw(names), pairs, clauses)


def subsets(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


def line(pairs: tuple[Pair, ...], term: str) -> Grant:
    offering = tuple(pair.no for pair in pairs if term in pair.terms)
    return Grant(offering, (term,), f"{term}の一部" if term in TERMS[:2] else "", "exact")


@given(editions())
def test_an_edition_written_as_law_xml_is_imported_as_it_was(table: Table) -> None:
    written = write_edition(table)
    request = dataclasses.replace(REQUEST, wordings=written.wordings)
    made = import_edition(LawFile(data=written.xml, name="law.xml"), request)
    assert made.edition is not None
    without = {one.code for one in made.findings if one.severity in {"hold", "doubt"}}
    assert without <= {"lawxml.rows.dropped"}
    found = made.edition.table
    rows = tuple(msgspec.structs.replace(row, article="") for row in found.rows)
    assert msgspec.structs.replace(found, rows=rows, source="") == table
    assert read_lines(write_lines(found)) == found


Cells = st.lists(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), st.booleans()), max_size=4), max_size=5
)


@given(Cells)
def test_every_slot_of_a_grid_lies_within_the_cell_that_covers_it(
    cells: list[list[tuple[int, int, bool]]],
) -> None:
    xml = "".join(
        "<TableRow>"
        + "".join(
            f'<TableColumn rowspan="{tall}" colspan="{wide}" BorderTop="none">'
            f"{'<Sentence>x</Sentence>' if filled else ''}</TableColumn>"
            for tall, wide, filled in row
        )
        + "</TableRow>"
        for row in cells
    )
    table = read_tree(f"<Table>{xml}</Table>".encode())
    with suppress(LawXmlError):  # cells that overlap or run out of the table
        grid, own = read_grid(table, "Table")
        assert own == tuple(map(len, cells))
        check_slots(grid)


def check_slots(grid: Grid) -> None:
    for number, row in enumerate(grid):
        for column, slot in enumerate(row):
            cell = slot.cell
            if slot.filled:
                assert slot.cell == grid[number - 1][column].cell
            else:
                assert cell.row <= number < cell.row + cell.rowspan
                assert cell.column <= column < cell.column + cell.colspan


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_or_a_wire_error(data: bytes) -> None:
    with suppress(WireError):
        assert read_tree(data).line >= 1


def test_the_law_that_is_spoilt_is_read_whole() -> None:
    made = import_edition(LawFile(data=VALID.encode(), name="law.xml"), REQUEST)
    assert (made.state, len(list_tables(read_law(VALID.encode())))) == ("complete", 1)

import pytest

from permitlists.lawxml import list_tables, read_law
from permitlists.lawxml.permit_rows import RowSource, find_headings, read_permit_rows
from permitlists.lawxml.tables import LawTable
from tests.support.law_xml import HEADINGS, article, column, law, table_struct

HEAD = [column(text) for text in HEADINGS]
Rows = list[list[str]]


def table_of(rows: Rows) -> LawTable:
    paragraph = f'<Paragraph Num="1"><ParagraphNum/>{table_struct(rows)}</Paragraph>'
    return list_tables(read_law(law(article("2", paragraph))))[0]


def read(rows: Rows) -> tuple[list[RowSource], list[str]]:
    table = table_of(rows)
    headings = find_headings(table)
    assert headings is not None
    found, findings = read_permit_rows(table, headings)
    assert all(finding.place.line > 1 for finding in findings)
    return list(found), [finding.code.removeprefix("lawxml.row.") for finding in findings]


def pairs(row: RowSource) -> list[tuple[str, str]]:
    return [(pair.provider, pair.information) for pair in row.pairs]


def test_the_headings_are_found_by_what_they_say() -> None:
    spaced = ["情報照会者", "事\u3000務", "情報\n提供者", "特定個人情報"]
    table = table_of([[column("表の名")] * 4, [column(text) for text in spaced]])
    headings = find_headings(table)
    assert headings is not None
    assert (headings.row, headings.inquirer, headings.information) == (1, 0, 3)


@pytest.mark.parametrize(
    "texts",
    [
        ["情報照会者", "事務", "情報提供者"],
        ["情報照会者", "事務", "情報提供者", "情報"],
        ["照会者", "事務", "情報提供者", "特定個人情報"],
        [],
    ],
)
def test_a_table_without_all_four_headings_is_no_permit_table(texts: list[str]) -> None:
    assert find_headings(table_of([[column(text) for text in texts]])) is None


def test_cells_over_several_rows_make_pairs_of_one_row() -> None:
    rows, findings = read(
        [
            HEAD,
            [
                column("一\u3000港の長", rowspan="3"),
                column("入港の事務", rowspan="3"),
                column("橋の長", rowspan="2"),
                column("橋の情報"),
            ],
            [column("橋脚の情報")],
            [column("灯台守"), column("灯台の情報")],
        ]
    )
    assert findings == []
    assert [(row.no, row.inquirer, row.affair) for row in rows] == [("1", "港の長", "入港の事務")]
    assert pairs(rows[0]) == [
        ("橋の長", "橋の情報"),
        ("橋の長", "橋脚の情報"),
        ("灯台守", "灯台の情報"),
    ]


def test_empty_cells_without_a_rule_continue_the_row_above() -> None:
    none = column("", BorderTop="none")
    rows, findings = read(
        [
            HEAD,
            [column("一の二\u3000港の長"), column("事務"), column("橋の長"), column("橋の情報")],
            [none, none, column("灯台守", BorderTop="none"), column("灯台の情報")],
            [none, none, none, none],
            [none, none, column("渡し守", BorderTop="none"), none],
        ]
    )
    assert findings == ["filled"]
    assert pairs(rows[0]) == [
        ("橋の長", "橋の情報"),
        ("灯台守", "灯台の情報"),
        ("渡し守", "灯台の情報"),
    ]


def test_a_number_may_have_a_column_of_its_own() -> None:
    rows, findings = read(
        [
            [column("項"), *HEAD],
            [column("一"), *[column(text) for text in ("港の長", "事務", "橋の長", "情報")]],
            [column("二"), column("削除"), *[column("")] * 3],
        ]
    )
    assert findings == []
    assert [(row.no, row.inquirer, row.deleted) for row in rows] == [
        ("1", "港の長", False),
        ("2", "", True),
    ]


def test_deleted_rows_and_repeated_headings_are_told_apart() -> None:
    rows, findings = read(
        [
            HEAD,
            [column("一及び二\u3000削除"), *[column("")] * 3],
            HEAD,
            [column("三\u3000削除"), *[column("")] * 3],
        ]
    )
    assert findings == []
    assert [(row.no, row.deleted) for row in rows] == [("1", True), ("2", True), ("3", True)]


ROW = [column(text) for text in ("一\u3000港の長", "事務", "橋の長", "情報")]
AGAIN = [column(text) for text in ("二\u3000港の長", "事務", "橋の長", "情報")]


@pytest.mark.parametrize(
    ("rows", "expected", "numbers"),
    [
        ([HEAD, [column("港の長"), *ROW[1:]]], ["unnumbered"], []),
        ([HEAD, ROW, [column("島の長", BorderTop="none"), *ROW[1:]]], ["unnumbered"], ["1"]),
        ([HEAD, ROW, [column("島の長", BorderTop="none")]], ["columns", "unread"], ["1"]),
        ([HEAD, ROW, [*AGAIN, column("余り")]], ["columns"], ["1", "2"]),
        ([HEAD, ROW, []], ["columns", "unread"], ["1"]),
        ([HEAD, ROW, ROW], ["twice"], ["1"]),
        ([HEAD, AGAIN, ROW], ["order"], ["2", "1"]),
        (
            [HEAD, [column("一\u3000港の長", rowspan="2"), *ROW[1:]], [column("別"), *ROW[2:]]],
            ["second_affair"],
            ["1"],
        ),
    ],
)
def test_a_row_that_cannot_be_placed_is_told(
    rows: Rows, expected: list[str], numbers: list[str]
) -> None:
    found, findings = read(rows)
    assert findings == expected
    assert [row.no for row in found] == numbers

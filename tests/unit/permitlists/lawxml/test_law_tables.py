from typing import Any

import pytest

from permitlists.lawxml import LawTable, LawXmlError, list_tables, read_law
from permitlists.lawxml import grid as grid_module
from tests.support.law_xml import article, column, law, sentence, table_struct


def tables(struct: str, after: str = "") -> tuple[LawTable, ...]:
    paragraph = f'<Paragraph Num="1"><ParagraphNum/>{struct}</Paragraph>'
    return list_tables(read_law(law(article("3の2", paragraph), after=after)))


def texts(struct: str) -> list[list[str]]:
    (table,) = tables(struct)
    return [[slot.cell.text for slot in row] for row in table.grid]


def refusal(struct: str) -> LawXmlError:
    with pytest.raises(LawXmlError) as caught:
        tables(struct)
    return caught.value


def test_spans_are_expanded_over_rows_and_columns() -> None:
    struct = table_struct(
        [
            [column("一", rowspan="2"), column("二", colspan="2")],
            [column("三"), column("四", rowspan="2")],
            [column("五"), column("六")],
        ]
    )
    assert texts(struct) == [["一", "二", "二"], ["一", "三", "四"], ["五", "六", "四"]]


def test_only_an_empty_cell_without_a_rule_above_is_filled_from_above() -> None:
    struct = table_struct(
        [
            [column("一"), column("二"), column("三"), column("四")],
            [
                column("", BorderTop="none"),
                column("独立の行", BorderTop="none"),
                column("", BorderTop="solid"),
                "<TableColumn/>",
            ],
            [column("", BorderTop="none"), *[column("", BorderTop="none")] * 3],
        ]
    )
    (table,) = tables(struct)
    assert [[slot.cell.text for slot in row] for row in table.grid] == [
        ["一", "二", "三", "四"],
        ["一", "独立の行", "", ""],
        ["一", "独立の行", "", ""],
    ]
    assert [slot.filled for slot in table.grid[1]] == [True, False, False, False]


def test_an_empty_first_row_and_a_longer_row_stay_as_they_are() -> None:
    struct = table_struct(
        [[column("", BorderTop="none")], [column("一"), column("", BorderTop="none")]]
    )
    assert texts(struct) == [[""], ["一", ""]]


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ([[column("一", rowspan="3")], [column("二")]], "lawxml.table.overrun", (7, 11)),
        (
            [[column("一"), column("二", rowspan="2")], [column("三", colspan="2")]],
            "lawxml.table.overlap",
            (8, 11),
        ),
        ([[column("一", rowspan="0")]], "lawxml.table.span", (7, 11)),
        ([[column("一", colspan="二")]], "lawxml.table.span", (7, 11)),
        (
            [[column("一"), column("二", rowspan="2")], []],
            "lawxml.table.gap",
            (7, 130),
        ),
    ],
)
def test_cells_that_do_not_fit_are_refused_where_they_stand(
    rows: list[list[str]], code: str, place: tuple[int, int]
) -> None:
    error = refusal(table_struct(rows))
    assert (error.code, (error.place.line, error.place.column)) == (code, place)
    assert "TableColumn" in error.place.path
    assert error.message_ja in str(error)
    assert error.message_en in str(error)


def test_a_table_of_too_many_slots_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_module, "MAX_SLOTS", 5)
    assert refusal(table_struct([[column("一", colspan="6")]])).code == "lawxml.table.size"


def test_the_parts_of_a_cell_are_joined_and_kept() -> None:
    cell = (
        '<TableColumn BorderTop="solid">'
        f"{sentence('第一文。')}{sentence('第二文。')}"
        "<Item><ItemTitle>一</ItemTitle><ItemSentence>"
        f'<Column Num="1">{sentence("甲")}</Column><Column Num="2">{sentence("乙")}</Column>'
        "</ItemSentence></Item>"
        f"<Paragraph><ParagraphNum>二</ParagraphNum>"
        f"<ParagraphSentence>{sentence('段')}</ParagraphSentence></Paragraph>"
        '<FigStruct><Fig src="a.jpg"/></FigStruct>'
        f"<QuoteStruct>{sentence('引用')}</QuoteStruct></TableColumn>"
    )
    (table,) = tables(table_struct([[cell]]))
    found = table.grid[0][0].cell
    assert found.text == "第一文。\n第二文。\n一\u3000甲\n乙\n二\u3000段"
    assert [(part.kind, part.text) for part in found.parts][-2:] == [
        ("Paragraph/ParagraphSentence/Sentence", "段"),
        ("FigStruct/Fig", "a.jpg"),
    ]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<Ruby>灯<Rt>とう</Rt></Ruby>台", "灯台"),
        ("x<Sup>2</Sup><Sub>1</Sub>", "x21"),
        ('<Line Style="solid">下線</Line>', "下線"),
        ("前\n        後", "前後"),
        ("\n   文\u3000字 と空白\n ", "文\u3000字 と空白"),
        ("か\u3099", "が"),
        ("前<QuoteStruct><Sentence>引用</Sentence></QuoteStruct>後", "前\ufffc後"),
        ("式<ArithFormula/>", "式\ufffc"),
    ],
)
def test_a_text_is_one_line_without_readings_in_composed_form(inner: str, text: str) -> None:
    cell = f"<TableColumn><Sentence>{inner}</Sentence></TableColumn>"
    assert texts(table_struct([[cell]])) == [[text]]


def test_tables_are_found_everywhere_but_in_quotations_and_cells() -> None:
    one = table_struct([[column("一\u3000港の長")]])
    item = (
        f'<Item Num="2"><ItemTitle>二</ItemTitle><ItemSentence/><Subitem1>{one}</Subitem1></Item>'
    )
    inside = table_struct([[f"<TableColumn>{one}</TableColumn>"]])
    quoted = f"<QuoteStruct>{one}</QuoteStruct>"
    after = (
        f'<SupplProvision AmendLawNum="架空九九年"><Paragraph Num="3">{one}</Paragraph>'
        f"<SupplProvisionAppdxTable><SupplProvisionAppdxTableTitle>附則別表"
        f"</SupplProvisionAppdxTableTitle>{one}</SupplProvisionAppdxTable></SupplProvision>"
        f"<SupplProvision><Article>{one}</Article></SupplProvision>"
        f"<AppdxTable><AppdxTableTitle>別表第一</AppdxTableTitle><RelatedArticleNum>（第三条関係）"
        f"</RelatedArticleNum>{one}</AppdxTable><AppdxNote>{one}</AppdxNote>"
    )
    found = tables(one + item + inside + quoted, after)
    assert [table.label for table in found] == [
        "第3条の2 第1項",
        "第3条の2 第1項 第2号",
        "第3条の2 第1項",
        "附則（架空九九年） 第3項",
        "附則（架空九九年） 附則別表",
        "附則",
        "別表第一",
        "AppdxNote",
    ]
    assert found[1].place.path == (
        'Law/LawBody/MainProvision/Article[@Num="3_2"]/Paragraph[@Num="1"]'
        '/Item[@Num="2"]/Subitem1/TableStruct/Table'
    )
    assert found[6].location.related == "（第三条関係）"


DELETED, LIVE = column("二\u3000削除"), column("三\u3000港の長", rowspan="2")


def test_a_table_as_json_names_the_cell_of_every_slot() -> None:
    struct = (
        "<TableStruct><TableStructTitle>港の表</TableStructTitle><Table>"
        "<TableHeaderRow><TableHeaderColumn>港</TableHeaderColumn><TableHeaderColumn>長<Ruby>官<Rt>"
        "かん</Rt></Ruby></TableHeaderColumn></TableHeaderRow>"
        f"<TableRow>{DELETED}{column('')}<Other/></TableRow>"
        f"<TableRow>{LIVE}{column('甲')}</TableRow>"
        f"<TableRow>{column('', BorderTop='none')}</TableRow></Table>"
        f"<Remarks><RemarksLabel>備考</RemarksLabel>{sentence('注')}</Remarks></TableStruct>"
    )
    (table,) = tables(struct)
    document: dict[str, Any] = table.as_document()
    assert document["title"] == "港の表"
    assert document["location"] == "第3条の2 第1項"
    assert document["article"] == "3の2"
    assert document["remarks"] == ["備考 注"]
    assert document["header_rows"] == 1
    assert document["row_numbers"] == ["2", "3"]
    assert document["grid"] == [[0, 1], [2, 3], [4, 5], [4, 5]]
    assert document["filled"] == [[3, 1]]
    assert [cell["text"] for cell in document["cells"][:2]] == ["港", "長官"]
    assert document["cells"][4]["text"] == "三\u3000港の長"
    assert document["cells"][4]["rowspan"] == 2
    assert document["cells"][4]["line"] > document["line"] - 1
    assert document["cells"][4]["parts"] == [
        {"kind": "Sentence", "text": "三\u3000港の長", "line": document["cells"][4]["line"]}
    ]


def test_a_table_may_be_the_sentence_of_an_item() -> None:
    bare = f"<Table><TableRow>{column('甲')}</TableRow></Table>"
    item = f'<Item Num="1"><ItemSentence>{bare}</ItemSentence></Item>'
    titled = f"<TableStruct><TableStructTitle>題</TableStructTitle>{bare}</TableStruct>"
    assert [(table.label, table.title) for table in tables(titled + item)] == [
        ("第3条の2 第1項", "題"),
        ("第3条の2 第1項 第1号", ""),
    ]


def test_a_table_without_rows_or_cells_is_an_empty_grid() -> None:
    assert texts("<TableStruct><Table/></TableStruct>") == []
    (table,) = tables("<TableStruct><Table><TableRow/></Table></TableStruct>")
    assert (table.grid, table.header_rows, table.row_numbers) == (((),), 0, ())

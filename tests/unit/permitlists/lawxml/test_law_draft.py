import json
import re
from datetime import date

import msgspec
import pytest

from permitlists.edition import Edition
from permitlists.lawxml import Finding, list_tables, read_law
from permitlists.lawxml.draft import Draft, draft_edition
from permitlists.lawxml.wording import digest
from permitlists.lawxml.wordings import Wordings
from permitlists.table import Clause, Grant, Row, Table
from tests.support.law_xml import (
    DESCRIBED,
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

DAY = date(2099, 4, 1)
BRIDGE, LIGHT = ("橋の長", "橋梁関係情報又は船籍関係情報"), ("灯台守協会", "灯台関係情報")
LISTED = "次に掲げる情報"


def draft(body: str, before: Table | None = None, *reviewed: list[object]) -> Draft:
    document = read_law(law(body))
    made = draft_edition(
        document,
        list_tables(document)[0],
        before or predecessor(),
        Wordings.from_lines("shourei-r6", "\n".join(map(json.dumps, reviewed)).encode()),
        DAY,
    )
    Edition(made.table)  # a draft is always an edition that can decide
    return made


def row(no: str = "1", named: str = "第三条", /, **fields: object) -> WordedRow:
    values: dict[str, object] = {
        "no": no,
        "inquirer": "港の長",
        "affair": f"入港の許可に関する事務であって{named}で定めるもの",
        "pairs": (BRIDGE, LIGHT),
    }
    return WordedRow(**{**values, **fields})  # type: ignore[arg-type]  # of known types


def detail(number: str, no: str, *clauses: WordedClause, lead: str = LEAD) -> str:
    return article(number, WordedParagraph(sentence=lead.format(kanji(no)), clauses=clauses))


def clause(information: str, *entries: str, no: str = "") -> WordedClause:
    return WordedClause(
        affair=f"{information}の事務", information=information, entries=entries, no=no
    )


def codes(made: Draft, *severities: str) -> list[str]:
    return [
        finding.code.removeprefix("lawxml.")
        for finding in made.findings
        if not severities or finding.severity in severities
    ]


def only_row(made: Draft) -> Row:
    (found,) = made.table.rows
    return found


def grants(made: Draft) -> dict[str | None, list[tuple[tuple[int, ...], tuple[str, ...], str]]]:
    return {
        one.no: [(grant.pairs, grant.terms, grant.confidence) for grant in one.grants]
        for one in only_row(made).clauses
    }


def test_an_order_is_read_down_to_the_lines_of_its_clauses() -> None:
    made = draft(
        table_article([row(), WordedRow(no="2")])
        + detail(
            "3",
            "1",
            clause("申請を行う者に係る橋梁関係情報"),
            clause(LISTED, "当該者に係る船籍関係情報", "当該者に係る灯台関係情報", no="1の2"),
        )
    )
    assert made.findings == ()
    first, deleted = made.table.rows
    assert deleted == Row("2", "", "削除", (), (), ())
    assert (first.no, first.article, first.label) == ("1", "3", "入港の許可")
    assert first.inquirers == ("港の長",)
    assert [(pair.no, pair.providers, pair.terms) for pair in first.pairs] == [
        (1, ("橋の長",), ("橋梁関係情報", "船籍関係情報")),
        (2, ("灯台守協会",), ("灯台関係情報",)),
    ]
    assert first.clauses == (
        Clause(
            "1",
            "申請を行う者に係る橋梁関係情報の事務",
            "verified",
            (Grant((1,), ("橋梁関係情報",), "", "exact"),),
        ),
        Clause(
            "1の2",
            "次に掲げる情報の事務",
            "verified",
            (
                Grant((1,), ("船籍関係情報",), "", "exact"),
                Grant((2,), ("灯台関係情報",), "", "exact"),
            ),
        ),
    )
    assert (made.table.valid_from, made.table.valid_to) == (DAY, None)


def test_the_next_article_is_found_by_counting() -> None:
    made = draft(
        table_article([row("1", "次条")])
        + detail("3", "1", clause("橋梁関係情報"), lead=LEAD.replace("第二条", "前条"))
    )
    assert (made.findings, only_row(made).article) == ((), "3")


def test_an_article_that_counts_from_another_one_is_not_of_the_table() -> None:
    made = draft(
        table_article([row("1", "第四条")])
        + article("3")
        + detail("4", "1", clause("橋梁関係情報"), lead=LEAD.replace("第二条", "前条"))
    )
    assert codes(made) == []
    assert only_row(made).clauses[0].no is None


def test_a_table_without_articles_is_read_row_by_row() -> None:
    made = draft(table_article([row("1", "主務省令"), row("2", "次条")]))
    assert made.findings == ()
    for found in made.table.rows:
        assert (found.article, found.clauses) == (
            "",
            (
                Clause(
                    None,
                    "入港の許可",
                    "single",
                    (
                        Grant((1,), ("橋梁関係情報", "船籍関係情報"), "", "exact"),
                        Grant((2,), ("灯台関係情報",), "", "exact"),
                    ),
                ),
            ),
        )


def granting(*rows: tuple[Grant, ...], no: str | None = None) -> Table:
    """Return the predecessor with other grants, one row each."""
    before = predecessor()
    return msgspec.structs.replace(
        before,
        rows=tuple(
            msgspec.structs.replace(
                before.rows[0],
                no=str(number),
                clauses=(Clause(no, "許可", "single", grants),),
            )
            for number, grants in enumerate(rows, start=1)
        ),
    )


NARROW = (
    Grant((1,), ("橋梁関係情報",), "橋脚", "exact"),
    Grant((1,), ("橋梁関係情報",), "橋桁", "exact"),
    Grant((1,), ("船籍関係情報",), "", "exact"),
)


def test_a_row_without_articles_narrows_terms_as_they_were_narrowed_before() -> None:
    body = table_article([row("1", "主務省令", pairs=(BRIDGE,))])
    made = draft(body, granting(NARROW, NARROW))
    assert made.findings == ()
    assert [(one.terms, one.scope) for one in only_row(made).clauses[0].grants] == [
        (("船籍関係情報",), ""),
        (("橋梁関係情報",), "橋桁"),
        (("橋梁関係情報",), "橋脚"),
    ]
    alone = table_article([row("1", "主務省令", pairs=(("橋の長", "橋梁関係情報"),))])
    assert len(only_row(draft(alone, granting(NARROW))).clauses[0].grants) == 2
    made = draft(body, granting(NARROW, NARROW[:1]))
    assert codes(made) == ["cell.scope"]
    assert [line[2] for line in grants(made)[None]] == ["exact", "doubtful"]


def test_a_table_alone_is_too_little_where_clauses_were_before() -> None:
    body = table_article([row("1", "主務省令")])
    made = draft(body, granting(NARROW, no="1"))
    assert codes(made) == ["detail.missing"]
    assert [line[2] for line in grants(made)[None]] == ["doubtful"]


SINGLE = (
    "第二条の表{0}の項で定める事務は、入港の許可（島を除く。）に関する事務（船を除く。）とし、"
    "{1}で定める情報は、{2}とする。"
)


@pytest.mark.parametrize("same", ["同項", "同表一の項"])
def test_an_article_may_define_a_single_affair(same: str) -> None:
    sentence = SINGLE.format("一", same, "申請を行う者に係る灯台関係情報")
    made = draft(table_article([row()]) + article("3", WordedParagraph(sentence=sentence)))
    assert made.findings == ()
    (found,) = only_row(made).clauses
    assert (found.no, found.label, found.numbering) == (None, "入港の許可", "single")
    assert found.grants == (Grant((2,), ("灯台関係情報",), "", "exact"),)


def test_a_single_affair_may_have_a_list() -> None:
    sentence = SINGLE.format("一", "同項", "申請を行う者に係る次に掲げる情報")
    entries = ("橋梁関係情報", "灯台関係情報", "知らない情報")
    made = draft(
        table_article([row()]) + article("3", WordedParagraph(sentence=sentence, entries=entries))
    )
    assert codes(made) == ["line.unknown"]
    assert [line[2] for line in grants(made)[None]] == ["exact", "exact", "doubtful"]


def test_several_paragraphs_of_a_row_are_numbered_through() -> None:
    lead = (
        "第二条の表一の項で定める事務のうち、実施者である{0}に係るものは、次の各号に掲げる事務とし、"
        "同項で定める情報のうち、実施者である{0}に係るものは、当該各号に掲げる事務の区分に応じ"
        "当該各号に定める情報とする。"
    )
    made = draft(
        table_article([row()])
        + article(
            "3",
            WordedParagraph(
                sentence=lead.format("橋の長"),
                clauses=(clause("橋梁関係情報"), clause("船籍関係情報")),
            ),
            WordedParagraph(
                sentence=lead.format("港の長又は灯台守協会"), clauses=(clause("灯台関係情報"),)
            ),
            WordedParagraph(sentence=lead.format("島の長"), clauses=(clause("灯台関係情報"),)),
        )
    )
    assert codes(made) == ["detail.implementers"]
    assert [(one.no, one.place, one.implementers) for one in only_row(made).clauses] == [
        ("1", "第1項第1号", ("橋の長",)),
        ("2", "第1項第2号", ("橋の長",)),
        ("3", "第2項第1号", ("港の長", "灯台守協会")),
        ("4", "第3項第1号", ()),
    ]
    assert grants(made)["4"] == [
        ((1, 2), ("橋梁関係情報", "船籍関係情報", "灯台関係情報"), "doubtful")
    ]


def test_two_paragraphs_for_different_implementers_must_name_the_same_one() -> None:
    lead = (
        "第二条の表一の項で定める事務のうち、橋の長に係るものは、次の各号に掲げる事務とし、"
        "同項で定める情報のうち、港の長に係るものは、当該各号に掲げる事務の区分に応じ"
        "当該各号に定める情報とする。"
    )
    made = draft(table_article([row()]) + detail("3", "1", clause("橋梁関係情報"), lead=lead))
    assert codes(made) == ["detail.unread"]


REFERENCES = [
    ("前号に掲げる情報", ["橋梁関係情報", "船籍関係情報"], "mapped"),
    ("申請を行う者に係る第一号ロに掲げる情報", ["船籍関係情報"], "mapped"),
    ("第一号イ及びロに掲げる情報", ["橋梁関係情報", "船籍関係情報"], "mapped"),
    ("第一号ハに掲げる情報", [], "doubtful"),
    ("第九号に掲げる情報", [], "doubtful"),
    ("第二号に掲げる情報", [], "doubtful"),
    ("第一号に掲げる情報（橋に限る。）", [], "doubtful"),
]


@pytest.mark.parametrize(("text", "terms", "confidence"), REFERENCES)
def test_a_reference_stands_for_the_lines_it_names(
    text: str, terms: list[str], confidence: str
) -> None:
    first = clause(LISTED, "橋梁関係情報", "船籍関係情報")
    made = draft(table_article([row()]) + detail("3", "1", first, clause(text)))
    lines = only_row(made).clauses[1].grants
    if terms:
        assert [line.terms[0] for line in lines] == terms
    assert {line.confidence for line in lines} == {confidence}


def test_a_reference_may_open_a_list_of_its_own() -> None:
    made = draft(
        table_article([row()])
        + detail(
            "3",
            "1",
            clause("橋梁関係情報"),
            clause("第一号に掲げる情報及び次に掲げる情報", "灯台関係情報"),
            clause("第一号に掲げる情報", "灯台関係情報"),
        )
    )
    assert codes(made) == ["line.unknown"]
    assert [line[2] for line in grants(made)["2"]] == ["mapped", "exact"]
    assert [line[2] for line in grants(made)["3"]] == ["mapped", "doubtful"]


def test_clauses_that_refer_to_each_other_or_to_nothing_grant_nothing() -> None:
    made = draft(
        table_article([row()])
        + detail(
            "3",
            "1",
            clause("前号に掲げる情報"),
            clause("第三号に掲げる情報"),
            clause("第二号に掲げる情報"),
        )
    )
    assert set(codes(made)) == {"line.unknown"}
    assert {line[2] for lines in grants(made).values() for line in lines} == {"doubtful"}


def test_a_list_within_a_list_keeps_its_letter_and_an_unknown_head_grants_nothing() -> None:
    inner = (
        '<Subitem1 Num="1"><Subitem1Title>イ</Subitem1Title><Subitem1Sentence>'
        "<Sentence>{0}</Sentence></Subitem1Sentence><Subitem2><Subitem2Title>（一）</Subitem2Title>"
        "<Subitem2Sentence><Sentence>灯台関係情報</Sentence></Subitem2Sentence></Subitem2>"
        "<Subitem2/></Subitem1>"
    )
    plain_list = clause("次に掲げる情報", "X")
    body = detail("3", "1", plain_list, clause("第一号イに掲げる情報"))
    begin, end = body.index("<Subitem1"), body.index("</Subitem1>") + len("</Subitem1>")
    for head, expected in (
        ("者に係る次に掲げる情報", "exact"),
        ("特例に係る次に掲げる情報", "doubtful"),
        ("次のうち定める情報", "doubtful"),
    ):
        made = draft(table_article([row()]) + body[:begin] + inner.format(head) + body[end:])
        assert grants(made)["1"][-1][2] == expected
        assert grants(made)["2"][-1][2] == ("mapped" if expected == "exact" else "doubtful")


@pytest.mark.parametrize(
    ("old", "new", "numbering"),
    [
        ("<ItemTitle>二</ItemTitle>", "<ItemTitle>三</ItemTitle>", "conflict"),
        ('<Item Num="2">', '<Item Num="3">', "conflict"),
        ("<ItemTitle>二</ItemTitle>", "", "conflict"),
        ("<ItemTitle>二</ItemTitle>", "<ItemTitle>二</ItemTitle> ", "verified"),
    ],
)
def test_a_clause_number_counts_only_if_title_attribute_and_order_agree(
    old: str, new: str, numbering: str
) -> None:
    body = detail("3", "1", clause("橋梁関係情報"), clause("船籍関係情報")).replace(old, new)
    made = draft(table_article([row()]) + body)
    assert only_row(made).clauses[1].numbering == numbering


def test_deleted_and_unreadable_clauses_are_no_clauses_that_grant() -> None:
    body = detail("3", "1", clause("橋梁関係情報"), clause("消える"), clause("船籍関係情報"))
    begin = body.index('<Column Num="1">', body.index('<Item Num="2">'))
    end = body.index("</ItemSentence>", begin)
    gone = body[:begin] + "<Sentence>削除</Sentence>" + body[end:]
    assert list(grants(draft(table_article([row()]) + gone))) == ["1", "3"]
    made = draft(table_article([row()]) + gone.replace("削除", "一つの文"))
    assert codes(made) == ["line.unknown"]
    assert grants(made)["2"][0][2] == "doubtful"
    without = body.replace("<ItemSentence>", "<Other>").replace("</ItemSentence>", "</Other>")
    assert codes(draft(table_article([row()]) + without)) == []


def test_a_clause_that_stands_twice_is_held() -> None:
    made = draft(
        table_article([row()])
        + detail("3", "1", clause("橋梁関係情報"), clause("船籍関係情報", no="1"))
    )
    assert codes(made) == ["clause.twice"]
    assert list(grants(made)) == ["1"]


def test_a_single_affair_beside_clauses_is_held() -> None:
    single = SINGLE.format("一", "同項", "灯台関係情報")
    made = draft(
        table_article([row()])
        + detail("3", "1", clause("橋梁関係情報"))
        + article("4", WordedParagraph(sentence=single))
    )
    assert codes(made) == ["clause.twice"]


UNKNOWN = f"未確認の機関（{digest('島の長')}）"


@pytest.mark.parametrize(
    ("fields", "expected", "confidences"),
    [
        ({"inquirer": "島の長"}, ["cell.institution"], ["exact", "exact"]),
        (
            {"pairs": (("島の長", "橋梁関係情報"), LIGHT)},
            ["cell.institution"],
            ["doubtful", "exact"],
        ),
        (
            {"pairs": (BRIDGE, ("灯台守協会", "島の情報"))},
            ["cell.information"],
            ["exact", "doubtful"],
        ),
        ({"inquirer": "港の長（島の長を含む。）"}, ["cell.says_more"], ["exact", "exact"]),
        ({"pairs": ((DESCRIBED, "橋梁関係情報"),)}, [], ["exact"]),
        (
            {"pairs": (("橋の長", "橋梁関係情報（橋脚の情報をいう。）"),)},
            ["cell.says_more"],
            ["exact"],
        ),
    ],
)
def test_a_cell_that_is_not_recognised_grants_nothing(
    fields: dict[str, object], expected: list[str], confidences: list[str]
) -> None:
    made = draft(table_article([row("1", "主務省令", **fields)]))
    assert codes(made) == expected
    assert [line[2] for line in grants(made)[None]] == confidences
    named = {*only_row(made).inquirers, *(n for p in only_row(made).pairs for n in p.providers)}
    assert (UNKNOWN in named) == ("cell.institution" in expected)


def test_a_wording_that_was_reviewed_includes_what_reviewers_say() -> None:
    text = "港の長（島の長を含む。）"
    reviewed: list[object] = ["classes", "shourei-r6", digest(text), ["港の長", "橋の長"]]
    made = draft(table_article([row("1", "主務省令", inquirer=text)]), None, reviewed)
    assert made.findings == ()
    assert only_row(made).inquirers == ("港の長", "橋の長")


def reading(text: str, *terms: str, scope: str = "", confidence: str = "mapped") -> list[object]:
    return ["phrase", "shourei-r6", digest(text), terms, scope, confidence]


@pytest.mark.parametrize(
    ("reviewed", "expected", "granted"),
    [
        (
            [reading("橋の情報", "橋梁関係情報", scope="橋脚")],
            [],
            ((1,), ("橋梁関係情報",), "mapped"),
        ),
        (
            [
                reading("橋の情報", "橋梁関係情報"),
                reading("橋の情報", "橋梁関係情報", "灯台関係情報", confidence="doubtful"),
            ],
            ["line.doubtful"],
            ((1, 2), ("橋梁関係情報", "灯台関係情報"), "doubtful"),
        ),
        (
            [reading("橋の情報", "橋梁関係情報"), reading("橋の情報", "船籍関係情報")],
            ["line.ambiguous"],
            ((1, 2), ("橋梁関係情報", "船籍関係情報", "灯台関係情報"), "doubtful"),
        ),
    ],
)
def test_a_reviewed_phrase_grants_only_where_it_has_one_meaning_without_doubt(
    reviewed: list[list[object]],
    expected: list[str],
    granted: tuple[tuple[int, ...], tuple[str, ...], str],
) -> None:
    body = table_article([row()]) + detail("3", "1", clause("者に係る橋の情報"))
    made = draft(body, None, *reviewed)
    assert codes(made) == expected
    assert grants(made)["1"] == [granted]


def test_the_digest_of_a_finding_is_what_a_reviewed_wording_is_kept_by() -> None:
    body = table_article(
        [
            row(
                "1",
                pairs=(("島の長（島法の長をいう。）", "島の情報であって第三条で定めるもの"), LIGHT),
            )
        ]
    ) + detail("3", "1", clause("届出を行う者（島の者に限る。）に係る灯りの情報"))
    made = draft(body)
    told = [re.search("[0-9a-f]{16}", finding.message_en) for finding in made.findings]
    information, institution, line = [found[0] for found in told if found]
    reviewed: list[list[object]] = [
        ["classes", "shourei-r6", institution, ["橋の長"]],
        ["terms", "shourei-r6", information, ["橋梁関係情報"]],
        ["phrase", "shourei-r6", line, ["灯台関係情報"], "灯り", "mapped"],
    ]
    assert codes(draft(body, None, *reviewed)) == ["cell.says_more"]


def test_a_row_without_any_pair_grants_nothing() -> None:
    none = row("2", "第九条", inquirer="港の長", pairs=(("", ""),))
    made = draft(table_article([row(), none]) + detail("3", "1", clause("橋梁関係情報")))
    assert set(codes(made)) == {"cell.institution", "cell.information", "detail.missing"}


@pytest.mark.parametrize(
    ("body", "expected", "severity"),
    [
        (detail("3", "7", clause("橋梁関係情報")), ["detail.missing", "detail.no_row"], "doubt"),
        (detail("5", "1", clause("橋梁関係情報")), ["row.article"], "review"),
        (
            article("3", WordedParagraph(sentence="第二条の表一の項で定める事務は、別に定める。")),
            ["detail.unread"],
            "doubt",
        ),
        (
            article(
                "3", WordedParagraph(sentence=SINGLE.format("一", "同表二の項", "橋梁関係情報"))
            ),
            ["detail.unread"],
            "doubt",
        ),
    ],
)
def test_row_and_article_must_find_each_other(
    body: str, expected: list[str], severity: str
) -> None:
    made = draft(table_article([row()]) + body)
    assert codes(made) == expected
    assert made.findings[0].severity == severity


def test_an_article_of_another_table_or_of_none_is_passed_over() -> None:
    other = LEAD.replace("第二条", "第九条")
    made = draft(
        table_article([row("1", "主務省令")])
        + detail("3", "1", clause("橋梁関係情報"), lead=other)
        + detail("4", "1", clause("橋梁関係情報"), lead="第二条の表十十の項で定める事務は、何か。")
        + article("5", "<ArticleCaption>題</ArticleCaption><Paragraph/>")
    )
    assert made.findings == ()


def test_findings_say_what_and_where_in_two_languages() -> None:
    made = draft(table_article([row("1", "主務省令", inquirer="島の長")]))
    (finding,) = made.findings
    assert isinstance(finding, Finding)
    document = finding.as_document()
    assert document["code"] == "lawxml.cell.institution"
    assert document["line"] > 1
    assert "TableColumn" in document["path"]
    assert digest("島の長") in document["message_ja"]
    assert "島の長" in document["message_en"]

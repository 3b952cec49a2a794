import pytest

from permitlists import Edition, load_builtin
from permitlists.card_changes import render_change
from permitlists.card_text import CardError
from permitlists.cards import parse, render
from permitlists.table import Clause, Grant, Pair, Row

TAX = "地方税関係情報"
ROW = Row(
    no="69",
    article="71",
    label="国保の給付",
    inquirers=("市町村長", "国民健康保険組合"),
    pairs=(
        Pair(1, ("医療保険者", "共済組合", "国"), ("給付情報", "資格情報")),
        Pair(4, ("市町村長",), (TAX,)),
    ),
    clauses=(
        Clause(no="1", label="負担金の算定", numbering="verified", grants=()),
        Clause(
            no="2の2",
            label="申請の審査",
            numbering="conflict",
            grants=(
                Grant((1,), ("給付情報", "資格情報"), "", "exact"),
                Grant((1, 4), (TAX,), "市町村民税", "doubtful"),
            ),
            place="第1項第1号",
            implementers=("厚生労働大臣",),
        ),
        Clause(
            no=None,
            label="届出",
            numbering="single",
            grants=(Grant((), (), "", "mapped"),),
            place="",
        ),
    ),
)
DELETED = "（7の項）は、削除の項であり、誰も何も求めることができない。"
EMPTY = "（7の項）市長は、事務の事務について、何も求めることができない。"
TEXT = """\
（69の項・第71条）市町村長又は国民健康保険組合は、国保の給付の事務について、〔組1〕医療保険者、共済組合又は国から、\
給付情報及び資格情報、〔組4〕市町村長から、地方税関係情報を求めることができる。
（69の項第1号）負担金の算定のために求められるものはない。
（69の項第2号の2）〔号番号に食違い〕〔法令では第1項第1号〕〔行う者は厚生労働大臣〕申請の審査のために求められるのは、\
〔組1〕給付情報及び資格情報〔文言どおり〕、〔組1・4〕地方税関係情報〔うち市町村民税〕〔要確認のため不可〕である。
（69の項の事務）〔法令に号番号なし〕届出のために求められるのは、〔組なし〕〔なし〕である。"""


def row(**changes: object) -> Row:
    fields: dict[str, object] = {"no": "7", "article": "", "label": "事務", "inquirers": ("市長",)}
    return Row(**({"pairs": (), "clauses": ()} | fields | changes))  # type: ignore[arg-type]  # a table's cells


def test_a_card_is_one_sentence_for_the_row_and_for_each_clause() -> None:
    assert render(ROW).text == TEXT
    assert parse(TEXT) == ROW
    assert parse(f"{TEXT}\n") == ROW


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, EMPTY),
        ({"label": "削除", "inquirers": ()}, DELETED),
        ({"no": "20の2", "article": "162の2"}, "（20の2の項・第162条の2）市長は、"),
        ({"article": "附則"}, "（7の項・第「附則」条）市長は、"),
        ({"inquirers": ("A又はB", "C")}, "（7の項）「A又はB」又はCは、"),
        ({"inquirers": ("村長（組合）", "甲、乙")}, "（7の項）村長（組合）又は「甲、乙」は、"),
        ({"inquirers": ("A又",)}, "（7の項）「A又」は、"),
        ({"inquirers": ("は",)}, "（7の項）「は」は、"),
        ({"inquirers": ("「甲」\\",)}, "（7の項）「「甲」」\\\\」は、"),
        ({"inquirers": ("甲\u202e乙",)}, "（7の項）「甲\\u{202E}乙」は、"),
        ({"inquirers": ("",)}, "（7の項）「」は、"),
        (
            {"inquirers": (), "pairs": (Pair(1, (), ()),)},
            "（7の項）〔なし〕は、事務の事務について、〔組1〕〔なし〕から、〔なし〕",
        ),
    ],
)
def test_a_name_is_quoted_where_it_could_be_misread(
    changes: dict[str, object], sentence: str
) -> None:
    given = row(**changes)
    assert render(given).sentence.startswith(sentence)
    assert parse(render(given).text) == given


@pytest.mark.parametrize("edition", load_builtin().editions, ids=lambda one: str(one.key.label))
def test_every_row_of_the_packaged_editions_comes_back(edition: Edition) -> None:
    for one in edition.table.rows:
        assert parse(render(one).text) == one


@pytest.mark.parametrize(
    "marked",
    [
        "^",
        "^\n",
        "^69の項",
        "（^69の号）",
        "（7の項・第^一条）",
        "（7の項）^",
        "（7の項）A又はB^又はCは、",
        "（7の項）A、B^は、",
        "（7の項）^A」は、",
        "（7の項）「A」^の事務",
        "（7の項）「^\\u{110000}」は、",
        "（7の項）^A\u202eは、",
        "（7の項）Aは、Bの事務について、〔組^x〕",
        f"{DELETED}^よ",
        f"{DELETED}\n^（7の項第1号）",
        f"{EMPTY}\n（^8の項第1号）",
        f"{EMPTY}\n（7の項第1号）Bのために求められるのは、〔組1^,2〕",
        f"{EMPTY}\n^\n",
    ],
)
def test_text_that_is_no_card_is_refused_at_its_place(marked: str) -> None:
    before, after = marked.split("^")
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    with pytest.raises(CardError) as refused:
        parse(before + after)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert str(refused.value).startswith(f"line {line}, column {column}: expected ")
    assert refused.value.code == "permits.card_form"


def test_a_change_shows_each_sentence_before_and_after() -> None:
    first, second, third = ROW.clauses
    old = row(clauses=(first, second))
    new = row(clauses=(Clause(no="1", label="別", numbering="verified", grants=()), third))
    change = render_change(old, new)
    assert change.before == render(old)
    assert change.after == render(new)
    before, after = change.before, change.after
    assert before is not None
    assert after is not None
    assert change.text.split("\n") == [
        f"  {before.sentence}",
        f"- {before.clauses[0]}",
        f"+ {after.clauses[0]}",
        f"- {before.clauses[1]}",
        f"+ {after.clauses[1]}",
    ]


def test_a_row_that_comes_or_goes_is_added_or_removed_as_a_whole() -> None:
    assert {line.change for line in render_change(None, ROW).lines} == {"added"}
    assert {line.change for line in render_change(ROW, None).lines} == {"removed"}
    assert render_change(None, None).lines == ()

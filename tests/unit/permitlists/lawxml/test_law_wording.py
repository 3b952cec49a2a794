import json

import pytest

from permitlists.lawxml import LawXmlError
from permitlists.lawxml.labels import shorten
from permitlists.lawxml.references import Reference, read_reference
from permitlists.lawxml.vocabulary import Vocabulary, list_phrases, unknown_class, unknown_term
from permitlists.lawxml.wording import (
    bare,
    digest,
    names_persons,
    plain,
    says_more,
    split_delegation,
    split_parentheses,
)
from permitlists.lawxml.wordings import Wordings
from tests.support.law_xml import DESCRIBED, predecessor

TERMS = frozenset({"橋梁関係情報", "船籍関係情報", "灯台関係情報", "霧笛関係情報"})
LINES = [
    ["classes", "shourei-r6", digest("港又は橋の番人"), ["港の長", "橋の長"]],
    ["classes", "beppyo2", digest("灯台の番人"), ["灯台守協会"]],
    ["terms", "shourei-r6", digest("灯りに関する情報"), ["灯台関係情報", "霧笛関係情報"]],
    ["label", "shourei-r6", digest("長い事務"), "短い事務"],
    ["phrase", "shourei-r6", digest("橋脚に関する情報"), ["橋梁関係情報"], "橋脚", "mapped"],
    ["phrase", "shourei-r6", digest("橋脚に関する情報"), ["無い情報"], "橋脚", "mapped"],
]


def wordings(*lines: str) -> Wordings:
    data = "\n".join([json.dumps(line) for line in LINES] + list(lines))
    return Wordings.from_lines("shourei-r6", data.encode())


VOCABULARY = Vocabulary(predecessor(), wordings())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("港の長（架空港湾法（昭和九十九年法律第九号）第一条の長をいう。以下同じ。）", "港の長"),
        ("架空港湾法（昭和九十九年法律第九号）の港", "架空港湾法の港"),
        ("架空港湾法（昭和九十九年法律第九号。以下「港法」という。）の港", "架空港湾法の港"),
        ("港の長（島の長を含む。以下この条において同じ。）", "港の長"),
        ("港の長（島の長を除く。）", "港の長（島の長を除く。）"),
        ("港の長（島の港に限る。以下同じ。）", "港の長（島の港に限る。以下同じ。）"),
        ("港の長（島の長（小島を除く。）を含む。）", "港の長"),
        ("港の長（閉じない", "港の長（閉じない"),
        ("港の長）開かない", "港の長）開かない"),
        ("（）", "（）"),
    ],
)
def test_only_parentheses_that_narrow_stay(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_that_more_is_said_is_noticed() -> None:
    assert says_more("港の長（島の長を含む。以下同じ。）")
    assert says_more("港の長（港法（昭和九十九年法律第九号）の長をいう。以下「長」という。）")
    assert not says_more("港の長（以下「長」という。）")
    assert not says_more("港の長（島の長を含む場合に限る。）")


def test_persons_are_told_from_things() -> None:
    assert names_persons("届出を行う者（島の税に限る。）")
    assert not names_persons("届出を行う者の税")


def test_a_text_is_cut_at_its_outermost_parentheses() -> None:
    assert split_parentheses("一（二（三）四）五（六） 七") == [
        ("一", False),
        ("（二（三）四）", True),
        ("五", False),
        ("（六）", True),
        (" 七", False),
    ]
    assert bare("一（二（三）四）五") == "一五"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("事務であって第七十一条で定めるもの", ("事務", "71")),
        ("事務であって第百六十二条の二で定めるもの", ("事務", "162の2")),
        ("事務であって次条で定めるもの", ("事務", "次条")),
        ("事務であって主務省令で定めるもの", ("事務", "主務省令")),
        ("事務", ("事務", "")),
    ],
)
def test_a_cell_says_who_details_it(text: str, parts: tuple[str, str]) -> None:
    assert split_delegation(text) == parts


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("港の長", ("港の長",)),
        ("港の長又は橋の長若しくは灯台守協会", ("港の長", "橋の長", "灯台守協会")),
        ("港の長、橋の長又は港の長", ("港の長", "橋の長")),
        (DESCRIBED, ("橋を守る者",)),
        (f"港の長又は{DESCRIBED}", ("港の長", "橋を守る者")),
        ("港又は橋の番人", ("港の長", "橋の長")),
        ("港又は橋の番人、灯台守協会", ("港の長", "橋の長", "灯台守協会")),
        ("港の長（島の長を含む。）", ("港の長",)),
        ("港の長（島の港に限る。）", None),
        ("島の長である港の長", None),
        ("港の長であって島のもの", None),
        ("港の長又は", None),
        ("又は港の長", None),
        ("港の長橋の長", None),
        ("港の長\n橋の長", None),
        ("灯台の番人", None),
        ("", None),
    ],
)
def test_a_cell_of_bodies_is_read_whole_or_not_at_all(
    text: str, classes: tuple[str, ...] | None
) -> None:
    assert VOCABULARY.read_classes(text) == classes


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("橋梁関係情報であって第三条で定めるもの", ("橋梁関係情報",)),
        ("橋梁関係情報又は船籍関係情報であって次条で定めるもの", ("橋梁関係情報", "船籍関係情報")),
        ("灯りに関する情報、橋梁関係情報", ("灯台関係情報", "霧笛関係情報", "橋梁関係情報")),
        ("橋梁関係情報又は知らない情報（以下「船籍関係情報」という。）", None),
    ],
)
def test_a_cell_of_information_is_read_whole_or_not_at_all(
    text: str, terms: tuple[str, ...] | None
) -> None:
    assert VOCABULARY.read_terms(text) == terms


@pytest.mark.parametrize(
    ("line", "phrases"),
    [
        ("橋梁関係情報", ["橋梁関係情報"]),
        (
            "申請を行う者に係る橋の者に係る橋梁関係情報",
            [
                "橋梁関係情報",
                "橋の者に係る橋梁関係情報",
                "申請を行う者に係る橋の者に係る橋梁関係情報",
            ],
        ),
        ("者に係る税に係る情報", ["税に係る情報", "者に係る税に係る情報"]),
        ("者（税に係る者に限る。）に係る情報", ["情報", "者（税に係る者に限る。）に係る情報"]),
    ],
)
def test_the_phrase_of_a_line_stands_behind_persons(line: str, phrases: list[str]) -> None:
    assert list(list_phrases(line)) == phrases


@pytest.mark.parametrize(
    ("line", "meanings"),
    [
        ("申請を行う者に係る橋梁関係情報", [(("橋梁関係情報",), "", "exact")]),
        ("申請を行う者に係る橋脚に関する情報", [(("橋梁関係情報",), "橋脚", "mapped")]),
        ("申請を行う者に係る知らない情報", []),
        ("橋の特例に係る橋梁関係情報", []),
    ],
)
def test_a_line_is_read_within_the_terms_of_its_row(
    line: str, meanings: list[tuple[tuple[str, ...], str, str]]
) -> None:
    readings = VOCABULARY.list_readings(line, TERMS)
    assert [(one.terms, one.scope, one.confidence) for one in readings] == meanings


def test_a_known_phrase_of_another_row_is_no_reading() -> None:
    assert VOCABULARY.list_readings("橋梁関係情報", frozenset({"灯台関係情報"})) == ()


def test_labels_are_kept_by_wording() -> None:
    assert wordings().find_label("長い事務") == "短い事務"
    assert wordings().find_label("別の事務") is None


def test_what_nobody_has_read_gets_a_name_from_its_digest() -> None:
    entry = unknown_class("島の長（島法（昭和九十九年法律第九号）の長をいう。）")
    assert entry.name == f"未確認の機関（{digest('島の長')}）"
    assert entry.wording == digest("島の長")
    assert unknown_term("島の情報であって次条で定めるもの") == (
        f"未確認の情報（{digest('島の情報')}）"
    )


@pytest.mark.parametrize("line", ["{}", '["classes","shourei-r6"]', '["other"]', "\xff"])
def test_wordings_of_another_form_are_refused_with_their_line(line: str) -> None:
    with pytest.raises(LawXmlError) as caught:
        Wordings.from_lines("shourei-r6", b'["label","x","y","z"]\n' + line.encode("latin-1"))
    assert (caught.value.code, caught.value.place.line) == ("lawxml.wordings", 2)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("前号に掲げる情報", (None, "", False)),
        ("第一号に掲げる情報", ("1", "", False)),
        ("申請を行う者に係る第二号の二に掲げる情報", ("2の2", "", False)),
        ("第一号イからニまで、ヘ及びトに掲げる情報", ("1", "イロハニヘト", False)),
        ("前号ロ及びハに掲げる情報並びに次に掲げる情報", (None, "ロハ", True)),
        ("第一号に掲げる情報及び次に掲げる情報", ("1", "", True)),
        ("第一号ニからイまでに掲げる情報", None),
        ("第一号に掲げる情報及び橋梁関係情報", None),
        ("第一号に掲げる情報（橋に限る。）", None),
        ("第十十号に掲げる情報", None),
        ("島の特例に係る第一号に掲げる情報", None),
        ("次に掲げる情報", None),
    ],
)
def test_a_reference_is_a_whole_line(
    text: str, reference: tuple[str | None, str, bool] | None
) -> None:
    expected = reference and Reference(
        clause=reference[0], letters=tuple(reference[1]), more=reference[2]
    )
    assert read_reference(text) == expected


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (
            "架空港湾法（昭和九十九年法律第九号）第三条の二の入港の許可に関する事務",
            "架空港湾法3条の2の入港の許可",
        ),
        ("入港に関する事務であって第七条で定めるもの", "入港"),
        ("港" * 61, "港" * 59 + "…"),
        ("第十十条の入港", "第十十条の入港"),
    ],
)
def test_a_label_is_short(text: str, label: str) -> None:
    assert shorten(text) == label

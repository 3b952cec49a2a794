import pytest

from permitlists.lawxml.numerals import (
    article_number,
    attribute_number,
    branch_number,
    kanji_number,
    number_key,
)
from permitlists.lawxml.row_numbers import deleted_numbers, read_row_numbers, split_number
from tests.support.law_xml import kanji


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一", 1),
        ("十", 10),
        ("十九", 19),
        ("百一", 101),
        ("百七十三", 173),
        ("千二", 1002),
        ("九千九百九十九", 9999),
        ("一七三", 173),
        ("二〇", 20),
        ("", None),
        ("\u3007", None),
        ("十百", None),
        ("一一十", None),
        ("市", None),
    ],
)
def test_a_kanji_numeral_has_its_value_and_other_texts_have_none(
    text: str, number: int | None
) -> None:
    assert kanji_number(text) == number


def test_every_number_a_law_can_write_is_read_back() -> None:
    assert all(kanji_number(kanji(str(number))) == number for number in range(1, 10_000))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("五十六の二", "56の2"),
        ("百七十三の二", "173の2"),
        ("三十の四十四の十三", "30の44の13"),
        ("５６の２", "56の2"),
        ("56の2", "56の2"),
        ("\uff10", None),
        ("五十六の", None),
        ("五十六のイ", None),
    ],
)
def test_a_branch_is_written_with_no_between_arabic_digits(text: str, number: str | None) -> None:
    assert branch_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"), [("56_2", "56の2"), ("7", "7"), ("7:8", None), ("0", None), ("", None)]
)
def test_an_attribute_writes_a_branch_with_a_low_line(text: str, number: str | None) -> None:
    assert attribute_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("第百六十二条の二", "162の2"), ("第七条", "7"), ("同条", None), ("第条", None)],
)
def test_an_article_is_named_by_its_number(text: str, number: str | None) -> None:
    assert article_number(text) == number


def test_branches_sort_between_the_whole_numbers() -> None:
    listed = ["57", "56の10", "56", "56の2"]
    assert sorted(listed, key=number_key) == ["56", "56の2", "56の10", "57"]


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("五十六の二\u3000港の長", ("56の2", "港の長")),
        ("一\n港の長", ("1", "港の長")),
        ("七", ("7", "")),
        ("\uff15 港の長", ("5", "港の長")),
        ("一般の港の長", None),
        ("十十\u3000港の長", None),
        ("港の長", None),
        ("", None),
    ],
)
def test_the_number_of_a_row_stands_before_a_wide_space(
    text: str, split: tuple[str, str] | None
) -> None:
    assert split_number(text) == split


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("三十六\u3000削除", ("36",)),
        ("三十六の二 削除", ("36の2",)),
        ("三及び四\u3000削除", ("3", "4")),
        ("三から六まで\u3000削除", ("3", "4", "5", "6")),
        ("六から三まで\u3000削除", ()),
        ("三の二から三の四まで\u3000削除", ()),
        ("十十\u3000削除", ()),
        ("三\u3000削除の申請", ()),
        ("三\u3000港の長", ()),
    ],
)
def test_deleted_rows_keep_their_numbers(text: str, numbers: tuple[str, ...]) -> None:
    assert deleted_numbers(text) == numbers


def test_a_first_cell_carries_its_number_or_those_it_deletes() -> None:
    assert read_row_numbers("二\u3000港の長") == ("2",)
    assert read_row_numbers("二及び三\u3000削除") == ("2", "3")
    assert read_row_numbers("情報照会者") == ()

import pytest

from permitlists.classes import Classes
from permitlists.table import InstitutionClass
from tests.unit.permitlists.permit_cases import packaged

CLASSES = packaged().classes


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("市町村長", {"医療保険者", "医療給付の支給者（他法令含む）"}),
        ("特別区の区長", {"市町村長", "市長", "都道府県知事等", "医療保険者",
                    "医療給付の支給者（他法令含む）"}),
        ("都道府県知事", {"都道府県知事等"}),
        ("福祉事務所を管理する町村長", {"都道府県知事等"}),
        ("全国健康保険協会", {"医療保険者", "医療給付の支給者（他法令含む）"}),
        ("国家公務員共済組合連合会", {"共済組合等"}),
        ("公営住宅事業主体である都道府県知事", {"都道府県知事", "都道府県知事等"}),
        ("都道府県知事等", set()),
        ("広島市長", set()),
        ("国家公務員共済組合", set()),
        ("内閣総理大臣", set()),
    ],
)  # fmt: skip
def test_a_class_brings_the_groups_that_the_law_puts_it_into(name: str, groups: set[str]) -> None:
    assert CLASSES.resolve(name) == {name, *groups}


def test_nothing_brings_a_qualified_class() -> None:
    for name in CLASSES.list_names():
        for found in CLASSES.resolve(name) - {name}:
            assert "である" not in found
            assert not found.startswith(("福祉事務所を管理する", "同意を得た", "認定"))


def test_an_unknown_name_resolves_to_no_class() -> None:
    assert CLASSES.resolve("町内会長") == frozenset()
    assert CLASSES.resolve("") == frozenset()


def test_the_wording_of_the_law_is_known_by_its_digest() -> None:
    classes = Classes(
        [InstitutionClass(name="短い名", groups=(), wording="8d969eef6ecad3c2")]  # of 123456
    )
    assert classes.resolve("123456") == {"短い名"}
    assert "短い名" in classes
    assert "123456" not in classes


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("市町村長又は国民健康保険組合", ["市町村長", "国民健康保険組合"]),
        ("厚生労働大臣若しくは日本年金機構又は共済組合等",
         ["厚生労働大臣", "日本年金機構", "共済組合等"]),
        ("文部科学大臣、都道府県知事又は都道府県教育委員会",
         ["文部科学大臣", "都道府県知事", "都道府県教育委員会"]),
        ("市町村長（特別区の区長を含む（略）。以下同じ。）", ["市町村長"]),
        ("市町村長", ["市町村長"]),
    ],
)  # fmt: skip
def test_a_text_of_the_table_is_read_as_its_alternatives(text: str, readings: list[str]) -> None:
    assert CLASSES.list_readings(text) == tuple(map(CLASSES.resolve, readings))


def test_an_unknown_part_stays_an_empty_reading() -> None:
    readings = CLASSES.list_readings("市町村長又は町内会長")
    assert readings == (CLASSES.resolve("市町村長"), frozenset())


def test_a_group_is_not_named_beside_its_member() -> None:
    assert CLASSES.list_narrowest(CLASSES.resolve("特別区の区長")) == ("特別区の区長",)
    assert CLASSES.list_narrowest({"町内会長", "法務大臣"}) == ("法務大臣", "町内会長")


def test_groups_that_contain_each_other_end() -> None:
    classes = Classes(
        [
            InstitutionClass(name="甲", groups=("乙",), wording=None),
            InstitutionClass(name="乙", groups=("甲",), wording=None),
        ]
    )
    assert classes.resolve("甲") == {"甲", "乙"}

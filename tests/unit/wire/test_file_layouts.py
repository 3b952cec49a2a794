"""Layouts: what may be declared, what is refused, how they are described and named."""

from datetime import date
from typing import Any

import msgspec
import pytest

from wire.errors import WireError
from wire.files.describe import describe, describe_markdown, describe_rule, describe_text
from wire.files.layout import Field, Layout, Rule
from wire.files.library import list_layouts, load_layout, parse_layout
from wire.files.lint import lint_layout
from wire.files.names import FileName, format_name, parse_name

EXPECTED = (
    "KJGSJKF1 KJHHSID1 KJIRTSU1 KJKGGAI1 KJKGKAR1 KJKOJIN1 KJKZKAK1 KJKZKOH1 KJRECPT1 KJRYSJK1 "
    "KJSETAI1 KJSHOTK1 KJSKTKS1 Z21 Z22 Z24 Z2A"
)
MINIMAL = """
id = "ABC"
name = "見本"
version = "1"
valid_from = 2020-01-01
origin = "design"
direction = "to_federation"
structure = "D*"
[[records]]
kind = "D"
name = "データ"
length = 4
fields = [
  { name = "甲", at = 1, length = 2, type = "number" },
  { name = "乙", at = 3, length = 2, type = "text" },
]
"""


def test_seventeen_layouts_are_shipped_and_faultless() -> None:
    assert [layout.id for layout in list_layouts()] == EXPECTED.split()
    assert [finding for layout in list_layouts() for finding in lint_layout(layout)] == []


@pytest.mark.parametrize(
    ("layout_id", "kind", "length", "fields"),
    [
        ("KJKOJIN1", "D", 2000, 85),
        ("KJSETAI1", "D", 1000, 34),
        ("KJGSJKF1", "D", 1000, 45),
        ("Z21", "M", 96, 7),
        ("Z24", "D", 500, 30),
        ("Z22", "T", 500, 12),
    ],
)
def test_records_have_the_length_and_fields_of_their_sources(
    layout_id: str, kind: str, length: int, fields: int
) -> None:
    record = load_layout(layout_id).find(kind)
    assert record is not None
    assert (record.length, len(record.fields)) == (length, fields)


def test_header_and_trailer_reach_to_the_length_of_the_data() -> None:
    layout = load_layout("KJKOJIN1")
    assert {record.length for record in layout.records} == {2000}


@pytest.mark.parametrize(
    ("version", "on", "found"),
    [
        ("0100", None, True),
        ("9999", None, False),
        (None, date(2018, 3, 31), False),
        (None, date(2018, 4, 1), True),
        (None, None, True),
    ],
)
def test_a_layout_is_found_by_version_and_day(
    version: str | None, on: date | None, found: bool
) -> None:
    if found:
        assert load_layout("KJKOJIN1", version=version, on=on).version == "0100"
        return
    with pytest.raises(WireError) as caught:
        load_layout("KJKOJIN1", version=version, on=on)
    assert caught.value.code == "files.layout.unknown"


def test_a_version_ends_the_day_its_validity_says() -> None:
    ended = msgspec.structs.replace(load_layout("Z24"), valid_to=date(2026, 1, 1))
    assert ended.in_force(date(2025, 12, 31))
    assert not ended.in_force(date(2026, 1, 1))
    assert "2026-01-01の前日" in describe_text(ended)
    assert describe(ended)["valid_to"] == "2026-01-01"


def change(**changed: Any) -> Layout:  # noqa: ANN401  # any attribute
    return msgspec.structs.replace(parse_layout(MINIMAL), **changed)


def with_fields(*fields: Field, **changed: Any) -> Layout:  # noqa: ANN401  # any attribute
    layout = change(**changed)
    record = msgspec.structs.replace(layout.records[0], fields=fields)
    return msgspec.structs.replace(layout, records=(record,))


def field(at: int, length: int, kind: str = "text", **options: Any) -> Field:  # noqa: ANN401  # any
    return Field(name=options.pop("name", f"f{at}"), at=at, length=length, type=kind, **options)  # type: ignore[arg-type]  # any type


REFUSED = {
    "a structure that is none": (change(structure="D* ("), "layout.structure"),
    "a kind without record": (change(structure="H D*"), "layout.kind"),
    "an end before the beginning": (change(valid_to=date(2019, 1, 1)), "layout.validity"),
    "a gap": (with_fields(field(1, 2)), "layout.gap"),
    "an overlap": (with_fields(field(1, 3), field(3, 2)), "layout.overlap"),
    "a field beyond its record": (with_fields(field(1, 2), field(3, 3)), "layout.beyond"),
    "a field twice": (with_fields(field(1, 2, name="x"), field(3, 2, name="x")), "layout.twice"),
    "a short date": (with_fields(field(1, 4, "date")), "layout.length"),
    "an odd wide text": (with_fields(field(1, 3, "wide"), field(4, 1)), "layout.length"),
    "too many digits": (
        with_fields(field(1, 19, "number"), field(20, 1)),
        "layout.length",
    ),
    "occurrences that overlap": (
        with_fields(field(1, 2, occurs=2, stride=1), field(4, 1)),
        "layout.overlap",
    ),
    "a shift code without bytes": (
        with_fields(field(1, 3, "shift"), field(4, 1)),
        "layout.constant",
    ),
    "a code longer than its field": (
        with_fields(field(1, 2, codes={"123": "x"}), field(3, 2)),
        "layout.spelling",
    ),
    "an empty spelling of another length": (
        with_fields(field(1, 2, empty=("0",)), field(3, 2)),
        "layout.spelling",
    ),
    "a key that is no field": (change(key=("丙",)), "layout.name"),
    "a household that is no field": (change(household="丙"), "layout.name"),
    "a rule about no field": (
        change(rules=(Rule(id="R1", kind="sequence", field="丙"),)),
        "layout.name",
    ),
    "a comparison with no header": (
        change(rules=(Rule(id="R1", kind="same", field="甲"),)),
        "layout.name",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_lint_finds_what_is_wrong_with_a_layout(what: str) -> None:
    layout, code = REFUSED[what]
    assert code in [finding.code for finding in lint_layout(layout)]


def test_lint_finds_tags_that_collide_or_cannot_be_selected() -> None:
    layout = parse_layout(MINIMAL)
    tagged = msgspec.structs.replace(layout.records[0], tag="1")
    twice = msgspec.structs.replace(layout, records=(tagged, tagged))
    codes = [finding.code for finding in lint_layout(twice)]
    assert "layout.twice" in codes
    assert "layout.select" in codes


def test_lint_finds_totals_that_no_record_has() -> None:
    text = MINIMAL + '[totals]\ncount = "件数"\nsums = { "合計[1]" = "丙" }\n'
    with pytest.raises(WireError) as caught:
        parse_layout(text)
    assert caught.value.code == "files.layout.name"


@pytest.mark.parametrize("text", ["", "id =", 'id = "A"', 'include = "nothing"', "records = 1"])
def test_a_text_that_is_no_layout_is_refused(text: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_layout(text)
    assert caught.value.code == "files.layout.form"


def test_delimited_layouts_keep_their_own_header() -> None:
    layout = parse_layout(
        MINIMAL.replace('structure = "D*"', 'structure = "D*"\nform = "delimited"')
    )
    assert layout.form == "delimited"
    assert lint_layout(with_fields(field(1, 2), form="delimited")) == []


@pytest.mark.parametrize("layout", list_layouts(), ids=lambda layout: layout.id)
def test_every_field_and_rule_stands_in_each_description(layout: Layout) -> None:
    text, markdown, plain = describe_text(layout), describe_markdown(layout), describe(layout)
    for record in layout.records:
        for one in record.fields:
            assert one.name in text
            assert one.name in markdown
    assert sum(len(record["fields"]) for record in plain["records"]) == sum(
        len(record.fields) for record in layout.records
    )
    for rule in layout.rules:
        assert describe_rule(rule) in text
    assert all(line.count("|") in {0, 7} for line in markdown.splitlines())


def test_a_layout_without_rules_describes_itself_too() -> None:
    layout = with_fields(field(1, 2, charset="alphanumeric", note="補足"), field(3, 2, least=1))
    assert "規則" not in describe_markdown(layout)
    text = describe_text(layout)
    assert "英数字のみ; 補足" in text
    assert "1以上" in text


NAMES = [
    (
        "KJKOJIN1_991015_20260401093000_000012_001of003.dat",
        FileName(
            layout="KJKOJIN1",
            municipality="991015",
            instant="20260401093000",
            serial=12,
            part=1,
            parts=3,
        ),
    ),
    ("Z2499101.DTA", FileName(layout="Z24", municipality="99101")),
    ("Z2A99101.DTA", FileName(layout="Z2A", municipality="99101")),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_file_name_is_read_and_written(text: str, name: FileName) -> None:
    assert parse_name(text) == name
    assert format_name(load_layout(name.layout), name) == text


def test_special_collection_names_are_taken_in_either_case() -> None:
    assert parse_name("z2a99101.dta").layout == "Z2A"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("KJKOJIN1.dat", "files.name.form"),
        ("Z3499101.DTA", "files.name.form"),
        ("KJKOJIN1_991016_20260401093000_000012_001of003.dat", "files.name.value"),
        ("KJKOJIN1_991015_20260401093000_000012_004of003.dat", "files.name.value"),
        ("KJKOJIN1_991015_20260401093000_000012_000of000.dat", "files.name.value"),
    ],
)
def test_another_name_is_refused(text: str, code: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_name(text)
    assert caught.value.code == code


def test_parts_that_make_no_name_are_refused() -> None:
    name = FileName(layout="KJKOJIN1", municipality="991015", instant="2026", serial=1)
    with pytest.raises(WireError):
        format_name(load_layout("KJKOJIN1"), name)
    with pytest.raises(WireError) as caught:
        format_name(load_layout("Z24"), FileName(layout="Z24", municipality="99101", serial=1))
    assert caught.value.code == "files.name.form"

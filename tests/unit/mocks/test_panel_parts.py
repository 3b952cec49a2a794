"""What the panel makes of rows and bytes before anything is rendered."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from mocks.admin import formats, wording
from mocks.admin.inspecting import (
    HEX_BYTES,
    TEXT_BYTES,
    Side,
    list_changes,
    read_parts,
    read_text,
    write_hexadecimal,
)
from mocks.admin.journal_views import _ORDER, explain_row
from mocks.admin.pages import ASSETS
from mocks.admin.rule_making import Draft, add_rule, draft_rule
from mocks.admin.sequence import Filters, draw, fits, spread
from mocks.engine.exchange import WhyNot
from mocks.engine.journal import EVICTED, Row
from mocks.engine.loading import Loaded, load_scenario
from mocks.engine.scenario_terms import FaultPoint, State
from mocks.engine.vocabulary import list_codes, load_vocabulary
from mocks.scenarios.library import find_shipped, list_shipped
from wire.documents import seal

AT = datetime(2027, 6, 4, 7, 50, tzinfo=UTC)
DRAFT = Draft(name="row-1", lines=("- id: row-1", "  when: {party: core, op: permit.issue}"))


def row(**fields: Any) -> Row:  # noqa: ANN401  # fields of a row
    plain: dict[str, Any] = {
        "id": 7,
        "at": AT,
        "party": "core",
        "peer": "gw",
        "op": "permit.issue",
        "person": "p1",
    }
    return Row(**(plain | fields))


@pytest.mark.parametrize(
    ("query", "chosen", "written"),
    [
        ({}, {}, ""),
        ({"party": "", "person": " "}, {}, ""),
        (
            {"party": "core", "unmatched": "1"},
            {"party": "core", "unmatched": "1"},
            "?party=core&unmatched=1",
        ),
        ({"op": "a&b=<"}, {"op": "a&b=<"}, "?op=a%26b%3D%3C"),
        ({"person": "x" * 500}, {"person": "x" * 80}, "?person=" + "x" * 80),
        ({"else": "1", "before": "9"}, {}, ""),
    ],
)
def test_filters_are_what_a_query_says_and_say_it_again(
    query: Mapping[str, str], chosen: Mapping[str, str], written: str
) -> None:
    filters = Filters.read(query)
    assert filters.chosen == chosen
    assert filters.write() == written


@pytest.mark.parametrize(
    ("fields", "ends", "look"),
    [
        ({}, (16.67, 50.0), "plain"),
        ({"direction": "out"}, (50.0, 16.67), "plain"),
        ({"direction": "seen", "party": "gw", "peer": "prov"}, (16.67, 83.33), "seen"),
        ({"peer": None}, (50.0, 50.0), "plain"),
        ({"faults": ("busy:reset@after_effect",), "direction": "seen"}, (50.0, 16.67), "faulty"),
        ({"op": None, "faults": ("busy:reset@after_effect",)}, (16.67, 50.0), "unmatched"),
        ({"op": None, "party": "", "peer": None, "note": EVICTED}, (50.0, 50.0), "marker"),
    ],
)
def test_a_row_is_an_arrow_from_who_speaks_to_who_hears(
    fields: Mapping[str, Any], ends: tuple[float, float], look: str
) -> None:
    [line] = draw([row(**fields)], spread(["gw", "core", "prov"]))
    assert (line.start, line.end) == ends
    assert line.middle == sum(ends) / 2
    assert line.look == look


def test_who_has_no_lane_is_found() -> None:
    places = spread(["gw", "core"])
    assert fits([row(), row(peer=None)], places)
    assert not fits([row(peer="stranger")], places)


@pytest.mark.parametrize("fields", [{"op": None}, {"direction": "seen"}, {"party": ""}])
def test_no_rule_is_made_of_what_no_rule_can_be_about(fields: Mapping[str, Any]) -> None:
    assert draft_rule(row(**fields)) is None


@pytest.mark.parametrize(
    ("fields", "when"),
    [
        ({}, "{party: core, op: permit.issue, person: p1, nth: 1}"),
        ({"person": None}, "{party: core, op: permit.issue, nth: 1}"),
        ({"party": "991031"}, '{party: "991031", op: permit.issue, person: p1, nth: 1}'),
        ({"person": 'a"}: {'}, '{party: core, op: permit.issue, person: "a\\"}: {", nth: 1}'),
    ],
)
def test_a_rule_is_about_the_call_it_was_made_of(fields: Mapping[str, Any], when: str) -> None:
    draft = draft_rule(row(**fields))
    assert draft is not None
    assert f"  when: {when}\n" in draft.write("")


@pytest.mark.parametrize("name", [one.scenario.id for one in list_shipped()])
def test_a_rule_goes_before_all_others_of_every_shipped_scenario(name: str) -> None:
    source = (find_shipped(name) or b"").decode()
    before = load_scenario(source.encode()).scenario
    draft = draft_rule(row(person=None))
    assert draft is not None
    after = load_scenario(add_rule(source, draft).encode()).scenario
    assert [one.id for one in after.rules] == ["row-7", *(one.id for one in before.rules)]
    assert after.expect == before.expect


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("a: 1\nrules: []\nb: 2\n", "a: 1\nrules:\n  {rule}b: 2\n"),
        ("rules:\n- id: x\n", "rules:\n{flat}- id: x\n"),
        ("rules:   # none\n\n    - id: x\n", "rules:\n    {deep}    - id: x\n"),
        ("a: 1", "a: 1\nrules:\n  {rule}"),
        ("", "rules:\n  {rule}"),
    ],
)
def test_a_rule_keeps_the_indentation_of_the_others(source: str, after: str) -> None:
    def indented(by: str) -> str:
        return DRAFT.write(by)[len(by) :]

    wanted = after.format(rule=indented("  "), flat=indented(""), deep=indented("    "))
    assert add_rule(source, DRAFT) == wanted


def test_bytes_are_shown_as_offsets_digits_and_letters() -> None:
    assert write_hexadecimal(b"") == ""
    assert write_hexadecimal(b"ABC\x00\x8c\xbb") == (
        "000000  41 42 43 00 8c bb                                ABC..."
    )
    assert write_hexadecimal(bytes(17)).splitlines()[1].startswith("000010  00 ")
    side = Side.of(bytes(HEX_BYTES + 3))
    assert (side.size, side.more) == (HEX_BYTES + 3, 3)
    assert len(side.hexadecimal.splitlines()) == HEX_BYTES // 16


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", ""),
        ("髙".encode(), "髙"),
        ("髙".encode("cp932"), None),
        (b"a" * (TEXT_BYTES - 1) + "髙".encode(), "a" * (TEXT_BYTES - 1)),
        (b"a" * (TEXT_BYTES - 1) + b"\xff" * 9, "a" * (TEXT_BYTES - 1)),
    ],
)
def test_what_is_no_text_is_not_shown_as_one(octets: bytes, text: str | None) -> None:
    assert read_text(octets) == text


def _document(kind: str, content_type: str, body: bytes) -> bytes:
    return seal(
        kind=kind,
        message_id="8e9b0c52-6a7e-4d0e-9c5b-0d5b5a1c3f10",
        sender="991015",
        recipient="991031",
        created=AT,
        body=body,
        content_type=content_type,
        signer=None,
    ).raw


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"x.eyJhIjoi6auZIn0.z", '{\n  "a": "髙"\n}'),
        (b"no token", "no token"),
        (b"x.%%%.z", "x.%%%.z"),
    ],
)
def test_a_permit_is_shown_by_what_it_says(body: bytes, shown: str) -> None:
    [part] = read_parts(_document("permit", "application/provision-permit+jws", body))
    assert part.title == "permit"
    assert part.fields["nakadachi-sender"] == "991015"
    assert part.body == shown


def test_what_is_no_stream_is_said_to_be_none() -> None:
    [part] = read_parts(b"GET / HTTP/1.1\r\n\r\n")
    assert part.title == "読めない電文"
    [broken] = read_parts(
        _document("permit", "application/provision-permit+jws", b"abc").replace(
            b"991031", b"99103x"
        )
    )
    assert broken.title == "読めない電文"


def test_states_are_compared_by_name() -> None:
    found = list_changes({"a": "1", "b": "2"}, {"b": "3", "c": "4"})
    assert [(one.name, one.before, one.after) for one in found] == [
        ("a", "1", ""),
        ("b", "2", "3"),
        ("c", "", "4"),
    ]


def test_instants_are_written_in_japan() -> None:
    assert formats.write_instant(AT) == "2027-06-04（金）16:50:00"
    assert formats.write_moment(AT) == "06-04 16:50:00"


def test_words_that_are_unknown_stay_as_they_are() -> None:
    assert (formats.write_word("met"), formats.write_word("else")) == ("達成", "else")
    assert formats.write_json({"a": "髙"}) == '{\n  "a": "髙"\n}'
    assert formats.write_compact({"by": "P1BD"}) == '{"by":"P1BD"}'


@pytest.mark.parametrize("shipped", list_shipped(), ids=lambda one: one.scenario.id)
def test_every_shipped_expectation_says_in_both_languages_why_it_is_one(shipped: Loaded) -> None:
    for one in shipped.scenario.expect:
        ja, _, en = (one.why or "").partition(" / ")
        assert is_japanese(ja.replace(" HTTP ", "")), one.why
        assert en.isascii(), one.why
        assert en, one.why


def test_shipped_scenarios_are_read_once_however_often_the_panel_lists_them() -> None:
    assert list_shipped() is list_shipped()


@pytest.mark.parametrize(
    "op", [None, *load_vocabulary().op, *(f"step.{one}" for one in load_vocabulary().action)]
)
def test_every_act_of_the_journal_has_a_japanese_name(op: str | None) -> None:
    assert is_japanese(wording.name_act(op))


@pytest.mark.parametrize(
    "outcome",
    [
        *get_args(State),
        *list_codes(),
        *("none", "not_done", "ok", "linked", "found", "distributed", "unreachable", "unable"),
        *("inquiry", "permit"),
    ],
)
def test_every_result_and_state_of_the_journal_has_a_japanese_name(outcome: str) -> None:
    assert is_japanese(wording.name_result(outcome))


@pytest.mark.parametrize("kind", load_vocabulary().fault)
@pytest.mark.parametrize("point", get_args(FaultPoint))
def test_every_fault_has_a_japanese_name_that_says_when(kind: str, point: str) -> None:
    said = wording.name_fault(f"busy:{kind}@{point}")
    assert is_japanese(said.replace(" HTTP ", "").replace(" gzip ", ""))
    assert "busy" not in said
    assert point not in said


@pytest.mark.parametrize("part", _ORDER)
def test_every_part_that_a_rule_compares_has_a_japanese_name(part: str) -> None:
    assert is_japanese(wording.name_part(part))


@pytest.mark.parametrize("tag", [*load_vocabulary().tag, "protected"])
def test_every_tag_of_a_person_has_a_japanese_name(tag: str) -> None:
    assert is_japanese(wording.name_tag(tag))


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("wire.stream.length", "電文として読めません"),
        ("answer", "扱わない種類の電文です"),
        ("", ""),
        (None, ""),
    ],
)
def test_what_is_the_matter_with_a_message_that_is_no_act_is_said(
    note: str | None, said: str
) -> None:
    assert wording.name_trouble(note) == said


def test_words_that_no_table_has_stand_for_themselves() -> None:
    assert wording.name_act("<x>") == "<x>"
    assert wording.name_result("message.unknown") == "message.unknown"
    assert wording.name_result("") == ""
    assert wording.name_fault("reset") == "接続を強制切断する"
    assert wording.name_part("else") == "else"
    assert wording.name_act("step.else") == "手順: else"
    assert wording.name_tag("else") == "else"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"matched": ("busy",)}, "規則 busy が当てはまりました"),
        ({}, "どの規則も当てはまらないので、通常どおりに扱いました"),
        ({"direction": "seen"}, "試験対象が行ったことが見えたもの"),
        ({"op": None}, "どの行いにも当たらない電文"),
        (
            {"why_not": (WhyNot(rule="busy", part="nth", wanted="9", found="1"),)},
            "最も近い規則は busy です。何回目か（nth）が「9」のところ、「1」でした",
        ),
        (
            {"why_not": (WhyNot(rule="busy", part="person", wanted="p1", found=""),)},
            "人（person）が「p1」のところ、「なし」でした",
        ),
    ],
)
def test_why_is_said_in_words_that_need_no_manual(fields: Mapping[str, Any], said: str) -> None:
    assert said in explain_row(row(**fields)).text_ja


def is_japanese(text: str) -> bool:
    return bool(re.search("[ぁ-んァ-ン一-龥]", text)) and not re.search("[a-z]{3}", text)


def test_every_module_of_the_panel_is_served() -> None:
    from importlib.resources import files  # noqa: PLC0415  # of this test alone

    folder = files("mocks.admin") / "panel"
    there = {one.name for one in folder.iterdir() if not one.name.endswith(".html")}
    assert there == set(ASSETS)

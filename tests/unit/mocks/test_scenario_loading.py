"""Scenarios are read from files, or refused with places."""

from datetime import UTC, date, datetime, timedelta

import jsonschema
import pytest

from mocks.engine.durations import parse_duration
from mocks.engine.loading import load_schema, parse_occurrences
from mocks.engine.problems import Place, load_wordings, problem
from mocks.engine.scenario_rules import Act
from mocks.engine.templates import Template
from mocks.engine.typed_values import build
from mocks.engine.yaml_tree import MAX_BYTES, Places
from tests.support.scenarios import SMALL, changed, load_text, problems_of

LINES = SMALL.splitlines()


def test_a_scenario_becomes_typed_values() -> None:
    scenario = load_text(SMALL).scenario
    assert scenario.id == "T01-small"
    assert scenario.clock.start == datetime(2027, 6, 4, 7, 50, tzinfo=UTC)
    assert scenario.parties["prov"].code == "991031"
    assert scenario.parties["prov"].limits.at_once == 30
    assert scenario.people["p1"].tags == ("auto_response_prohibited",)
    hold, cut = scenario.rules
    assert hold.then is not None
    assert hold.then.reply is not None
    assert isinstance(hold.then.reply.receipt, Template)
    assert (hold.later[0].party, hold.later[0].action) == ("prov", "answer")
    assert hold.later[0].after == parse_duration("P3BD")
    assert hold.later[0].act.correlation == "same"
    assert cut.when.nth == parse_occurrences(1)
    assert cut.fault[0].bytes == "61%"
    assert scenario.expect[0].kind == "eventually"
    assert len(scenario.steps) == 1


def test_words_of_python_have_other_names() -> None:
    text = changed(
        "then: {reply: {state: held, receipt: \"{{ key('receipt', correlation) }}\"}}",
        'then: {history: [{code: "991015", from: "2020-04-01", to: null}]}\n'
        "    fault: [{at: before_effect, kind: down, for: PT5S, as: [hang], chance: 50}]",
    ).replace(
        "  - eventually: ",
        "  - never: {effect: text_replaced, with: ['?'], file: f1}\n"
        "  - no_disclosure: {person: p1, fields: [address], in: [sut_api]}\n"
        "  - eventually: ",
    )
    scenario = load_text(text).scenario
    rule = scenario.rules[0]
    assert rule.then is not None
    assert rule.then.history[0].from_on == date(2020, 4, 1)
    assert rule.then.history[0].to_on is None
    assert rule.fault[0].lasting == parse_duration("PT5S")
    assert rule.fault[0].ways == ("hang",)
    never, hidden = scenario.expect[0].never, scenario.expect[1].no_disclosure
    assert never is not None
    assert never.replacements == ("?",)
    assert never.file == ("f1",)
    assert hidden is not None
    assert hidden.surfaces == ("sut_api",)


def test_moments_are_instants_or_templates() -> None:
    text = changed(
        "eventually: {sut: {inquiry: answered}, within: P4BD}",
        "never: {op: inquiry.send, between: ['2027-06-04T17:15+09:00', '{{ next_open(prov) }}']}",
    )
    never = load_text(text).scenario.expect[0].never
    assert never is not None
    first, second = never.between
    assert isinstance(first, datetime)
    assert isinstance(second, Template)


def test_a_name_alone_is_the_person_of_an_act() -> None:
    text = changed("{prov: {answer: {correlation: same}}}", "{core: {reissue_symbol: p1}}")
    step = load_text(text).scenario.rules[0].later[0]
    assert step.act.person == "p1"


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [(1, 1, 1), ("3..", 3, None), ("2..4", 2, 4)],
)
def test_occurrences_are_a_number_or_a_range(value: object, first: int, last: int | None) -> None:
    found = parse_occurrences(value)
    assert (found.first, found.last) == (first, last)
    assert found.holds(first)
    assert not found.holds(first - 1)
    assert found.holds(10**6) == (last is None)


# What is changed, the code of the problem, and the text that stands at its place.
BAD = {
    "a code without quotes": ('code: "991031"', "code: 991031", "schema.quotes", "991031"),
    "leading zeros": ('code: "991031"', "code: 091031", "yaml.leading_zero", "091031"),
    "a code of a real town": ('code: "991031"', 'code: "131016"', "schema.form", '"131016"'),
    "a sexagesimal time": ('hours: "08:30-17:15"', "hours: 8:30", "schema.form", "8:30"),
    "an unknown key": ("rules:", "rulez:", "schema.unknown_key", "rulez"),
    "no rules": ("rules:", "rulez:", "schema.missing_key", "mocks"),
    "an unknown kind": ("kind: core", "kind: cores", "schema.choice", "cores"),
    "a number as version": ('mocks: "1"', "mocks: 1", "schema.quotes", "1"),
    "a bad name": ("  prov: {", "  Prov-1: {", "schema.name", "Prov-1"),
    "a bad duration": ("after: P3BD", "after: 3 days", "schema.form", "3 days"),
    "a negative delay": ("after: P3BD", "after: -P3BD", "schema.form", "-P3BD"),
    "no offset": ("16:50:00+09:00", "16:50:00", "schema.form", '"2027'),
    "the end of time": ('"2027-06-04', '"9999-12-31', "schema.form", '"9999'),
    "closed before it opens": ("08:30-17:15", "17:15-08:30", "schema.form", '"17:15'),
    "an hour of one digit": ("08:30-17:15", "8:30-17:15", "schema.form", '"8:30'),
    "a tab": ("  gw: {kind", "\tgw: {kind", "yaml.tab", "\tgw"),
    "a full-width space": ("  gw: {kind", "\u3000gw: {kind", "yaml.wide", "\u3000"),
    "a full-width colon": ("rules:", "rules：", "yaml.wide", "："),
    "a bad nth": ("nth: 1", "nth: first", "schema.form", "first"),
    "a zeroth": ("nth: 1", "nth: 0", "schema.range", "0"),
    "a bad template": ("correlation) }}", "correlation }}", "schema.form", '"{{'),
    "too many percent": ('bytes: "61%"', 'bytes: "161%"', "schema.form", '"161%"'),
    "two parties in one step": (
        "do: {prov: {answer: {correlation: same}}}",
        "do: {prov: {answer: {correlation: same}}, core: {reissue_symbol: p1}}",
        "schema.range",
        "{prov:",
    ),
    "two kinds of expectation": (
        '    why: "answers come late"',
        "    never: {op: ack}",
        "schema.one_kind",
        "eventually",
    ),
    "no kind of expectation": (
        "eventually: {sut: {inquiry: answered}, within: P4BD}\n    why:",
        "why:",
        "schema.one_kind",
        "why",
    ),
    "a tag twice": (
        "tags: [auto_response_prohibited]",
        "tags: [a, a]",
        "schema.duplicate",
        "[a, a]",
    ),
    "a list for a text": ("tags: [auto_response_prohibited]", "tags: {}", "schema.type", "{}"),
    "a list for a title": ('title: {ja: "小さな例"', "title: {ja: [a]", "schema.type", "[a]"),
    "a duplicate key": (
        "id: T01-small",
        "id: T01-small\nid: T02-b",
        "yaml.duplicate_key",
        "id: T02",
    ),
    "an anchor": ("kind: core", "kind: &x core", "yaml.anchor", "&x"),
    "an alias": ("kind: core", "kind: *x", "yaml.anchor", "*x"),
    "a tag": ("kind: core", "kind: !!str core", "yaml.tag", "!!str"),
    "a truth value as key": ("people: {p1:", "people: {true:", "yaml.key", "true"),
    "a list as key": ("people: {p1:", "people: {[p1]:", "yaml.key", "[p1]"),
    "an octal number": ("records: 10", "records: 0o12", "yaml.number", "0o12"),
    "infinity": ("records: 10", "records: .inf", "yaml.number", ".inf"),
    "an endless number": ("records: 10", f"records: {'9' * 40}", "yaml.number", "999"),
    "an endless float": ("records: 10", "records: 1e999", "yaml.number", "1e999"),
    "a fraction": ("records: 10", "records: 1.5", "schema.type", "1.5"),
    "a moment of two templates": (
        "eventually: {sut: {inquiry: answered}, within: P4BD}",
        "never: {op: ack, between: ['{{ now }}{{ now }}', '{{ now }}']}",
        "schema.form",
        "'{{ now }}{{",
    ),
    "a day without dashes": (
        "limits: {at_once: 30}",
        'closed: ["20270604"]',
        "schema.form",
        '"20270604"',
    ),
    "no YAML": ("rules:", "rules: ]", "yaml.syntax", "]"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_at_the_place(case: str) -> None:
    old, new, code, at = BAD[case]
    text = changed(old, new)
    found = [one for one in problems_of(text.encode()) if one.code == code]
    assert found, [one.code for one in problems_of(text.encode())]
    line = text.splitlines()[found[0].place.line - 1]
    assert line[found[0].place.column - 1 :].startswith(at)
    assert found[0].ja
    assert found[0].en
    assert "{value}" not in found[0].ja + found[0].en
    assert "{hint}" not in found[0].ja + found[0].en


@pytest.mark.parametrize(
    ("text", "said", "saying"),
    [
        ("a: {b: 1\nc: 2\n", "1 行 4 桁の「{」", "the '{' of line 1, column 4"),
        ("a: [1, 2\nc: 2\n", "1 行 4 桁の「[」", "the '[' of line 1, column 4"),
        ("id:hold\nb: 1\n", "空白、引用符、字下げ", "the space after ':'"),
        ("a:\n  b: 1\n c: 2\n", "字下げ", "indentation"),
        ('a: "x\nb: 1\n', "引用符が閉じていません", "a quote is never closed"),
        ("a: @x\n", "引用符で囲んで", "in quotes"),
        ('a: "\\d"\n', "\\ の使い方", "no such escape"),
    ],
)
def test_what_is_no_yaml_is_told_in_both_languages(text: str, said: str, saying: str) -> None:
    (found,) = problems_of(text.encode())
    assert found.code == "yaml.syntax"
    assert said in found.ja
    assert saying in found.en


def test_a_wrong_form_and_type_are_told_with_what_to_write() -> None:
    (form,) = problems_of(changed("08:30-17:15", "8:30-17:15").encode())
    assert "08:30-17:15" in form.ja
    assert "2桁" in form.ja
    assert "08:30-17:15" in form.en
    (kind,) = problems_of(changed("tags: [auto_response_prohibited]", "tags: {}").encode())
    assert "一覧" in kind.ja
    assert "a list" in kind.en


@pytest.mark.parametrize(
    ("octets", "code", "line", "column"),
    [
        (b"", "yaml.empty", 1, 1),
        (b"# nothing\n", "yaml.empty", 1, 1),
        (b"a: 1\n---\nb: 2\n", "yaml.documents", 2, 1),
        (b"%YAML 1.1\n---\na: 1\n", "yaml.directive", 2, 1),
        ("a: \u7e41\n".encode("cp932"), "file.encoding", 1, 4),
        ("あ: 1\nb: ".encode() + b"\xff", "file.encoding", 2, 4),
        (b"a" * (MAX_BYTES + 1), "file.too_large", 1, 1),
        (b"[" * 100 + b"]" * 100, "yaml.depth", 1, 26),
        (b"[" + b"1," * 30_000 + b"]", "yaml.nodes", 1, 40_000),
        (b"a: \x00", "yaml.syntax", 1, 1),
        (b"- 1\n", "schema.type", 1, 1),
        (b"null\n", "schema.type", 1, 1),
        (b"~: 1\n", "yaml.key", 1, 1),
    ],
)
def test_what_is_no_document_for_us_is_refused(
    octets: bytes, code: str, line: int, column: int
) -> None:
    (found,) = problems_of(octets)
    assert (found.code, found.place) == (code, Place(line=line, column=column))


def test_the_version_of_yaml_may_be_said() -> None:
    assert not problems_of(b"%YAML 1.2\n---\n" + SMALL.encode())


def test_quoted_values_stay_text() -> None:
    assert load_text(changed('en: "a small one"', 'en: "no"')).scenario.title["en"] == "no"
    assert load_text(changed('en: "a small one"', "en: off")).scenario.title["en"] == "off"


def test_every_problem_of_a_file_is_told_in_its_order() -> None:
    text = changed("kind: core", "kind: cores").replace("kind: sut", "kind: suts")
    assert [one.pointer for one in problems_of(text.encode())] == [
        "parties.gw.kind",
        "parties.core.kind",
    ]


def test_problems_are_at_most_fifty() -> None:
    many = "".join(f"x{n}: 1\n" for n in range(80))
    assert len(problems_of((SMALL + many).encode())) == 50


def test_a_problem_shows_a_value_cut_short_and_harmless() -> None:
    told = problem("schema.type", Place(), ("rules", 0, "id"), value="\x1b[2J" + "x" * 200)
    assert "\x1b" not in told.en
    assert len(told.en) < 150
    assert told.pointer == "rules[0].id"


def test_wordings_are_complete() -> None:
    for wording in load_wordings().values():
        assert wording.ja
        assert wording.en


def test_the_schema_is_one_that_validators_accept() -> None:
    jsonschema.Draft202012Validator.check_schema(load_schema())


def test_what_has_no_place_of_its_own_stands_where_its_owner_does() -> None:
    places = Places(values={("a",): Place(line=3, column=5)})
    assert places.find(("a", "b", 1)) == places.find_key(("a", "b")) == Place(line=3, column=5)
    assert places.find(("z",)) == Place()


def test_a_value_without_a_field_is_refused() -> None:
    with pytest.raises(TypeError):
        build(Act, {"colour": "red"}, {})


def test_lengths_of_time_have_bounds() -> None:
    assert parse_duration("P1BD").shortest == timedelta(days=1)

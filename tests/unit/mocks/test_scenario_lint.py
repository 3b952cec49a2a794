"""Every rule of the lint bites, and only where it should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.catalogue import load_catalogue
from mocks.engine.loading import load_schema
from mocks.engine.problems import Problem, load_wordings
from mocks.engine.scenario_lint import lint, lint_bytes
from mocks.engine.vocabulary import list_codes, load_vocabulary
from tests.support.scenarios import SMALL, load_text

EXPECT = '  - eventually: {sut: {inquiry: answered}, within: P4BD}\n    why: "answers come late"\n'
RULE = "  - id: cut\n"
WHEN_HOLD = "when: {party: prov, op: inquiry.receive, person: p1}"
WHEN_CUT = "when: {party: federation, op: file.receive, match: {name: f1}, nth: 1}"
RECEIPT = "{{ key('receipt', correlation) }}"
FAULT = '[{at: mid_response, kind: truncate, bytes: "61%"}]'
DO = "{prov: {answer: {correlation: same}}}"
CLOCK = 'clock: {start: "2027-06-04T16:50:00+09:00", calendar: jp-municipal}\n'


def expecting(text: str) -> tuple[str, str]:
    return EXPECT, f'{EXPECT}  - {text}\n    why: "a reason"\n'


def adding(text: str) -> tuple[str, str]:
    return RULE, f"{text}\n{RULE}"


# For each case: the code, the text at its place, and what is changed in the small scenario.
CASES: dict[str, tuple[str, str, tuple[str, str]]] = {
    "no system under test": ("party.sut", "gw:", ("gw: {kind: sut}", "gw: {kind: portal}")),
    "two systems under test": ("party.sut", "gw:", ("core: {kind: core}", "core: {kind: sut}")),
    "check digit": ("party.check_digit", '"991032"', ("991031", "991032")),
    "check digit in a history": (
        "party.check_digit",
        '"991016"',
        (RULE, f"{RULE}    then: {{history: [{{code: '991016', from: 2020-04-01, to: null}}]}}\n"),
    ),
    "the same code twice": ("party.code_twice", '"990001"', ('code: "991031"', 'code: "990001"')),
    "a party nobody is about": (
        "party.unused",
        "{kind: insurers",
        ("  core: {kind: core}", "  other: {kind: insurers}\n  core: {kind: core}"),
    ),
    "an undeclared party in a rule": (
        "party.undeclared",
        "prow",
        (WHEN_HOLD, WHEN_HOLD.replace("prov", "prow")),
    ),
    "an undeclared party in a match": (
        "party.undeclared",
        "gv",
        (WHEN_HOLD, "when: {party: prov, op: inquiry.receive, match: {inquirer: gv}}"),
    ),
    "an undeclared party in a step": ("party.undeclared", "{answer", (DO, DO.replace("v:", "w:"))),
    "an undeclared party in an expectation": (
        "party.undeclared",
        "prow",
        expecting("count: {op: ack, party: prow, max: 1}"),
    ),
    "an undeclared person": ("person.undeclared", "p2", (WHEN_HOLD, WHEN_HOLD[:-2] + "2}")),
    "an undeclared person in a count": (
        "person.undeclared",
        "p2",
        expecting("count: {op: ack, person: p2, max: 1}"),
    ),
    "an undeclared person to hide": (
        "person.undeclared",
        "p2",
        expecting("no_disclosure: {person: p2, fields: [name], in: [answer]}"),
    ),
    "an undeclared person in an order": (
        "person.undeclared",
        "p2",
        expecting("order: [{op: ack}, {op: ack, person: p2}]"),
    ),
    "a person nobody is about": (
        "person.unused",
        "{tags: [no_symbol]}",
        ("people: {p1:", "people: {p2: {tags: [no_symbol]}, p1:"),
    ),
    "an unknown tag": (
        "person.tag",
        "auto_respons]",
        ("auto_response_prohibited", "auto_respons"),
    ),
    "an undeclared file": ("file.undeclared", "f2", ("{name: f1}", "{name: f2}")),
    "an undeclared file in a list": (
        "file.undeclared",
        "f2",
        expecting("never: {effect: file_applied, file: [f1, f2]}"),
    ),
    "an undeclared file in an expectation": (
        "file.undeclared",
        "f2",
        expecting("never: {effect: file_applied, file: f2}"),
    ),
    "a file nobody is about": ("file.unused", "{layout", (WHEN_CUT, WHEN_CUT.replace("f1", "f2"))),
    "two rules with one name": ("rule.duplicate", "cut", ("- id: hold", "- id: cut")),
    "a rule about the system under test": (
        "rule.sut",
        "gw",
        (WHEN_CUT, "when: {party: gw, op: file.receipt}"),
    ),
    "an unknown act": (
        "rule.op_unknown",
        "inquiry.recieve",
        ("inquiry.receive", "inquiry.recieve"),
    ),
    "an act of another kind": ("rule.op_kind", "permit.issue", ("inquiry.receive", "permit.issue")),
    "an inquiry without core": (
        "rule.core_missing",
        "inquiry.receive",
        ("  core: {kind: core}\n", ""),
    ),
    "a person where there is none": (
        "rule.person_pointless",
        "p1",
        (WHEN_CUT, "when: {party: federation, op: file.receive, person: p1}"),
    ),
    "an affair of a file": (
        "rule.match_pointless",
        '"69-7"',
        (WHEN_CUT, 'when: {party: federation, op: file.receive, match: {affair: "69-7"}}'),
    ),
    "a file of an inquiry": (
        "rule.match_pointless",
        "f1",
        (WHEN_HOLD, "when: {party: prov, op: inquiry.receive, match: {name: f1}}"),
    ),
    "an empty range": ("rule.nth", '"4..2"', ("nth: 1", 'nth: "4..2"')),
    "after a rule that is not there": (
        "rule.since",
        "hole",
        (WHEN_CUT, 'when: {party: federation, op: "*", state: {since: hole}}'),
    ),
    "after itself": (
        "rule.since",
        "cut",
        (WHEN_CUT, 'when: {party: federation, op: "*", state: {since: cut}}'),
    ),
    "closed without hours": (
        "rule.always_open",
        "false",
        (WHEN_CUT, 'when: {party: federation, op: "*", state: {open: false}}'),
    ),
    "a limit that is not declared": (
        "rule.no_limit",
        "waiting",
        (WHEN_HOLD, "when: {party: prov, op: inquiry.receive, state: {limit: waiting}}"),
    ),
    "a rule that changes nothing": ("rule.empty", "id: cut", (f"\n    fault: {FAULT}", "")),
    "a reply that is never given": (
        "rule.shadowed",
        "{reply",
        adding(
            "  - id: again\n"
            "    when: {party: prov, op: inquiry.receive, person: p1, nth: 2}\n"
            "    then: {reply: {state: sent}}"
        ),
    ),
    "an occurrence that is taken": (
        "rule.shadowed",
        "{reply: {state: held}}",
        adding(
            "  - id: first\n"
            "    when: {party: core, op: permit.issue, nth: '1..3'}\n"
            "    then: {reply: {state: sent}}\n"
            "  - id: second\n"
            "    when: {party: core, op: permit.issue, nth: 2}\n"
            "    then: {reply: {state: held}}"
        ),
    ),
    "after an unknown while": (
        "rule.retry",
        "after",
        ("state: held, receipt", "error: provider.closed, retry: after, receipt"),
    ),
    "a file from an inquiry": (
        "rule.file",
        "f1",
        ("then: {reply:", "then: {file: f1, reply:"),
    ),
    "a fault at the wrong point": (
        "fault.point",
        "before_effect",
        ("mid_response", "before_effect"),
    ),
    "a file fault of an inquiry": (
        "fault.no_file",
        "on_file",
        adding(f"  - id: x\n    {WHEN_HOLD}\n    fault: [{{at: on_file, kind: checksum}}]"),
    ),
    "a file fault of everything at an agency": (
        "fault.no_file",
        "on_file",
        adding(
            '  - id: x\n    when: {party: prov, op: "*"}\n'
            "    fault: [{at: on_file, kind: checksum}]"
        ),
    ),
    "a fault that needs more": ("fault.needs", "{at", (', bytes: "61%"', "")),
    "a fault that is told too much": (
        "fault.pointless",
        "3",
        (', bytes: "61%"', ", bytes: 1, times: 3"),
    ),
    "an unknown step": ("step.unknown", "{correlation", (DO, DO.replace("answer", "answr"))),
    "a step of another kind": (
        "step.kind",
        "{person",
        (DO, "{prov: {reissue_symbol: {person: p1}}}"),
    ),
    "a step that needs more": ("step.needs", "{person", (DO, "{gw: {ask: {person: p1}}}")),
    "a step that is told too much": (
        "step.pointless",
        "non_disclosure",
        (DO, "{prov: {answer: {correlation: same, flag: non_disclosure}}}"),
    ),
    "an answer that nobody held": ("step.held", "{correlation", ("state: held", "state: denied")),
    "a second answer to one exchange": (
        "step.answered",
        "{correlation: same, example: pension}",
        (
            f"[{{after: P3BD, do: {DO}}}]",
            f"[{{after: P3BD, do: {DO}}}, {{after: P4BD, do: {DO[:-3]}, example: pension}}}}}}}}]",
        ),
    ),
    "an unknown error code": (
        "code.unknown",
        "provider.shut",
        ("state: held", "error: provider.shut"),
    ),
    "an unknown reason": (
        "code.unknown",
        "file.trailers",
        expecting("eventually: {sut: {file: failed, reason: file.trailers}, within: PT1M}"),
    ),
    "an unknown effect": ("word.unknown", "paid", expecting("never: {effect: paid}")),
    "an unknown effect once": (
        "word.unknown",
        "paid",
        expecting("exactly_once: {effect: paid, key: person}"),
    ),
    "an unknown metric": ("word.unknown", "speed", expecting("count: {metric: speed, max: 1}")),
    "an unknown alarm": ("word.unknown", "fire", expecting("alarm: {kind: fire}")),
    "an unknown event": ("word.unknown", "party", expecting("audit: {event: party}")),
    "no time at all": (
        "time.empty",
        "PT0S",
        expecting("eventually: {sut: {file: failed}, within: PT0S}"),
    ),
    "business days without calendar": ("time.calendar", "P3BD", (", calendar: jp-municipal", "")),
    "a century that has no calendar": ("time.years", '"2051', ('"2027-06', '"2051-06')),
    "a wait out of all calendars": ("time.years", '"2050', ('"2027-06-04', '"2050-12-20')),
    "a past that has no calendar": ("time.years", '"1999', ('"2027-06', '"1999-06')),
    "a longest wait": (
        "time.years",
        '"2027',
        ("after: P3BD", "after: P36525BD"),
    ),
    "an answer before it can come": ("time.too_soon", "PT1H", ("within: P4BD", "within: PT1H")),
    "an end before its beginning": (
        "time.backwards",
        "[",
        expecting("never: {op: ack, between: ['2027-06-04T17:15+09:00', '2027-06-04T08:15Z']}"),
    ),
    "an act that nobody does": (
        "expect.op",
        "resident.find",
        expecting("count: {op: resident.find, max: 1}"),
    ),
    "nothing counted": ("expect.subject", "{max", expecting("count: {max: 1, within: PT1S}")),
    "no bound": ("expect.vacuous", "{op", expecting("count: {op: ack, within: PT1S}")),
    "bounds the wrong way": ("expect.bounds", "3", expecting("count: {op: ack, min: 3, max: 1}")),
    "a ratio to nobody": (
        "expect.ratio",
        "{metric",
        expecting("count: {metric: waiting, max_ratio: 1.5}"),
    ),
    "during what never happens": (
        "expect.during",
        "down",
        expecting("count: {op: ack, during: down, max: 1}"),
    ),
    "the state of nobody": (
        "expect.state",
        "held",
        expecting("eventually: {sut: {state: held}, within: PT1M}"),
    ),
    "an unknown instant": (
        "expect.condition",
        '"iat',
        expecting('never: {sut: {permit: accepted}, when: "iat < now"}'),
    ),
    "an unknown flag": (
        "expect.condition",
        "rains",
        expecting("alarm: {kind: clock_skew, when: rains}"),
    ),
    "no reason why": ("expect.why", "eventually", ('\n    why: "answers come late"', "")),
    "no English title": ("title.en", "{ja", (', en: "a small one"', "")),
    "an unknown function": (
        "template.function",
        "keys(",
        (RECEIPT, "{{ keys('receipt', correlation) }}"),
    ),
    "an unknown variable": (
        "template.variable",
        "corelation)",
        (RECEIPT, "{{ key('receipt', corelation) }}"),
    ),
    "too few arguments": ("template.count", "key(", (RECEIPT, "{{ key('receipt') }}")),
    "an argument of another kind": (
        "template.kind",
        "now)",
        (RECEIPT, "{{ key('receipt', now) }}"),
    ),
    "a text for a party": ("template.kind", "'prov'", (RECEIPT, "{{ next_open('prov') }}")),
    "a call for a party": ("template.kind", "key(", (RECEIPT, "{{ next_open(key('a', 'b')) }}")),
    "a text for an instant": ("template.kind", "'x'", (RECEIPT, "{{ shift('x', 'PT1S') }}")),
    "a text that is no duration": ("template.kind", "'x'", (RECEIPT, "{{ shift(now, 'x') }}")),
    "an undeclared party in a template": (
        "party.undeclared",
        "prow",
        (RECEIPT, "{{ next_open(prow) }}"),
    ),
    "a party that never closes": ("template.hours", "core", (RECEIPT, "{{ next_open(core) }}")),
    "a moment that is a text": (
        "template.kind",
        "key(",
        ("state: held, receipt", "reopen_at: \"{{ key('a', correlation) }}\", receipt"),
    ),
}


def text_at(text: str, found: Problem) -> str:
    return text.splitlines()[found.place.line - 1][found.place.column - 1 :]


@pytest.mark.parametrize("case", CASES)
def test_the_lint_finds_it_at_its_place(case: str) -> None:
    code, at, (old, new) = CASES[case]
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    found = [one for one in lint_bytes(text.encode()) if one.code == code]
    assert found, [one.code for one in lint_bytes(text.encode())]
    assert any(
        text_at(text, one).replace("'", '"').startswith(at.replace("'", '"')) for one in found
    )


def test_the_small_scenario_is_clean() -> None:
    assert not lint(load_text(SMALL))


def test_hours_need_a_calendar() -> None:
    text = SMALL.replace(CLOCK, "").replace("P3BD", "P3D").replace("P4BD", "P4D")
    assert [(one.code, one.pointer) for one in lint_bytes(text.encode())] == [
        ("time.calendar", "parties.prov.hours")
    ]


@pytest.mark.parametrize(
    "when",
    [
        "{party: prov, op: inquiry.answer, person: p1}",
        "{party: prov, op: inquiry.receive}",
        '{party: core, op: "*"}',
    ],
)
def test_a_rule_about_something_else_is_not_shadowed(when: str) -> None:
    text = SMALL.replace(
        RULE, f"  - id: x\n    when: {when}\n    then: {{example: income}}\n{RULE}", 1
    )
    assert not lint_bytes(text.encode())


def test_one_occurrence_does_not_take_every_other() -> None:
    rules = (
        "  - id: x\n    when: {party: core, op: permit.issue, nth: 1}\n"
        "    then: {permit: {ttl: PT1S}}\n"
        "  - id: y\n    when: {party: core, op: permit.issue}\n    then: {permit: {ttl: PT1S}}\n"
    )
    assert not lint_bytes(SMALL.replace(RULE, rules + RULE, 1).encode())


@pytest.mark.parametrize("nth", ["1", "3..", "1..3"])
def test_occurrences_that_are_not_all_taken_are_not_shadowed(nth: str) -> None:
    rules = "".join(
        f"  - id: x{at}\n    when: {{party: core, op: permit.issue, nth: '{one}'}}\n"
        "    then: {permit: {ttl: PT1S}}\n"
        for at, one in enumerate(["2..2", nth])
    )
    assert not lint_bytes(SMALL.replace(RULE, rules + RULE, 1).encode())


def test_every_rule_of_the_lint_has_a_case() -> None:
    loading = ("file.too_large", "file.encoding", "yaml.", "schema.")
    codes = {code for code in load_wordings() if not code.startswith(loading)}
    assert codes == {code for code, _, _ in CASES.values()}


def test_codes_that_no_gateway_knows_are_marked() -> None:
    known = set(load_catalogue())
    unmarked = {code for code, one in load_vocabulary().reason.items() if not one.scenario_only}
    refusals = set(list_codes()) - set(load_vocabulary().reason)
    assert unmarked | refusals <= known
    assert not known & (set(load_vocabulary().reason) - unmarked)


def test_faults_of_the_table_are_those_of_the_schema() -> None:
    fault = load_schema()["$defs"]["fault"]["properties"]
    assert set(load_vocabulary().fault) == set(fault["kind"]["enum"])
    for one in load_vocabulary().fault.values():
        assert set(one.points) <= set(fault["at"]["enum"])
        assert {*one.needs, *one.takes} <= set(fault)


@given(st.sampled_from(SMALL.split()), st.sampled_from(SMALL.split()))
def test_any_exchange_of_words_is_linted_or_refused(old: str, new: str) -> None:
    for found in lint_bytes(SMALL.replace(old, new).encode()):
        assert found.place.line >= 1
        assert found.ja
        assert found.en

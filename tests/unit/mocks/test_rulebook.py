"""Which calls a rule matches, why it does not match others, and which faults it draws."""

from datetime import timedelta

import pytest

from mocks.engine.exchange import Facts
from mocks.engine.loading import parse_occurrences
from mocks.engine.rulebook import Progress, write_occurrences
from tests.support.scripts import MINUTE, MORNING, call_of, rule_of, ruled, scenario_of, script_of

DELAY = "fault: [{at: before_effect, kind: delay, for: PT1S}]"
DOWN = "fault: [{at: before_effect, kind: down, for: PT10M, as: [refuse, status_503, hang]}]"


@pytest.mark.parametrize(
    ("when", "part", "wanted", "found"),
    [
        ("{party: core, op: inquiry.receive}", "party", "core", "prov"),
        ("{party: prov, op: inquiry.status}", "op", "inquiry.status", "inquiry.receive"),
        ("{party: prov, op: inquiry.receive, person: p2}", "person", "p2", "p1"),
        ("{party: prov, op: '*', match: {name: f2}}", "match.name", "f2", "f1"),
        (
            "{party: prov, op: '*', match: {information: 戸籍関係情報}}",
            "match.information",
            "戸籍関係情報",
            "地方税関係情報",
        ),
        ("{party: prov, op: '*', match: {affair: 69-8}}", "match.affair", "69-8", "69-7"),
        ("{party: prov, op: '*', match: {inquirer: core}}", "match.inquirer", "core", "gw"),
        ("{party: prov, op: '*', match: {provider: gw}}", "match.provider", "gw", "prov"),
        (
            "{party: prov, op: '*', state: {permit: expired}}",
            "state.permit",
            "expired",
            "permitted",
        ),
        ("{party: prov, op: '*', state: {inquiry: held}}", "state.inquiry", "held", "sent"),
        ("{party: prov, op: '*', state: {open: false}}", "state.open", "false", "true"),
        ("{party: prov, op: '*', state: {limit: at_once}}", "state.limit", "at_once", "waiting"),
        ("{party: prov, op: '*', state: {since: other}}", "state.since", "other", ""),
        ("{party: prov, op: '*', nth: 2}", "nth", "2", "1"),
        ("{party: prov, op: '*', nth: '3..'}", "nth", "3..", "1"),
    ],
)
def test_a_rule_says_which_part_of_it_differs_first(
    when: str, part: str, wanted: str, found: str
) -> None:
    script = script_of(f"{{id: one, when: {when}, {DELAY}}}")
    [why] = script.rule(call_of(), now=MORNING, exchange=0).why_not
    assert (why.rule, why.part, why.wanted, why.found) == ("one", part, wanted, found)


@pytest.mark.parametrize(
    "when",
    [
        "{party: prov, op: '*'}",
        "{party: prov, op: inquiry.receive, person: p1, nth: '1..2'}",
        "{party: prov, op: '*', match: {name: f1, information: 地方税関係情報, affair: 69-7}}",
        "{party: prov, op: '*', match: {inquirer: gw, provider: prov}}",
        "{party: prov, op: '*', state: {permit: permitted, inquiry: sent, open: true}}",
        "{party: prov, op: '*', state: {limit: waiting}}",
    ],
)
def test_a_rule_matches_when_every_part_does(when: str) -> None:
    script = script_of(f"{{id: one, when: {when}, {DELAY}}}")
    assert ruled(script)["matched"] == ("one",)


def test_what_a_call_does_not_know_matches_nothing_that_is_asked_of_it() -> None:
    rule = "{id: one, when: {party: prov, op: '*', state: {permit: expired}}, " + DELAY + "}"
    [why] = script_of(rule).why_not(call_of(facts=Facts()))
    assert (why.part, why.found) == ("state.permit", "")


def test_a_crowd_is_matched_by_its_name_whoever_of_it_comes() -> None:
    script = script_of(f"{{id: one, when: {{party: prov, op: '*', person: crowd}}, {DELAY}}}")
    matched = [ruled(script, person="crowd", member=at)["matched"] for at in range(5)]
    assert matched == [("one",)] * 5
    assert ruled(script, person="p2")["matched"] == ()


def test_the_number_counts_what_matches_everything_else() -> None:
    script = script_of(
        f"{{id: one, when: {{party: prov, op: '*', person: p1, nth: '2..3'}}, {DELAY}}}"
    )
    people = ["p1", "p2", "p2", "p1", "p2", "p1", "p1"]
    matched = [bool(ruled(script, person=name)["matched"]) for name in people]
    assert matched == [False, False, False, True, False, True, False]
    assert script.progress("T09-on-trial")["one"] == Progress(seen=4, matched=2)


@pytest.mark.parametrize("text", ["1", "3..", "2..4"])
def test_a_range_is_written_as_it_was_read(text: str) -> None:
    assert write_occurrences(parse_occurrences(text)) == text


def test_since_is_true_from_the_call_after_the_one_that_matched() -> None:
    script = script_of(
        f"{{id: first, when: {{party: prov, op: '*', nth: 2}}, {DELAY}}}",
        f"{{id: then, when: {{party: prov, op: '*', state: {{since: first}}}}, {DELAY}}}",
    )
    assert [ruled(script)["matched"] for _ in range(4)] == [(), ("first",), ("then",), ("then",)]


def test_the_first_reaction_counts_and_the_faults_of_all() -> None:
    script = script_of(
        f"{{id: slow, when: {{party: prov, op: '*'}}, {DELAY}}}",
        "{id: held, when: {party: prov, op: '*'}, then: {reply: {state: held}},"
        " fault: [{at: after_effect, kind: reset}]}",
        "{id: sent, when: {party: prov, op: '*'}, then: {reply: {state: sent}},"
        " later: [{after: PT1H, do: {prov: {answer: {correlation: same}}}}]}",
    )
    ruling = script.rule(call_of(), now=MORNING, exchange=0)
    assert ruling.matched == ("slow", "held", "sent")
    assert ruling.rule == "held"
    assert ruling.reply is not None
    assert ruling.reply.state == "held"
    assert [one.fault.kind for one in ruling.faults] == ["delay", "reset"]
    assert [one.fault.kind for one in ruling.at("after_effect")] == ["reset"]
    assert [step.action for step in ruling.later] == ["answer"]


def test_what_lasts_begins_with_the_first_match_and_is_over_once() -> None:
    script = script_of(f"{{id: out, when: {{party: prov, op: '*'}}, {DOWN}}}")
    found = [
        script.rule(call_of(), now=MORNING + at * MINUTE, exchange=0).faults
        for at in (0, 4, 9, 10, 30)
    ]
    assert [bool(one) for one in found] == [True, True, True, False, False]
    assert [one.until for faults in found for one in faults] == [MORNING + 10 * MINUTE] * 3
    assert [one.turn for faults in found for one in faults] == [0, 1, 2]


def test_refusing_without_an_end_is_for_one_call_and_with_one_lasts() -> None:
    once = (
        "{id: no, when: {party: prov, op: '*', nth: 1}, fault: [{at: before_effect, kind: refuse}]}"
    )
    script = script_of(once)
    assert [ruled(script)["faults"] for _ in range(2)] == [("no:refuse",), ()]
    lasting = once.replace("nth: 1", "").replace("kind: refuse", "kind: refuse, for: PT1M")
    script = script_of(lasting)
    found = [ruled(script, timedelta(seconds=at))["faults"] for at in (0, 59, 60)]
    assert found == [("no:refuse",), ("no:refuse",), ()]


def test_an_end_in_business_days_keeps_to_the_closing_days_of_that_party() -> None:
    script = script_of(
        "{id: out, when: {party: prov, op: '*'},"
        " fault: [{at: before_effect, kind: down, for: P1BD}]}"
    )
    [fault] = script.rule(call_of(), now=MORNING, exchange=0).faults
    assert fault.until == MORNING + timedelta(days=4)  # Monday is closed, too


def test_an_end_beyond_all_calendars_is_for_one_call() -> None:
    script = script_of(
        "{id: out, when: {party: prov, op: '*'},"
        " fault: [{at: before_effect, kind: down, for: P9BD}]}"
    )
    [fault] = script.rule(call_of(), now=MORNING.replace(year=2050, month=12), exchange=0).faults
    assert fault.until is not None
    script.reset_counters()
    late = MORNING.replace(year=2050, month=12, day=28)
    assert [script.rule(call_of(), now=late, exchange=0).faults[0].until for _ in range(2)] == [
        None,
        None,
    ]


def chance_of(percent: int) -> str:
    return (
        "{id: some, when: {party: prov, op: '*'}, fault: [{at: before_effect, kind: delay,"
        f" for: PT1S, chance: {percent}}}]}}"
    )


def test_a_chance_is_about_as_large_as_it_says_and_the_same_for_the_same_seed() -> None:
    def drawn(seed: int, space: str = "trial") -> list[bool]:
        script = script_of(chance_of(30), seed=seed, space=space)
        calls = [f"c-{at}" for at in range(400)]
        return [bool(ruled(script, person=None, correlation=one)["faults"]) for one in calls]

    assert 80 < sum(drawn(1)) < 160
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert drawn(1) != drawn(1, space="another")


def test_a_repeat_is_drawn_anew() -> None:
    script = script_of(chance_of(50))
    assert {bool(ruled(script)["faults"]) for _ in range(40)} == {True, False}


def test_how_far_a_rule_is_can_be_compared_and_set() -> None:
    script = script_of(f"{{id: one, when: {{party: prov, op: '*', nth: 2}}, {DELAY}}}")
    ruled(script)
    now = Progress(seen=1)
    assert not script.set_progress("T09-on-trial", "one", Progress(seen=9), expected=Progress())
    assert script.set_progress("T09-on-trial", "one", Progress(), expected=now)
    assert [ruled(script)["matched"] for _ in range(2)] == [(), ("one",)]
    assert script.set_progress("T09-on-trial", "one", Progress(seen=1))
    assert ruled(script)["matched"] == ("one",)
    with pytest.raises(KeyError):
        script.set_progress("T01-unknown", "one", Progress())


def test_two_scenarios_run_side_by_side_in_the_order_they_were_loaded() -> None:
    held = "{id: held, when: {party: prov, op: '*'}, then: {reply: {state: held}}}"
    script = script_of(held)
    script.load(scenario_of(held.replace("held", "sent"), identifier="T10-another"))
    assert ruled(script) == {"matched": ("held", "sent"), "rule": "held", "faults": ()}
    assert script.unload("T09-on-trial")
    assert not script.unload("T09-on-trial")
    assert ruled(script)["rule"] == "sent"


def test_a_rule_text_alone_is_checked_as_in_a_scenario() -> None:
    rule = rule_of(f"{{id: one, when: {{party: prov, op: '*', nth: 2}}, {DELAY}}}")
    assert rule.when.nth == parse_occurrences(2)

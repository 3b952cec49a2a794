"""What parties and hosts get from a script, call by call."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mocks.engine.exchange import Facts, Ruling
from mocks.engine.journal import Row
from mocks.engine.problems import ScenarioError
from mocks.engine.script import Script
from mocks.net.keeping import exchange_script
from mocks.scenarios.library import list_shipped, load_shipped
from tests.support.scripts import (
    MINUTE,
    MORNING,
    call_of,
    rule_of,
    ruled,
    scenario_of,
    script_of,
)

HELD = "{id: held, when: {party: prov, op: '*'}, then: {reply: {state: held}}}"
SLOW = (
    "{id: slow, when: {party: prov, op: '*', person: p1, nth: 1},"
    " fault: [{at: before_effect, kind: delay, for: PT1S}]}"
)
LATER = (
    "{id: later, when: {party: prov, op: '*'},"
    " later: [{after: P1BD, do: {prov: {answer: {correlation: same}}}}]}"
)


def replying(reply: str) -> Script:
    return script_of(f"{{id: one, when: {{party: prov, op: '*'}}, then: {{reply: {reply}}}}}")


def ruling_of(script: Script, at: datetime = MORNING) -> Ruling:
    return script.rule(call_of(), now=at, exchange=3)


def row_of(script: Script, row: int) -> Row:
    found = script.journal.find(row)
    assert found is not None
    return found


def test_without_a_scenario_nothing_differs_and_everything_is_written_down() -> None:
    script = Script.silent(space="quiet", seed=5)
    ruling = ruling_of(script)
    assert ruling == Ruling(row=1)
    row = row_of(script, 1)
    assert (row.party, row.peer, row.op, row.person) == ("prov", "core", "inquiry.receive", "p1")
    assert (row.exchange, row.direction, row.nth, row.outcome) == (3, "in", 1, None)


def test_a_row_says_what_matched_why_the_rest_did_not_and_what_was_drawn() -> None:
    script = script_of(SLOW, HELD)
    first, second = (row_of(script, ruling_of(script).row) for _ in range(2))
    assert first.matched == ("slow", "held")
    assert first.rule == "held"
    assert first.faults == ("slow:delay@before_effect",)
    assert second.matched == ("held",)
    assert [(why.rule, why.part) for why in second.why_not] == [("slow", "nth")]
    assert second.nth == 2


def test_what_goes_out_is_told_from_what_comes_in_and_what_is_only_seen() -> None:
    script = script_of(HELD)
    script.rule(call_of(op="inquiry.answer"), now=MORNING, exchange=0)
    ruling_of(script)
    seen = script.note(call_of(party="gw", op="inquiry.send"), now=MORNING, outcome="sent")
    rows = script.journal.rows()
    assert [row.direction for row in rows] == ["out", "in", "seen"]
    assert row_of(script, seen).outcome == "sent"
    assert (row_of(script, seen).matched, row_of(script, seen).why_not) == ((), ())


def test_seeing_something_counts_for_no_rule() -> None:
    script = script_of(SLOW)
    script.note(call_of(), now=MORNING, outcome="seen")
    assert ruled(script)["matched"] == ("slow",)


def test_what_became_of_a_call_is_added_to_its_row() -> None:
    script = script_of(HELD)
    row = ruling_of(script).row
    script.settle(
        row,
        outcome="held",
        before={"inquiry": "sent"},
        after={"inquiry": "held"},
        decoded={"affair": "69-7"},
    )
    settled = row_of(script, row)
    assert settled.outcome == "held"
    assert (settled.before, settled.after) == ({"inquiry": "sent"}, {"inquiry": "held"})
    assert settled.decoded == {"affair": "69-7"}
    script.settle(row, outcome="answered")
    assert row_of(script, row).before == {"inquiry": "sent"}  # what is not said stays
    script.settle(99, outcome="held")  # gone, or never there
    assert len(script.journal.rows()) == 1


def test_asking_why_not_counts_nothing() -> None:
    script = script_of(SLOW)
    assert script.why_not(call_of(), now=MORNING) == ()
    assert [why.part for why in script.why_not(call_of(person="p2"))] == ["person"]
    assert ruled(script)["matched"] == ("slow",)


@pytest.mark.parametrize(
    ("at", "matched"), [("17:14", ()), ("17:15", ("shut",)), ("08:29", ("shut",))]
)
def test_a_party_that_does_not_say_whether_it_is_open_keeps_its_hours(
    at: str, matched: tuple[str, ...]
) -> None:
    script = script_of(
        "{id: shut, when: {party: prov, op: '*', state: {open: false}},"
        " then: {reply: {error: provider.closed}}}"
    )
    now = datetime.fromisoformat(f"2027-06-04T{at}:00+09:00")
    assert script.rule(call_of(facts=Facts()), now=now, exchange=0).matched == matched
    assert script.rule(call_of(), now=now, exchange=0).matched == ()  # it says that it is open


def test_templates_become_texts_and_instants() -> None:
    script = replying(
        "{error: provider.closed, receipt: \"{{ key('receipt', correlation) }}\","
        ' reopen_at: "{{ next_open(prov) }}"}'
    )
    evening = MORNING + timedelta(hours=12)
    texts = ruling_of(script, evening).texts
    assert texts["reopen_at"] == datetime.fromisoformat("2027-06-08T08:30:00+09:00")
    assert texts["receipt"] == ruling_of(script, evening + MINUTE).texts["receipt"]
    other = script.rule(call_of(correlation="c-2"), now=evening, exchange=0)
    assert texts["receipt"] != other.texts["receipt"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ shift(now, 'PT30M') }}", MORNING + 35 * MINUTE),
        ("{{ shift(started_at, 'P1BD') }}", MORNING + timedelta(days=4)),
        ("{{ closed_at }}", MORNING),
        ("{{ last_close(prov) }}", datetime.fromisoformat("2027-06-03T17:15:00+09:00")),
        ("2027-07-01T00:00:00+09:00", datetime.fromisoformat("2027-07-01T00:00:00+09:00")),
    ],
)
def test_instants_are_reckoned_by_the_run_and_the_calendar(
    template: str, expected: datetime
) -> None:
    script = replying(f'{{error: provider.closed, reopen_at: "{template}"}}')
    ruling_of(script)
    assert ruling_of(script, MORNING + 5 * MINUTE).texts["reopen_at"] == expected


def test_an_instant_that_has_not_come_leaves_a_note_and_stops_nobody() -> None:
    script = replying('{state: held, reopen_at: "{{ closed_at }}"}')
    ruling = ruling_of(script)
    assert ruling.texts == {}
    assert row_of(script, ruling.row).note == "template.variable"


def test_a_calendar_that_ends_leaves_a_note_and_stops_nobody() -> None:
    script = script_of(LATER)
    late = datetime.fromisoformat("2050-12-30T10:00:00+09:00")
    ruling = ruling_of(script, late)
    assert ruling.later
    assert row_of(script, ruling.row).note == "time.years"
    assert script.agenda.next_at is None
    beyond = datetime.fromisoformat("2051-06-01T10:00:00+09:00")
    asked = call_of(facts=Facts())
    assert script.rule(asked, now=beyond, exchange=0).matched == ("later",)


def test_the_first_time_a_party_says_that_it_is_closed_is_kept() -> None:
    by_rule = replying("{error: provider.closed}")
    ruling_of(by_rule)
    ruling_of(by_rule, MORNING + MINUTE)
    assert by_rule.closed_at == MORNING
    by_itself = script_of(LATER)
    by_itself.settle(ruling_of(by_itself).row, outcome="answered")
    assert by_itself.closed_at is None
    by_itself.settle(ruling_of(by_itself, MORNING + MINUTE).row, outcome="provider.closed")
    by_itself.settle(ruling_of(by_itself, MORNING + 2 * MINUTE).row, outcome="provider.closed")
    assert by_itself.closed_at == MORNING + MINUTE


def test_later_steps_are_on_the_agenda_once() -> None:
    script = script_of(LATER)
    ruling = ruling_of(script)
    [entry] = script.agenda.entries
    assert entry.at == MORNING + timedelta(days=4)  # over a weekend and a Monday of its own
    assert (entry.party, entry.action, entry.call) == ("prov", "answer", call_of())
    script.agenda.add(ruling.later[0], after=MORNING, call=call_of())
    assert len(script.agenda.entries) == 1


def test_the_run_begins_with_what_nobody_asks_for() -> None:
    scenario = load_shipped("S13").scenario
    script = Script.silent(seed=13)
    script.load(scenario)
    assert script.started_at == scenario.clock.start
    script.begin(MORNING)
    assert script.started_at == MORNING
    assert [one.at - MORNING for one in script.agenda.entries] == [timedelta(), 5 * MINUTE]
    assert script.unload(scenario.id)
    assert script.agenda.entries == []


def test_the_same_scenario_is_replaced_at_once_and_begins_anew() -> None:
    script = script_of(SLOW, LATER)
    ruling_of(script)
    assert ruled(script)["matched"] == ("later",)
    script.load(scenario_of(SLOW))
    assert script.agenda.entries == []
    assert len(script.journal.rows()) == 2
    assert ruled(script)["matched"] == ("slow",)
    assert list(script.scenarios) == ["T09-on-trial"]


def test_counters_begin_anew_and_the_journal_stays() -> None:
    script = script_of(
        SLOW,
        "{id: skew, when: {party: prov, op: '*'},"
        " fault: [{at: on_clock, kind: clock_skew, step: -PT3S}]}",
        "{id: shut, when: {party: prov, op: '*'}, then: {reply: {error: provider.closed}}}",
    )
    before = ruled(script)
    script.reset_counters()
    assert script.closed_at is None
    assert script.local_time("prov", MORNING) == MORNING
    assert ruled(script) == before
    assert len(script.journal.rows()) == 2


def test_rules_by_hand_come_first_and_end_by_themselves() -> None:
    script = script_of(HELD)
    by_hand = rule_of(HELD.replace("id: held", "id: mine").replace("state: held", "state: sent"))
    script.add_rule(by_hand, timedelta(minutes=5), now=MORNING)
    assert list(script.rules_by_hand) == [by_hand]
    found = [ruled(script, at * MINUTE)["rule"] for at in (0, 4, 5, 6)]
    assert found == ["mine", "mine", "held", "held"]
    assert not list(script.rules_by_hand)
    assert not script.remove_rule("mine")


def test_a_lifetime_without_a_beginning_counts_from_the_next_call() -> None:
    script = script_of(HELD)
    script.add_rule(rule_of(SLOW.replace("id: slow", "id: mine")), timedelta(minutes=5))
    found = [bool(ruled(script, at * MINUTE)["faults"]) for at in (60, 61)]
    assert found == [True, False]  # its number is used up
    script.add_rule(rule_of(SLOW.replace("id: slow", "id: mine")), timedelta(minutes=5))
    assert ruled(script, 64 * MINUTE)["faults"] == ("mine:delay",)  # replaced, so it begins anew
    assert len(script.rules_by_hand) == 1
    ruled(script, 69 * MINUTE)
    assert not list(script.rules_by_hand)


def test_a_rule_by_hand_lasts_until_it_is_removed() -> None:
    script = script_of(HELD)
    script.add_rule(rule_of(SLOW))
    assert script.remove_rule("slow")
    assert ruled(script)["matched"] == ("held",)


def test_a_rule_moves_the_clock_of_its_party_and_no_other() -> None:
    script = script_of(
        "{id: back, when: {party: prov, op: '*', nth: 2},"
        " fault: [{at: on_clock, kind: clock_skew, step: -PT3S}]}"
    )
    ruling_of(script)
    assert script.local_time("prov", MORNING) == MORNING
    ruling_of(script)
    assert script.local_time("prov", MORNING) == MORNING - timedelta(seconds=3)
    assert script.local_time("core", MORNING) == MORNING + timedelta(seconds=90)
    assert script.local_time("stranger", MORNING) == MORNING


def test_parties_are_set_up_by_the_scenarios_that_run() -> None:
    script = script_of(HELD)
    setup = script.setup_of("prov")
    assert setup is not None
    assert setup.hours == "08:30-17:15"
    assert script.names.party_of("991031") == "prov"
    assert script.setup_of("nobody") is None
    script.unload("T09-on-trial")
    assert script.setup_of("prov") is None


@pytest.mark.parametrize("loaded", list_shipped(), ids=lambda one: one.scenario.id)
def test_every_shipped_scenario_runs_and_can_be_kept(loaded: object) -> None:
    scenario = loaded.scenario  # type: ignore[attr-defined]  # parameters are objects to mypy
    script = Script.silent(space="s", seed=scenario.seed)
    script.load(scenario)
    script.begin(MORNING)
    for rule in scenario.rules:
        op = "permit.issue" if rule.when.op == "*" else rule.when.op
        call = call_of(party=rule.when.party, op=op, person=rule.when.person)
        script.rule(call, now=MORNING, exchange=0)
    kept = json.loads(json.dumps(script.snapshot(), ensure_ascii=False))
    again = Script.restore(kept)
    assert again.snapshot() == script.snapshot()
    assert again.scenarios == script.scenarios


def test_a_restored_script_goes_on_where_it_was() -> None:
    script = script_of(
        SLOW,
        HELD,
        LATER,
        "{id: out, when: {party: prov, op: '*'},"
        " fault: [{at: before_effect, kind: down, for: PT10M}]}",
    )
    script.add_rule(rule_of(SLOW.replace("id: slow", "id: mine")), timedelta(minutes=5))
    exchange = script.journal.begin("prov", "core", "in", b"raw \xff", MORNING)
    script.rule(call_of(), now=MORNING, exchange=exchange)
    again = Script.restore(json.loads(json.dumps(script.snapshot())))
    for one in (script, again):
        one.journal.end(exchange, b"reply")
    later = MORNING + 4 * MINUTE
    calls = [call_of(), call_of(person="p2", correlation="c-2")]
    assert [script.rule(call, now=later, exchange=0) for call in calls] == [
        again.rule(call, now=later, exchange=0) for call in calls
    ]
    assert again.journal.digest() == script.journal.digest()
    assert again.journal.raw(exchange) == (b"raw \xff", b"reply")
    assert again.snapshot() == script.snapshot()
    assert again.agenda.due(MORNING + timedelta(days=9)) == script.agenda.due(
        MORNING + timedelta(days=9)
    )


@pytest.mark.parametrize(
    "spoil",
    [
        {"version": 2},
        {"names": {}},
        {"shelf": None},
        {"places": []},
        {"agenda": [{}]},
        {"started_at": 5},
        {"scenarios": [{}]},
    ],
)
def test_a_snapshot_of_another_shape_is_refused(spoil: dict[str, object]) -> None:
    kept = {**script_of(SLOW).snapshot(), **spoil}
    with pytest.raises((ValueError, ScenarioError)):
        Script.restore(kept)


def test_two_scripts_share_nothing() -> None:
    one, other = script_of(SLOW), script_of(SLOW)
    before = replace(other).snapshot()
    ruling_of(one)
    one.add_rule(rule_of(HELD))
    one.names.bind_transaction("t-1", "c-1")
    one.journal.begin("prov", None, "in", b"x", MORNING)
    assert other.snapshot() == before


def test_an_empty_journal_takes_over_rows_with_their_bytes() -> None:
    other, script = script_of(SLOW), Script.silent(space="fresh")
    exchange = other.journal.begin("prov", "core", "in", b"asked", MORNING)
    row = other.rule(call_of(), now=MORNING, exchange=exchange).row
    exchange_script(script, json.loads(json.dumps(other.snapshot())))
    assert script.journal.raw(row_of(script, row).exchange) == (b"asked", b"")
    assert script.journal.begin("prov", "core", "in", b"next", MORNING) == exchange + 1
    assert (script.space, list(script.scenarios)) == ("fresh", ["T09-on-trial"])
    exchange_script(script, other.snapshot())  # now it has rows of its own, which stay
    assert script.journal.raw(exchange + 1) == (b"next", b"")

"""An agency that asks because a scenario says so, and what is seen of whom it asks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mocks.engine.durations import parse_duration
from mocks.engine.names import Somebody
from mocks.engine.party import UnableError
from mocks.engine.scenario_rules import Act
from mocks.parties.agency_state import Asked
from tests.support.parties import BENEFITS, Sandbox, command
from tests.support.plays import begin, rows, scenario_of

TAX = "地方税関係情報"
ASK = Act(person="p1", information=BENEFITS, affair="42-1")


def as_subject(sandbox: Sandbox) -> None:
    """Take the insurer for the system under test."""
    code = sandbox.world.code("insurer")
    sandbox.world.insiders.discard(code)
    sandbox.world.script.names.bind_party("gw", code)


def ask(sandbox: Sandbox, act: Act = ASK) -> list[Asked]:
    agency = sandbox.agency("prefecture")
    sandbox.net.perform(agency.code, agency.act("ask", act, None, now=sandbox.now))
    return list(agency.state.asked.values())


def test_an_agency_asks_the_system_under_test(sandbox: Sandbox) -> None:
    begin(sandbox)
    as_subject(sandbox)
    [asked] = ask(sandbox)
    assert asked.state == "answered"
    [sent] = rows(sandbox, "inquiry.send")
    assert (sent.party, sent.peer, sent.person, sent.outcome) == ("asker", "gw", "p1", "sent")
    assert sent.correlation == asked.request.request_id


def test_an_answer_of_the_system_under_test_is_seen_with_its_items(sandbox: Sandbox) -> None:
    begin(sandbox)
    as_subject(sandbox)
    ask(sandbox, Act(person="p1", information=BENEFITS, affair="42-1", items=("insurer_number",)))
    seen = [row for row in rows(sandbox, "inquiry.answer") if row.direction == "seen"]
    assert [(row.party, row.person, row.outcome) for row in seen] == [("gw", "p1", "answered")]
    assert seen[0].decoded["items"] == ["insurer_number"]
    [accepted] = rows(sandbox, "inquiry.answer.accepted")
    assert (accepted.party, accepted.outcome) == ("asker", "answered")


def test_an_inquiry_of_the_system_under_test_is_seen(sandbox: Sandbox) -> None:
    begin(sandbox)
    sandbox.world.insiders.discard(sandbox.world.code("prefecture"))
    sandbox.world.script.names.bind_party("gw", sandbox.world.code("prefecture"))
    sandbox.ask(command(sandbox.world))
    seen = [row for row in rows(sandbox, "inquiry.send") if row.direction == "seen"]
    assert [(row.party, row.peer, row.person) for row in seen] == [("gw", "prov", "p1")]
    assert seen[0].correlation == "r-1"


def test_every_acknowledgement_is_seen_and_the_acceptance_once(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        "{id: dup, when: {party: prov, op: inquiry.answer}, fault: "
        "[{at: after_response, kind: duplicate, times: 3, after: PT2S, vary: [message_id]}]}",
    )
    sandbox.world.insiders.discard(sandbox.world.code("prefecture"))
    sandbox.ask(command(sandbox.world))
    sandbox.net.advance(timedelta(seconds=6))
    seen = [row for row in rows(sandbox, "ack") if row.direction == "seen"]
    assert len(seen) == 3
    assert {row.correlation for row in seen} == {"r-1"}
    accepted = rows(sandbox, "inquiry.answer.accepted")
    assert len([row for row in accepted if row.direction == "seen"]) == 1


def test_an_agency_acquires_the_symbols_of_a_crowd_before_it_asks(sandbox: Sandbox) -> None:
    begin(sandbox)
    as_subject(sandbox)
    names = sandbox.world.script.names
    for member, case in enumerate(("D05", "D06", "D07")):
        person = sandbox.world.cast[case].resident
        who = Somebody(name="crowd", member=member)
        names.bind_person(who, number=person.individual_number, resident_code=person.resident_code)
    crowd = Act(person="crowd", information=BENEFITS, affair="42-1")
    asked = ask(sandbox, crowd)
    assert [one.state for one in asked] == ["sent"] * 3
    assert sandbox.agency("prefecture").state.planned == {}
    assert sorted({row.member for row in rows(sandbox, "permit.issue")}) == [0, 1, 2]
    sandbox.net.advance(timedelta(seconds=300))
    assert [one.state for one in asked] == ["not_provided"] * 3


def test_an_agency_asks_once_a_business_day_how_it_stands(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        "{id: hold, when: {party: prov, op: inquiry.receive}, then: {reply: {state: held}}}",
    )
    agency = sandbox.agency("prefecture")
    wanted = command(sandbox.world, polls=True)
    sandbox.net.perform(agency.code, agency.ask(wanted, now=sandbox.now))
    sandbox.net.advance(parse_duration("P3BD"))
    assert len(rows(sandbox, "inquiry.status")) == 3
    assert agency.state.asked["r-1"].state == "held"


def test_an_inquiry_is_sent_again_under_another_id(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        "{id: again, when: {party: asker, op: inquiry.send}, fault: [{at: after_response, "
        "kind: duplicate, times: 3, after: PT10M, vary: [message_id, sent_at]}]}",
    )
    asked = sandbox.ask(command(sandbox.world))
    sandbox.net.advance(timedelta(minutes=30))
    assert asked.state == "answered"
    relayed = rows(sandbox, "inquiry.relay")
    assert [row.outcome for row in relayed] == ["answered"] + ["permit.expired"] * 3
    assert len({row.correlation for row in relayed}) == 1


def test_an_inquiry_stays_where_a_rule_is_against_it(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        "{id: no, when: {party: asker, op: inquiry.send}, "
        'then: {reply: {error: "message.sender"}}}',
    )
    asked = sandbox.ask(command(sandbox.world))
    assert (asked.state, asked.code) == ("failed", "message.sender")
    assert rows(sandbox, "inquiry.receive") == []


def test_a_refused_late_answer_is_not_taken_over(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        "{id: later, when: {party: prov, op: inquiry.receive}, then: {reply: {state: sent}}}",
        "{id: no, when: {party: asker, op: inquiry.answer.accepted}, "
        'then: {reply: {error: "message.malformed"}}}',
    )
    asked = sandbox.ask(command(sandbox.world))
    sandbox.net.advance(timedelta(seconds=300))
    assert asked.state == "sent"
    assert [row.outcome for row in rows(sandbox, "inquiry.relay")][-1] == "message.malformed"


def test_nobody_known_is_nobody_to_ask_about(sandbox: Sandbox) -> None:
    begin(sandbox)
    as_subject(sandbox)
    with pytest.raises(UnableError, match="p2"):
        ask(sandbox, Act(person="p2", information=BENEFITS))


def test_a_new_party_of_a_scenario_is_hired_and_knows_who_is_introduced(
    sandbox: Sandbox,
) -> None:
    world = sandbox.world
    scenario = scenario_of(prov="").parties
    town = {**scenario, "prov": replace(scenario["prov"], code="991031")}
    [hired] = world.take_roles(town)
    assert world.find_agency("991031") is hired
    assert list(world.take_roles(town)) == []
    assert world.script.names.code_of("core") == world.core.code
    person = world.cast["D06"].resident
    world.introduce(Somebody(name="p2"), person, information=[TAX], tags=["dv_protected"])
    assert hired.state.people[hired.state.symbols[person.individual_number]]
    assert hired.state.holdings[person.individual_number][TAX]["total_income"]
    assert hired.state.flags[person.individual_number] == {"dv_protected"}
    symbol = hired.state.symbols[person.individual_number]
    assert world.script.names.person_of_symbol("991031", symbol) == Somebody(name="p2")
    other = world.cast["D07"].resident
    world.introduce(Somebody(name="p3"), other, information=[TAX], tags=["unregistered"])
    assert other.individual_number not in hired.state.holdings

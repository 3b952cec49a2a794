"""Scenarios without sockets: rulings, faults as calls that fail, steps, a clock that is told."""

from datetime import timedelta

import pytest

from mocks.engine.durations import Duration
from mocks.engine.scenario_rules import Fault, Rule, When
from mocks.net.holds import HOLD
from mocks.net.strand import StuckError
from mocks.pki import Pki
from tests.support.scripted_system import MORNING, PAUSE, System, open_system

MINUTE = timedelta(minutes=1)


def ops(system: System, *, party: str | None = None) -> list[str | None]:
    return [row.op for row in system.script.journal.rows(party=party)]


def run(system: System, *members: int) -> None:
    system.begin(*members or (0,))
    system.net.run()


def test_without_rules_every_party_does_what_it_should(shared_pki: Pki) -> None:
    system = open_system(shared_pki)
    run(system)
    assert system.asked(0).state == "answered"
    assert {"permit.issue", "inquiry.receive"} <= set(ops(system))
    assert not system.script.journal.rows(unmatched=True)
    assert system.net.clock.now() == MORNING


def test_what_is_cut_off_before_its_effect_never_happened(shared_pki: Pki) -> None:
    rule = (
        "{id: cut, when: {party: core, op: permit.issue, nth: 1},"
        " fault: [{at: before_effect, kind: reset}]}"
    )
    system = open_system(shared_pki, rule)
    run(system)
    assert system.asked(0).code == "peer.unreachable"
    assert not system.world.core.state.transactions
    assert [row.outcome for row in system.script.journal.rows(op="permit.issue")] == ["not_done"]
    system.net.advance(PAUSE)
    assert system.asked(0).state == "answered"


def test_what_is_cut_off_after_its_effect_did_happen(shared_pki: Pki) -> None:
    rule = (
        "{id: cut, when: {party: core, op: permit.issue, nth: 1},"
        " fault: [{at: after_effect, kind: reset}]}"
    )
    system = open_system(shared_pki, rule)
    run(system)
    assert system.asked(0).code == "peer.unreachable"
    assert len(system.world.core.state.transactions) == 1
    [row] = system.script.journal.rows(op="permit.issue")
    assert (row.outcome, row.faults) == ("permitted", ("cut:reset@after_effect",))


@pytest.mark.parametrize(
    ("rules", "meanwhile", "after"),
    [
        (
            [
                (
                    "{id: slow, when: {party: prov, op: inquiry.receive},"
                    " fault: [{at: before_effect, kind: delay, for: PT61S}]}"
                )
            ],
            "sent",
            timedelta(seconds=61),
        ),
        (
            [
                (
                    "{id: slow, when: {party: prov, op: inquiry.answer},"
                    " fault: [{at: before_effect, kind: delay, for: PT30S}]}"
                )
            ],
            "sent",
            timedelta(seconds=30),
        ),
        (
            [
                (
                    "{id: hold, when: {party: prov, op: inquiry.receive},"
                    " then: {reply: {state: held}},"
                    " later: [{after: PT1H, do: {prov: {answer: {correlation: same}}}}]}"
                ),
                (
                    "{id: cut, when: {party: prov, op: inquiry.answer, nth: 1},"
                    " fault: [{at: mid_response, kind: truncate, bytes: 10}]}"
                ),
            ],
            "held",
            timedelta(hours=1, seconds=1),
        ),
        (
            [
                (
                    "{id: hold, when: {party: prov, op: inquiry.receive, person: crowd},"
                    " then: {reply: {state: held}},"
                    " later: [{after: P3BD, do: {prov: {answer: {correlation: same}}}}]}"
                )
            ],
            "held",
            timedelta(days=5),  # Friday morning to Wednesday morning
        ),
    ],
    ids=["a delay", "a late answer", "a late answer that is cut off", "a step in business days"],
)
def test_what_is_late_comes_when_the_clock_says(
    shared_pki: Pki, rules: list[str], meanwhile: str, after: timedelta
) -> None:
    system = open_system(shared_pki, *rules)
    run(system)
    assert system.asked(0).state == meanwhile
    system.net.advance(after - timedelta(seconds=1))
    assert system.asked(0).state == meanwhile
    system.net.advance(timedelta(seconds=1))
    assert system.asked(0).state == "answered"


def test_a_party_that_is_down_is_down_for_as_long_as_the_rule_says(shared_pki: Pki) -> None:
    rule = (
        "{id: out, when: {party: core, op: '*'},"
        " fault: [{at: before_effect, kind: down, for: PT7M, as: [refuse, status_503, hang]}]}"
    )
    system = open_system(shared_pki, rule)
    run(system)
    system.net.advance(timedelta(minutes=7))
    assert system.asked(0).code == "peer.unreachable"
    outcomes = [row.outcome for row in system.script.journal.rows(op="permit.issue")]
    assert outcomes == ["not_done"] * 4
    system.net.advance(PAUSE)
    assert system.asked(0).state == "answered"


def test_business_days_are_those_of_the_calendar(shared_pki: Pki) -> None:
    system = open_system(shared_pki)
    system.net.advance(Duration(business_days=3))
    assert system.net.clock.now() == MORNING + timedelta(days=5)


def test_timers_come_in_the_order_of_their_instants(shared_pki: Pki) -> None:
    system = open_system(shared_pki)
    seen: list[str] = []

    async def wait(name: str, minutes: int) -> None:
        await system.net.wait_until(MORNING + minutes * MINUTE)
        seen.append(f"{name} {(system.net.clock.now() - MORNING) // MINUTE}")

    for name, minutes in [("c", 30), ("a", 10), ("b", 10), ("d", 60)]:
        system.net.spawn(wait(name, minutes))
    system.net.run()
    system.net.advance(timedelta(minutes=45))
    assert seen == ["a 10", "b 10", "c 30"]
    system.net.advance(timedelta(minutes=45))
    assert seen[-1] == "d 60"


def test_a_hold_stops_an_exchange_until_it_is_released(shared_pki: Pki) -> None:
    system = open_system(shared_pki)
    fault = Fault(at="before_effect", kind=HOLD)
    when = When(party="core", op="permit.issue")
    system.script.add_rule(Rule(id="stop", when=when, fault=(fault,)))
    run(system)
    [held] = system.net.holds.held
    assert (held.party, held.call.op, held.rule, held.point) == (
        "core",
        "permit.issue",
        "stop",
        "before_effect",
    )
    with pytest.raises(StuckError):
        system.net.finish(system.pursue(1))
    assert system.net.holds.release(held.id)
    assert not system.net.holds.release(99)
    system.net.run()
    assert system.asked(0).state == "answered"


def test_who_asked_before_a_party_went_down_is_told_when_it_is_back(shared_pki: Pki) -> None:
    system = open_system(shared_pki)
    system.net.down.add(system.world.core.code)
    run(system)
    assert system.asked(0).code == "peer.unreachable"
    assert not system.script.journal.rows()
    system.net.down.clear()
    system.net.advance(PAUSE)
    assert system.asked(0).state == "answered"

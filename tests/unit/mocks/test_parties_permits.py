"""What the core makes of rulings: permits, refusals, limits, symbols, its list."""

from datetime import timedelta

import pytest

from mocks.engine.party import Send, UnableError
from mocks.engine.scenario_rules import Act
from mocks.parties.refusals import load_texts
from tests.support.parties import NOON, PERSON, Sandbox, command
from tests.support.plays import begin, rows

ISSUE = "when: {party: core, op: permit.issue}"


def test_a_permit_lives_as_long_and_from_when_on_as_a_rule_says(sandbox: Sandbox) -> None:
    begin(sandbox, f"{{id: short, {ISSUE}, then: {{permit: {{ttl: PT60S, not_before: PT30S}}}}}}")
    sandbox.ask(command(sandbox.world))
    claims = next(iter(sandbox.world.core.state.transactions.values())).claims
    assert claims.not_before == NOON + timedelta(seconds=30)
    assert claims.expires_at == NOON + timedelta(seconds=60)
    [row] = rows(sandbox, "permit.issue")
    assert (row.rule, row.outcome, row.person, row.peer) == ("short", "permitted", "p1", "asker")
    assert (row.before["permit"], row.after["permit"]) == ("none", "permitted")
    assert row.decoded["exp"] == claims.expires_at.isoformat()


def test_business_days_of_a_permit_skip_the_holiday_it_is_issued_on(sandbox: Sandbox) -> None:
    begin(sandbox, f"{{id: long, {ISSUE}, then: {{permit: {{ttl: P1BD}}}}}}")
    sandbox.ask(command(sandbox.world))
    claims = next(iter(sandbox.world.core.state.transactions.values())).claims
    assert claims.expires_at == NOON + timedelta(days=1)


CODES = sorted({*load_texts(), "symbol.not_acquired", "answer.timeout"})


@pytest.mark.parametrize("code", CODES)
def test_a_rule_can_refuse_a_permit_with_every_code(sandbox: Sandbox, code: str) -> None:
    begin(sandbox, f'{{id: no, {ISSUE}, then: {{reply: {{error: "{code}", retry: never}}}}}}')
    asked = sandbox.ask(command(sandbox.world))
    assert asked.refusal is not None
    assert (asked.refusal.code, asked.refusal.retry) == (code, "never")
    assert asked.refusal.title_ja
    assert sandbox.world.core.state.permits == {}
    assert {row.outcome for row in rows(sandbox, "permit.issue")} == {code}


def test_a_refusal_says_when_to_come_again(sandbox: Sandbox) -> None:
    reply = '{error: "capacity.exceeded", retry: after, reopen_at: "{{ shift(now, \'PT30M\') }}"}'
    begin(sandbox, f"{{id: full, {ISSUE}, then: {{reply: {reply}}}}}")
    asked = sandbox.ask(command(sandbox.world))
    assert asked.refusal is not None
    assert asked.refusal.retry_at == NOON + timedelta(minutes=30)
    sandbox.world.script.unload("T09-parties")
    assert sandbox.ask(command(sandbox.world, request_id="r-2")).state == "answered"


def test_a_core_that_is_full_refuses_by_itself_and_tells_the_rules(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        "{id: hold, when: {party: prov, op: inquiry.receive}, then: {reply: {state: held}}}",
        core="limits: {waiting: 1}",
    )
    assert sandbox.ask(command(sandbox.world)).state == "held"
    asked = sandbox.ask(command(sandbox.world, request_id="r-2"))
    assert (asked.state, asked.code) == ("failed", "capacity.exceeded")
    assert asked.refusal is not None
    assert asked.refusal.retry == "after"
    core = sandbox.world.core
    core.act("set_limit", Act(limit="waiting", to=2), None, now=sandbox.now)
    assert sandbox.ask(command(sandbox.world, request_id="r-3")).state == "held"


def test_a_fresh_permit_takes_no_second_place_among_those_that_wait(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        f"{{id: short, {ISSUE}, nth: 1, then: {{permit: {{ttl: PT1S}}}}}}".replace(
            "permit.issue}, nth: 1", "permit.issue, nth: 1}"
        ),
        "{id: slow, when: {party: core, op: inquiry.relay, nth: 1}, "
        "fault: [{at: before_effect, kind: delay, for: PT2S}]}",
    )
    asked = sandbox.ask(command(sandbox.world))
    assert (asked.state, asked.permits_asked) == ("answered", 2)
    assert sandbox.world.core.state.open == set()
    found = rows(sandbox, "permit.issue")
    assert [row.before["permit"] for row in found] == ["none", "expired"]
    assert len({row.correlation for row in found}) == 1


def test_a_repeated_permit_is_the_same_permit(sandbox: Sandbox) -> None:
    fault = "[{at: after_effect, kind: reset}]"
    begin(sandbox, f"{{id: lost, when: {{party: core, op: permit.issue, nth: 1}}, fault: {fault}}}")
    asked = sandbox.ask(command(sandbox.world))
    assert (asked.state, asked.code) == ("failed", "peer.unreachable")
    assert len(sandbox.world.core.state.permits) == 1
    [row] = rows(sandbox, "permit.issue")
    assert (row.outcome, row.faults) == ("permitted", ("lost:reset@after_effect",))


def test_an_acquisition_ends_without_a_symbol_where_a_rule_says_so(sandbox: Sandbox) -> None:
    who = "when: {party: core, op: symbol.acquire, person: p1}"
    begin(sandbox, f'{{id: none, {who}, then: {{reply: {{error: "symbol.not_found"}}}}}}')
    number = sandbox.world.cast[PERSON].resident.individual_number
    sandbox.acquire("accounts", number)
    assert sandbox.agency("accounts").state.symbols == {}
    assert sandbox.agency("accounts").state.processes == {}
    assert [row.outcome for row in rows(sandbox, "symbol.acquire", person="p1")] == [
        "symbol.not_found"
    ]


def test_a_revoked_symbol_is_refused_until_a_reissued_one_is_acquired(sandbox: Sandbox) -> None:
    begin(sandbox)
    world, person = sandbox.world, sandbox.world.cast[PERSON].resident
    world.revoke(person)
    assert sandbox.ask(command(world)).code == "symbol.revoked"
    world.core.act("reissue_symbol", Act(person="p1"), None, now=sandbox.now)
    assert sandbox.ask(command(world, request_id="r-2")).code == "symbol.revoked"
    before = sandbox.agency("prefecture").state.symbols[person.individual_number]
    sandbox.acquire("prefecture", person.individual_number)
    assert sandbox.agency("prefecture").state.symbols[person.individual_number] != before
    assert sandbox.ask(command(world, request_id="r-3")).state != "failed"


def test_a_list_goes_to_everybody_but_whom_a_rule_excepts(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        "{id: late, when: {party: core, op: list.distribute, nth: 1}, "
        'then: {reply: {error: "permit_list.older"}}}',
        "{id: twice, when: {party: core, op: list.distribute, nth: 2}, "
        "fault: [{at: after_response, kind: duplicate, after: PT5S}]}",
    )
    world = sandbox.world
    codes = [world.code("prefecture"), world.code("insurer")]
    effects = world.core.send_permit_list(codes, now=sandbox.now)
    assert [one.to for one in effects if isinstance(one, Send)] == [codes[1]]
    sandbox.net.perform(world.core.code, effects)
    sandbox.net.advance(timedelta(seconds=5))
    outcomes = [(row.peer, row.outcome) for row in rows(sandbox, "list.distribute")]
    assert outcomes == [("asker", "permit_list.older"), ("prov", "distributed")]


@pytest.mark.parametrize("action", ["answer", "correct", "ask"])
def test_a_core_cannot_do_what_others_do(sandbox: Sandbox, action: str) -> None:
    with pytest.raises(UnableError):
        sandbox.world.core.act(action, Act(person="p1"), None, now=sandbox.now)


def test_nobody_is_no_person_of_a_step(sandbox: Sandbox) -> None:
    with pytest.raises(UnableError, match="p9"):
        sandbox.world.core.act("reissue_symbol", Act(person="p9"), None, now=sandbox.now)


def test_permits_of_a_core_whose_clock_is_wrong_are_of_its_own_time(sandbox: Sandbox) -> None:
    begin(sandbox, core='clock_offset: "PT90S"')
    sandbox.ask(command(sandbox.world))
    claims = next(iter(sandbox.world.core.state.transactions.values())).claims
    assert claims.issued_at == NOON + timedelta(seconds=90)
    assert [row.at for row in rows(sandbox, "permit.issue")] == [NOON]


def test_what_a_party_plans_is_due_by_the_clock_of_the_space(sandbox: Sandbox) -> None:
    begin(sandbox, prov='clock_offset: "PT90S"')
    number = sandbox.world.cast["D05"].resident.individual_number
    for short in ("prefecture", "insurer"):
        sandbox.acquire(short, number)
    asked = sandbox.ask(command(sandbox.world, individual_number=number))
    sandbox.net.advance(timedelta(seconds=299))
    assert asked.state == "sent"
    sandbox.net.advance(timedelta(seconds=1))
    assert asked.state == "not_provided"

"""What an agency makes of rulings: receipts, answers late, repeated, swapped, wrong, or none."""

from datetime import timedelta

import pytest

from mocks.engine.durations import parse_duration
from mocks.engine.exchange import Call
from mocks.engine.party import UnableError
from mocks.engine.scenario_rules import Act
from mocks.parties.agency_state import Asked
from tests.support.parties import BENEFITS, NOON, PERSON, Sandbox, command
from tests.support.plays import begin, rows
from wire.documents import Document

RECEIVE = "when: {party: prov, op: inquiry.receive}"
ANSWER = "when: {party: prov, op: inquiry.answer}"
SLOT = timedelta(seconds=300)


def items_of(asked: Asked) -> dict[str, str | None]:
    assert asked.answer is not None
    return {item.id: item.value for item in asked.answer.information[0].items}


def answers(asked: Asked) -> list[Document]:
    return [one for one in asked.replies if one.kind == "answer"]


def test_a_held_inquiry_waits_until_staff_answer(sandbox: Sandbox) -> None:
    later = "later: [{after: P3BD, do: {prov: {answer: {correlation: same, example: benefits}}}}]"
    begin(
        sandbox,
        f"{{id: hold, {RECEIVE}, then: {{reply: {{state: held, "
        f"receipt: \"{{{{ key('receipt', correlation) }}}}\"}}}}, {later}}}",
        "{id: poll, when: {party: prov, op: inquiry.status}, then: {reply: {state: held}}}",
    )
    asked = sandbox.ask(command(sandbox.world))
    assert asked.state == "held"
    agency = sandbox.agency("prefecture")
    sandbox.net.perform(agency.code, agency.repeat("r-1"))
    assert [row.outcome for row in rows(sandbox, "inquiry.status")] == ["held"]
    sandbox.net.advance(parse_duration("P2BD"))
    assert asked.state == "held"
    sandbox.net.advance(parse_duration("P1BD"))
    assert asked.state == "answered"
    assert items_of(asked)["high_cost_benefit_amount"] == "57600"
    [row] = rows(sandbox, "inquiry.answer")
    assert (row.before, row.after) == ({"inquiry": "held"}, {"inquiry": "answered"})
    assert sandbox.agency("insurer").state.waiting == set()
    sandbox.net.perform(agency.code, agency.repeat("r-1"))
    assert asked.state == "answered"  # the receipt of the rule takes nothing away


def test_a_receipt_has_the_number_of_its_rule_whatever_that_looks_like(sandbox: Sandbox) -> None:
    reply = '{state: held, receipt: "R-1"}'
    begin(sandbox, f"{{id: hold, {RECEIVE}, then: {{reply: {reply}}}}}")
    asked = sandbox.ask(command(sandbox.world))
    assert asked.state == "held"


def test_an_answer_that_leaves_late_is_taken_over_and_acknowledged(sandbox: Sandbox) -> None:
    begin(sandbox, f"{{id: later, {RECEIVE}, then: {{reply: {{state: sent}}}}}}")
    asked = sandbox.ask(command(sandbox.world))
    assert asked.state == "sent"
    sandbox.net.advance(SLOT - timedelta(seconds=1))
    assert asked.state == "sent"
    sandbox.net.advance(timedelta(seconds=1))
    assert asked.state == "answered"
    [accepted] = rows(sandbox, "inquiry.answer.accepted")
    [ack] = rows(sandbox, "ack")
    assert (accepted.party, accepted.person, accepted.outcome) == ("asker", "p1", "answered")
    assert (ack.party, ack.peer, ack.correlation) == ("asker", "prov", accepted.correlation)


def test_an_answer_waits_for_what_its_rule_does_meanwhile(sandbox: Sandbox) -> None:
    flag = "{after: PT1H, do: {prov: {set_flag: {person: p1, flag: non_disclosure}}}}"
    begin(sandbox, f"{{id: later, {RECEIVE}, then: {{reply: {{state: sent}}}}, later: [{flag}]}}")
    asked = sandbox.ask(command(sandbox.world))
    sandbox.net.advance(timedelta(hours=1))
    assert asked.state == "sent"
    sandbox.net.advance(timedelta(seconds=1))
    assert asked.answer is not None
    assert asked.answer.nondisclosure is True


@pytest.mark.parametrize(
    ("state", "code", "failed"), [("denied", "inquiry.denied.hold", "hold")], ids=["article 28"]
)
def test_a_provider_refuses_under_a_state(
    sandbox: Sandbox, state: str, code: str, failed: str
) -> None:
    begin(sandbox, f"{{id: no, {RECEIVE}, then: {{reply: {{state: {state}}}}}}}")
    asked = sandbox.ask(command(sandbox.world))
    assert (asked.state, asked.code, asked.failed) == ("denied", code, failed)


def test_a_rule_makes_nothing_of_something(sandbox: Sandbox) -> None:
    begin(sandbox, f"{{id: nothing, {RECEIVE}, then: {{reply: {{state: not_provided}}}}}}")
    asked = sandbox.ask(command(sandbox.world))
    assert asked.state == "sent"
    sandbox.net.advance(SLOT)
    assert asked.state == "not_provided"


@pytest.mark.parametrize(
    "code",
    [
        "inquiry.denied.hold",
        "permit.edition",
        "provider.closed",
        "capacity.exceeded",
        "message.sender",
    ],
)
def test_a_provider_refuses_with_a_code_and_judges_a_repeat_anew(
    sandbox: Sandbox, code: str
) -> None:
    begin(
        sandbox,
        f"{{id: no, when: {{party: prov, op: inquiry.receive, nth: 1..2}}, "
        f'then: {{reply: {{error: "{code}", retry: never}}}}}}',
    )
    asked = sandbox.ask(command(sandbox.world))
    assert asked.refusal is not None
    assert asked.refusal.code == code
    agency = sandbox.agency("prefecture")
    for _ in range(2):
        sandbox.net.perform(agency.code, agency.repeat("r-1"))
    assert asked.state == "answered"
    outcomes = [row.outcome for row in rows(sandbox, "inquiry.receive")]
    assert outcomes[0] == code
    assert outcomes[-1] == "answered"


def test_a_closed_provider_knows_its_business_days(sandbox: Sandbox) -> None:
    reopen = '"{{ next_open(prov) }}"'
    closed = f'{{error: "provider.closed", retry: after, reopen_at: {reopen}}}'
    begin(
        sandbox,
        "{id: closed, when: {party: prov, op: inquiry.receive, state: {open: false}}, "
        f"then: {{reply: {closed}}}}}",
        prov='hours: "08:30-17:15", closed: ["2026-11-24"]',
    )
    asked = sandbox.ask(command(sandbox.world))  # noon on a holiday, then a day of its own
    assert asked.refusal is not None
    opening = NOON + timedelta(days=2) - timedelta(hours=3, minutes=30)
    assert (asked.refusal.code, asked.refusal.retry_at) == ("provider.closed", opening)
    assert [row.rule for row in rows(sandbox, "inquiry.receive")] == ["closed"]
    sandbox.net.advance(opening - NOON)
    assert sandbox.ask(command(sandbox.world, request_id="r-2")).state == "answered"


def test_a_provider_is_closed_without_any_rule(sandbox: Sandbox) -> None:
    begin(sandbox, prov='hours: "08:30-17:15"')
    asked = sandbox.ask(command(sandbox.world))
    assert asked.refusal is not None
    assert asked.refusal.retry_at == NOON + timedelta(hours=20, minutes=30)


def test_a_provider_takes_as_many_at_once_as_it_can(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        f"{{id: slow, {RECEIVE}, fault: [{{at: before_effect, kind: delay, for: PT2S}}]}}",
        prov="limits: {at_once: 2}",
    )
    agency, net = sandbox.agency("prefecture"), sandbox.net
    for turn in range(4):
        asking = agency.ask(command(sandbox.world, request_id=f"r-{turn}"), now=sandbox.now)
        net.plan(agency.code, asking)
    net.run()
    net.advance(timedelta(seconds=5))
    states = sorted(one.code or one.state for one in agency.state.asked.values())
    assert states == ["answered", "answered", "capacity.exceeded", "capacity.exceeded"]


def test_a_provider_lets_as_many_wait_as_it_can(sandbox: Sandbox) -> None:
    hold = f"{{id: hold, {RECEIVE}, then: {{reply: {{state: held}}}}}}"
    begin(sandbox, hold, prov="limits: {waiting: 1}")
    assert sandbox.ask(command(sandbox.world)).state == "held"
    full = sandbox.ask(command(sandbox.world, request_id="r-2"))
    assert full.code == "capacity.exceeded"


def test_an_example_replaces_what_is_known_and_stays_within_the_permit(sandbox: Sandbox) -> None:
    begin(sandbox, f"{{id: known, {ANSWER}, then: {{example: benefits}}}}")
    sandbox.agency("insurer").state.holdings.clear()
    number = sandbox.world.cast[PERSON].resident.individual_number
    sandbox.agency("insurer").state.holdings[number] = {BENEFITS: {"insurer_number": "990099"}}
    found = items_of(sandbox.ask(command(sandbox.world)))
    assert found["insurer_number"] == "990015"
    assert "premium_amount" not in found  # of the example, but not on the permit


def test_an_example_of_another_information_is_nothing(sandbox: Sandbox) -> None:
    begin(sandbox, f"{{id: known, {RECEIVE}, then: {{example: tax_2026}}}}")
    assert sandbox.ask(command(sandbox.world)).state == "sent"


@pytest.mark.parametrize("op", ["inquiry.receive", "inquiry.answer"])
def test_an_answer_holds_items_nobody_asked_for(sandbox: Sandbox, op: str) -> None:
    begin(
        sandbox,
        f"{{id: more, when: {{party: prov, op: {op}}}, then: {{add_items: [premium_amount]}}}}",
    )
    assert items_of(sandbox.ask(command(sandbox.world)))["premium_amount"]
    [row] = rows(sandbox, "inquiry.answer")
    assert "premium_amount" in row.decoded["items"]


def test_an_answer_says_that_it_is_not_to_be_disclosed(sandbox: Sandbox) -> None:
    begin(sandbox, f"{{id: hidden, {ANSWER}, then: {{header: {{non_disclosure: true}}}}}}")
    asked = sandbox.ask(command(sandbox.world))
    assert asked.answer is not None
    assert asked.answer.nondisclosure is True


def test_an_answer_of_somebody_else_is_refused(sandbox: Sandbox) -> None:
    begin(sandbox, f"{{id: mixed, {ANSWER}, fault: [{{at: after_effect, kind: person}}]}}")
    asked = sandbox.ask(command(sandbox.world))
    assert (asked.state, asked.code) == ("failed", "permit.mismatch")


def test_an_answer_with_a_strange_signature_is_refused(sandbox: Sandbox) -> None:
    begin(sandbox, f"{{id: forged, {ANSWER}, fault: [{{at: after_effect, kind: signature}}]}}")
    asked = sandbox.ask(command(sandbox.world))
    assert (asked.state, asked.code) == ("failed", "message.signature")


VARIED = {
    "the same bytes": ("", 1, 1, 1),
    "another id": ("message_id", 3, 1, 1),
    "another id and instant": ("message_id, sent_at", 3, 1, 3),
    "another instant": ("sent_at", 1, 1, 3),
    "another body": ("body", 1, 2, 1),
}


@pytest.mark.parametrize(("vary", "ids", "bodies", "instants"), VARIED.values(), ids=VARIED)
def test_an_answer_comes_again_with_what_is_to_vary(
    sandbox: Sandbox, vary: str, ids: int, bodies: int, instants: int
) -> None:
    told = f", vary: [{vary}]" if vary else ""
    begin(
        sandbox,
        f"{{id: dup, {ANSWER}, fault: "
        f"[{{at: after_response, kind: duplicate, times: 2, after: PT2S{told}}}]}}",
    )
    asked = sandbox.ask(command(sandbox.world))
    seen = []
    for _ in range(5):
        seen.append(len(answers(asked)))
        sandbox.net.advance(timedelta(seconds=1))
    assert seen == [1, 1, 2, 2, 3]
    assert len({one.message_id for one in answers(asked)}) == ids
    assert len({one.body for one in answers(asked)}) == bodies
    assert len({one.created for one in answers(asked)}) == instants
    assert len(rows(sandbox, "ack")) == 2
    assert len(rows(sandbox, "inquiry.answer")) == 1


def test_two_answers_change_places(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        "{id: swap, when: {party: prov, op: inquiry.answer, nth: 1}, "
        "fault: [{at: after_effect, kind: reorder, with: next}]}",
    )
    first = sandbox.ask(command(sandbox.world))
    assert first.state == "sent"
    second = sandbox.ask(command(sandbox.world, request_id="r-2"))
    assert (first.state, second.state) == ("sent", "answered")
    sandbox.net.advance(timedelta(seconds=1))
    assert first.state == "answered"


def test_a_swap_without_a_partner_ends_by_itself(sandbox: Sandbox) -> None:
    begin(
        sandbox, f"{{id: swap, {ANSWER}, fault: [{{at: after_effect, kind: reorder, with: next}}]}}"
    )
    asked = sandbox.ask(command(sandbox.world))
    sandbox.net.advance(timedelta(minutes=10))
    assert asked.state == "answered"


@pytest.mark.parametrize(
    ("flag", "state"),
    [("auto_response_prohibited", "held"), ("dv_protected", "sent"), ("non_disclosure", "sent")],
)
def test_a_flag_of_a_person_shows_as_it_may(sandbox: Sandbox, flag: str, state: str) -> None:
    begin(sandbox)
    insurer = sandbox.agency("insurer")
    insurer.act("set_flag", Act(person="p1", flag=flag), None, now=sandbox.now)
    asked = sandbox.ask(command(sandbox.world))
    assert asked.state == state
    sandbox.net.advance(SLOT)
    assert asked.state == ("held" if state == "held" else "not_provided")


UNABLE = {
    "nothing waits": ("answer", Act(correlation="same"), Call(party="prov", op="x")),
    "nobody is meant": ("answer", Act(correlation="same"), None),
    "no such person": ("set_flag", Act(person="p9", flag="non_disclosure"), None),
    "no flag": ("set_flag", Act(person="p1"), None),
    "of the core": ("reissue_symbol", Act(person="p1"), None),
    "nobody to ask": ("ask", Act(person="p1", information=BENEFITS), None),
}


@pytest.mark.parametrize(("action", "act", "call"), UNABLE.values(), ids=UNABLE)
def test_an_agency_says_what_it_cannot_do(
    sandbox: Sandbox, action: str, act: Act, call: Call | None
) -> None:
    begin(sandbox)
    with pytest.raises(UnableError):
        sandbox.agency("insurer").act(action, act, call, now=sandbox.now)


def test_nothing_about_a_person_stands_in_the_journal(sandbox: Sandbox) -> None:
    begin(sandbox)
    asked = sandbox.ask(command(sandbox.world))
    person = sandbox.world.cast[PERSON].resident
    shown = "".join(str(row.decoded) for row in sandbox.world.script.journal.rows())
    symbols = [
        symbol
        for one in ("prefecture", "insurer")
        for symbol in sandbox.agency(one).state.symbols.values()
    ]
    values = [value for value in items_of(asked).values() if value and len(value) > 4]
    for secret in (person.individual_number, person.resident_code, *values, *symbols):
        assert secret not in shown

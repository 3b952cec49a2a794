"""Core, registry and agencies among themselves, without sockets."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from mocks.engine.behaviour import Order
from mocks.engine.calendar import Opening
from mocks.engine.hours import EVERY_DAY
from mocks.parties.desk import Letter
from mocks.parties.refusals import RefusedError
from tests.support.parties import NOON, PERSON, Sandbox, code_of, command, outcomes
from tests.support.plays import begin, rows
from wire.messages import (
    Notice,
    PermitListRequest,
    RequestedInformation,
)


def test_an_inquiry_is_answered_from_what_the_provider_knows(sandbox: Sandbox) -> None:
    asked = sandbox.ask(command(sandbox.world))
    assert asked.state == "answered"
    assert asked.answer is not None
    items = {item.id: item.value for item in asked.answer.information[0].items}
    assert items["high_cost_benefit_amount"] == "57600"
    assert "premium_amount" not in items  # known, but not on the permit (G10)
    assert outcomes(sandbox, "permit") == ["permitted"]
    assert outcomes(sandbox, "relay") == ["answered"]


def test_two_institutions_never_share_a_symbol_and_no_number_enters_the_log(
    sandbox: Sandbox,
) -> None:
    number = sandbox.world.cast[PERSON].resident.individual_number
    one = sandbox.agency("prefecture").state.symbols[number]
    two = sandbox.agency("insurer").state.symbols[number]
    assert one != two
    assert sandbox.ask(command(sandbox.world)).state == "answered"
    log = b"".join(row.content for row in sandbox.world.core.state.log.rows)
    secrets = (number, sandbox.world.cast[PERSON].resident.resident_code, one, two)
    assert not any(secret.encode() in log for secret in secrets)


@pytest.mark.parametrize(
    ("fields", "failed"),
    [
        ({"row": "69", "clause": "7"}, "inquirer"),
        ({"row": "999", "clause": None}, "affair"),
        ({"row": "no affair", "clause": None}, None),
        ({"information": (RequestedInformation(name="戸籍関係情報"),)}, "information"),
    ],
    ids=["another's affair", "no such row", "no affair at all", "not in the pair"],
)
def test_the_core_denies_whoever_skips_the_own_check(
    sandbox: Sandbox, fields: dict[str, object], failed: str | None
) -> None:
    if failed is None:
        with pytest.raises(ValueError, match="row"):
            sandbox.ask(command(sandbox.world, own_check=False, **fields))
        return
    own = sandbox.ask(command(sandbox.world, request_id="own", **fields))
    asked = sandbox.ask(command(sandbox.world, own_check=False, **fields))
    assert (own.state, own.failed) == ("denied", failed)
    assert (asked.state, asked.failed) == ("denied", failed)
    assert own.replies == []
    assert asked.refusal is not None
    assert asked.refusal.detail_ja
    assert outcomes(sandbox, "relay") == []


def test_the_provider_denies_where_the_core_over_permits(sandbox: Sandbox) -> None:
    sandbox.world.core.state.behaviour.give(Order(act="permit.check"))
    asked = sandbox.ask(command(sandbox.world, row="69", clause="7", own_check=False))
    assert (asked.state, asked.code) == ("denied", "inquiry.denied.inquirer")
    assert outcomes(sandbox, "permit") == ["permitted"]
    assert outcomes(sandbox, "relay") == ["denied"]


def test_nothing_registered_leaves_at_the_slot_whether_or_not_a_symbol_was_acquired(
    sandbox: Sandbox,
) -> None:
    world = sandbox.world
    lengths = []
    for case, known in (("D05", True), ("D15", False)):
        number = world.cast[case].resident.individual_number
        sandbox.acquire("prefecture", number)
        if known:
            sandbox.acquire("insurer", number)
        asked = sandbox.ask(command(world, request_id=case, individual_number=number))
        assert asked.state == "sent"
        sandbox.net.advance(timedelta(seconds=299))
        assert asked.state == "sent"
        sandbox.net.advance(timedelta(seconds=1))
        assert asked.state == "not_provided"
        assert asked.answer is not None
        assert asked.answer.information == ()
        lengths.append([len(reply.raw) for reply in asked.replies])
    assert lengths[0] == lengths[1]


def test_a_permit_that_expires_on_its_way_is_replaced_once(sandbox: Sandbox) -> None:
    behaviour = sandbox.world.core.state.behaviour
    behaviour.give(Order(act="relay.slow", amount=301))
    asked = sandbox.ask(command(sandbox.world))
    assert asked.state == "answered"
    assert asked.permits_asked == 2
    assert outcomes(sandbox, "permit") == ["permitted", "permitted"]
    assert outcomes(sandbox, "relay") == ["denied", "answered"]
    behaviour.give(Order(act="relay.slow", amount=301, times=0))
    asked = sandbox.ask(command(sandbox.world, request_id="r-2"))
    assert (asked.state, asked.code, asked.permits_asked) == ("denied", "permit.expired", 2)


def test_a_short_lifetime_ends_at_the_core(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        "{id: short, when: {party: core, op: permit.issue}, then: {permit: {ttl: PT0S}}}",
    )
    asked = sandbox.ask(command(sandbox.world))
    assert (asked.state, asked.code) == ("denied", "permit.expired")
    assert outcomes(sandbox, "relay") == []


def test_a_repeat_gets_the_stored_answer_and_another_body_a_conflict(sandbox: Sandbox) -> None:
    asked = sandbox.ask(command(sandbox.world))
    agency = sandbox.agency("prefecture")
    sandbox.net.perform(agency.code, agency.repeat("r-1"))
    sandbox.net.perform(agency.code, agency.distort("r-1", now=sandbox.now))
    assert asked.replies[1].raw == asked.replies[2].raw
    assert code_of(asked.replies[3]) == "message.conflict"
    assert asked.state == "answered"
    assert len(sandbox.agency("insurer").state.permits_used) == 1


def test_a_relay_that_doubles_leads_to_one_provision(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        "{id: twice, when: {party: core, op: inquiry.relay}, "
        "fault: [{at: after_response, kind: duplicate, after: PT1S}]}",
    )
    asked = sandbox.ask(command(sandbox.world))
    sandbox.net.advance(timedelta(seconds=1))
    assert asked.state == "answered"
    assert len(rows(sandbox, "inquiry.receive")) == 2
    assert len(sandbox.agency("insurer").state.provided) == 1


@pytest.mark.parametrize(
    ("op", "code"),
    [("permit.issue", "permit.signature"), ("inquiry.relay", "message.signature")],
)
def test_forged_permits_and_notices_are_refused(sandbox: Sandbox, op: str, code: str) -> None:
    fault = "[{at: after_effect, kind: signature}]"
    begin(sandbox, f"{{id: forged, when: {{party: core, op: {op}}}, fault: {fault}}}")
    asked = sandbox.ask(command(sandbox.world))
    assert (asked.state, asked.code) == ("failed", code)
    assert sandbox.agency("insurer").state.provided == {}


def test_a_closed_provider_says_when_it_opens(sandbox: Sandbox) -> None:
    insurer = sandbox.agency("insurer")
    insurer.role.hours = Opening(calendar=EVERY_DAY, opens=time(13, 0), closes=time(17, 0))
    asked = sandbox.ask(command(sandbox.world))  # it is noon in Japan
    assert (asked.state, asked.code) == ("failed", "provider.closed")
    assert asked.refusal is not None
    assert asked.refusal.retry == "after"
    assert asked.refusal.retry_at == NOON + timedelta(hours=1)
    sandbox.net.advance(timedelta(hours=1))
    assert sandbox.ask(command(sandbox.world, request_id="r-2")).state == "answered"


def test_a_provider_that_is_down_leaves_the_inquiry_to_be_repeated(sandbox: Sandbox) -> None:
    sandbox.net.down.add(sandbox.world.code("insurer"))
    asked = sandbox.ask(command(sandbox.world))
    assert (asked.state, asked.code) == ("failed", "peer.unreachable")
    assert outcomes(sandbox, "relay") == ["unreachable"]
    sandbox.net.down.clear()
    agency = sandbox.agency("prefecture")
    sandbox.net.perform(agency.code, agency.repeat("r-1"))
    assert asked.state == "answered"


def test_whoever_has_no_symbol_cannot_ask(sandbox: Sandbox) -> None:
    number = sandbox.world.cast["D10"].resident.individual_number
    with pytest.raises(RefusedError) as caught:
        sandbox.ask(command(sandbox.world, individual_number=number))
    assert caught.value.code == "symbol.not_found"


def test_a_notice_for_another_inquiry_is_refused(sandbox: Sandbox) -> None:
    world = sandbox.world
    asked = sandbox.ask(command(world))
    assert asked.inquiry is not None
    core, insurer = world.core, sandbox.agency("insurer")
    insurer.state.replies.clear()
    insurer.state.permits_used.clear()
    issued = core.state.transactions[asked.transaction_number or ""]
    notice = Notice(
        transaction_number=issued.claims.transaction_number,
        permit_id=issued.claims.permit_id,
        symbol="A" * 43,
        route=core.code,
        inquirer=issued.claims.inquirer,
        inquiry_message_id=core.desk.new_id("other"),
    )
    permit = core.desk.enclose(issued.compact, Letter(to=insurer.code, at=sandbox.now))
    letter = Letter(to=insurer.code, at=sandbox.now)
    wrong = core.desk.write(notice, letter)
    [reply] = sandbox.post(core.code, insurer.code, asked.inquiry, permit, wrong)
    assert code_of(reply) == "notice.mismatch"


def test_strangers_and_wrong_addresses_are_refused(sandbox: Sandbox) -> None:
    world = sandbox.world
    insurer, core = sandbox.agency("insurer"), world.core
    to_registry = insurer.desk.write(
        PermitListRequest(), Letter(to=world.registry.code, at=sandbox.now)
    )
    to_core = insurer.desk.write(PermitListRequest(), Letter(to=core.code, at=sandbox.now))
    old = insurer.desk.write(
        PermitListRequest(), Letter(to=core.code, at=sandbox.now - timedelta(minutes=6))
    )
    forged = insurer.desk.write(
        PermitListRequest(), Letter(to=core.code, at=sandbox.now, forged=True)
    )
    early = insurer.desk.write(
        PermitListRequest(), Letter(to=core.code, at=sandbox.now + timedelta(minutes=6))
    )
    replies = sandbox.post(insurer.code, core.code, to_registry, old, forged, early)
    assert list(map(code_of, replies)) == [
        "message.addressee",
        "message.expired",
        "message.signature",
        "message.early",
    ]
    [reply] = sandbox.post(world.code("prefecture"), core.code, to_core)
    assert code_of(reply) == "message.sender"
    [reply] = sandbox.post(insurer.code, world.registry.code, to_registry)
    assert code_of(reply) == "message.addressee"


def test_a_changed_log_does_not_verify(sandbox: Sandbox) -> None:
    log = sandbox.world.core.state.log
    first = log.rows[0]
    log.rows[0] = replace(first, content=first.content.replace(b"issued", b"denied"))
    assert not log.verify()
    log.rows[0] = first

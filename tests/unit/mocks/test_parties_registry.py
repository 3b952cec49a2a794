"""What the resident registry makes of rulings, and which acts every party names."""

from datetime import date, timedelta

import pytest

from mocks.engine.party import Arrived, UnableError
from mocks.engine.scenario_rules import Act
from mocks.parties.desk import Letter
from tests.support.parties import NOON, PERSON, Sandbox, code_of
from tests.support.plays import begin, rows
from wire.documents import Document
from wire.messages import (
    Acknowledgement,
    BasicItems,
    BasicRequest,
    Clock,
    Message,
    PermitListRequest,
    ProcessNumberRequest,
    RegistryLink,
    ResidentLink,
    decode,
)

FIND = "when: {party: registry, op: resident.find, person: p1}"


def find(sandbox: Sandbox) -> Document:
    asker, registry = sandbox.agency("prefecture"), sandbox.world.registry
    number = sandbox.world.cast[PERSON].resident.individual_number
    letter = Letter(to=registry.code, at=sandbox.now)
    request = asker.desk.write(BasicRequest(individual_number=number), letter)
    [reply] = sandbox.post(asker.code, registry.code, request)
    return reply


def address(document: Document) -> str:
    message = decode(document.kind, document.body)
    assert isinstance(message, BasicItems)
    return message.address


def test_a_resident_is_found_and_the_finding_is_written_down(sandbox: Sandbox) -> None:
    begin(sandbox)
    person = sandbox.world.cast[PERSON].resident
    assert address(find(sandbox)) == person.last_stay.address
    [row] = rows(sandbox, "resident.find")
    assert (row.party, row.peer, row.person, row.outcome) == ("registry", "asker", "p1", "found")


@pytest.mark.parametrize("code", ["resident.unknown", "message.sender"])
def test_a_resident_is_not_found_where_a_rule_says_so(sandbox: Sandbox, code: str) -> None:
    begin(sandbox, f'{{id: no, {FIND}, then: {{reply: {{error: "{code}"}}}}}}')
    assert code_of(find(sandbox)) == code
    assert [row.outcome for row in rows(sandbox, "resident.find")] == [code]


def test_a_rule_tells_another_history(sandbox: Sandbox) -> None:
    stays = '[{code: "991015", from: "2020-04-01", to: "2027-04-03"}]'
    begin(sandbox, f"{{id: overlap, {FIND}, then: {{history: {stays}}}}}")
    assert address(find(sandbox))


def test_a_signature_of_the_registry_is_strange(sandbox: Sandbox) -> None:
    begin(sandbox, f"{{id: forged, {FIND}, fault: [{{at: after_effect, kind: signature}}]}}")
    reply = find(sandbox)
    with pytest.raises(Exception, match=r"message\.signature"):
        sandbox.agency("prefecture").desk.read(reply, now=sandbox.now)


def test_a_link_is_refused_and_no_symbol_comes(sandbox: Sandbox) -> None:
    who = "when: {party: registry, op: resident.link, person: p1}"
    begin(sandbox, f'{{id: no, {who}, then: {{reply: {{error: "resident.unknown"}}}}}}')
    sandbox.acquire("accounts", sandbox.world.cast[PERSON].resident.individual_number)
    assert sandbox.agency("accounts").state.symbols == {}
    assert sandbox.world.registry.state.links == 2  # those of the sandbox itself
    assert rows(sandbox, "symbol.acquire", person="p1") == []


def test_staff_flag_a_resident_and_correct_a_stay(sandbox: Sandbox) -> None:
    begin(sandbox)
    registry, person = sandbox.world.registry, sandbox.world.cast[PERSON].resident
    registry.act("set_flag", Act(person="p1", flag="non_disclosure"), None, now=NOON)
    assert registry.state.flags == {person.individual_number: {"non_disclosure"}}
    code = person.last_stay.municipality
    registry.act("correct", Act(person="p1", code=code, to="2027-04-01"), None, now=NOON)
    assert registry.state.residents[person.individual_number].last_stay.to_on == date(2027, 4, 1)


@pytest.mark.parametrize("to", ["soon", 5, None])
def test_a_correction_needs_a_day(sandbox: Sandbox, to: str | int | None) -> None:
    begin(sandbox)
    before = dict(sandbox.world.registry.state.residents)
    with pytest.raises(UnableError):
        sandbox.world.registry.act(
            "correct", Act(person="p1", code="991015", to=to), None, now=NOON
        )
    assert sandbox.world.registry.state.residents == before


NUMBER, CODE = "1" * 12, "2" * 11
ACTS: dict[str, tuple[str, Message, str | None]] = {
    "process number": ("core", ProcessNumberRequest(request_id="r"), "symbol.acquire"),
    "resident link": (
        "core",
        ResidentLink(process_number="p", resident_code=CODE, institution="990001"),
        "symbol.acquire",
    ),
    "list": ("core", PermitListRequest(), "list.distribute"),
    "clock": ("registry", Clock(offset_milliseconds=1), None),
    "acknowledgement": ("registry", Acknowledgement(), None),
    "link": (
        "registry",
        RegistryLink(process_number="p", individual_number=NUMBER),
        "resident.link",
    ),
    "basic items": ("registry", BasicRequest(individual_number=NUMBER), "resident.find"),
    "clock of an agency": ("asker", Clock(offset_milliseconds=1), None),
}


@pytest.mark.parametrize(("name", "message", "op"), ACTS.values(), ids=ACTS)
def test_every_document_calls_for_its_act_and_asking_changes_nothing(
    sandbox: Sandbox, name: str, message: Message, op: str | None
) -> None:
    begin(sandbox)
    code = sandbox.world.script.names.code_of(name) or sandbox.world.code(name)
    party, sender = sandbox.world.parties[code], sandbox.agency("insurer")
    document = sender.desk.write(message, Letter(to=code, at=sandbox.now))
    event = Arrived(hop=sender.code, documents=[document], under_way=3)
    before = repr(party)
    calls = party.calls(event, now=sandbox.now)
    assert [call.op for call in calls] == ([op] if op else [])
    assert repr(party) == before
    for call in calls:
        assert (call.party, call.peer, call.message_id) == (name, "prov", document.message_id)


def test_a_reply_comes_again(sandbox: Sandbox) -> None:
    begin(
        sandbox,
        f"{{id: dup, {FIND}, fault: [{{at: after_response, kind: duplicate, after: PT2S}}]}}",
    )
    find(sandbox)
    [queued] = sandbox.world.registry.outbox.queued
    assert (queued[0], queued[1].to) == (
        NOON + timedelta(seconds=2),
        sandbox.world.code("prefecture"),
    )

"""The portal: it asks for people through the core, and takes nothing from anybody else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from mocks.engine.names import Somebody
from mocks.engine.party import Arrived, Reply, Returned, Send, UnableError
from mocks.engine.scenario_rules import Act
from mocks.engine.scenario_terms import PartyKind
from mocks.net.clerk import Clerk
from mocks.parties.desk import Letter
from mocks.parties.portal import Portal
from tests.support.parties import BENEFITS, PERSON, Sandbox, code_of, pin_keys
from tests.support.plays import begin, rows, scenario_of
from wire.documents import Document, decode_stream
from wire.messages import (
    AnsweredInformation,
    AnsweredItem,
    Clock,
    Message,
    OwnInformation,
    RecordList,
    RecordRequest,
    decode,
)

ASK = ("ask", Act(person="p1", information=BENEFITS))
RECORDS = ("ask_records", Act(person="p1"))
OWN = AnsweredInformation(
    name=BENEFITS,
    as_of=date(2026, 11, 23),
    items=(AnsweredItem(id="insurer_number", value="990015"),),
)


def open_portal(sandbox: Sandbox, *rules: str) -> Portal:
    """Let a scenario with a portal run; the insurer is the system under test."""
    begin(sandbox)
    world, script = sandbox.world, sandbox.world.script
    scenario = scenario_of(*rules)
    portal: PartyKind = "portal"
    parties = {**scenario.parties, "portal": replace(scenario.parties["registry"], kind=portal)}
    script.load(replace(scenario, parties=parties), now=sandbox.now)
    [opened] = world.take_roles(parties)
    assert isinstance(opened, Portal)
    pin_keys(world)
    sandbox.net.clerks[opened.code] = Clerk(opened, sandbox.net)
    script.names.bind_party("gw", world.code("insurer"))
    world.introduce(Somebody(name="p1"), world.cast[PERSON].resident)
    return opened


def request(sandbox: Sandbox, portal: Portal, step: tuple[str, Act]) -> Document:
    """Return what the institution gets of a request of the portal."""
    [sent] = portal.act(*step, None, now=sandbox.now)
    assert isinstance(sent, Send)
    documents = [
        one for one in decode_stream(b"".join(sent.documents)) if isinstance(one, Document)
    ]
    event = Arrived(hop=portal.code, documents=documents)
    [passed] = sandbox.world.core.handle(event, now=sandbox.now)
    assert isinstance(passed, Send)
    [document] = decode_stream(b"".join(passed.documents))
    assert isinstance(document, Document)
    return document


def conclude(sandbox: Sandbox, portal: Portal, documents: Sequence[Document] | None) -> str:
    [asked] = portal.state.asked.values()
    mark = f"disclosure {asked.request.request_id}"
    portal.handle(Returned(mark=mark, documents=documents), now=sandbox.now)
    return asked.code or asked.state


def reply(sandbox: Sandbox, portal: Portal, message: Message, by: str = "insurer") -> Document:
    agency = sandbox.agency(by)
    return agency.desk.write(message, Letter(to=portal.code, at=sandbox.now))


@pytest.mark.parametrize("step", [ASK, RECORDS], ids=["own information", "records"])
def test_the_core_asks_under_the_symbol_of_the_institution(
    sandbox: Sandbox, step: tuple[str, Act]
) -> None:
    portal = open_portal(sandbox)
    document = request(sandbox, portal, step)
    message = decode(document.kind, document.body)
    number = sandbox.world.cast[PERSON].resident.individual_number
    theirs = sandbox.agency("insurer").state.symbols[number]
    assert getattr(message, "symbol", None) == theirs != portal.state.symbols[number]
    assert (document.sender, document.recipient) == (
        sandbox.world.core.code,
        sandbox.world.code("insurer"),
    )


def test_what_is_disclosed_is_kept_and_written_down(sandbox: Sandbox) -> None:
    portal = open_portal(sandbox)
    request(sandbox, portal, ASK)
    [asked] = portal.state.asked.values()
    said = OwnInformation(request_id=asked.request.request_id, information=(OWN,))
    assert conclude(sandbox, portal, [reply(sandbox, portal, said)]) == "disclosed"
    assert asked.found == said
    [row] = rows(sandbox, "information.request")
    assert (row.party, row.peer, row.person, row.outcome) == ("portal", "gw", "p1", "disclosed")
    assert "990015" not in str(row.decoded)


def test_what_is_not_the_reply_is_not_taken(sandbox: Sandbox) -> None:
    portal = open_portal(sandbox)
    request(sandbox, portal, RECORDS)
    [asked] = portal.state.asked.values()
    right = RecordList(request_id=asked.request.request_id)
    wrong = {
        "peer.unreachable": None,
        "message.sender": [reply(sandbox, portal, right, by="accounts")],
        "message.malformed": [reply(sandbox, portal, RecordList(request_id="other"))],
    }
    found = {code: conclude(sandbox, portal, documents) for code, documents in wrong.items()}
    assert found == {code: code for code in wrong}
    assert asked.found is None


def test_a_refusal_of_the_institution_comes_back_through_the_core(sandbox: Sandbox) -> None:
    portal = open_portal(sandbox)
    sandbox.net.perform(portal.code, portal.act(*RECORDS, None, now=sandbox.now))
    [asked] = portal.state.asked.values()
    assert (asked.state, asked.code) == ("denied", "message.addressee")
    assert [row.outcome for row in rows(sandbox, "record.request")] == ["message.addressee"]


def test_a_request_stays_where_a_rule_is_against_it(sandbox: Sandbox) -> None:
    rule = "when: {party: portal, op: record.request}"
    portal = open_portal(
        sandbox, f'{{id: no, {rule}, then: {{reply: {{error: "message.sender"}}}}}}'
    )
    assert list(portal.act(*RECORDS, None, now=sandbox.now)) == []
    assert [row.outcome for row in rows(sandbox, "record.request")] == ["message.sender"]


UNABLE = {
    "nobody known": ("ask_records", Act(person="p2")),
    "nothing to ask for": ("ask", Act(person="p1")),
    "what others do": ("answer", Act(person="p1")),
}


@pytest.mark.parametrize("step", UNABLE.values(), ids=UNABLE)
def test_a_portal_says_what_it_cannot_do(sandbox: Sandbox, step: tuple[str, Act]) -> None:
    portal = open_portal(sandbox)
    with pytest.raises(UnableError):
        portal.act(*step, None, now=sandbox.now)


def test_a_portal_without_a_symbol_cannot_ask(sandbox: Sandbox) -> None:
    portal = open_portal(sandbox)
    portal.state.symbols.clear()
    with pytest.raises(UnableError, match="no symbol"):
        portal.act(*RECORDS, None, now=sandbox.now)


def test_a_stranger_has_no_symbol_at_the_core(sandbox: Sandbox) -> None:
    open_portal(sandbox)
    stranger, core = sandbox.agency("accounts"), sandbox.world.core
    number = sandbox.world.cast["D05"].resident.individual_number
    assert number not in stranger.state.symbols
    document = stranger.desk.write(
        RecordRequest(request_id="r-9", symbol="A" * 43),
        Letter(to=sandbox.world.code("insurer"), at=sandbox.now),
    )
    [refused] = sandbox.post(stranger.code, core.code, document)
    assert code_of(refused) == "symbol.not_found"


@pytest.mark.parametrize(
    ("by", "kind"), [("core", "acknowledgement"), ("accounts", "refusal")], ids=["core", "other"]
)
def test_a_portal_takes_the_time_from_the_core_alone(sandbox: Sandbox, by: str, kind: str) -> None:
    portal = open_portal(sandbox)
    sender = sandbox.world.core if by == "core" else sandbox.agency(by)
    document = sender.desk.write(
        Clock(offset_milliseconds=5), Letter(to=portal.code, at=sandbox.now)
    )
    event = Arrived(hop=sender.code, documents=[document])
    assert portal.calls(event, now=sandbox.now) == ()
    [said] = portal.handle(event, now=sandbox.now)
    assert isinstance(said, Reply)
    [found] = decode_stream(said.document)
    assert isinstance(found, Document)
    assert found.kind == kind

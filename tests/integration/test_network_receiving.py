"""What a listener does with good streams, and with the same ones again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.bootstrap.system import SandboxClock, SystemClock
from gateway.domain.alarms import Alarm
from gateway.domain.provision import Provision
from gateway.domain.states import ProvisionState
from gateway.domain.symbols import SymbolBinding
from gateway.network.arrivals import Arrivals
from gateway.network.inspection import Served
from gateway.usecases import sandbox, symbols
from tests.support.network import TAX_ITEMS, Draft, Town, open_town, uuid
from tests.support.refusals import read
from tests.support.world import CORE, NOON, offer
from wire import messages as wire
from wire.documents import JSON_TYPE, Document, decode_stream, encode_stream, seal
from wire.permit_list import encode_permit_list
from wire.signatures import verify


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened


async def alarms(town: Town) -> list[tuple[str, str, str]]:
    found = await town.ports[town.b].store.list_values(Alarm)
    return [(one.kind.value, one.peer, one.subject) for one in found]


async def test_an_inquiry_with_notice_and_permit_is_answered_by_a_signed_document(
    town: Town,
) -> None:
    [reply] = await town.deliver(*town.draft().stream())

    verify(reply, town.trust.directory.keys, now=town.world.clock.now())
    message = wire.decode(reply.kind, reply.body)
    assert (reply.sender, reply.recipient, reply.in_reply_to) == (town.b, town.a, uuid(3))
    assert isinstance(message, wire.Answer)
    assert {
        item.id: item.value for item in message.information[0].items if item.value is not None
    } == dict.fromkeys(TAX_ITEMS, "1000")
    [provision] = await town.ports[town.b].store.list_values(Provision)
    assert provision.state is ProvisionState.ANSWERED


async def test_the_order_of_a_stream_does_not_matter(town: Town) -> None:
    [reply] = await town.deliver(*reversed(town.draft().stream()))

    assert reply.kind == "answer"


async def test_an_inquiry_sealed_anew_gets_the_same_bytes_and_no_second_provision(
    town: Town,
) -> None:
    first = await town.deliver(*town.draft().stream())
    town.world.clock.move(minutes=4)

    again = await town.deliver(*town.draft().stream())
    alone = await town.deliver(town.draft().inquiry_document())

    assert [one.raw for one in again] == [one.raw for one in alone] == [one.raw for one in first]
    assert len(await town.ports[town.b].store.list_values(Provision)) == 1


async def test_inquiries_that_arrive_twice_at_once_are_answered_once(town: Town) -> None:
    stream = town.draft().stream()

    replies = await asyncio.gather(*(town.deliver(*stream) for _ in range(8)))

    assert len({one.raw for [one] in replies}) == 1
    assert len(await town.ports[town.b].store.list_values(Provision)) == 1


async def test_the_same_message_id_with_another_body_is_a_conflict(town: Town) -> None:
    [answer] = await town.deliver(*town.draft().stream())

    [reply] = await town.deliver(*town.draft(inquiry={"nondisclosure": True}).stream())
    [again] = await town.deliver(*town.draft().stream())

    assert read(town, reply).code == "message.conflict"
    assert again.raw == answer.raw
    assert await alarms(town) == [("duplicate_with_different_body", town.a, uuid(3))]


@pytest.mark.parametrize(("signer", "told"), [(None, True), (CORE, False)])
async def test_a_peer_that_signs_with_a_date_ahead_is_told_to_have_a_wrong_clock(
    town: Town,
    signer: str | None,
    told: bool,  # a case of the table
) -> None:
    header: dict[str, object] = {"created": NOON + timedelta(seconds=61)}
    if signer is not None:
        header["signer"] = town.sites[signer].signer
    [reply, *_] = await town.deliver(town.draft(inquiry_header=header).inquiry_document())

    assert read(town, reply).code == "message.early"
    assert await alarms(town) == ([("clock_skew", town.a, "2026-11-24")] if told else [])


async def test_a_permit_from_the_future_is_refused_and_the_core_told(town: Town) -> None:
    later = NOON + timedelta(seconds=90)
    claims = {"issued_at": later, "not_before": later, "expires_at": later + timedelta(minutes=5)}
    [reply] = await town.deliver(*town.draft(claims=claims).stream())

    assert read(town, reply).code == "permit.not_yet_valid"
    assert await alarms(town) == [("clock_skew", CORE, "2026-11-24")]


async def test_a_refused_message_stays_refused_by_the_same_bytes(town: Town) -> None:
    def stream() -> list[Document]:
        return town.draft(claims={"row": "70"}).stream()

    [first], [again] = await town.deliver(*stream()), await town.deliver(*stream())

    assert again.raw == first.raw
    assert len(await town.world.records(town.b, act="provision")) == 1


async def test_any_refused_document_of_a_proven_author_is_refused_by_the_same_bytes(
    town: Town,
) -> None:
    document = town.write(wire.ProcessNumberRequest(request_id=uuid(1)), by=town.a, to=town.b)

    [first], [again] = await town.deliver(document), await town.deliver(document)

    assert again.raw == first.raw


async def test_a_permit_stands_for_one_provision(town: Town) -> None:
    await town.deliver(*town.draft().stream())

    [reply] = await town.deliver(*town.draft(message_id=uuid(30)).stream())

    assert read(town, reply).code == "permit.used"


def inquiries_of(town: Town, count: int) -> list[Draft]:
    return [
        town.draft(number=uuid(100 + i), permit_id=uuid(200 + i), message_id=uuid(300 + i))
        for i in range(count)
    ]


async def test_each_inquiry_of_a_stream_is_accepted_or_refused_alone(town: Town) -> None:
    drafts = inquiries_of(town, 20)
    drafts[7].inquiry_header["signer"] = None
    drafts[8].claims["row"] = "70"

    replies = await town.deliver(*(document for one in drafts for document in one.stream()))

    kinds = {reply.in_reply_to: reply.kind for reply in replies}
    expected = {uuid(300 + i): "refusal" if i in (7, 8) else "answer" for i in range(20)}
    assert {key: kinds[key] for key in expected} == expected


async def acknowledge(town: Town, document: Document) -> None:
    [reply] = await town.deliver(document)
    assert (reply.kind, reply.sender, reply.recipient) == (
        "acknowledgement",
        town.b,
        document.sender,
    )
    verify(reply, town.trust.directory.keys, now=town.world.clock.now())


async def test_a_symbol_notice_links_the_person_who_waits_for_it(town: Town) -> None:
    ports = town.world.ports_b
    person = await town.world.register(town.b, 8, symbol=False)
    run = await symbols.acquire(person, actor="kokuho", ports=ports)
    await town.world.settle()
    notice = wire.SymbolNotice(process_number=f"process-{run.receipt}", symbol="s" * 43)

    for _ in range(2):
        await acknowledge(town, town.write(notice, by=CORE, to=town.b))

    [binding] = await ports.store.list_values(SymbolBinding, unified_number=person)
    assert binding.symbol.value == "s" * 43


def permit_list_document(town: Town, sequence: int) -> Document:
    offered = offer(sequence)
    return seal(
        kind="permit-list",
        message_id=town.world.ports_a.ids.uuid(),
        sender=CORE,
        recipient=town.b,
        created=NOON,
        content_type=JSON_TYPE,
        body=encode_permit_list(sequence, offered.editions, offered.supplement),
        signer=town.sites[CORE].signer,
    )


async def test_a_newer_permit_list_is_taken_over_and_an_older_one_refused(town: Town) -> None:
    await acknowledge(town, permit_list_document(town, 5))
    [reply] = await town.deliver(permit_list_document(town, 4))

    assert read(town, reply).code == "permit_list.older"
    assert town.ports[town.b].book.sequence == 5


async def test_the_core_moves_the_sandbox_clock_even_far_ahead_and_back(town: Town) -> None:
    for milliseconds in (86_400_000, 0):
        later = NOON.replace(year=2027)
        message = wire.Clock(offset_milliseconds=milliseconds)
        await acknowledge(town, town.write(message, by=CORE, to=town.b, created=later))
        assert (town.world.clock.now() - NOON).total_seconds() * 1000 == milliseconds


async def test_the_core_stops_the_sandbox_clock_and_that_survives_a_restart(town: Town) -> None:
    clock = SandboxClock()
    ports = replace(town.ports[town.b], clock=clock)
    since = NOON.replace(year=2026)
    arrivals = Arrivals({town.b: Served(ports=ports, sealer=town.sealers[town.b])}, town.trust)
    message = wire.Clock(offset_milliseconds=86_400_000, since=since, pace=0)
    document = town.write(message, by=CORE, to=town.b, created=SystemClock().now())
    [reply] = decode_stream(b"".join(await arrivals.receive(encode_stream([document]), hop=CORE)))

    assert isinstance(reply, Document)
    assert reply.kind == "acknowledgement"
    restarted = SandboxClock()
    await sandbox.load_clock_offset(ports=replace(ports, clock=restarted))
    assert clock.now() == restarted.now() == since + timedelta(days=1)


async def test_one_process_serves_several_institutions_each_with_its_own_ports(
    town: Town,
) -> None:
    served = {
        code: Served(ports=ports, sealer=town.sealers[code]) for code, ports in town.ports.items()
    }
    arrivals = Arrivals(served, town.trust)
    bad = [
        town.write(wire.ProcessNumberRequest(request_id=uuid(1)), by=CORE, to=code)
        for code in (town.a, town.b)
    ]

    replies = decode_stream(b"".join(await arrivals.receive(encode_stream(bad), hop=CORE)))

    assert [one.sender for one in replies if isinstance(one, Document)] == [town.a, town.b]
    for code in (town.a, town.b):
        [record] = await town.world.records(code, act="provision")
        assert record.code == "message.kind"

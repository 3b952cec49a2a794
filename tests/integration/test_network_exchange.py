"""Inquiries over both ends of the network: A's gateway, a scripted core, B's gateway."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.domain.errors import PeerUnreachableError
from gateway.domain.inquiry import Inquiry
from gateway.domain.states import InquiryState
from gateway.ports import Ports
from gateway.usecases import inquiry as inquiries
from gateway.usecases import work
from tests.support.network import SERIAL, Town, open_town
from tests.support.scripted_core import ScriptedCore, refusal
from tests.support.world import CORE, offer
from wire import messages as wire


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        await opened.world.register(opened.a, SERIAL)
        yield opened


@pytest.fixture
def core(town: Town) -> ScriptedCore:
    script = ScriptedCore(town)
    town.script = script
    return script


async def settle(town: Town) -> None:
    """Let everything happen that is due at A and at B."""
    await town.world.runner.run()
    while sum([await work.sweep(ports=ports) for ports in town.ports.values()]):
        await town.world.runner.run()


async def inquire(town: Town, **changed: object) -> Inquiry:
    ports = town.ports[town.a]
    begun = await inquiries.submit(town.world.ask(SERIAL, **changed), ports=ports)
    await settle(town)
    return await inquiries.load(begun.inquiry_id, system=begun.system, ports=ports)


async def test_an_inquiry_is_answered_over_both_ends(town: Town, core: ScriptedCore) -> None:
    found = await inquire(town)

    assert found.state is InquiryState.ANSWERED
    assert found.answer is not None
    assert {item.item: item.value for item in found.answer.information[0].items} == {
        "total_income": "1000",
        "income_levy": "1000",
    }
    assert [one.kind for one in core.seen] == ["permit-request", "inquiry", "permit"]


async def test_the_record_of_an_answer_proves_its_document(town: Town, core: ScriptedCore) -> None:
    await inquire(town)

    ours = await town.world.records(town.a, act="inquiry")
    theirs = await town.world.records(town.b, act="provision")
    assert ours[-1].digest == theirs[-1].digest
    assert ours[-1].signature
    assert core.posts == 2


async def test_no_document_of_an_inquiry_names_the_other_sides_symbol(
    town: Town, core: ScriptedCore
) -> None:
    await inquire(town)

    symbols = {code: symbol.value for (code, _), symbol in town.world.core.symbols.items()}
    sent = b"".join(one.raw for one in core.seen)
    assert symbols[town.a].encode() in sent
    assert symbols[town.b].encode() not in sent


async def test_a_late_answer_reaches_the_inquirer_along_the_route(
    town: Town, core: ScriptedCore
) -> None:
    found = await inquire(town, provider=town.b, affair="69-7")
    assert found.state is InquiryState.ANSWERED

    town.world.core.symbols[(town.b, "nobody")] = town.world.core.symbols.pop(
        next(key for key in town.world.core.symbols if key[0] == town.b)
    )
    [binding] = [key for key in town.world.core.symbols if key[0] == town.b]
    town.world.core.symbols[binding] = type(town.world.core.symbols[binding])("n" * 43)
    waiting = await inquire(town, idempotency_key="late")
    assert waiting.state is InquiryState.SENT

    town.world.clock.move(days=3)
    await settle(town)

    ended = await inquiries.load(
        waiting.inquiry_id, system=waiting.system, ports=town.ports[town.a]
    )
    assert ended.state is InquiryState.NOT_PROVIDED
    assert core.seen[-1].kind == "answer"


async def test_a_refusal_of_the_core_is_shown_with_its_texts(
    town: Town, core: ScriptedCore
) -> None:
    core.replies["permit-request"] = lambda document: [
        core.write(refusal("inquiry.denied.information"), document)
    ]

    found = await inquire(town)

    assert found.state is InquiryState.DENIED
    assert found.refusal is not None
    assert (found.refusal.by, found.refusal.text_ja, found.refusal.text_en) == (
        CORE,
        "詳しく",
        "In detail",
    )


async def test_a_repeat_of_a_lost_reply_is_the_same_message(town: Town, core: ScriptedCore) -> None:
    core.replies["inquiry"] = lambda _: []
    waiting = await inquire(town)
    assert waiting.state is InquiryState.SENT
    del core.replies["inquiry"]
    town.world.clock.move(seconds=10)

    await settle(town)

    ports = town.ports[town.a]
    ended = await inquiries.load(waiting.inquiry_id, system=waiting.system, ports=ports)
    assert ended.state is InquiryState.ANSWERED
    first, again = [one for one in core.seen if one.kind == "inquiry"]
    assert (first.message_id, first.body) == (again.message_id, again.body)
    assert first.raw != again.raw


async def test_many_inquiries_share_few_posts(town: Town, core: ScriptedCore) -> None:
    ports = town.ports[town.a]
    commands = [town.world.ask(SERIAL, idempotency_key=f"many-{i}") for i in range(40)]
    begun = [await inquiries.submit(command, ports=ports) for command in commands]

    started, town.world.runner.waiting = town.world.runner.waiting, []
    await asyncio.gather(*started)

    states = [
        (await inquiries.load(one.inquiry_id, system=one.system, ports=ports)).state
        for one in begun
    ]
    assert states == [InquiryState.ANSWERED] * 40
    assert len(core.seen) == 120
    assert core.posts < 40


async def test_the_permit_list_and_process_numbers_come_from_the_core(
    town: Town, core: ScriptedCore
) -> None:
    ports: Ports = town.ports[town.a]

    offered = await ports.core.request_permit_list()
    process = await ports.core.request_process_number(str(core.town.world.ports_a.ids.uuid()))

    assert offered == offer(1)
    assert process.value.startswith("process-")


@pytest.mark.parametrize("body", [b"{}", b'{"editions":[],"sequence":1,"supplement":"{}"}'])
async def test_a_permit_list_that_breaks_the_form_is_no_usable_reply(
    body: bytes, town: Town, core: ScriptedCore
) -> None:
    core.replies["permit-list-request"] = lambda document: [core.sealed_list(document, body)]

    with pytest.raises(PeerUnreachableError):
        await town.ports[town.a].core.request_permit_list()


async def test_a_process_number_refused_for_now_is_no_usable_reply(
    town: Town, core: ScriptedCore
) -> None:
    core.replies["process-number-request"] = lambda document: [
        core.write(refusal("message.sender", "after"), document)
    ]

    with pytest.raises(PeerUnreachableError, match=r"message\.sender"):
        await town.ports[town.a].core.request_process_number(town.world.ports_a.ids.uuid())


async def test_a_process_number_for_another_request_is_no_usable_reply(
    town: Town, core: ScriptedCore
) -> None:
    core.replies["process-number-request"] = lambda document: [
        core.write(wire.ProcessNumber(request_id="other", process_number="p"), document)
    ]

    with pytest.raises(PeerUnreachableError, match="process-number"):
        await town.ports[town.a].core.request_process_number(town.world.ports_a.ids.uuid())

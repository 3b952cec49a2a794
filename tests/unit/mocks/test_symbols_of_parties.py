"""Symbols, residents and the permit list, among parties without sockets."""

from datetime import timedelta

from mocks.parties.desk import Letter
from permitlists import PermitList
from tests.support.parties import PERSON, Sandbox, code_of
from wire.messages import (
    BasicItems,
    BasicRequest,
    Message,
    PermitListRequest,
    ProcessNumber,
    ProcessNumberRequest,
    RegistryLink,
    ResidentLink,
    decode,
)
from wire.permit_list import decode_permit_list


def test_process_numbers_are_purged_once_linked(sandbox: Sandbox) -> None:
    assert sandbox.world.core.state.process_numbers == {}
    assert sandbox.agency("prefecture").state.processes == {}


def test_a_process_number_is_used_once_and_by_its_owner_only(sandbox: Sandbox) -> None:
    world = sandbox.world
    insurer, registry = sandbox.agency("insurer"), world.registry
    letter = Letter(to=world.core.code, at=sandbox.now)
    request = insurer.desk.write(ProcessNumberRequest(request_id="p-1"), letter)
    [reply] = sandbox.post(insurer.code, world.core.code, request)
    [again] = sandbox.post(insurer.code, world.core.code, request)
    message = decode(reply.kind, reply.body)
    assert isinstance(message, ProcessNumber)
    assert again.body == reply.body
    link = ResidentLink(
        process_number=message.process_number,
        resident_code="12345678901",
        institution=world.code("prefecture"),
    )
    for _ in range(2):  # another's, then used up
        document = registry.desk.write(link, letter)
        [refusal] = sandbox.post(registry.code, world.core.code, document)
        assert code_of(refusal) == "symbol.process_unknown"
    stranger = insurer.desk.write(link, letter)
    [refusal] = sandbox.post(insurer.code, world.core.code, stranger)
    assert code_of(refusal) == "message.sender"


def test_the_registry_gives_basic_items_and_refuses_real_numbers(sandbox: Sandbox) -> None:
    world = sandbox.world
    insurer, resident = sandbox.agency("insurer"), world.cast[PERSON].resident
    letter = Letter(to=world.registry.code, at=sandbox.now)
    real = resident.individual_number[:11] + str((int(resident.individual_number[11]) + 5) % 10)
    nobody = world.people.numbers(77)[0]
    asked: list[Message] = [
        BasicRequest(individual_number=resident.individual_number),
        BasicRequest(individual_number=real),
        BasicRequest(individual_number=nobody),
        RegistryLink(process_number="x", individual_number=nobody),
    ]
    documents = [insurer.desk.write(message, letter) for message in asked]
    replies = sandbox.post(insurer.code, world.registry.code, *documents)
    known = decode(replies[0].kind, replies[0].body)
    assert isinstance(known, BasicItems)
    assert known.name == resident.name
    assert list(map(code_of, replies[1:])) == [
        "address.number_kind",
        "resident.unknown",
        "resident.unknown",
    ]
    assert world.registry.state.real_numbers_refused == 1


def test_the_permit_list_reads_back_as_the_law(sandbox: Sandbox) -> None:
    world, insurer = sandbox.world, sandbox.agency("insurer")
    document = insurer.desk.write(PermitListRequest(), Letter(to=world.core.code, at=sandbox.now))
    [reply] = sandbox.post(insurer.code, world.core.code, document)
    body = decode_permit_list(reply.body)
    assert body.sequence == 1
    found = PermitList.from_contents(body.editions, body.supplement)
    ours = world.core.judge.permit_list.editions
    assert [one.key for one in found.editions] == [one.key for one in ours]
    assert len(world.core.send_permit_list([insurer.code], now=sandbox.now)) == 1


def test_an_acquisition_stays_open_until_the_registry_hears_of_it(sandbox: Sandbox) -> None:
    sandbox.net.down.add(sandbox.world.registry.code)
    number = sandbox.world.cast["D16"].resident.individual_number
    sandbox.acquire("insurer", number)
    assert number not in sandbox.agency("insurer").state.symbols
    assert len(sandbox.world.core.state.process_numbers) == 1
    sandbox.net.down.clear()
    sandbox.net.advance(timedelta(seconds=1))
    assert number in sandbox.agency("insurer").state.symbols
    assert not sandbox.world.core.state.process_numbers

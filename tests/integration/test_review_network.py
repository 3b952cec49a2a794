"""What the evidence says of documents whose author lies, or whose reader does not want them."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.domain.work import StoredReply
from gateway.network.sealing import content_digest
from tests.support.network import Town, open_town, uuid
from tests.support.refusals import forger
from tests.support.scripted_core import ScriptedCore
from tests.support.world import CORE, REGISTRY, sandbox_number
from wire import messages as wire


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened


async def test_the_record_of_a_forgery_names_who_brought_it_and_not_who_it_claims_to_be(
    town: Town,
) -> None:
    await town.deliver(town.draft().inquiry_document(), hop=REGISTRY)
    forged = town.draft(inquiry_header={"signer": forger(town, town.a)})
    await town.deliver(forged.inquiry_document(), hop=CORE)
    stolen, signed = await town.world.records(town.b, act="provision")
    assert (stolen.code, stolen.actor, stolen.inquirer) == ("message.sender", REGISTRY, None)
    assert (signed.code, signed.actor, signed.inquirer) == ("message.signature", CORE, None)
    assert stolen.note == signed.note == f"inquiry {town.a}"  # whom it claims to be of


async def test_the_record_of_a_refusal_names_a_proven_author(town: Town) -> None:
    await town.deliver(town.draft().inquiry_document())
    [record] = await town.world.records(town.b, act="provision")
    assert (record.code, record.actor, record.inquirer, record.note) == (
        "notice.mismatch",
        town.a,
        town.a,
        "inquiry",
    )


async def test_no_digest_of_an_individual_number_is_kept(town: Town) -> None:
    """Whoever has the digest of twelve digits soon has the digits (G5)."""
    number = sandbox_number(5).value
    document = town.write(wire.BasicRequest(individual_number=number), by=town.a, to=town.b)

    [first] = await town.deliver(document)
    [again] = await town.deliver(document)

    assert first.raw == again.raw
    [record] = await town.world.records(town.b, act="provision")
    [stored] = await town.ports[town.b].store.list_values(StoredReply)
    guessable = {content_digest(document), sha256(document.body).digest()}
    assert not {record.digest, stored.digest} & guessable


async def test_an_answer_that_its_reader_refuses_is_recorded_by_its_author(town: Town) -> None:
    """Its delivery ends, and that is evidence like the answer itself (G3)."""
    answer = wire.Answer(
        transaction_number=uuid(1), permit_id=uuid(2), state="not_provided", information=()
    )
    town.script = ScriptedCore(town)
    sent = town.write(answer, by=town.a, to=town.b)

    refusal = await town.ports[town.a].core.send_document(sent.raw)

    assert refusal is not None
    assert (refusal.code, refusal.by) == ("answer.unknown", town.b)

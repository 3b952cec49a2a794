"""What B's listener does with good streams."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.domain.provision import Provision
from gateway.domain.states import ProvisionState
from tests.support.network import TAX_ITEMS, Town, open_town, uuid
from wire import messages as wire
from wire.signatures import verify


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened


async def test_an_inquiry_with_notice_and_permit_is_answered_by_a_signed_document(
    town: Town,
) -> None:
    [reply] = await town.deliver(*town.draft().stream())

    verify(reply, town.trust.directory.keys, now=town.world.clock.now())
    message = wire.decode(reply.kind, reply.body)
    assert (reply.sender, reply.recipient, reply.in_reply_to) == (town.b, town.a, uuid(3))
    assert isinstance(message, wire.Answer)
    assert {item.id for item in message.information[0].items} == set(TAX_ITEMS)
    [provision] = await town.ports[town.b].store.list_values(Provision)
    assert provision.state is ProvisionState.ANSWERED

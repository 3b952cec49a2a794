"""Without a record nothing is exchanged; what breaks inside tells a peer nothing."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.domain.errors import EvidenceUnavailableError, GuardFailedError
from gateway.domain.provision import Provision
from gateway.network.arrivals import Arrivals
from gateway.network.client import PATH
from gateway.network.directory import read_directory
from gateway.network.inspection import Served
from gateway.network.server import make_app
from gateway.ports import Store, Unit
from tests.support.network import Town, directory_text, listen, open_town, uuid
from wire import messages as wire
from wire.documents import MEDIA_TYPE, encode_stream


class UnsafeStore:
    """The store of B whose next commits fail as a test says."""

    def __init__(self, store: Store, *failures: Exception) -> None:
        self.store, self.failures = store, list(failures)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the store has
        return getattr(self.store, name)

    async def commit(self, unit: Unit) -> None:
        if self.failures:
            raise self.failures.pop(0)
        await self.store.commit(unit)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened


async def break_store(town: Town, stack: AsyncExitStack, *failures: Exception) -> None:
    """Let B listen anew on a store whose next commits fail."""
    store = UnsafeStore(town.ports[town.b].store, *failures)
    ports = replace(town.ports[town.b], store=store)
    served = {town.b: Served(ports=ports, sealer=town.sealers[town.b])}
    app = make_app(Arrivals(served, town.trust), town.world.ports_b.ids)
    await listen(town, town.b, app, stack)
    town.trust.replace(read_directory(directory_text(list(town.sites.values()), 3)))


async def test_without_evidence_the_whole_post_is_to_be_repeated_later(
    town: Town, stack: AsyncExitStack
) -> None:
    await break_store(town, stack, *[EvidenceUnavailableError(reason="full")] * 3)

    status, body, headers = await town.post(town.b, encode_stream(town.draft().stream()))

    problem = json.loads(body)
    assert (status, problem["code"]) == (503, "storage.unavailable")
    assert int(headers["Retry-After"]) > 0
    assert not await town.ports[town.b].store.list_values(Provision)


async def test_what_could_be_recorded_is_answered_and_the_rest_has_no_reply(
    town: Town, stack: AsyncExitStack
) -> None:
    await break_store(town, stack, EvidenceUnavailableError(reason="full"))
    bad = [
        town.write(wire.ProcessNumberRequest(request_id=uuid(n)), by=town.a, to=town.b)
        for n in (1, 2)
    ]

    replies = await town.deliver(*bad)

    assert [reply.kind for reply in replies] == ["refusal"]


async def test_a_refusal_repeats_what_another_process_stored_meanwhile(
    town: Town, stack: AsyncExitStack
) -> None:
    await break_store(town, stack, GuardFailedError(), GuardFailedError())
    bad = town.write(wire.ProcessNumberRequest(request_id=uuid(1)), by=town.a, to=town.b)

    [reply] = await town.deliver(bad)

    assert reply.in_reply_to == bad.message_id


async def test_an_unforeseen_failure_says_nothing_of_its_cause(
    town: Town, stack: AsyncExitStack
) -> None:
    await break_store(town, stack, *[RuntimeError("secret " * 3)] * 3)

    status, body, _ = await town.post(town.b, encode_stream(town.draft().stream()))

    assert (status, json.loads(body)["code"]) == (500, "gateway.failed")
    assert b"secret" not in body


async def test_without_tls_nobody_is_heard(town: Town) -> None:
    served = {town.b: Served(ports=town.ports[town.b], sealer=town.sealers[town.b])}
    app = make_app(Arrivals(served, town.trust), town.world.ports_b.ids)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        response = await client.post(PATH, data=b"", headers={"Content-Type": MEDIA_TYPE})

        assert (response.status, (await response.json())["code"]) == (403, "peer.unknown")

"""Batches in storage, on both engines: states of many inquiries, keys, the second migration."""

import dataclasses

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from gateway.domain.batch import BatchChunk
from gateway.domain.errors import DuplicateKeyError
from gateway.domain.inquiry import Inquiry
from gateway.domain.states import InquiryState
from gateway.ports import Unit
from gateway.storage import DatabaseStore, check, migrate
from gateway.storage.migrate import SCRIPTS, connect
from tests.contract.samples import BATCH, BATCH_CHUNK, INQUIRY


def inquiry(number: int, state: InquiryState) -> Inquiry:
    return dataclasses.replace(
        INQUIRY,
        inquiry_id=f"i-{number}",
        request_id=f"r-{number}",
        idempotency_key=f"k-{number}",
        transaction_number=None,
        state=state,
    )


async def put(store: DatabaseStore, *values: object) -> None:
    unit = Unit()
    unit.add(*values)
    await store.commit(unit)


@pytest.mark.parametrize("asked", [0, 1, 63, 64, 65, 150])
async def test_the_states_of_many_inquiries_are_read_at_once(
    store: DatabaseStore, other_store: DatabaseStore, asked: int
) -> None:
    states = [InquiryState.SENT, InquiryState.ANSWERED]
    known = {f"i-{number}": states[number % 2] for number in range(150)}
    await put(store, *(inquiry(number, states[number % 2]) for number in range(150)))
    ids = list(known)[:asked]
    assert await store.list_states(ids) == {key: known[key] for key in ids}
    assert await store.list_states([*ids, "unknown"]) == {key: known[key] for key in ids}
    assert await other_store.list_states(ids) == {}


async def test_a_system_has_one_batch_of_a_key(store: DatabaseStore) -> None:
    await put(store, BATCH)
    with pytest.raises(DuplicateKeyError):
        await put(store, dataclasses.replace(BATCH, batch_id="batch-2"))
    await put(store, dataclasses.replace(BATCH, batch_id="batch-2", system="kokuho"))


async def test_chunks_come_by_number_and_by_what_they_hold(store: DatabaseStore) -> None:
    chunks = [
        dataclasses.replace(BATCH_CHUNK, chunk=number, waiting=number % 3 == 0)
        for number in range(25)
    ]
    await put(store, *reversed(chunks))
    of = {"batch_id": "batch-1", "part": 1}
    seen: list[int] = []
    after: str | None = None
    while page := await store.list_values(BatchChunk, limit=4, after=after, waiting=True, **of):
        seen += [chunk.chunk for chunk in page]
        after = store.key_of(page[-1])
    assert seen == list(range(0, 25, 3))
    assert await store.list_values(BatchChunk, waiting=True, batch_id="batch-1", part=2) == []


@pytest.mark.parametrize("engine", ["sqlite_url", "empty_postgres_url"])
def test_inquiries_from_before_stay_and_are_of_no_batch(
    engine: str, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(engine)
    migrate(url)
    with connect(url) as connection:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    row = {
        "institution": "990011",
        "inquiry_id": "i",
        "request_id": "r",
        "system": "tax",
        "idempotency_key": "k",
        "state": "sent",
        "unified_number_index": b"u",
        "provider": "990022",
        "basis": "19-8",
        "requested_at": 1,
        "deadline_at": 2,
        "updated_at": 3,
        "sealed": b"s",
        "version": 0,
    }
    names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    with connect(url) as connection:
        connection.execute(text(f"INSERT INTO inquiries ({names}) VALUES ({values})"), row)  # noqa: S608  # names of ours
        connection.commit()
    migrate(url)
    assert check(url) == []
    with connect(url) as connection:
        found = connection.execute(text("SELECT inquiry_id, batch_id FROM inquiries")).all()
    assert found == [("i", None)]

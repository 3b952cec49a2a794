"""The record log on both engines: appended records stay, are found, and cannot change unseen."""

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from gateway.domain.errors import SealBrokenError
from gateway.domain.identifiers import UnifiedNumber
from gateway.domain.records import Act, Checkpoint, ExchangeRecord, Phase, Verification
from gateway.ports import RecordQuery, Unit
from gateway.storage import DatabaseStore, evidence
from gateway.storage.blocks import BLOCK
from gateway.storage.migrate import connect
from gateway.storage.migrations.append_only import unguard_log
from gateway.storage.record_bytes import to_canonical
from tests.contract.samples import NOON, OTHER_UNIFIED, RECORD, UNIFIED, numbered
from wire.records import chain, leaf_hash, merkle_root

LENGTH = 12


async def append(store: DatabaseStore, *records: ExchangeRecord) -> None:
    unit = Unit()
    unit.record(*records)
    await store.commit(unit)


async def sign(store: DatabaseStore, at: int) -> Checkpoint:
    """Store a checkpoint of the log as it stands."""
    found = await store.verify()
    checkpoint = Checkpoint(
        size=found.size,
        root=found.root,
        chain=found.chain,
        at=NOON + timedelta(seconds=at),
        signature="c2ln",
    )
    unit = Unit()
    unit.add(checkpoint)
    await store.commit(unit)
    return checkpoint


async def test_records_come_back_numbered_and_chained(store: DatabaseStore) -> None:
    sent = [numbered(number) for number in range(5)]
    await append(store, *sent[:2])
    await append(store, *sent[2:])
    stored = await store.records(RecordQuery())
    assert [one.sequence for one in stored] == [0, 1, 2, 3, 4]
    assert [one.record for one in stored] == sent
    value = evidence.START
    for one in stored:
        value = chain(value, one.leaf)
        assert one.chain == value
    assert await store.verify() == Verification(
        size=5,
        root=merkle_root([one.leaf for one in stored]),
        chain=value,
        checkpoints=0,
        fault=None,
    )


async def test_the_smallest_record_comes_back(store: DatabaseStore) -> None:
    smallest = ExchangeRecord(act=Act.ACCESS, phase=Phase.OUTCOME, at=NOON, result="listed")
    await append(store, smallest)
    assert (await store.records(RecordQuery()))[0].record == smallest


async def test_an_empty_log_verifies(store: DatabaseStore) -> None:
    found = await store.verify()
    assert (found.size, found.root, found.fault) == (0, merkle_root([]), None)


async def test_the_leaf_is_the_hash_of_bytes_without_any_number(store: DatabaseStore) -> None:
    index = store._sealer.index(UNIFIED)
    data = to_canonical(RECORD, index)
    await append(store, RECORD)
    (one,) = await store.records(RecordQuery())
    assert one.leaf == leaf_hash(data)
    assert UNIFIED.value.encode() not in data
    assert index.hex().encode() in data


QUERIES = {
    "all": (RecordQuery(), range(6)),
    "after": (RecordQuery(after=2), range(3, 6)),
    "limit": (RecordQuery(limit=2), range(2)),
    "act": (RecordQuery(act="provision"), [1]),
    "transaction": (RecordQuery(transaction_number="transaction-x"), [2]),
    "request": (RecordQuery(request_id="request-3"), [3]),
    "request and after": (RecordQuery(request_id="request-3", after=3), []),
    "counterpart": (RecordQuery(counterpart="990033"), [4]),
    "subject": (RecordQuery(subject=OTHER_UNIFIED), [5]),
    "subject and act": (RecordQuery(subject=UNIFIED, act="provision"), [1]),
    "since": (RecordQuery(since=NOON + timedelta(milliseconds=4)), [4, 5]),
    "until": (RecordQuery(until=NOON + timedelta(milliseconds=2)), [0, 1]),
    "nothing": (RecordQuery(subject=UnifiedNumber("0" * 15)), []),
}


@pytest.mark.parametrize(("query", "found"), QUERIES.values(), ids=QUERIES.keys())
async def test_records_are_found_by(
    store: DatabaseStore, query: RecordQuery, found: list[int]
) -> None:
    await append(
        store,
        numbered(0),
        numbered(1, act=Act.PROVISION),
        numbered(2, transaction_number="transaction-x"),
        numbered(3),
        numbered(4, provider="990033"),
        numbered(5, subject=OTHER_UNIFIED),
    )
    assert [one.sequence for one in await store.records(query)] == list(found)


async def test_a_search_looks_into_every_block(store: DatabaseStore) -> None:
    count = BLOCK * 2 + 10
    marked = {0, 5, BLOCK - 1, BLOCK, count - 1}
    await append(
        store,
        *(
            numbered(number, subject=OTHER_UNIFIED if number in marked else UNIFIED)
            for number in range(count)
        ),
    )
    found = await store.records(RecordQuery(subject=OTHER_UNIFIED))
    assert {one.sequence for one in found} == marked
    later = await store.records(RecordQuery(subject=OTHER_UNIFIED, after=5, limit=2))
    assert [one.sequence for one in later] == [BLOCK - 1, BLOCK]
    assert (await store.verify()).size == count


async def test_a_search_in_blocks_compares_in_full(store: DatabaseStore) -> None:
    await append(
        store,
        *(
            numbered(number, act=Act.HOLD if number % 3 else Act.PROVISION, result=f"{number}")
            for number in range(BLOCK + 9)
        ),
    )
    query = RecordQuery(subject=UNIFIED, act="provision", limit=9999)
    found = await store.records(query)
    assert [one.sequence for one in found] == list(range(0, BLOCK + 9, 3))
    assert await store.records(dataclasses.replace(query, request_id="request-1")) == []
    one = await store.records(dataclasses.replace(query, request_id="request-3"))
    assert [stored.sequence for stored in one] == [3]


async def test_institutions_have_logs_of_their_own(
    store: DatabaseStore, other_store: DatabaseStore
) -> None:
    units = []
    for number in range(10):
        unit = Unit()
        unit.record(numbered(number))
        units.append((store if number % 2 else other_store).commit(unit))
    await asyncio.gather(*units)
    for one in (store, other_store):
        assert [r.sequence for r in await one.records(RecordQuery())] == [0, 1, 2, 3, 4]
        assert (await one.verify()).fault is None
    assert await other_store.records(RecordQuery(request_id="request-1")) == []


async def test_a_walk_beside_appends_finds_no_fault(store: DatabaseStore) -> None:
    await append(store, *(numbered(number) for number in range(300)))

    async def go_on() -> None:
        for number in range(30):
            await append(store, numbered(number))

    verification, _ = await asyncio.gather(store.verify(), go_on())
    assert verification.fault is None
    assert (await store.verify()).size == 330


FORBIDDEN = [
    "UPDATE records SET act = 'x'",
    "DELETE FROM records",
    "UPDATE record_heads SET size = size - 1",
    "UPDATE record_heads SET institution = 'x'",
    "DELETE FROM record_heads",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_the_database_itself_refuses_to(
    store: DatabaseStore, database_url: str, statement: str
) -> None:
    await append(store, RECORD)
    with connect(database_url) as connection:
        with pytest.raises(DBAPIError):
            connection.execute(text(statement))
        connection.rollback()
    assert (await store.verify()).size == 1


@pytest.mark.parametrize("table", ["records", "record_heads"])
async def test_postgresql_refuses_to_truncate(postgres_url: str, table: str) -> None:
    with connect(postgres_url) as connection:
        with pytest.raises(DBAPIError):
            connection.execute(text(f"TRUNCATE {table}"))
        connection.rollback()


Tamper = Callable[[Connection], None]


def run(*statements: str) -> Tamper:
    def tamper(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    return tamper


def copy(column: str, source: int, target: int) -> str:
    read = f"SELECT r.{column} FROM records r WHERE r.sequence = {source}"  # noqa: S608  # ours
    return f"UPDATE records SET {column} = ({read}) WHERE sequence = {target}"  # noqa: S608  # ours


def duplicate(new: int) -> str:
    columns = [name for name in evidence.COLUMNS if name != "sequence"]
    names = ", ".join(columns)
    last = f"SELECT {new}, {names} FROM records WHERE sequence = {LENGTH - 1}"  # noqa: S608  # ours
    return f"INSERT INTO records (sequence, {names}) {last}"


def shorten(size: int) -> tuple[str, ...]:
    last = f"SELECT chain FROM records WHERE sequence = {size - 1}"  # noqa: S608  # a number
    return (
        f"UPDATE record_heads SET size = {size}, chain = ({last})",  # noqa: S608  # a number
        f"DELETE FROM records WHERE sequence >= {size}",  # noqa: S608  # a number
    )


# Checkpoints stand at 5 and at 10 of 12 records.
TAMPERED = {
    "edit": (run("UPDATE records SET act = 'access' WHERE sequence = 3"), "body:3"),
    "clock": (run("UPDATE records SET at = at - 1000000 WHERE sequence = 3"), "body:3"),
    "search terms exchanged": (run(copy("terms", 2, 3)), "body:3"),
    "counterpart hidden": (
        run("UPDATE records SET counterpart = NULL WHERE sequence = 3"),
        "body:3",
    ),
    "body edited": (run("UPDATE records SET sealed = leaf WHERE sequence = 3"), "body:3"),
    "body swapped": (run(copy("sealed", 2, 3)), "body:3"),
    "leaf edited": (run(copy("leaf", 2, 3)), "body:3"),
    "leaf and body copied": (
        run(copy("leaf", 2, 3), copy("sealed", 2, 3)),
        "body:3",
    ),
    "chain edited": (run(copy("chain", 2, 3)), "chain:3"),
    "delete": (run("DELETE FROM records WHERE sequence = 3"), "gap:3"),
    "delete the first": (run("DELETE FROM records WHERE sequence = 0"), "gap:0"),
    "delete and renumber": (
        run(
            "DELETE FROM records WHERE sequence = 3",
            "UPDATE records SET sequence = sequence - 1 WHERE sequence = 4",
        ),
        "chain:3",
    ),
    "insert at the end": (run(duplicate(LENGTH)), f"chain:{LENGTH}"),
    "insert before the first": (run(duplicate(-1)), "gap:0"),
    "insert beyond a gap": (run(duplicate(LENGTH + 5)), f"gap:{LENGTH}"),
    "swap": (
        run(
            "UPDATE records SET sequence = -3 WHERE sequence = 3",
            "UPDATE records SET sequence = 3 WHERE sequence = 4",
            "UPDATE records SET sequence = 4 WHERE sequence = -3",
        ),
        "chain:3",
    ),
    "truncate": (run("DELETE FROM records WHERE sequence >= 8"), f"head:{LENGTH}"),
    "truncate with head": (run(*shorten(8)), "checkpoint:10"),
    "empty it": (
        run("DELETE FROM records", "UPDATE record_heads SET size = 0"),
        "head:0",
    ),
    "head size": (run("UPDATE record_heads SET size = size + 1"), f"head:{LENGTH + 1}"),
    "head shrunk": (run("UPDATE record_heads SET size = 3"), "head:3"),
    "head chain": (
        run("UPDATE record_heads SET chain = (SELECT chain FROM records WHERE sequence = 3)"),
        f"head:{LENGTH}",
    ),
    "head removed": (run("DELETE FROM record_heads"), "head:-1"),
    "checkpoint root": (
        run("UPDATE checkpoints SET root = chain WHERE size = 5"),
        "checkpoint:5",
    ),
    "checkpoint chain": (
        run("UPDATE checkpoints SET chain = root WHERE size = 10"),
        "checkpoint:10",
    ),
    "checkpoint size": (run("UPDATE checkpoints SET size = 6 WHERE size = 5"), "checkpoint:6"),
    "checkpoint of records to come": (
        run("UPDATE checkpoints SET size = 99 WHERE size = 10"),
        "checkpoint:99",
    ),
}


@pytest.mark.parametrize(("tamper", "fault"), TAMPERED.values(), ids=TAMPERED.keys())
async def test_verification_finds(
    store: DatabaseStore, database_url: str, tamper: Tamper, fault: str
) -> None:
    for number in range(LENGTH):
        await append(store, numbered(number))
        if number + 1 in {5, 10}:
            await sign(store, number)
    assert (await store.verify()).fault is None
    with connect(database_url) as connection:
        unguard_log(connection)
        tamper(connection)
        connection.commit()
    assert (await store.verify()).fault == fault


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        pytest.param(
            run("UPDATE record_blocks SET terms = (SELECT leaf FROM records WHERE sequence = 0)"),
            "index:0",
            id="emptied",
        ),
        pytest.param(run("DELETE FROM record_blocks WHERE block = 1"), "index:1", id="removed"),
    ],
)
async def test_verification_finds_changed_search_terms(
    store: DatabaseStore, database_url: str, tamper: Tamper, fault: str
) -> None:
    await append(store, *(numbered(number) for number in range(BLOCK * 2)))
    with connect(database_url) as connection:
        unguard_log(connection)
        tamper(connection)
        connection.commit()
    assert (await store.verify()).fault == fault


async def test_a_search_reads_the_rows_of_a_block_whose_terms_are_missing(
    store: DatabaseStore, database_url: str
) -> None:
    await append(store, *(numbered(number) for number in range(BLOCK * 3)))
    with connect(database_url) as connection:
        unguard_log(connection)
        run("DELETE FROM record_blocks WHERE block = 1")(connection)
        connection.commit()
    for number in (5, BLOCK + 5, BLOCK * 2 + 5):
        found = await store.records(RecordQuery(request_id=f"request-{number}"))
        assert [one.sequence for one in found] == [number]


async def test_verification_finds_a_fork_by_somebody_who_has_the_keys(
    store: DatabaseStore, database_url: str
) -> None:
    for number in range(LENGTH):
        await append(store, numbered(number))
    await sign(store, 0)
    with connect(database_url) as connection:
        unguard_log(connection)
        run(*shorten(8))(connection)
        connection.commit()
    for number in range(8, LENGTH + 3):
        await append(store, numbered(number, result="answered"))
    assert (await store.verify()).fault == f"checkpoint:{LENGTH}"


async def test_a_changed_record_is_not_handed_out(store: DatabaseStore, database_url: str) -> None:
    await append(store, numbered(0), numbered(1))
    with connect(database_url) as connection:
        unguard_log(connection)
        run(copy("sealed", 0, 1))(connection)
        connection.commit()
    with pytest.raises(SealBrokenError):
        await store.records(RecordQuery())


async def test_every_checkpoint_is_compared(store: DatabaseStore) -> None:
    signed = [await sign(store, -1)]
    for number in range(130):
        await append(store, numbered(number))
        signed.append(await sign(store, number))
    signed.append(await sign(store, 200))  # a second one of the same size
    found = await store.verify()
    assert (found.checkpoints, found.fault) == (132, None)
    assert await store.find(Checkpoint, size=130, at=signed[-1].at) == signed[-1]
    stale = Unit()
    stale.change(signed[-1], root=bytes(32))
    await store.commit(stale)
    assert (await store.verify()).fault == "checkpoint:130"


async def test_a_record_is_in_the_unit_of_its_act_or_nowhere(store: DatabaseStore) -> None:
    checkpoint = await sign(store, 0)
    unit = Unit()
    unit.add(dataclasses.replace(checkpoint, size=5), checkpoint)
    unit.record(RECORD)
    with pytest.raises(Exception, match=r"storage\.duplicate"):
        await store.commit(unit)
    assert await store.records(RecordQuery()) == []

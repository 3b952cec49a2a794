"""What is acknowledged is durable; what cannot be written is refused and leaves nothing behind."""

import asyncio
import contextlib
import signal
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from gateway.domain.errors import EvidenceUnavailableError, InvalidError, SealBrokenError
from gateway.domain.work import Setting
from gateway.ports import RecordQuery, Unit
from gateway.storage import Database, DatabaseStore, open_database
from gateway.storage.migrate import connect
from gateway.storage.urls import locate
from tests.contract.conftest import KEY, OURS, THEIRS
from tests.contract.samples import numbered
from tests.contract.test_work_items import start

NAMES = count()


def unit(name: str, *, size: int = 100) -> Unit:
    made = Unit()
    made.add(Setting(name=name, value="x" * size), Setting(name=f"{name}b", value=""))
    made.record(numbered(len(name), transaction_number=name))
    return made


async def test_concurrent_commits_share_transactions(
    database: Database, store: DatabaseStore
) -> None:
    before = database.transactions
    await asyncio.gather(*(store.commit(unit(f"{number}")) for number in range(64)))
    assert database.transactions - before < 8
    assert (await store.verify()).size == 64


async def test_closing_writes_what_waits(database_url: str) -> None:
    database = await open_database(database_url)
    store = await database.store(OURS, KEY, "process-1")
    waiting = [asyncio.ensure_future(store.commit(unit(f"{number}"))) for number in range(20)]
    await asyncio.sleep(0)  # they have handed over their units
    await database.close()
    await asyncio.gather(*waiting)
    with pytest.raises(EvidenceUnavailableError, match="closed"):
        await store.commit(unit("late"))
    assert database.health().reason == "closed"
    again = await open_database(database_url)
    assert (await (await again.store(OURS, KEY, "process-2")).verify()).size == 20
    await again.close()


async def test_a_caller_who_goes_away_disturbs_nobody(store: DatabaseStore) -> None:
    gone = asyncio.ensure_future(store.commit(unit("gone")))
    stays = asyncio.ensure_future(store.commit(unit("stays")))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    with contextlib.suppress(asyncio.CancelledError):
        await gone
    assert (await store.verify()).fault is None


@pytest.mark.parametrize("acknowledgements", [1, 40, 150])
async def test_what_a_killed_process_acknowledged_is_there(
    store: DatabaseStore, database_url: str, acknowledgements: int
) -> None:
    child = await start("commit", database_url, "child")
    assert child.stdout is not None
    acknowledged = {
        (await child.stdout.readline()).decode().strip() for _ in range(acknowledgements)
    }
    child.send_signal(signal.SIGKILL)
    rest, _ = await child.communicate()
    # The kill may have cut the last line.
    acknowledged |= {line for line in rest.decode().split("\n")[:-1] if line}
    assert len(acknowledged) >= acknowledgements
    settings = {one.name for one in await store.list_values(Setting, limit=100_000)}
    recorded = [one.record for one in await store.records(RecordQuery(limit=100_000))]
    names = {record.transaction_number for record in recorded}
    assert acknowledged <= names
    assert settings == names | {f"{name}b" for name in names}
    assert (await store.verify()).fault is None
    await store.commit(unit("after"))


async def test_a_full_database_refuses_and_recovers(sqlite_url: str) -> None:
    database = await open_database(sqlite_url)
    store = await database.store(OURS, KEY, "process-1")
    await store.commit(unit("before"))
    session = database._writer._session
    pages = session._connection.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[union-attr]  # SQLite
    session._connection.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[union-attr]  # SQLite
    outcomes = await asyncio.gather(
        *(store.commit(unit(f"{number}", size=9000)) for number in range(5)),
        return_exceptions=True,
    )
    assert [str(outcome) for outcome in outcomes] == ["storage.unavailable reason=disk_full"] * 5
    assert database.health().reason == "disk_full"
    assert len(await store.list_values(Setting)) == 2
    assert (await store.verify()).size == 1
    assert (await database.probe("process-1")).healthy  # a new connection knows no limit
    await store.commit(unit("after"))
    assert (await store.verify()).size == 2
    await database.close()


async def test_a_disk_that_takes_no_more_refuses_and_recovers(sqlite_url: str) -> None:
    child = await start("fill", sqlite_url, "child")
    output, _ = await child.communicate()
    assert child.returncode == 0
    reason, refused, probed, acknowledged, recorded, fault = output.decode().split()
    assert reason in {"disk_full", "disk_error"}
    assert refused == reason
    assert probed == "None"
    assert int(acknowledged) > 5
    assert int(recorded) == int(acknowledged) + 1
    assert fault == "None"


async def test_a_lost_connection_refuses_and_recovers(
    postgres_url: str, postgres_server: str
) -> None:
    database = await open_database(postgres_url)
    store = await database.store(OURS, KEY, "process-1")
    await store.commit(unit("before"))
    name = psycopg.conninfo.conninfo_to_dict(locate(postgres_url).target)["dbname"]
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
    with pytest.raises(EvidenceUnavailableError):
        await store.commit(unit("during"))
    assert not database.health().healthy
    with contextlib.suppress(EvidenceUnavailableError):
        await store.list_values(Setting)
    assert (await database.probe("process-1")).healthy
    await store.commit(unit("after"))
    assert [one.name for one in await store.list_values(Setting)] == [
        "after", "afterb", "before", "beforeb",
    ]  # fmt: skip
    assert (await store.verify()).size == 2
    await database.close()


async def test_more_readers_than_connections_all_get_their_turn(store: DatabaseStore) -> None:
    await store.commit(unit("one"))
    found = await asyncio.gather(*(store.find(Setting, name="one") for _ in range(100)))
    assert all(setting is not None for setting in found)


async def test_a_text_postgresql_cannot_hold_fails_its_unit_alone(postgres_url: str) -> None:
    database = await open_database(postgres_url)
    store = await database.store(OURS, KEY, "process-1")
    outcomes = await asyncio.gather(
        store.commit(unit("good")),
        store.commit(unit("nul \x00 inside")),
        store.commit(unit("x" * 1000)),
        store.commit(unit("better")),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [
        type(None), InvalidError, InvalidError, type(None),
    ]  # fmt: skip
    assert len(await store.list_values(Setting)) == 4
    await database.close()


async def test_a_probe_writes_and_reads(database: Database) -> None:
    before = database.transactions
    assert (await database.probe("process-1")).healthy
    assert (await database.probe("process-1")).healthy
    assert database.transactions == before + 2


async def test_another_master_key_opens_nothing(database: Database, store: DatabaseStore) -> None:
    await store.commit(unit("one"))
    with pytest.raises(SealBrokenError):
        await database.store(OURS, bytes(32), "process-1")
    with pytest.raises(InvalidError):
        await database.store(OURS, b"short", "process-1")
    again = await database.store(OURS, KEY, "process-1")
    assert await again.find(Setting, name="one") is not None


async def test_keys_do_not_open_in_the_name_of_another_institution(
    database: Database, store: DatabaseStore, database_url: str
) -> None:
    await store.commit(unit("one"))
    with connect(database_url) as connection:
        connection.execute(
            text(
                "INSERT INTO data_keys (institution, purpose, key_id, wrapped) SELECT :theirs,"
                " purpose, key_id, wrapped FROM data_keys WHERE institution = :ours"
            ),
            {"ours": OURS, "theirs": THEIRS},
        )
        connection.commit()
    with pytest.raises(SealBrokenError):
        await database.store(THEIRS, KEY, "process-1")


async def test_processes_that_open_an_institution_at_once_agree_on_its_keys(
    database: Database, database_url: str
) -> None:
    another = await open_database(database_url)
    stores = await asyncio.gather(
        *(one.store(OURS, KEY, "p") for one in (database, another) for _ in range(4))
    )
    await stores[0].commit(unit("one"))
    for one in stores:
        assert (await one.verify()).size == 1
    await another.close()


async def test_a_database_that_does_not_answer_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(EvidenceUnavailableError, match="no_connection"):
        await open_database(f"postgresql+psycopg://postgres@/none?host={tmp_path}")
    (tmp_path / "no.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(EvidenceUnavailableError, match="corrupt"):
        await open_database(f"sqlite:///{tmp_path / 'no.db'}")
    with pytest.raises(EvidenceUnavailableError, match="schema"):
        await open_database(f"sqlite:///{tmp_path / 'empty.db'}")

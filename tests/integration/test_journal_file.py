"""A journal file keeps what was acknowledged, shows what was changed, and stays within bounds."""

import asyncio
import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysqlite3 import dbapi2 as driver

from mocks.engine.journal import Journal
from mocks.engine.rows import Store
from mocks.net.journal_entries import Entry, JournalFileError
from mocks.net.journal_file import JournalFile
from mocks.net.journal_reading import BadEntry, load, verify, write_har, write_lines
from tests.support.journals import AT, make_exchange, make_row

ROOT = Path(__file__).parents[2]
ENOUGH = 200


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "space.journal"


def fill(path: Path, count: int, **options: Any) -> str:  # noqa: ANN401  # of the file
    file = JournalFile(path, **options)
    for number in range(1, count + 1):
        file.keep(make_exchange(number))
        file.keep(make_row(number))
        file.flush()
        file.keep(make_exchange(number, answered=b"answer"))
        file.keep(make_row(number, outcome="permitted"))
        file.flush()
    file.close()
    return file.head


def tamper(path: Path, *statements: str) -> None:
    db = driver.connect(str(path), isolation_level=None)
    db.execute("DROP TRIGGER entries_never_change")
    for statement in statements:
        db.execute(statement)
    db.close()


def test_what_was_kept_is_loaded_in_its_last_version(path: Path) -> None:
    fill(path, 3)
    kept = load(path)
    assert kept.rows == tuple(make_row(number, outcome="permitted") for number in (1, 2, 3))
    assert kept.exchanges == tuple(make_exchange(one, answered=b"answer") for one in (1, 2, 3))
    assert kept.evicted == 0


def test_every_version_stays_in_the_file(path: Path) -> None:
    head = fill(path, 3)
    found = verify(path)
    assert (found.entries, found.evicted, found.head, found.good) == (12, 0, head, True)


def test_a_file_goes_on_where_it_was_left(path: Path) -> None:
    fill(path, 2)
    file = JournalFile(path)
    file.keep(make_row(3))
    file.close()
    assert [one.id for one in load(path).rows] == [1, 2, 3]
    assert verify(path).good


def test_a_journal_keeps_itself_in_a_file(path: Path) -> None:
    file = JournalFile(path)
    store: Store = file
    journal = Journal(store=store)
    exchange = journal.begin("core", "gw", "in", b"asked", AT)
    row = journal.add(make_row(0, note="new"))
    journal.amend(row, outcome="answered")
    journal.end(exchange, b"answered")
    file.close()
    kept = load(path)
    assert kept.rows == (journal.find(row),)
    assert kept.exchanges == (journal.find_exchange(exchange),)


def test_what_is_cleared_is_not_loaded_and_stays_in_the_file(path: Path) -> None:
    file = JournalFile(path)
    for number in (1, 2):
        file.keep(make_row(number))
        file.clear()
    file.keep(make_row(3))
    file.close()
    assert [one.id for one in load(path).rows] == [3]
    assert verify(path).entries == 5


async def test_one_turn_of_the_loop_is_one_transaction(path: Path) -> None:
    file = JournalFile(path)
    file.keep(make_exchange(1))
    file.keep(make_row(1))
    file.keep(make_exchange(1, answered=b"answer"))
    file.keep(make_row(1, outcome="answered"))
    await asyncio.gather(file.flushed(), file.flushed())
    assert verify(path).entries == 2
    await file.flushed()
    file.close()
    assert load(path).exchanges == (make_exchange(1, answered=b"answer"),)


def test_what_is_flushed_is_on_the_disk_itself(path: Path) -> None:
    file = JournalFile(path)
    assert file._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert file._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    file.close()


async def test_who_gives_up_waiting_stops_nobody_else(path: Path) -> None:
    file = JournalFile(path)
    file.keep(make_row(1))
    first, second = (asyncio.ensure_future(file.flushed()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await second
    file.close()
    assert len(load(path).rows) == 1


async def test_a_file_that_cannot_be_written_is_told_to_who_waits_and_tried_again(
    path: Path,
) -> None:
    file = JournalFile(path)
    other = driver.connect(str(path), isolation_level=None)
    file._db.execute("PRAGMA busy_timeout=0")
    other.execute("BEGIN IMMEDIATE")
    file.keep(make_exchange(1))
    with pytest.raises(JournalFileError, match="locked"):
        await file.flushed()
    file.keep(make_exchange(1, answered=b"answer"))
    with pytest.raises(JournalFileError, match="locked"):
        file.flush()
    other.execute("ROLLBACK")
    other.close()
    await file.flushed()
    file.close()
    assert load(path).exchanges == (make_exchange(1, answered=b"answer"),)


async def test_a_failure_nobody_waits_for_goes_to_the_loop(path: Path) -> None:
    file = JournalFile(path)
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    file._db.close()
    file.keep(make_row(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [type(one["exception"]) for one in told] == [JournalFileError]


def test_what_was_acknowledged_survives_a_kill(path: Path) -> None:
    command = [sys.executable, "-m", "tests.support.journal_child", str(path)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603  # constant
    assert child.stdout is not None
    said = [int(child.stdout.readline()) for _ in range(ENOUGH)]
    child.kill()
    said += [int(line) for line in child.stdout.read().splitlines(keepends=True) if "\n" in line]
    child.wait()
    child.stdout.close()
    kept = load(path)
    assert set(said) <= {one.id for one in kept.rows}
    answered = {one.id for one in kept.exchanges if one.answered == b"answer"}
    assert set(said) <= answered
    assert all(one.asked == b"question \xff" for one in kept.exchanges)
    assert verify(path).good
    fill_after = JournalFile(path)
    fill_after.keep(make_row(max(said) + 100))
    fill_after.close()
    assert verify(path).good


@pytest.mark.parametrize(
    ("statement", "number", "reason"),
    [
        ("UPDATE entry SET content = '{}' WHERE number = 6", 6, "chain"),
        ("UPDATE entry SET asked = x'00' WHERE number = 5", 5, "chain"),
        ("UPDATE entry SET answered = NULL WHERE number = 3", 3, "chain"),
        ("UPDATE entry SET kind = 'cleared' WHERE number = 1", 1, "chain"),
        ("UPDATE entry SET id = 9 WHERE number = 4", 4, "chain"),
        ("UPDATE entry SET chain = x'00' WHERE number = 7", 7, "chain"),
        ("DELETE FROM entry WHERE number = 6", 7, "gap"),
        ("DELETE FROM entry WHERE number < 6", 6, "gap"),
    ],
)
def test_verifying_names_the_first_bad_entry(
    path: Path, statement: str, number: int, reason: str
) -> None:
    fill(path, 3)
    tamper(path, statement)
    bad = verify(path).bad
    assert bad is not None
    assert (bad.number, bad.reason) == (number, reason)


def test_two_entries_that_changed_places_are_found(path: Path) -> None:
    fill(path, 3)
    tamper(
        path,
        "UPDATE entry SET number = 60 WHERE number = 6",
        "UPDATE entry SET number = 6 WHERE number = 10",
        "UPDATE entry SET number = 10 WHERE number = 60",
    )
    found = verify(path)
    assert found.bad == BadEntry(number=6, kind="row", id=3, reason="chain")
    assert found.entries == 5
    assert not found.good


def test_a_cut_end_has_another_head(path: Path) -> None:
    head = fill(path, 3)
    tamper(path, "DELETE FROM entry WHERE number > 8")
    assert verify(path).good
    assert verify(path).head != head


def test_entries_cannot_be_changed_by_accident(path: Path) -> None:
    fill(path, 1)
    db = driver.connect(str(path), isolation_level=None)
    with pytest.raises(driver.IntegrityError, match="append-only"):
        db.execute("UPDATE entry SET id = 2")
    db.close()


def test_an_entry_that_was_written_wrong_is_found(path: Path) -> None:
    file = JournalFile(path)
    file.keep(make_row(1, note="fine"))
    file.flush()
    file._append([Entry("row", 2, b'{"id":"two"}')])
    file.close()
    bad = verify(path).bad
    assert bad == BadEntry(number=2, kind="row", id=2, reason="content")
    with pytest.raises(JournalFileError):
        load(path)


def test_the_oldest_go_and_a_marker_stays(path: Path) -> None:
    head = fill(path, 400, max_bytes=100_000)
    found, kept = verify(path), load(path)
    assert found.good
    assert found.head == head
    assert found.evicted == kept.evicted > 1000
    assert kept.rows[-1].id == 400
    assert kept.exchanges[-1] == make_exchange(400, answered=b"answer")
    assert sum(len(line) for line in write_lines(kept)) < 200_000
    again = fill(path, 40, max_bytes=100_000)
    assert verify(path).good
    assert verify(path).head == again


def test_one_entry_over_the_bound_stays_alone(path: Path) -> None:
    file = JournalFile(path, max_bytes=1000)
    file.keep(make_exchange(1))
    file.flush()
    file.keep(make_exchange(2, asked=bytes(5000)))
    file.close()
    assert verify(path).good
    assert load(path).exchanges == (make_exchange(2, asked=bytes(5000)),)


@given(st.lists(st.tuples(st.integers(1, 5), st.none() | st.binary(max_size=200), st.booleans())))
def test_any_order_of_versions_gives_the_last_of_each(
    tmp_path_factory: pytest.TempPathFactory, versions: list[tuple[int, bytes | None, bool]]
) -> None:
    path = tmp_path_factory.mktemp("journals") / "space.journal"
    file = JournalFile(path)
    last = {}
    for number, answered, flush in versions:
        last[number] = make_exchange(number, answered=answered)
        file.keep(last[number])
        if flush:
            file.flush()
    file.close()
    assert {one.id: one for one in load(path).exchanges} == last
    assert verify(path).good


def test_lines_hold_exchanges_and_rows(path: Path) -> None:
    fill(path, 1)
    exchange, row = map(json.loads, write_lines(load(path)))
    assert exchange["type"] == "exchange"
    assert exchange["asked"] == b64encode(b"question \xff").decode()
    assert row["type"] == "row"
    assert row["decoded"] == {"information": ["地方税関係情報"]}


def test_a_har_holds_bodies_and_rows(path: Path) -> None:
    file = JournalFile(path)
    file.keep(make_exchange(1, answered=b"answer"))
    file.keep(make_row(1))
    file.keep(make_exchange(2))
    file.close()
    log = json.loads(write_har(load(path)))["log"]
    assert log["version"] == "1.2"
    first, second = log["entries"]
    assert first["request"]["postData"]["encoding"] == "base64"
    assert first["response"]["content"]["text"] == "answer"
    assert first["response"]["status"] == 200
    assert [one["op"] for one in first["_rows"]] == ["permit.issue"]
    assert second["response"]["status"] == 0
    assert second["_rows"] == []


@pytest.mark.parametrize("read", [load, verify])
def test_what_is_no_journal_is_refused(path: Path, read: Any) -> None:  # noqa: ANN401  # any reader
    with pytest.raises(JournalFileError):
        read(path)
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(JournalFileError):
        read(path)
    with pytest.raises(JournalFileError):
        JournalFile(path)

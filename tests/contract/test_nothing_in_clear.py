"""No number, symbol, name or item of a person stands in clear in what the databases keep."""

import dataclasses
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from gateway.ports import Lease, Unit
from gateway.storage import DatabaseStore, open_database
from gateway.storage.migrate import METADATA
from gateway.storage.urls import locate
from tests.conftest import Canaries
from tests.contract.conftest import KEY, OURS
from tests.contract.samples import (
    ANSWER,
    BASIC,
    INDIVIDUAL,
    INQUIRY,
    LATER,
    LOCAL,
    NOON,
    OTHER_INDIVIDUAL,
    OTHER_UNIFIED,
    PERSON,
    PROCESS,
    RECORD,
    SYMBOL,
    UNIFIED,
    VALUES,
)

TEXTS = (
    INDIVIDUAL.value,
    OTHER_INDIVIDUAL.value,
    SYMBOL.value,
    UNIFIED.value,
    OTHER_UNIFIED.value,
    LOCAL.value,
    PROCESS.value,
    BASIC.name,
    str(BASIC.kana),
    BASIC.address,
    BASIC.born_on.isoformat(),
    str(ANSWER.information[0].items[0].value),
    "本人確認済み",
    "支援措置",
    "合計所得金額",
)


def spellings() -> set[bytes]:
    """Every text in the encodings in which a database might hold it."""
    found = set()
    for text in TEXTS:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp932"):
            raw = text.encode(encoding)
            found |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
    # A request holds a local number and little else that cannot be guessed: so does its digest.
    return found | {INQUIRY.body_digest, INQUIRY.body_digest.hex().encode()}


async def use_everything(store: DatabaseStore) -> None:
    unit = Unit()
    unit.add(*VALUES)
    unit.record(RECORD, dataclasses.replace(RECORD, subject=OTHER_UNIFIED))
    await store.commit(unit)
    change = Unit()
    change.change(PERSON, individual_number=OTHER_INDIVIDUAL, merged_into=OTHER_UNIFIED)
    await store.commit(change)
    await store.claim("inquiry", now=NOON, lease=Lease(begins=NOON, ends=LATER), limit=1)
    removal = Unit()
    removal.remove(*(value for value in VALUES if type(value).__name__ == "Acquisition"))
    await store.commit(removal)


def read_all(folder: Path, *names: str) -> bytes:
    return b"".join((folder / name).read_bytes() for name in names)


def test_the_search_would_find_them(canaries: Canaries) -> None:
    canaries.register(UNIFIED.value, OTHER_UNIFIED.value, LOCAL.value, PROCESS.value)
    assert INDIVIDUAL.value in canaries.individual_numbers
    assert SYMBOL.value in canaries.symbols
    assert UNIFIED.value.encode("utf-16-le") in spellings()


async def test_sqlite_files_hold_nothing_in_clear(sqlite_url: str, tmp_path: Path) -> None:
    database = await open_database(sqlite_url)
    await use_everything(await database.store(OURS, KEY, "process-1"))
    content = read_all(tmp_path, "gateway.db", "gateway.db-wal")
    assert b"confirmation-1" in content  # what is no number of a person does stand in clear
    assert [text for text in spellings() if text in content] == []
    await database.close()
    content = read_all(tmp_path, "gateway.db")
    assert [text for text in spellings() if text in content] == []


async def test_postgresql_rows_hold_nothing_in_clear(postgres_url: str) -> None:
    database = await open_database(postgres_url)
    await use_everything(await database.store(OURS, KEY, "process-1"))
    await database.close()
    dump = ""
    with psycopg.connect(locate(postgres_url).target) as connection:
        for table in METADATA.tables:
            rows = connection.execute(SQL("SELECT t::text FROM {} t").format(Identifier(table)))
            dump += "\n".join(row[0] for row in rows)
    assert "confirmation-1" in dump
    assert [text for text in spellings() if text in dump.encode()] == []

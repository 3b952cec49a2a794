"""Durable storage of all institutions of one process, on SQLite or PostgreSQL.

    migrate(url)                                    # once, before serving
    database = await open_database(url)
    store = await database.store(institution, master_key, owner)   # implements ports.Store
    ...
    await database.close()                          # writes what waits

`url` is `sqlite+aiosqlite:///PATH`, `sqlite:///PATH` or `postgresql+psycopg://...`; `master_key`
has 32 bytes (`load_master_key`, `create_master_key`); `owner` names the process in leases.
`database.health()` says whether the last writes went well, `await database.probe(owner)` finds out.
`current(url)` and `check(url)` name the schema and its differences from the code.
"""

from gateway.storage.database import Database, open_database
from gateway.storage.migrate import check, current, migrate
from gateway.storage.sealing import create_master_key, load_master_key
from gateway.storage.store import DatabaseStore
from gateway.storage.writer import Health

__all__ = [
    "Database",
    "DatabaseStore",
    "Health",
    "check",
    "create_master_key",
    "current",
    "load_master_key",
    "migrate",
    "open_database",
]

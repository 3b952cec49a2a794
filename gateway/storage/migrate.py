"""Migrations of the database: run them, name the present one, compare the tables with the code.

Every process asks whether the schema is current, few migrate: Alembic, a quarter of a second to
import, is imported only where it works.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from pysqlite3 import dbapi2 as driver
from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from gateway.domain.errors import DatabaseNewerError, EvidenceUnavailableError
from gateway.storage import log_tables, postgres, sqlite
from gateway.storage.sessions import StorageFailure
from gateway.storage.urls import locate

SCRIPTS: Final = Path(__file__).parent / "migrations"
REVISIONS: Final = tuple(sorted(file.stem[1:5] for file in SCRIPTS.glob("versions/v*_*.py")))
METADATA: Final = log_tables.records.metadata  # this import registers all tables


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether a table belongs to the gateway: others in the same database are left alone."""
    return kind != "table" or name in METADATA.tables


def migrate(url: str) -> None:
    """Bring a database to the newest schema, making its file and its tables where there are none.

    Raises:
        InvalidError: the URL is of another kind.
        DatabaseNewerError: newer code migrated it.
        EvidenceUnavailableError: it does not answer.
    """
    from alembic import command  # noqa: PLC0415  # see above
    from alembic.config import Config  # noqa: PLC0415  # see above

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with connect(url) as connection:
        _refuse_newer(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current(url: str) -> str | None:
    """Return the name of the last migration of a database, None where there was none.

    Raises:
        InvalidError: the URL is of another kind.
        EvidenceUnavailableError: it does not answer.
    """
    with connect(url) as connection:
        return _find_revision(connection)


def check(url: str) -> list[str]:
    """Return how the tables of a database differ from the code, nothing if they agree.

    Raises:
        InvalidError: the URL is of another kind.
        DatabaseNewerError: newer code migrated it.
        EvidenceUnavailableError: it does not answer.
    """
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  # see above
    from alembic.migration import MigrationContext  # noqa: PLC0415  # see above

    with connect(url) as connection:
        _refuse_newer(connection)
        options = {"include_name": is_ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        return [str(difference) for difference in compare_metadata(context, METADATA)]


def require_current(url: str) -> None:
    """Refuse a database whose schema is not that of this code.

    Raises:
        InvalidError: the URL is of another kind.
        DatabaseNewerError: newer code migrated it.
        EvidenceUnavailableError: it does not answer, or lacks a migration (reason `schema`).
    """
    with connect(url) as connection:
        if _refuse_newer(connection) != REVISIONS[-1]:
            raise EvidenceUnavailableError(reason="schema")


def _refuse_newer(connection: Connection) -> str | None:
    revision = _find_revision(connection)
    if revision is not None and revision not in REVISIONS:
        raise DatabaseNewerError(revision=revision)
    return revision


def _find_revision(connection: Connection) -> str | None:
    """Return the revision that Alembic noted in the database, None where it never ran."""
    revision: str | None = None
    if inspect(connection).has_table("alembic_version"):
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    connection.rollback()  # what follows begins its own transaction
    return revision


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver is in autocommit mode


def _make_file(path: Path) -> None:
    """Make a file that only its owner can read: who asked whom, and when, stands in clear."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # whatever stands in the way, the database says better
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


@contextmanager
def connect(url: str) -> Iterator[Connection]:
    """Open a connection for the work of operators, not for serving.

    Raises:
        InvalidError: the URL is of another kind.
        EvidenceUnavailableError: it does not answer.
    """
    location = locate(url)
    options: dict[str, Any] = {"poolclass": NullPool}
    if location.engine == "sqlite":
        _make_file(Path(location.target))
        options |= {"module": driver, "creator": lambda: sqlite.connect(location.target)}
        engine = create_engine("sqlite://", **options)
        event.listen(engine, "begin", _begin_immediate)
    else:
        options["connect_args"] = {"connect_timeout": postgres.CONNECT_SECONDS}
        engine = create_engine(location.target, **options)
    try:
        with engine.connect() as connection:
            yield connection
    except StorageFailure as failure:
        raise EvidenceUnavailableError(reason=failure.reason) from failure
    except DBAPIError as error:
        reason = (sqlite if location.engine == "sqlite" else postgres).failure(error.orig).reason
        raise EvidenceUnavailableError(reason=reason) from error
    finally:
        engine.dispose()

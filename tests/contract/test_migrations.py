"""Migrations on both engines: they make what the code says, once, and touch nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from gateway.domain.errors import DatabaseNewerError, EvidenceUnavailableError, InvalidError
from gateway.storage import check, current, migrate, open_database
from gateway.storage.migrate import METADATA, REVISIONS, SCRIPTS, connect


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that nothing was done to."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'new' / 'gateway.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


def execute(url: str, *statements: str) -> None:
    with connect(url) as connection:
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()


def test_only_its_owner_reads_the_files_of_a_database(tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    url = f"sqlite+aiosqlite:///{file}"
    migrate(url)
    execute(url, "CREATE TABLE other (id INTEGER)")
    with connect(url) as connection:
        connection.execute(text("INSERT INTO other VALUES (1)"))
        files = list(tmp_path.iterdir())
        assert len(files) > 1  # the write-ahead log too
        assert {one.stat().st_mode & 0o777 for one in files} == {0o600}


def test_a_migrated_database_is_what_the_code_says(empty_url: str) -> None:
    assert current(empty_url) is None
    assert len(check(empty_url)) >= len(METADATA.tables)
    migrate(empty_url)
    assert current(empty_url) == REVISIONS[-1]
    assert check(empty_url) == []
    migrate(empty_url)
    assert current(empty_url) == REVISIONS[-1]


def test_a_difference_is_told(empty_url: str) -> None:
    migrate(empty_url)
    execute(empty_url, "DROP INDEX uq_aliases_live")
    assert ["uq_aliases_live" in difference for difference in check(empty_url)] == [True]


def test_tables_of_others_are_left_alone(empty_url: str) -> None:
    execute(empty_url, "CREATE TABLE neighbour (id INTEGER PRIMARY KEY)")
    migrate(empty_url)
    assert check(empty_url) == []
    with connect(empty_url) as connection:
        assert inspect(connection).has_table("neighbour")


async def test_a_newer_database_is_refused(empty_url: str) -> None:
    migrate(empty_url)
    execute(empty_url, "UPDATE alembic_version SET version_num = '9999'")
    assert current(empty_url) == "9999"
    for refused in (migrate, check):
        with pytest.raises(DatabaseNewerError):
            refused(empty_url)
    with pytest.raises(DatabaseNewerError):
        await open_database(empty_url)


async def test_a_database_without_its_tables_is_not_opened(empty_url: str) -> None:
    with pytest.raises(EvidenceUnavailableError, match="schema"):
        await open_database(empty_url)


def test_processes_that_migrate_at_once_both_succeed(empty_url: str) -> None:
    code = "import sys; from gateway.storage import migrate; migrate(sys.argv[1])"
    command_line = [sys.executable, "-c", code, empty_url]
    children = [subprocess.Popen(command_line) for _ in range(2)]  # noqa: S603  # our own words
    assert [child.wait() for child in children] == [0, 0]
    assert check(empty_url) == []


def test_a_migration_can_be_taken_back(empty_url: str) -> None:
    migrate(empty_url)
    with connect(empty_url) as connection:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with connect(empty_url) as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    migrate(empty_url)
    assert check(empty_url) == []


def test_a_migration_that_fails_leaves_nothing(empty_url: str) -> None:
    execute(empty_url, "CREATE TABLE work_items (id INTEGER PRIMARY KEY)")
    with pytest.raises((DBAPIError, EvidenceUnavailableError)):
        migrate(empty_url)
    with connect(empty_url) as connection:
        assert "persons" not in inspect(connection).get_table_names()
    assert current(empty_url) is None


def test_the_institution_stands_first_in_every_key() -> None:
    without = {"pulses"}  # it tells about a process, not about an institution
    first = {
        name: next(iter(table.primary_key.columns)).name for name, table in METADATA.tables.items()
    }
    assert {name for name, column in first.items() if column != "institution"} == without


def test_every_column_and_table_says_in_japanese_what_it_holds() -> None:
    bare = [
        str(item)
        for table in METADATA.tables.values()
        for item in (table, *table.columns)
        if not item.comment or item.comment.isascii()
    ]
    assert bare == []


@pytest.mark.parametrize(
    "url",
    ["", "x", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "mysql://host/name"],
)
def test_a_url_that_names_no_lasting_database_is_refused(url: str) -> None:
    with pytest.raises(InvalidError):
        migrate(url)

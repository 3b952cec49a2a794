"""URLs of databases, and the SQLite versions that are refused."""

import pytest
from pysqlite3 import dbapi2 as driver

from gateway.domain.errors import InvalidError
from gateway.storage.sessions import StorageFailure
from gateway.storage.sqlite import check_version
from gateway.storage.urls import Location, locate

URLS = {
    "sqlite+aiosqlite:///var/gateway.db": Location(engine="sqlite", target="var/gateway.db"),
    "sqlite:////var/lib/gateway.db": Location(engine="sqlite", target="/var/lib/gateway.db"),
    "postgresql+psycopg://u:p%40ss@db.example:5433/gateway": Location(
        engine="postgresql", target="postgresql://u:p%40ss@db.example:5433/gateway"
    ),
    "postgresql://u@/gateway?host=/run/postgresql": Location(
        engine="postgresql", target="postgresql://u@/gateway?host=/run/postgresql"
    ),
}


@pytest.mark.parametrize(("url", "location"), URLS.items())
def test_a_url_names_engine_and_target(url: str, location: Location) -> None:
    found = locate(url)
    assert (found.engine, found.target.replace("%2F", "/")) == (location.engine, location.target)


@pytest.mark.parametrize(
    "url", ["", "x", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "mysql://h/n"]
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(InvalidError):
        locate(url)


VERSIONS = [
    ((3, 51, 3), True),
    ((3, 52, 0), True),
    ((3, 53, 4), True),
    ((3, 50, 7), True),
    ((3, 44, 6), True),
    ((3, 51, 2), False),
    ((3, 50, 6), False),
    ((3, 50, 8), False),
    ((3, 44, 5), False),
    ((3, 40, 1), False),
    ((3, 7, 0), False),
]


@pytest.mark.parametrize(("version", "fine"), VERSIONS, ids=str)
def test_sqlite_that_can_corrupt_a_database_is_refused(
    version: tuple[int, ...], *, fine: bool
) -> None:
    if fine:
        check_version(version)
    else:
        with pytest.raises(StorageFailure, match="sqlite_version"):
            check_version(version)


def test_the_library_we_ship_is_fine() -> None:
    check_version(driver.sqlite_version_info)

"""Database URLs: which engine, and how its driver is told."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gateway.domain.errors import InvalidError


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a database is: a file of SQLite, or what libpq connects to."""

    engine: Literal["sqlite", "postgresql"]
    target: str


def locate(url: str) -> Location:
    """Return where `url` points: `sqlite+aiosqlite:///PATH`, `sqlite:///PATH`, `postgresql+psycopg://...`.

    The SQLite names all mean pysqlite3; a database in memory is refused, since it would keep no
    evidence.

    Raises:
        InvalidError: another kind of URL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidError(field="database.url") from error
    if parsed.get_backend_name() == "sqlite":
        return _file(parsed)
    if parsed.get_backend_name() == "postgresql":
        plain = parsed.set(drivername="postgresql")
        return Location(engine="postgresql", target=plain.render_as_string(hide_password=False))
    raise InvalidError(field="database.url")


def _file(url: URL) -> Location:
    if not url.database or url.database == ":memory:" or url.query:
        raise InvalidError(field="database.url")
    return Location(engine="sqlite", target=url.database)

"""Where the database is, its password put in; who may migrate it."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from gateway import storage
from gateway.bootstrap import files
from gateway.domain.errors import EvidenceUnavailableError, GatewayError
from gateway.settings import Settings, SettingsError


class DatabaseOlderError(GatewayError):
    """The database lacks a migration, and in production only people migrate it."""

    code = "storage.older"


def database_url(settings: Settings) -> str:
    """Return the URL of the database with the password of its file.

    Raises:
        SettingsError: it is no URL, or the file cannot be read.
    """
    file = settings.database.password_file
    if file is None:
        return settings.database.url
    try:
        url = make_url(settings.database.url)
        password = files.read("database.password_file", file).decode("utf-8").strip()
    except (ArgumentError, UnicodeDecodeError) as error:
        raise SettingsError(path="database.url", problem="is no database URL") from error
    return url.set(password=password).render_as_string(hide_password=False)


def prepare(settings: Settings) -> None:
    """Migrate the sandbox's database; production's must be migrated by `nakadachi db migrate`.

    Raises:
        DatabaseNewerError: newer code migrated it.
        EvidenceUnavailableError: it does not answer.
    """
    if settings.mode == "sandbox":
        storage.migrate(database_url(settings))


async def open_database(settings: Settings) -> storage.Database:
    """Open the database of the settings.

    Raises:
        DatabaseOlderError: it lacks a migration.
        DatabaseNewerError: newer code migrated it.
        EvidenceUnavailableError: it does not answer.
    """
    try:
        return await storage.open_database(database_url(settings))
    except EvidenceUnavailableError as error:
        if error.context.get("reason") == "schema":
            raise DatabaseOlderError from error
        raise

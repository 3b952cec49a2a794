"""The revisions that the code knows without Alembic are those that Alembic runs."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from gateway.domain.errors import EvidenceUnavailableError
from gateway.storage import current, migrate
from gateway.storage.migrate import REVISIONS, SCRIPTS, require_current


def test_files_of_migrations_are_named_by_their_revisions_in_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    scripts = list(ScriptDirectory.from_config(config).walk_revisions("base", "heads"))
    assert [script.revision for script in reversed(scripts)] == list(REVISIONS)


def test_a_database_is_current_after_its_migration_and_not_before(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"
    assert current(url) is None
    with pytest.raises(EvidenceUnavailableError):
        require_current(url)
    migrate(url)
    require_current(url)
    assert current(url) == REVISIONS[-1]

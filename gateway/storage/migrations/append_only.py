"""Triggers that keep the record log append-only and its heads from shrinking (G6).

They stop mistakes and careless hands; whoever can drop a trigger is caught by `Store.verify`.
"""

from typing import Final

from sqlalchemy import Connection, text

_SQLITE: Final = (
    """CREATE TRIGGER records_no_update BEFORE UPDATE ON records
       BEGIN SELECT RAISE(ABORT, 'records are append-only'); END""",
    """CREATE TRIGGER records_no_delete BEFORE DELETE ON records
       BEGIN SELECT RAISE(ABORT, 'records are append-only'); END""",
    """CREATE TRIGGER record_blocks_no_update BEFORE UPDATE ON record_blocks
       BEGIN SELECT RAISE(ABORT, 'records are append-only'); END""",
    """CREATE TRIGGER record_blocks_no_delete BEFORE DELETE ON record_blocks
       BEGIN SELECT RAISE(ABORT, 'records are append-only'); END""",
    """CREATE TRIGGER record_heads_grow BEFORE UPDATE ON record_heads
       WHEN NEW.size <= OLD.size OR NEW.institution <> OLD.institution
       BEGIN SELECT RAISE(ABORT, 'record heads only grow'); END""",
    """CREATE TRIGGER record_heads_no_delete BEFORE DELETE ON record_heads
       BEGIN SELECT RAISE(ABORT, 'record heads only grow'); END""",
)
_POSTGRESQL: Final = (
    """CREATE FUNCTION records_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'records are append-only' USING ERRCODE = '23001'; END $$""",
    """CREATE TRIGGER records_no_update BEFORE UPDATE OR DELETE ON records
       FOR EACH ROW EXECUTE FUNCTION records_refuse()""",
    """CREATE TRIGGER records_no_truncate BEFORE TRUNCATE ON records
       FOR EACH STATEMENT EXECUTE FUNCTION records_refuse()""",
    """CREATE TRIGGER record_blocks_no_update BEFORE UPDATE OR DELETE ON record_blocks
       FOR EACH ROW EXECUTE FUNCTION records_refuse()""",
    """CREATE TRIGGER record_blocks_no_truncate BEFORE TRUNCATE ON record_blocks
       FOR EACH STATEMENT EXECUTE FUNCTION records_refuse()""",
    """CREATE TRIGGER record_heads_grow BEFORE UPDATE ON record_heads
       FOR EACH ROW WHEN (NEW.size <= OLD.size OR NEW.institution <> OLD.institution)
       EXECUTE FUNCTION records_refuse()""",
    """CREATE TRIGGER record_heads_no_delete BEFORE DELETE ON record_heads
       FOR EACH ROW EXECUTE FUNCTION records_refuse()""",
    """CREATE TRIGGER record_heads_no_truncate BEFORE TRUNCATE ON record_heads
       FOR EACH STATEMENT EXECUTE FUNCTION records_refuse()""",
)
_SQLITE_NAMES: Final = (
    "records_no_update",
    "records_no_delete",
    "record_blocks_no_update",
    "record_blocks_no_delete",
    "record_heads_grow",
    "record_heads_no_delete",
)
_POSTGRESQL_NAMES: Final = {
    "records": ("records_no_update", "records_no_truncate"),
    "record_blocks": ("record_blocks_no_update", "record_blocks_no_truncate"),
    "record_heads": (
        "record_heads_grow",
        "record_heads_no_delete",
        "record_heads_no_truncate",
    ),
}


def guard_log(connection: Connection) -> None:
    """Create the triggers."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.execute(text(statement))


def unguard_log(connection: Connection) -> None:
    """Drop the triggers."""
    if connection.dialect.name == "sqlite":
        for name in _SQLITE_NAMES:
            connection.execute(text(f"DROP TRIGGER {name}"))
        return
    for table, names in _POSTGRESQL_NAMES.items():
        for name in names:
            connection.execute(text(f"DROP TRIGGER {name} ON {table}"))
    connection.execute(text("DROP FUNCTION records_refuse"))

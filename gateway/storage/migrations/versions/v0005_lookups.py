"""Lookups of inquiries by system, of merged persons and of alarms by peer; alarms that count.

Frozen: what later code says about the tables changes nothing here.

Revision 0005, after 0004. Alarms that were raised before have never been changed.
"""

import sqlalchemy as sa
from alembic import op

from gateway.storage.migrations import first_columns as make

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MERGED = "ix_persons_merged_into"
_INDEXES = (
    ("ix_inquiries_system", "inquiries", ("system", "inquiry_id")),
    ("ix_inquiries_system_state", "inquiries", ("system", "state", "inquiry_id")),
    ("ix_alarms_peer", "alarms", ("kind", "peer", "at", "alarm_id")),
)


def upgrade() -> None:
    """Make the indexes, and the column that guards updates of alarms."""
    version = make.version()
    version.server_default = sa.DefaultClause("0")
    op.add_column("alarms", version)
    for name, table, columns in _INDEXES:
        op.create_index(name, table, ["institution", *columns])
    where = sa.text("merged_into_index IS NOT NULL")
    op.create_index(
        _MERGED,
        "persons",
        ["institution", "merged_into_index", "unified_number_index"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Drop the indexes and the column; alarms keep what they have counted."""
    op.drop_index(_MERGED, "persons")
    for name, table, _ in reversed(_INDEXES):
        op.drop_index(name, table)
    op.drop_column("alarms", "version")

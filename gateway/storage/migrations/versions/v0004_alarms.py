"""Alarms.

Frozen: what later code says about the tables changes nothing here.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from gateway.storage.migrations import first_columns as make

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_METADATA = sa.MetaData()

sa.Table(
    "alarms",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("alarm_id", 160, "警報番号"),
    make.text("kind", 64, "種別"),
    make.text("peer", 64, "相手機関（自機関については空）"),
    make.text("subject", 160, "対象（日・電文番号・一括照会番号など）"),
    make.number("at", "発生日時"),
    make.number("count", "件数"),
    make.raw("sealed", None, "封緘した項目"),
    make.key("alarms", "at", "alarm_id"),
    make.unique("alarms_subject", "kind", "peer", "subject"),
    comment="警報",
)


def upgrade() -> None:
    """Make the table of alarms."""
    _METADATA.create_all(op.get_bind())


def downgrade() -> None:
    """Drop the table of alarms with those that were raised."""
    _METADATA.drop_all(op.get_bind())

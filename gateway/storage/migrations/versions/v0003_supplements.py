"""What stands beside the editions of a permit list.

Frozen: what later code says about the tables changes nothing here.

Revision 0003, after 0002. Lists that were stored before have no supplement: theirs is empty.
"""

import sqlalchemy as sa
from alembic import op

from gateway.storage.migrations import first_columns as make

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_METADATA = sa.MetaData()

sa.Table(
    "supplements",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("source", 64, "出所（core・own）"),
    make.number("sequence", "通し番号"),
    make.long("sha256", "要約値"),
    make.raw("content", None, "内容"),
    make.number("received_at", "受領日時"),
    make.key("supplements", "source", "sequence"),
    comment="照会許可用照合リストの附属（停止・条例事務・提供の制限）",
)


def upgrade() -> None:
    """Make the table of supplements."""
    _METADATA.create_all(op.get_bind())


def downgrade() -> None:
    """Drop the table of supplements; holds of lists received since are no longer known here."""
    _METADATA.drop_all(op.get_bind())

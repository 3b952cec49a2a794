"""Batches, and the batch of an inquiry.

Frozen: what later code says about the tables changes nothing here.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from gateway.storage.migrations import first_columns as make

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_METADATA = sa.MetaData()

sa.Table(
    "batches",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("batch_id", 160, "一括照会番号"),
    make.text("system", 64, "業務システム"),
    make.text("idempotency_key", 160, "冪等キー"),
    make.number("total", "明細件数"),
    make.number("part_rows", "分割単位の明細件数"),
    make.number("submitted_at", "受付日時"),
    make.number("generation", "照会の回次"),
    make.number("cancelled_at", "取消日時", null=True),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("batches", "batch_id"),
    make.unique("batches_idempotency_key", "system", "idempotency_key"),
    comment="一括照会",
)

sa.Table(
    "batch_parts",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("batch_id", 160, "一括照会番号"),
    make.number("part", "分割番号（0から）"),
    make.number("updated_at", "更新日時"),
    make.number("generation", "照会の回次"),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("batch_parts", "batch_id", "part"),
    comment="一括照会の分割単位",
)

sa.Table(
    "batch_chunks",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("batch_id", 160, "一括照会番号"),
    make.number("part", "分割番号（0から）"),
    make.number("chunk", "区画番号（分割ごとに0から）"),
    make.flag("waiting", "照会前の明細がある"),
    make.flag("running", "照会中の明細がある"),
    make.flag("resting", "後日の回答を待つ明細がある"),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("batch_chunks", "batch_id", "part", "chunk"),
    make.index("batch_chunks_waiting", "batch_id", "part", "waiting", "chunk"),
    make.index("batch_chunks_running", "batch_id", "part", "running", "chunk"),
    make.index("batch_chunks_resting", "batch_id", "part", "resting", "chunk"),
    comment="一括照会の明細（64件ごと）",
)


def upgrade() -> None:
    """Make the tables of batches, and room for the batch of an inquiry."""
    _METADATA.create_all(op.get_bind())
    op.add_column("inquiries", make.text("batch_id", 160, "一括照会番号", null=True))


def downgrade() -> None:
    """Drop the tables of batches; inquiries stay, but forget what batch they came in."""
    op.drop_column("inquiries", "batch_id")
    _METADATA.drop_all(op.get_bind())

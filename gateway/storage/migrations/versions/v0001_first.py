"""The first schema.

Frozen: what later code says about the tables changes nothing here.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

from gateway.storage.migrations import first_columns as make
from gateway.storage.migrations.append_only import guard_log, unguard_log

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_METADATA = sa.MetaData()


sa.Table(
    "acquisitions",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("receipt", 160, "受付番号"),
    make.raw("unified_number_index", 32, "団体内統合宛名番号の索引値"),
    make.raw("process_number_index", 32, "取得番号の索引値", null=True),
    make.text("state", 64, "状態"),
    make.number("requested_at", "要求日時"),
    make.number("deadline_at", "期限"),
    make.number("ended_at", "終了日時", null=True),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("acquisitions", "receipt"),
    make.unique("acquisitions_process_number_index", "process_number_index"),
    make.index("acquisitions_unified_number", "unified_number_index", "receipt"),
    comment="符号取得",
)

sa.Table(
    "aliases",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("system", 64, "業務システム"),
    make.raw("local_number_index", 32, "宛名番号の索引値"),
    make.number("registered_at", "登録日時"),
    make.raw("unified_number_index", 32, "団体内統合宛名番号の索引値"),
    make.number("ended_at", "終了日時", null=True),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("aliases", "system", "local_number_index", "registered_at"),
    make.index(
        "aliases_unified_number",
        "unified_number_index",
        "system",
        "local_number_index",
        "registered_at",
    ),
    make.live("aliases_live", "ended_at IS NULL", "system", "local_number_index"),
    comment="宛名番号（業務システムごと）",
)

sa.Table(
    "checkpoints",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.number("size", "記録件数"),
    make.number("at", "作成日時"),
    make.raw("root", 32, "根ハッシュ"),
    make.raw("chain", 32, "連鎖ハッシュ"),
    make.long("signature", "署名"),
    make.version(),
    make.key("checkpoints", "size", "at"),
    comment="記録の検査点",
)

sa.Table(
    "confirmations",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("confirmation_id", 160, "確認番号"),
    make.text("system", 64, "業務システム"),
    make.raw("local_number_index", 32, "宛名番号の索引値"),
    make.raw("unified_number_index", 32, "団体内統合宛名番号の索引値"),
    make.raw("individual_number_index", 32, "個人番号の索引値", null=True),
    make.text("why", 64, "確認理由"),
    make.text("state", 64, "状態"),
    make.number("created_at", "作成日時"),
    make.text("proposed_by", 64, "起案者", null=True),
    make.text("proposal", 64, "起案内容", null=True),
    make.text("resolved_by", 64, "決定者", null=True),
    make.number("resolved_at", "決定日時", null=True),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("confirmations", "confirmation_id"),
    make.index("confirmations_state", "state", "confirmation_id"),
    make.index("confirmations_unified_number", "unified_number_index", "confirmation_id"),
    comment="確認リスト",
)

sa.Table(
    "controls",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("control_id", 160, "設定番号"),
    make.raw("unified_number_index", 32, "団体内統合宛名番号の索引値"),
    make.text("kind", 64, "種別"),
    make.text("information", 160, "特定個人情報名", null=True),
    make.text("item", 160, "項目", null=True),
    make.number("set_at", "設定日時"),
    make.text("set_by", 64, "設定者"),
    make.text("review_on", 10, "見直し日"),
    make.number("ended_at", "終了日時", null=True),
    make.text("ended_by", 64, "終了者", null=True),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("controls", "control_id"),
    make.index("controls_unified_number", "unified_number_index", "control_id"),
    comment="自動応答不可・不開示・自己情報提供不可・支援措置",
)

sa.Table(
    "data_keys",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("purpose", 64, "用途"),
    make.number("key_id", "鍵番号"),
    make.raw("wrapped", None, "包んだ鍵"),
    make.key("data_keys", "purpose", "key_id"),
    comment="データ鍵（主鍵で包んだもの）",
)

sa.Table(
    "editions",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("instrument", 64, "法令"),
    make.text("valid_from", 10, "適用開始日"),
    make.number("sequence", "通し番号"),
    make.long("sha256", "要約値"),
    make.raw("content", None, "内容"),
    make.number("received_at", "受領日時"),
    make.version(),
    make.key("editions", "sequence", "instrument", "valid_from"),
    comment="照会許可用照合リストの版",
)

sa.Table(
    "inquiries",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("inquiry_id", 160, "照会番号"),
    make.text("request_id", 160, "要求番号"),
    make.text("system", 64, "業務システム"),
    make.text("idempotency_key", 160, "冪等キー"),
    make.text("state", 64, "状態"),
    make.raw("unified_number_index", 32, "団体内統合宛名番号の索引値"),
    make.text("provider", 64, "情報提供者"),
    make.text("basis", 64, "根拠"),
    make.number("requested_at", "要求日時"),
    make.number("deadline_at", "期限"),
    make.number("updated_at", "更新日時"),
    make.text("transaction_number", 160, "処理通番", null=True),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("inquiries", "inquiry_id"),
    make.unique("inquiries_idempotency_key", "system", "idempotency_key"),
    make.unique("inquiries_request_id", "request_id"),
    make.unique("inquiries_transaction_number", "transaction_number"),
    make.index("inquiries_state", "state", "inquiry_id"),
    comment="情報照会",
)

sa.Table(
    "job_slots",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("job", 64, "処理"),
    make.text("slot", 160, "実行枠"),
    make.text("owner", 160, "実行者"),
    make.number("claimed_at", "取得日時"),
    make.key("job_slots", "job", "slot"),
    comment="定時処理の実行枠",
)

sa.Table(
    "persons",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.raw("unified_number_index", 32, "団体内統合宛名番号の索引値"),
    make.raw("individual_number_index", 32, "個人番号の索引値", null=True),
    make.raw("merged_into_index", 32, "統合先の団体内統合宛名番号の索引値", null=True),
    make.text("residence", 64, "住民区分"),
    make.number("registered_at", "登録日時"),
    make.number("updated_at", "更新日時"),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("persons", "unified_number_index"),
    make.index("persons_individual_number", "individual_number_index"),
    make.live(
        "persons_individual_number_live",
        "merged_into_index IS NULL AND individual_number_index IS NOT NULL",
        "individual_number_index",
    ),
    comment="宛名（団体内統合宛名番号ごとの個人）",
)

sa.Table(
    "provisions",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("transaction_number", 160, "処理通番"),
    make.text("permit_id", 160, "提供許可証番号"),
    make.text("message_id", 160, "電文番号"),
    make.raw("inquiry_digest", 32, "照会電文の要約値"),
    make.text("inquirer", 64, "情報照会者"),
    make.text("route", 64, "回答経路"),
    make.text("state", 64, "状態"),
    make.raw("unified_number_index", 32, "団体内統合宛名番号の索引値", null=True),
    make.number("requested_at", "照会日時"),
    make.number("received_at", "受領日時"),
    make.number("slot_at", "不提供回答の時刻"),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("provisions", "transaction_number"),
    make.unique("provisions_permit_id", "permit_id"),
    make.index("provisions_message", "inquirer", "message_id"),
    make.index("provisions_state", "state", "transaction_number"),
    comment="情報提供",
)

sa.Table(
    "pulses",
    _METADATA,
    sa.Column("owner", sa.Text, primary_key=True, comment="書込の主体"),
    make.number("beats", "書込の回数"),
    comment="書込可否の確認",
)

sa.Table(
    "record_blocks",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.number("block", "区画（連番÷1024）"),
    make.raw("terms", None, "全件の検索語の並び"),
    make.key("record_blocks", "block"),
    comment="情報提供等記録の検索語（1024件ごと）",
)

sa.Table(
    "record_heads",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.number("size", "記録件数"),
    make.raw("chain", 32, "連鎖ハッシュ"),
    make.key("record_heads"),
    comment="情報提供等記録の末尾",
)

sa.Table(
    "records",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.number("sequence", "連番（0から）"),
    make.number("at", "記録日時"),
    make.text("act", 64, "行為"),
    make.text("counterpart", 64, "相手機関", null=True),
    make.raw("terms", None, "検索語（処理通番・要求番号・対象者）"),
    make.raw("leaf", 32, "葉ハッシュ"),
    make.raw("chain", 32, "連鎖ハッシュ"),
    make.raw("sealed", None, "封緘した項目"),
    make.key("records", "sequence"),
    comment="情報提供等記録",
)

sa.Table(
    "replica_loads",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("receipt", 160, "受付番号"),
    make.text("system", 64, "業務システム"),
    make.number("total", "件数"),
    make.number("applied", "登録件数"),
    make.number("pending", "未処理件数"),
    make.number("loaded_at", "登録日時"),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("replica_loads", "receipt"),
    comment="副本の登録結果",
)

sa.Table(
    "replicas",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.raw("unified_number_index", 32, "団体内統合宛名番号の索引値"),
    make.text("information", 160, "特定個人情報名"),
    make.text("record_key", 160, "副本の識別"),
    make.number("replica_version", "副本の版"),
    make.text("as_of", 10, "基準日"),
    make.text("public_from", 10, "公開開始日"),
    make.text("public_to", 10, "公開終了日", null=True),
    make.flag("deleted", "削除"),
    make.text("system", 64, "業務システム"),
    make.number("registered_at", "登録日時"),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("replicas", "unified_number_index", "information", "record_key", "replica_version"),
    comment="副本",
)

sa.Table(
    "settings",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("name", 160, "名称"),
    make.long("value", "値"),
    make.version(),
    make.key("settings", "name"),
    comment="設定値",
)

sa.Table(
    "stored_replies",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("sender", 64, "送信者"),
    make.text("message_id", 160, "電文番号"),
    make.raw("digest", 32, "電文の要約値"),
    make.number("at", "返信日時"),
    make.raw("sealed", None, "封緘した項目"),
    make.key("stored_replies", "sender", "message_id"),
    comment="返信の控え",
)

sa.Table(
    "symbols",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.raw("symbol_index", 32, "符号の索引値"),
    make.raw("unified_number_index", 32, "団体内統合宛名番号の索引値"),
    make.text("state", 64, "状態"),
    make.number("linked_at", "紐付日時"),
    make.number("ended_at", "終了日時", null=True),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("symbols", "symbol_index"),
    make.index("symbols_unified_number", "unified_number_index", "symbol_index"),
    comment="符号",
)

sa.Table(
    "work_items",
    _METADATA,
    make.text("institution", 64, "機関コード"),
    make.text("lane", 64, "作業の種類"),
    make.text("key", 160, "作業の識別"),
    make.number("run_at", "実行日時"),
    make.number("lease_until", "占有期限", null=True),
    make.text("owner", 160, "占有者"),
    make.number("attempts", "試行回数"),
    make.raw("sealed", None, "封緘した項目"),
    make.version(),
    make.key("work_items", "lane", "key"),
    make.index("work_items_run_at", "lane", "run_at"),
    comment="作業",
)


def upgrade() -> None:
    """Make all tables and guard the record log."""
    connection = op.get_bind()
    _METADATA.create_all(connection, checkfirst=False)  # a table of that name is not ours
    guard_log(connection)


def downgrade() -> None:
    """Drop all tables, and with them every record."""
    connection = op.get_bind()
    unguard_log(connection)
    _METADATA.drop_all(connection, checkfirst=False)

"""Tables of the record log and of what the gateway itself must remember."""

from sqlalchemy import BigInteger, Column, Table, Text

from gateway.storage.columns import (
    METADATA,
    calendar_date,
    code,
    content,
    count,
    digest,
    guard_version,
    identifier,
    instant,
    keyed_table,
    lookup,
    sealed_values,
    unique_key,
)

records = keyed_table(
    "records",
    "情報提供等記録",
    ("sequence",),
    Column("sequence", BigInteger, nullable=False, autoincrement=False, comment="連番（0から）"),
    instant("at", "記録日時"),
    code("act", "行為"),
    code("counterpart", "相手機関", null=True),
    content("terms", "検索語（処理通番・要求番号・対象者）"),
    digest("leaf", "葉ハッシュ"),
    digest("chain", "連鎖ハッシュ"),
    sealed_values(),
)

record_blocks = keyed_table(
    "record_blocks",
    "情報提供等記録の検索語（1024件ごと）",
    ("block",),
    Column("block", BigInteger, nullable=False, autoincrement=False, comment="区画（連番÷1024）"),
    content("terms", "全件の検索語の並び"),
)

record_heads = keyed_table(
    "record_heads",
    "情報提供等記録の末尾",
    (),
    count("size", "記録件数"),
    digest("chain", "連鎖ハッシュ"),
)

checkpoints = keyed_table(
    "checkpoints",
    "記録の検査点",
    ("size", "at"),
    count("size", "記録件数"),
    instant("at", "作成日時"),
    digest("root", "根ハッシュ"),
    digest("chain", "連鎖ハッシュ"),
    Column("signature", Text, nullable=False, comment="署名"),
    guard_version(),
)

editions = keyed_table(
    "editions",
    "照会許可用照合リストの版",
    ("sequence", "instrument", "valid_from"),
    code("instrument", "法令"),
    calendar_date("valid_from", "適用開始日"),
    count("sequence", "通し番号"),
    Column("sha256", Text, nullable=False, comment="要約値"),
    content("content", "内容"),
    instant("received_at", "受領日時"),
    guard_version(),
)

supplements = keyed_table(
    "supplements",
    "照会許可用照合リストの附属（停止・条例事務・提供の制限）",
    ("source", "sequence"),
    code("source", "出所（core・own）"),
    count("sequence", "通し番号"),
    Column("sha256", Text, nullable=False, comment="要約値"),
    content("content", "内容"),
    instant("received_at", "受領日時"),
)

settings = keyed_table(
    "settings",
    "設定値",
    ("name",),
    identifier("name", "名称"),
    Column("value", Text, nullable=False, comment="値"),
    guard_version(),
)

job_slots = keyed_table(
    "job_slots",
    "定時処理の実行枠",
    ("job", "slot"),
    code("job", "処理"),
    identifier("slot", "実行枠"),
    identifier("owner", "実行者"),
    instant("claimed_at", "取得日時"),
)

alarms = keyed_table(
    "alarms",
    "警報",
    ("at", "alarm_id"),
    identifier("alarm_id", "警報番号"),
    code("kind", "種別"),
    code("peer", "相手機関（自機関については空）"),
    identifier("subject", "対象（日・電文番号・一括照会番号など）"),
    instant("at", "発生日時"),
    count("count", "件数"),
    sealed_values(),
    guard_version(),
    unique_key("alarms_subject", "kind", "peer", "subject"),
    lookup("alarms_peer", "kind", "peer", "at", "alarm_id"),
)

data_keys = keyed_table(
    "data_keys",
    "データ鍵（主鍵で包んだもの）",
    ("purpose", "key_id"),
    code("purpose", "用途"),
    count("key_id", "鍵番号"),
    content("wrapped", "包んだ鍵"),
)

pulses = Table(
    "pulses",
    METADATA,
    Column("owner", Text, primary_key=True, comment="書込の主体"),
    count("beats", "書込の回数"),
    comment="書込可否の確認",
)

"""Tables of batches, of the parts that they are cut into, and of their rows."""

from gateway.storage.columns import (
    code,
    count,
    flag,
    guard_version,
    identifier,
    instant,
    keyed_table,
    lookup,
    sealed_values,
    unique_key,
)

batches = keyed_table(
    "batches",
    "一括照会",
    ("batch_id",),
    identifier("batch_id", "一括照会番号"),
    code("system", "業務システム"),
    identifier("idempotency_key", "冪等キー"),
    count("total", "明細件数"),
    count("part_rows", "分割単位の明細件数"),
    instant("submitted_at", "受付日時"),
    count("generation", "照会の回次"),
    instant("cancelled_at", "取消日時", null=True),
    sealed_values(),
    guard_version(),
    unique_key("batches_idempotency_key", "system", "idempotency_key"),
)

batch_parts = keyed_table(
    "batch_parts",
    "一括照会の分割単位",
    ("batch_id", "part"),
    identifier("batch_id", "一括照会番号"),
    count("part", "分割番号（0から）"),
    instant("updated_at", "更新日時"),
    count("generation", "照会の回次"),
    sealed_values(),
    guard_version(),
)

batch_chunks = keyed_table(
    "batch_chunks",
    "一括照会の明細（64件ごと）",
    ("batch_id", "part", "chunk"),
    identifier("batch_id", "一括照会番号"),
    count("part", "分割番号（0から）"),
    count("chunk", "区画番号（分割ごとに0から）"),
    flag("waiting", "照会前の明細がある"),
    flag("running", "照会中の明細がある"),
    flag("resting", "後日の回答を待つ明細がある"),
    sealed_values(),
    guard_version(),
    lookup("batch_chunks_waiting", "batch_id", "part", "waiting", "chunk"),
    lookup("batch_chunks_running", "batch_id", "part", "running", "chunk"),
    lookup("batch_chunks_resting", "batch_id", "part", "resting", "chunk"),
)

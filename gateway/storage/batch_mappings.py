"""The mappings of batches; what their rows ask is sealed."""

from typing import Final

from gateway.domain.batch import Batch, BatchChunk, BatchCounts, BatchPart, BatchRow
from gateway.storage import batch_tables as tables
from gateway.storage.mapping import FLAG, INSTANT, NUMBER, TEXT, TypeMapping

BATCHES: Final = (
    TypeMapping(
        kind=Batch,
        table=tables.batches,
        key=("batch_id",),
        columns={
            "batch_id": TEXT,
            "system": TEXT,
            "idempotency_key": TEXT,
            "total": NUMBER,
            "part_rows": NUMBER,
            "submitted_at": INSTANT,
            "generation": NUMBER,
            "cancelled_at": INSTANT,
            "version": NUMBER,
        },
        sealed={"body_digest": bytes, "salt": str},
    ),
    TypeMapping(
        kind=BatchPart,
        table=tables.batch_parts,
        key=("batch_id", "part"),
        columns={
            "batch_id": TEXT,
            "part": NUMBER,
            "updated_at": INSTANT,
            "generation": NUMBER,
            "version": NUMBER,
        },
        sealed={"counts": BatchCounts},
    ),
    TypeMapping(
        kind=BatchChunk,
        table=tables.batch_chunks,
        key=("batch_id", "part", "chunk"),
        columns={
            "batch_id": TEXT,
            "part": NUMBER,
            "chunk": NUMBER,
            "waiting": FLAG,
            "running": FLAG,
            "resting": FLAG,
            "version": NUMBER,
        },
        sealed={"rows": tuple[BatchRow, ...]},
    ),
)

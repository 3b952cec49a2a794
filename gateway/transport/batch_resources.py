"""How a batch and its rows look from outside, and their samples."""

from datetime import UTC, datetime
from typing import Final, cast

from gateway.domain.batch import BatchCounts, BatchRow
from gateway.domain.catalogue import explain
from gateway.domain.states import INQUIRY, BatchRowState, is_final
from gateway.transport.inquiry_resources import SAMPLE as INQUIRY_SAMPLE
from gateway.transport.inquiry_resources import to_resource as to_inquiry_resource
from gateway.transport.schemas.batches import (
    BatchResource,
    BatchRowResource,
    BatchState,
    PartResource,
    RowCounts,
    RowRejection,
    RowState,
)
from gateway.usecases.batches import BatchView, RowView


def to_resource(view: BatchView) -> BatchResource:
    """Return the resource of a batch."""
    batch = view.batch
    return BatchResource(
        id=batch.batch_id,
        state=_state(view),
        final=view.final,
        counts=_to_counts(view.counts),
        parts=tuple(
            PartResource(
                part=part.part + 1,
                first_line=part.part * batch.part_rows + 1,
                last_line=min((part.part + 1) * batch.part_rows, batch.total),
                counts=_to_counts(part.counts),
            )
            for part in view.parts
        ),
        generation=batch.generation,
        over_limit=view.over_limit,
        submitted_at=batch.submitted_at,
        updated_at=max(part.updated_at for part in view.parts),
        cancelled_at=batch.cancelled_at,
    )


def _state(view: BatchView) -> BatchState:
    if view.batch.cancelled_at is None:
        return "ended" if view.final else "running"
    return "cancelled" if view.final else "cancelling"


def _to_counts(counts: BatchCounts) -> RowCounts:
    """Return the counts; whether an inquiry rests or runs is no matter of its caller."""
    return RowCounts(
        total=counts.total,
        accepted=counts.total - counts.waiting - counts.rejected,
        applied=counts.applied,
        rejected=counts.rejected,
        pending=counts.pending,
        waiting=counts.waiting,
        running=counts.running + counts.resting,
        answered=counts.answered,
        not_provided=counts.not_provided,
        denied=counts.denied,
        expired=counts.expired,
        failed=counts.failed,
        cancelled=counts.cancelled,
    )


def to_row_resource(view: RowView) -> BatchRowResource:
    """Return the resource of a row: its inquiry says how it stands where there is one."""
    row, inquiry = view.row, view.inquiry
    state = row.state.value
    if inquiry is not None:
        state = inquiry.state.value if is_final(INQUIRY, inquiry.state) else "running"
    return BatchRowResource(
        line=row.line,
        key=row.key,
        state=cast("RowState", state),
        final=state not in {BatchRowState.WAITING, BatchRowState.RUNNING},
        generation=row.generation,
        rejection=_explain(row),
        inquiry=None if inquiry is None else to_inquiry_resource(inquiry),
    )


def _explain(row: BatchRow) -> RowRejection | None:
    if row.code is None:
        return None
    entry = explain(row.code)
    return RowRejection(
        code=row.code,
        field=row.fault,
        title_ja=entry.title_ja,
        title_en=entry.title_en,
        detail_ja=entry.detail_ja,
        detail_en=entry.detail_en,
        fix_by=entry.fix_by.value,
    )


_AT: Final = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
_COUNTS: Final = _to_counts(BatchCounts(waiting=1, rejected=1, answered=2))

SAMPLE: Final = BatchResource(
    id="3b0c7a52-1f0e-4c61-9a40-8c9d0e1f2a3b",
    state="running",
    final=False,
    counts=_COUNTS,
    parts=(PartResource(part=1, first_line=1, last_line=4, counts=_COUNTS),),
    generation=1,
    over_limit=False,
    submitted_at=_AT,
    updated_at=_AT,
    cancelled_at=None,
)
ROW_SAMPLE: Final = BatchRowResource(
    line=1,
    key="2026-11-0001",
    state="answered",
    final=True,
    generation=1,
    rejection=None,
    inquiry=INQUIRY_SAMPLE,
)

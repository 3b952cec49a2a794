"""Rows of a batch: where they can go, and counts that add up whatever happens (G7)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.batch import (
    CANCELLED,
    CHUNK_ROWS,
    Batch,
    BatchCounts,
    BatchRow,
    after_inquiry,
    find_place,
    pending_in,
    put_back,
    reject,
)
from gateway.domain.errors import StateError
from gateway.domain.identifiers import LocalNumber
from gateway.domain.inquiry import AskedInquiry
from gateway.domain.permits import Wanted
from gateway.domain.states import BATCH_ROW, BatchRowState, InquiryState

B = BatchRowState
ASKED = AskedInquiry(
    local_number=LocalNumber("000000000000001"),
    affair="69-7",
    provider="991023",
    wanted=(Wanted(information="地方税関係情報"),),
)
ROW = BatchRow(line=1, digest=bytes(32), asked=ASKED)
UNREADABLE = reject(replace(ROW, asked=None), "batch.code_unknown", "field 9")


@pytest.mark.parametrize(
    ("row", "state", "resting", "becomes"),
    [
        (B.WAITING, InquiryState.PERMIT_REQUESTED, False, B.RUNNING),
        (B.WAITING, InquiryState.DENIED, False, B.DENIED),
        (B.RUNNING, InquiryState.SENT, False, B.RUNNING),
        (B.RUNNING, InquiryState.SENT, True, B.RESTING),
        (B.RUNNING, InquiryState.ANSWERED, False, B.ANSWERED),
        (B.RESTING, InquiryState.SENT, False, B.RESTING),
        (B.RESTING, InquiryState.HELD, True, B.RESTING),
        (B.RESTING, InquiryState.NOT_PROVIDED, True, B.NOT_PROVIDED),
        (B.FAILED, InquiryState.FAILED, False, B.FAILED),
    ],
)
def test_a_row_follows_its_inquiry(
    row: BatchRowState, state: InquiryState, resting: bool, becomes: BatchRowState
) -> None:
    assert after_inquiry(replace(ROW, state=row), state, resting=resting).state is becomes


def test_a_row_that_ended_does_not_end_otherwise() -> None:
    with pytest.raises(StateError):
        after_inquiry(replace(ROW, state=B.ANSWERED), InquiryState.CANCELLED)
    with pytest.raises(StateError):
        reject(replace(ROW, state=B.RUNNING), CANCELLED)


@pytest.mark.parametrize(
    ("row", "again"),
    [
        (replace(ROW, state=B.FAILED, inquiry_id="i"), True),
        (replace(ROW, state=B.EXPIRED, inquiry_id="i"), True),
        (reject(ROW, "address.unknown", "number"), True),
        (reject(ROW, CANCELLED), False),
        (UNREADABLE, False),
        (replace(ROW, state=B.DENIED), False),
        (replace(ROW, state=B.NOT_PROVIDED), False),
        (replace(ROW, state=B.CANCELLED), False),
        (replace(ROW, state=B.RUNNING), False),
        (ROW, False),
        (replace(ROW, state=B.FAILED, generation=2), False),  # failed in this very try
    ],
)
def test_what_failed_waits_again_and_nothing_else(row: BatchRow, again: bool) -> None:
    back = put_back(row, 2)
    assert (back == replace(ROW, generation=2)) is again
    assert (back is row) is not again


@pytest.mark.parametrize(
    ("line", "place"),
    [(1, (0, 0)), (64, (0, 0)), (65, (0, 1)), (100, (0, 1)), (101, (1, 0)), (1000, (9, 1))],
)
def test_a_line_lies_in_one_chunk_of_one_part(line: int, place: tuple[int, int]) -> None:
    assert find_place(line, part_rows=100) == place


@given(st.integers(1, 500), st.integers(1, 300))
def test_chunks_are_full_and_parts_as_long_as_they_may_be(total: int, part_rows: int) -> None:
    places = [find_place(line, part_rows=part_rows) for line in range(1, total + 1)]
    assert places == sorted(places)
    batch = Batch(
        batch_id="b",
        system="s",
        idempotency_key="k",
        body_digest=bytes(32),
        salt="s",
        total=total,
        part_rows=part_rows,
        submitted_at=datetime(2026, 11, 24, tzinfo=UTC),
    )
    assert batch.parts == len({part for part, _ in places})
    for place in set(places):
        assert places.count(place) <= min(CHUNK_ROWS, part_rows)
    assert all(sum(part == at for part, _ in places) == part_rows for at in range(batch.parts - 1))


@given(
    st.lists(st.integers(0, 2**64), max_size=30),
    st.integers(1, 40),
)
def test_counts_add_up_whatever_moves(moves: list[int], many: int) -> None:
    rows = [replace(ROW, line=line) for line in range(1, many + 1)]
    counts = BatchCounts.of(rows)
    for move in moves:
        row = rows[move % many]
        followers = sorted(BATCH_ROW.get(row.state, frozenset()))
        if not followers:
            continue
        moved = replace(row, state=followers[move // many % len(followers)])
        counts = counts.plus(BatchCounts.of([row]), -1).plus(BatchCounts.of([moved]))
        rows[move % many] = moved
        assert counts == BatchCounts.of(rows)
        assert counts.applied + counts.rejected + counts.pending == counts.total == many
        assert (counts.pending > 0) == any(pending_in(rows).values())

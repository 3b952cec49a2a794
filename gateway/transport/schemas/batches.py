"""Batches (一括照会): one row as it is handed over, and how far a batch and its rows are."""

from typing import Annotated, Literal

from gateway.transport.schemas.common import Instant, Resource, form
from gateway.transport.schemas.inquiries import InquiryRequest, InquiryResource

BatchState = Literal["running", "cancelling", "cancelled", "ended"]
RowState = Literal[
    "waiting",
    "running",
    "rejected",
    "answered",
    "not_provided",
    "denied",
    "expired",
    "failed",
    "cancelled",
]
RowKey = Annotated[
    str,
    form("[!-~]{1,64}", "The caller's own name for a row: the same one twice is one inquiry."),
]


class BatchRowRequest(InquiryRequest, frozen=True, kw_only=True):
    """One line of a batch: an inquiry, and the caller's own name for it."""

    key: RowKey | None = None


class RowCounts(Resource, frozen=True, kw_only=True):
    """How many rows are where: applied, rejected and pending ones add up to all.

    `accepted` rows became inquiries. Pending are those that wait to be asked and those under way;
    applied are those whose inquiry has ended, as the rest of the counts say.
    """

    total: int
    accepted: int
    applied: int
    rejected: int
    pending: int
    waiting: int
    running: int
    answered: int
    not_provided: int
    denied: int
    expired: int
    failed: int
    cancelled: int


class PartResource(Resource, frozen=True, kw_only=True):
    """One part of a batch, from 1; parts go on independently of each other."""

    part: int
    first_line: int
    last_line: int
    counts: RowCounts


class BatchResource(Resource, frozen=True, kw_only=True):
    """A batch; it is final when no row is pending any more. `generation` counts its tries.

    `over_limit`: it has more rows than may wait at the core, so it goes out in portions.
    """

    id: str
    state: BatchState
    final: bool
    counts: RowCounts
    parts: tuple[PartResource, ...]
    generation: int
    over_limit: bool
    submitted_at: Instant
    updated_at: Instant
    cancelled_at: Instant | None


class RowRejection(Resource, frozen=True, kw_only=True):
    """Why a row never became an inquiry: a code of the catalogue, and the field to blame."""

    code: str
    field: str | None
    title_ja: str
    title_en: str
    detail_ja: str
    detail_en: str
    fix_by: Literal["caller", "staff", "operator", "peer", "core"]


class BatchRowResource(Resource, frozen=True, kw_only=True):
    """One row as it stands: `line` counts from 1, `key` is the caller's own name for it.

    `inquiry` is null while it waits and where it was rejected. `generation` counts its tries.
    """

    line: int
    key: str | None
    state: RowState
    final: bool
    generation: int
    rejection: RowRejection | None
    inquiry: InquiryResource | None

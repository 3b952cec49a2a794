"""Inquiries (情報照会): the request, and the resource that stands for a recorded one."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from gateway.transport.schemas.common import (
    AffairText,
    Basis,
    Consent,
    Cursor,
    Delegator,
    InformationName,
    Instant,
    InstitutionCode,
    Instrument,
    ItemName,
    LocalNumberText,
    Request,
    Resource,
    form,
)

State = Literal[
    "accepted",
    "permit_requested",
    "permitted",
    "sent",
    "held",
    "answered",
    "not_provided",
    "denied",
    "expired",
    "failed",
    "cancelled",
]
Items = Annotated[tuple[ItemName, ...], Meta(max_length=200)]


class WantedInformation(Request, frozen=True, kw_only=True):
    """One information asked for; without items all that the permit allows are asked for."""

    information: InformationName
    items: Items = ()


class AskedPeriod(Request, frozen=True, kw_only=True):
    """The stretch of time that is asked about, both days included; an absent end is open."""

    begins_on: date | None = None
    ends_on: date | None = None


class InquiryRequest(Request, frozen=True, kw_only=True):
    """An inquiry about one person, named by the local number of the asking business system.

    Without `instrument` and `basis` it relies on the statutory list of the day; either follows
    from the other. Of an affair fixed by ordinance (`jorei-19-9`) the number of its filing is the
    affair.
    """

    number: LocalNumberText
    affair: AffairText
    provider: InstitutionCode
    information: Annotated[tuple[WantedInformation, ...], Meta(min_length=1, max_length=20)]
    instrument: Instrument | None = None
    basis: Basis | None = None
    inquirer_delegator: Delegator | None = None
    provider_delegator: Delegator | None = None
    consent: Consent = False
    period: AskedPeriod = AskedPeriod()
    nondisclosure: Annotated[
        bool, Meta(description="不開示: hide the exchange from the person's history.")
    ] = False
    deadline_seconds: (
        Annotated[int, Meta(ge=1, le=2_592_000, description="How long an answer is waited for.")]
        | None
    ) = None


class ItemValue(Resource, frozen=True, kw_only=True):
    """One item of an answer; `value` null comes with the `reason` why it is missing."""

    item: str
    value: str | None
    reason: str | None


class AnsweredValue(Resource, frozen=True, kw_only=True):
    """The items of one information as of a day."""

    information: str
    as_of: date
    items: tuple[ItemValue, ...]


class ExplainedRefusal(Resource, frozen=True, kw_only=True):
    """Why an inquiry was denied, failed or expired; `by` is the code of whoever refused.

    `text_*` explain the decision on the permit list where there was one; `failed` is its element.
    """

    code: str
    failed: str | None
    title_ja: str
    title_en: str
    detail_ja: str
    detail_en: str
    text_ja: str
    text_en: str
    fix_by: Literal["caller", "staff", "operator", "peer", "core"]
    occurrence: str
    retry: Literal["never", "same_id", "after"]
    retry_at: Instant | None
    by: str


class InquiryResource(Resource, frozen=True, kw_only=True):
    """A recorded inquiry; `final` says whether its state can still change.

    `information` is null unless the state is `answered`; `refusal` may also name why it waits.
    """

    id: str
    state: State
    final: bool
    affair: str
    provider: str
    instrument: str
    basis: str
    inquirer_delegator: str | None
    provider_delegator: str | None
    consent: bool
    asked: tuple[WantedInformation, ...]
    period: AskedPeriod
    nondisclosure: bool
    requested_at: Instant
    deadline_at: Instant
    updated_at: Instant
    transaction_number: str | None
    information: tuple[AnsweredValue, ...] | None
    refusal: ExplainedRefusal | None


class InquiriesQuery(Cursor, frozen=True, kw_only=True):
    """Which inquiries of the calling system; without `state` all of them, by id."""

    state: State | None = None
    after: Annotated[str, form("[0-9a-f-]{36}", "Where the page begins.")] | None = None


class InquirySummary(Resource, frozen=True, kw_only=True):
    """How one inquiry stands and who can put it right; its result is not in it."""

    id: str
    state: State
    final: bool
    affair: str
    provider: str
    requested_at: Instant
    deadline_at: Instant
    updated_at: Instant
    transaction_number: str | None
    batch: str | None
    refusal: ExplainedRefusal | None


class InquiryPage(Resource, frozen=True, kw_only=True):
    """Inquiries by id; `next` is the cursor of the following page."""

    inquiries: tuple[InquirySummary, ...]
    next: str | None

"""An inquiry (情報照会) as the inquirer's gateway keeps it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from gateway.domain.errors import Retry
from gateway.domain.identifiers import LocalNumber, UnifiedNumber
from gateway.domain.permits import ALWAYS, OWN_AFFAIRS, Judged, Mandate, Period, Wanted
from gateway.domain.states import InquiryState


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedInquiry:
    """What a business system asks, about a person named by that system's own number.

    Without `instrument` and `basis` it relies on the statutory list of the day.
    """

    local_number: LocalNumber
    affair: str
    provider: str
    wanted: tuple[Wanted, ...]
    instrument: str | None = None
    basis: str | None = None
    mandate: Mandate = OWN_AFFAIRS
    period: Period = ALWAYS
    nondisclosure: bool = False
    deadline: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something was refused: a code of the catalogue and what is needed to explain it."""

    code: str
    occurrence: str
    retry: Retry
    retry_at: datetime | None = None
    failed: str | None = None  # the element of the permit list's decision
    text_ja: str = ""
    text_en: str = ""
    by: str = ""  # institution code of whoever refused


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredItem:
    """One item of an answer; a missing value is explicit: None with a reason, never empty."""

    item: str
    value: str | None = field(repr=False)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredInformation:
    """The items of one information as of a day."""

    information: str
    as_of: date
    items: tuple[AnsweredItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a provider answered: with information, or that nothing is provided.

    `nondisclosure` (不開示): what it tells must not become known beyond need.
    """

    transaction_number: str
    permit_id: str
    provided: bool
    information: tuple[AnsweredInformation, ...] = ()
    nondisclosure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One inquiry; `body_digest` is SHA-256 of the canonical request, kept for G4.

    A `patient` one has a deadline that nobody asked for: what is held, or waits for an opening,
    does not run out of time.
    """

    inquiry_id: str
    request_id: str  # the one that travels; a fresh permit keeps it
    system: str
    idempotency_key: str
    body_digest: bytes
    state: InquiryState
    unified_number: UnifiedNumber
    provider: str
    instrument: str
    row: str
    clause: str | None
    basis: str
    wanted: tuple[Wanted, ...]
    period: Period
    nondisclosure: bool
    requested_at: datetime
    deadline_at: datetime
    updated_at: datetime
    mandate: Mandate = OWN_AFFAIRS
    judged: Judged | None = None  # how our own list last decided
    edition_sha256: str = ""
    permits_asked: int = 1  # counts permit requests under this request id; part of message ids
    permit: bytes | None = None  # the compact JWS in use
    permit_id: str | None = None
    granted: tuple[Wanted, ...] = ()  # what the permit grants, items explicit
    transaction_number: str | None = None
    refusal: Refusal | None = None  # the last one, also while another try is waiting
    answer: Answer | None = None
    batch_id: str | None = None  # of the batch it is a row of
    patient: bool = False
    version: int = 0

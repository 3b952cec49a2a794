"""Exchange records (情報提供等記録) of the caller's institution."""

from typing import Literal

from gateway.transport.schemas.common import (
    Cursor,
    Identifier,
    Instant,
    InstitutionCode,
    Resource,
)
from gateway.transport.schemas.inquiries import WantedInformation

ActName = Literal[
    "inquiry",
    "provision",
    "hold",
    "address",
    "symbol",
    "replica",
    "control",
    "permit_list",
    "access",
]


class RecordsQuery(Cursor, frozen=True, kw_only=True):
    """Which records; absent conditions match all. `since` and `until` bound the instant."""

    act: ActName | None = None
    transaction_number: Identifier | None = None
    request_id: Identifier | None = None
    counterpart: InstitutionCode | None = None
    since: Instant | None = None
    until: Instant | None = None


class RecordResource(Resource, frozen=True, kw_only=True):
    """One record, without the person; `leaf`, `chain` and `digest` are SHA-256 in hexadecimal.

    `permit_list` is the number of the core's list that decided, `own_register` that of the own
    register, `ruling_sha256` what a replay compares; they are null where nothing was decided.
    """

    sequence: int
    leaf: str
    chain: str
    act: ActName
    phase: Literal["intent", "outcome"]
    at: Instant
    result: str
    code: str | None
    actor: str
    request_id: str | None
    transaction_number: str | None
    permit_id: str | None
    inquirer: str | None
    provider: str | None
    instrument: str | None
    basis: str | None
    inquirer_delegator: str | None
    provider_delegator: str | None
    consent: bool
    affair: str | None
    wanted: tuple[WantedInformation, ...]
    requested_at: Instant | None
    edition_sha256: str | None
    permit_list: int | None
    own_register: int | None
    ruling_sha256: str | None
    nondisclosure: bool
    digest: str | None


class RecordPage(Resource, frozen=True, kw_only=True):
    """Records by sequence; `next` is the cursor of the following page."""

    records: tuple[RecordResource, ...]
    next: str | None

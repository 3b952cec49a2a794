"""The three controls over a person's information, and protection; none of them merges another."""

from datetime import date
from typing import Annotated, Literal

from gateway.transport.schemas.common import (
    InformationName,
    Instant,
    ItemName,
    LocalNumberText,
    Reason,
    Request,
    Resource,
    form,
)

Kind = Literal[
    "no_automatic_answer", "nondisclosure", "own_information_refused", "protected_person"
]
StaffId = Annotated[str, form("[0-9A-Za-z._@-]{1,64}", "職員: the id of a member of staff.")]


class ControlRequest(Request, frozen=True, kw_only=True):
    """A control over a person; without information it covers all, without item all items."""

    number: LocalNumberText
    kind: Kind
    information: InformationName | None = None
    item: ItemName | None = None
    reason: Reason
    set_by: StaffId
    review_on: date


class EndQuery(Request, frozen=True, kw_only=True):
    """Who ends it, or proposes to end it."""

    ended_by: StaffId


class ControlResource(Resource, frozen=True, kw_only=True):
    """A control as it stands; one whose end is only proposed is in force, an ended one history."""

    id: str
    kind: Kind
    information: str | None
    item: str | None
    set_by: str
    set_at: Instant
    review_on: date
    end_proposed_by: str | None
    ended_at: Instant | None
    ended_by: str | None

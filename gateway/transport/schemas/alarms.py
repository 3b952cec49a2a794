"""Alarms (警報) of the caller's institution."""

from typing import Annotated, Literal

from msgspec import Meta

from gateway.transport.schemas.common import Cursor, Instant, Resource, form

Kind = Literal[
    "duplicate_with_different_body",
    "clock_skew",
    "unrequested_item",
    "batch_over_limit",
    "replica_differs",
    "replica_not_compared",
]


class AlarmsQuery(Cursor, frozen=True, kw_only=True):
    """Which page; `after` is the `next` or the `last` of a page before."""

    after: (
        Annotated[str, form("-?[0-9]{1,18}[.][0-9A-Za-z-]{1,64}", "Where the page begins.")] | None
    ) = None


class AlarmResource(Resource, frozen=True, kw_only=True):
    """One alarm, never about a person; `peer` is null where it is our own house.

    `subject` is what makes it one (a day, a message, a batch), `count` how many things it is
    about, `details` codes and numbers by name.
    """

    id: str
    kind: Kind
    code: str
    title_ja: str
    title_en: str
    detail_ja: str
    detail_en: str
    fix_by: Literal["caller", "staff", "operator", "peer", "core"]
    at: Instant
    peer: str | None
    subject: str
    count: Annotated[int, Meta(ge=0)]
    details: dict[str, str]


class AlarmPage(Resource, frozen=True, kw_only=True):
    """Alarms by instant; `next` is the cursor of the following page, null on the last one.

    `last` is the cursor after the last alarm shown, for coming back for newer ones.
    """

    alarms: tuple[AlarmResource, ...]
    next: str | None
    last: str | None

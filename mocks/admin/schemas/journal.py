"""The journal: rows, why rules did not match, bytes, commands that repeat them."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from mocks.admin.schemas.common import (
    Correlation,
    Count,
    Instant,
    OpName,
    PartyName,
    PersonName,
    Request,
    Resource,
    Sha256,
)

MOST_REQUEST = 16 << 20  # characters of base64
Direction = Literal["in", "out", "seen"]


class JournalQuery(Request, frozen=True, kw_only=True):
    """Which rows: those after number `since`, of which at most `limit`; every filter must fit."""

    since: Annotated[int, Meta(ge=0, le=(1 << 53))] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200
    unmatched: Annotated[bool, Meta(description="Only what no rule and no party knew.")] = False
    correlation: Correlation | None = None
    party: PartyName | None = None
    op: OpName | None = None
    person: PersonName | None = None


class ExportQuery(Request, frozen=True, kw_only=True):
    """In which form the journal leaves."""

    format: Literal["jsonl", "har"] = "jsonl"


class MissResource(Resource, frozen=True, kw_only=True):
    """Why a rule did not match: the first part of its `when` that differs, and both values."""

    rule: str
    part: str
    wanted: str
    found: str


class RowResource(Resource, frozen=True, kw_only=True):
    """One row (記録): one call in one exchange, or a marker.

    `op` is None where nobody knew what was asked. `faults` are `rule:kind@point`. `decoded` is
    masked. `exchange` numbers the HTTP exchange; rows of one stream share it, and it is 0 where
    there was none. A row whose `note` is `evicted` stands for rows that gave way; its `decoded`
    says how many.
    """

    id: Annotated[int, Meta(ge=1)]
    at: Instant
    exchange: Count
    party: str  # empty in a row that stands for rows that gave way
    peer: str | None = None
    direction: Direction
    op: str | None = None
    person: str | None = None
    member: Count = 0
    correlation: str | None = None
    nth: Count = 0
    rule: str | None = None
    matched: tuple[str, ...] = ()
    why_not: tuple[MissResource, ...] = ()
    faults: tuple[str, ...] = ()
    before: dict[str, str]
    after: dict[str, str]
    outcome: str | None = None
    decoded: dict[str, Any]  # Any: what documents say, masked
    note: str | None = None


class JournalPage(Resource, frozen=True, kw_only=True):
    """Rows in order; `next` is the `since` of the page after, `evicted` how many gave way."""

    rows: tuple[RowResource, ...] = ()
    next: Count = 0
    more: bool = False
    evicted: Count = 0


class WhyResource(Resource, frozen=True, kw_only=True):
    """Why things went as they did: what matched, what did not, and which rule came nearest."""

    row: Count
    rule: str | None = None
    matched: tuple[str, ...] = ()
    why_not: tuple[MissResource, ...] = ()
    nearest: str | None = None
    text_ja: str
    text_en: str


class BytesResource(Resource, frozen=True, kw_only=True):
    """Bytes as they went over the wire: whole as base64, and what of them is text."""

    size: Count
    base64: str = ""
    text: str | None = None
    parts: tuple[str, ...] = ()


class RawResource(Resource, frozen=True, kw_only=True):
    """Both sides of an exchange; a number that could be a real person's is masked."""

    row: Count
    exchange: Count
    request: BytesResource
    response: BytesResource
    curl: str = ""


class DigestResource(Resource, frozen=True, kw_only=True):
    """The digest of the journal: the same for the same seed, whatever the interleaving."""

    digest: Sha256
    rows: Count


class ReplayRequest(Request, frozen=True, kw_only=True):
    """The row whose request is to be given to its party once more, byte by byte.

    Instead of a row: the `party`, who sent it (`peer`), and the `request` in base64, as exported.
    """

    row: Annotated[int, Meta(ge=1, le=(1 << 53))] | None = None
    party: PartyName | None = None
    peer: PartyName | None = None
    request: Annotated[str, Meta(max_length=MOST_REQUEST)] | None = None


class ReplayResource(Resource, frozen=True, kw_only=True):
    """What came of it: the new rows, how many documents came back, and what faults befell it."""

    exchange: Count
    rows: tuple[int, ...] = ()
    replies: Count = 0
    said: tuple[str, ...] = ()


class ClearedResource(Resource, frozen=True, kw_only=True):
    """What was cleared, and how much of it."""

    cleared: Literal["journal", "state", "counters", "faults"]
    count: Count

"""Replicas (副本) as business systems deliver them, and what became of a load."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from gateway.transport.schemas.common import (
    InformationName,
    Instant,
    ItemName,
    LocalNumberText,
    Request,
    Resource,
    form,
    line,
)


class ReplicaItemRequest(Request, frozen=True, kw_only=True):
    """One item; a missing value is null with a `reason`, never an empty text."""

    item: ItemName
    value: Annotated[str, form(line(2000), "値")] | None
    reason: Annotated[str, form("[a-z][a-z0-9_]{0,63}", "Why it is missing, as a code.")] | None = (
        None
    )


class ReplicaEntryRequest(Request, frozen=True, kw_only=True):
    """One data set of one person; `record_key` tells data sets of one information apart.

    It may be answered from `public_from` to the day before `public_to`.
    """

    number: LocalNumberText
    information: InformationName
    record_key: Annotated[str, form("[0-9A-Za-z_.-]{0,64}", "A fiscal year, a household.")] = ""
    as_of: date
    public_from: date
    public_to: date | None = None
    items: Annotated[tuple[ReplicaItemRequest, ...], Meta(max_length=500)] = ()
    operation: Literal["put", "delete"] = "put"


class ReplicaRequest(Request, frozen=True, kw_only=True):
    """A load of several entries, applied in order."""

    entries: Annotated[tuple[ReplicaEntryRequest, ...], Meta(min_length=1, max_length=1000)]


class RejectedEntry(Resource, frozen=True, kw_only=True):
    """One entry that was not applied: its line from 1, a code of the catalogue, the field."""

    line: int
    code: str
    field: str
    title_ja: str
    title_en: str


class ReplicaReceipt(Resource, frozen=True, kw_only=True):
    """What became of a load: applied, rejected and pending entries add up to the total."""

    receipt: str
    total: int
    applied: int
    pending: int
    rejected: tuple[RejectedEntry, ...]
    loaded_at: Instant


class ComparisonResource(Resource, frozen=True, kw_only=True):
    """How replicas compare with the originals that were handed over: lines, from 1.

    `different` are lines whose replica has other items or another day, `missing` those without
    one. Nothing is answered from a replica that differs until both agree.
    """

    receipt: str
    total: int
    equal: int
    different: tuple[int, ...]
    missing: tuple[int, ...]
    compared_at: Instant

"""The decision of the permit list (照会許可用照合リスト) before anything is asked."""

from datetime import date
from typing import Literal

from gateway.transport.schemas.common import (
    AffairText,
    Basis,
    Consent,
    Cursor,
    Delegator,
    InformationName,
    InstitutionCode,
    Instrument,
    Request,
    Resource,
)


class ExplainQuery(Request, frozen=True, kw_only=True):
    """One question; the inquirer is the caller's institution and the day today unless given.

    `view` chooses what is told: `caller` nothing about other institutions, `staff` also where it
    stands, what is near in words and who can fix it.
    """

    affair: AffairText
    provider: InstitutionCode
    information: InformationName
    inquirer: InstitutionCode | None = None
    on: date | None = None
    instrument: Instrument | None = None
    basis: Basis | None = None
    inquirer_delegator: Delegator | None = None
    provider_delegator: Delegator | None = None
    consent: Consent = False
    view: Literal["caller", "staff"] | None = None


class UsableQuery(Cursor, frozen=True, kw_only=True):
    """Whom the caller's institution would ask, and on which day, today unless given."""

    provider: InstitutionCode
    on: date | None = None
    information: InformationName | None = None


class UsableResource(Resource, frozen=True, kw_only=True):
    """One information that may be asked for under one affair; `label` names it in Japanese.

    `consent` says that the person has to agree; `items` null: not catalogued.
    """

    instrument: str
    affair: str
    label: str
    information: str
    items: tuple[str, ...] | None
    basis: str
    consent: bool


class UsablePage(Resource, frozen=True, kw_only=True):
    """A page of what may be asked for, in the order of the law; `next` is null on the last."""

    on: date
    provider: str
    total: int
    usable: tuple[UsableResource, ...]
    next: str | None


class EditionResource(Resource, frozen=True, kw_only=True):
    """The edition that decided; `valid_to` is the first day it is no longer in force."""

    instrument: str
    valid_from: date
    valid_to: date | None
    sha256: str


class MatchedRule(Resource, frozen=True, kw_only=True):
    """A place of the law that allows it, cited in Japanese; `items` null: not catalogued."""

    row: str
    clause: str | None
    pair: int
    basis: str
    items: tuple[str, ...] | None


class NearestRule(Resource, frozen=True, kw_only=True):
    """A permitted place that differs in one element; the texts say how, for the staff only."""

    row: str
    clause: str | None
    pair: int
    information: str
    differs: str
    text_ja: str | None
    text_en: str | None


class ExplainedDecision(Resource, frozen=True, kw_only=True):
    """The decision with its reason; `failed` is the first element that refuses.

    `change_*` say what the asking side can change. `citation_*` and `fix_*`, where it stands and
    who can fix it, are null except in the view of the staff.
    """

    decision: Literal["allow", "deny"]
    reason: str
    edition: EditionResource | None
    matched: tuple[MatchedRule, ...]
    failed: str | None
    nearest: tuple[NearestRule, ...]
    text_ja: str
    text_en: str
    change_ja: str
    change_en: str
    citation_ja: str | None
    citation_en: str | None
    fix_ja: tuple[str, ...] | None
    fix_en: tuple[str, ...] | None

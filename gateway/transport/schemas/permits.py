"""The decision of the permit list (照会許可用照合リスト) before anything is asked."""

from datetime import date
from typing import Literal

from gateway.transport.schemas.common import (
    AffairText,
    Basis,
    InformationName,
    InstitutionCode,
    Request,
    Resource,
)


class ExplainQuery(Request, frozen=True, kw_only=True):
    """One question; the inquirer is the caller's institution and the day today unless given."""

    affair: AffairText
    provider: InstitutionCode
    information: InformationName
    inquirer: InstitutionCode | None = None
    on: date | None = None
    basis: Basis = "19-8"


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
    """A permitted place that differs in one element."""

    row: str
    clause: str | None
    pair: int
    information: str
    differs: str


class ExplainedDecision(Resource, frozen=True, kw_only=True):
    """The decision with its reason; `failed` is the first element that refuses."""

    decision: Literal["allow", "deny"]
    reason: str
    edition: EditionResource | None
    matched: tuple[MatchedRule, ...]
    failed: str | None
    nearest: tuple[NearestRule, ...]
    text_ja: str
    text_en: str

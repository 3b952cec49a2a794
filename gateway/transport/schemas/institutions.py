"""Institutions (機関) and the classes of the law they wear."""

from datetime import date

from gateway.transport.schemas.common import Cursor, InstitutionCode, Resource


class InstitutionQuery(Cursor, frozen=True, kw_only=True):
    """Which institutions, and the day whose classes are shown; without a day, today in Japan."""

    code: InstitutionCode | None = None
    on: date | None = None


class InstitutionResource(Resource, frozen=True, kw_only=True):
    """One institution of the network."""

    code: str
    name_ja: str
    name_en: str
    classes: tuple[str, ...]


class InstitutionPage(Resource, frozen=True, kw_only=True):
    """Institutions by code; `next` is the cursor of the following page."""

    on: date
    institutions: tuple[InstitutionResource, ...]
    next: str | None

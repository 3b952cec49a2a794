"""Addresses (宛名情報): the only place of this API that takes an individual number."""

from datetime import date
from typing import Annotated, Literal

from gateway.transport.schemas.common import LocalNumberText, Request, Resource, form, line

IndividualNumberText = Annotated[
    str, form("[0-9]{12}", "個人番号: 12 digits with a check digit; never returned.")
]


class BasicItemsRequest(Request, frozen=True, kw_only=True):
    """基本4情報: name, birth, sex (1 male, 2 female, 9 other) and address; kana is optional."""

    name: Annotated[str, form(line(200), "氏名")]
    kana: Annotated[str, form(line(200), "カナ氏名")] | None = None
    born_on: date
    sex_code: Literal["1", "2", "9"]
    address: Annotated[str, form(line(300), "住所")]


class AddressRequest(Request, frozen=True, kw_only=True):
    """A person as a business system knows them; without `basic` the registry is asked for it."""

    number: LocalNumberText
    individual_number: IndividualNumberText | None
    basic: BasicItemsRequest | None = None
    residence: Literal["resident", "former", "deceased"] = "resident"


class AddressResult(Resource, frozen=True, kw_only=True):
    """What became of a registration; `reason` says why staff must confirm it."""

    number: str
    status: Literal["registered", "updated", "unchanged", "confirmation_required"]
    confirmation_id: str | None
    reason: Literal["other_number", "blank_number"] | None

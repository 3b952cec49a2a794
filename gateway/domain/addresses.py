"""Address information (宛名情報) of the connector: persons, their local numbers, open questions."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from gateway.domain.identifiers import IndividualNumber, LocalNumber, UnifiedNumber
from gateway.domain.states import ConfirmationState


class Residence(StrEnum):
    """Whether a person lives here; former residents stay answerable (domain.md 2.1)."""

    RESIDENT = "resident"
    FORMER = "former"
    DECEASED = "deceased"
    MERGED = "merged"


class ConfirmationReason(StrEnum):
    """Why an entry went to the confirmation list (確認リスト) instead of overwriting (S6.5)."""

    OTHER_NUMBER = "other_number"  # the local number is bound to another individual number
    BLANK_NUMBER = "blank_number"  # it came without one


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicItems:
    """基本4情報: name, birth, sex, address; `kana` is optional, `sex_code` is 1 2 or 9."""

    name: str = field(repr=False)
    kana: str | None = field(default=None, repr=False)
    born_on: date = field(repr=False)
    sex_code: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person of one institution under a unified number; `merged_into` names who it became."""

    unified_number: UnifiedNumber
    individual_number: IndividualNumber | None
    basic: BasicItems
    residence: Residence
    merged_into: UnifiedNumber | None = None
    registered_at: datetime
    updated_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One local number (宛名番号) of one business system; former ones keep their `ended_at`."""

    system: str
    local_number: LocalNumber
    unified_number: UnifiedNumber
    registered_at: datetime
    ended_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A registration that staff must judge; `proposed_by` and `resolved_by` are two people (K8)."""

    confirmation_id: str
    system: str
    local_number: LocalNumber
    unified_number: UnifiedNumber
    individual_number: IndividualNumber | None
    basic: BasicItems
    why: ConfirmationReason
    state: ConfirmationState
    created_at: datetime
    proposed_by: str | None = None
    proposal: str | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    version: int = 0

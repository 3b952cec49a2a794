"""Provision permits (提供許可証): what one says, and whether it covers what is asked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

NOT_BEFORE_LEEWAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One information (特定個人情報名) asked for; no items (項目) means all that are permitted."""

    information: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The stretch of time that is asked about, both days included; open ends are None."""

    begins_on: date | None = None
    ends_on: date | None = None


ALWAYS = Period()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """For whom each side acts (委任元), and whether the person agreed (本人の同意).

    Delegators are institution codes, None where a side acts for itself.
    """

    inquirer_delegator: str | None = None
    provider_delegator: str | None = None
    consent: bool = False


OWN_AFFAIRS = Mandate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a decision of the permit list rested on, so that it can be replayed (G9).

    `ruling` is SHA-256 over question and decision, `information` the names that were asked for,
    `sequence` the number of the core's list, `own_sequence` that of the own register if any.
    """

    on: date
    information: tuple[str, ...]
    sequence: int
    own_sequence: int | None
    ruling: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionPermit:
    """A permit whose signature was verified; `compact` are its bytes as the core made them."""

    permit_id: str
    transaction_number: str
    issuer: str
    provider: str
    inquirer: str
    instrument: str
    row: str
    clause: str | None
    basis: str = "19-8"
    mandate: Mandate = OWN_AFFAIRS
    wanted: tuple[Wanted, ...]  # items are explicit here: those that may leave
    edition_sha256: str
    request_message_id: str
    issued_at: datetime
    not_before: datetime
    expires_at: datetime
    compact: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedList:
    """A permit list as the core distributes it: a number, and canonical bytes of its parts."""

    sequence: int
    editions: tuple[bytes, ...]
    supplement: bytes  # what stands beside the editions


def find_fault(permit: ProvisionPermit, *, audience: str, now: datetime) -> str | None:
    """Return the code of the first rule of validity that `permit` breaks at `now`, or None.

    Not-before has 60 s of leeway, expiry none.
    """
    if permit.provider != audience:
        return "permit.audience"
    if now < permit.not_before - NOT_BEFORE_LEEWAY:
        return "permit.not_yet_valid"
    if now >= permit.expires_at:
        return "permit.expired"
    return None

"""Recorded requests as questions to the permit list: read from exported records, a line each."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec

from permitlists.asking import CodedQuestion
from permitlists.edition import Edition
from permitlists.institutions import Institutions
from permitlists.model import ORDINANCE, ORDINANCE_BASIS, STATUTORY_BASIS, PermitListError

_JAPAN: Final = ZoneInfo("Asia/Tokyo")
_REQUESTS: Final = frozenset({"inquiry", "provision"})  # the acts that carry a request
_YEARS: Final = range(1970, 9999)  # of them every instant has a day in Japan
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_BASIS: Final = {ORDINANCE: ORDINANCE_BASIS}


class _Want(msgspec.Struct, frozen=True):
    information: str
    items: tuple[str, ...] = ()


class Record(msgspec.Struct, frozen=True):
    """What an exported record says about a request; other keys of the line are left alone.

    `institution` is the one whose log it is: it asks in an `inquiry` and gives in a `provision`.
    Older exports lack it, and `instrument`.
    """

    at: _Instant
    act: str
    inquirer: str | None = None
    provider: str | None = None
    affair: str | None = None
    information: tuple[_Want, ...] = ()
    instrument: str | None = None
    institution: str | None = None
    request_id: str | None = None
    transaction_number: str | None = None
    requested_at: _Instant | None = None
    inquirer_delegator: str | None = None
    provider_delegator: str | None = None
    consent: bool = False

    @property
    def is_request(self) -> bool:
        """Whether the record is of an act that carries a request."""
        return self.act in _REQUESTS

    @property
    def identity(self) -> str | None:
        """What tells one request from another, None where the record names nothing such."""
        name = self.request_id or self.transaction_number
        return f"{self.act} {name}" if name else None

    @property
    def asked_at(self) -> datetime:
        """The instant of the request, which is what the law in force is chosen by."""
        return self.requested_at or self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One distinct question of recorded requests, with the items asked of each information."""

    question: CodedQuestion
    items: tuple[tuple[str, ...], ...]


_decode = msgspec.json.Decoder(Record).decode


def read_record(line: bytes) -> Record:
    """Return the record of one line of an export.

    Raises:
        PermitListError: the line is no record.
    """
    try:
        found = _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PermitListError("permits.record_form", f"no record: {error}") from error
    if any(instant.year not in _YEARS for instant in (found.at, found.asked_at)):
        raise PermitListError("permits.record_form", "no record: an instant out of range")
    return found


def ask_again(record: Record, *, instrument: str, calendar: "Calendar") -> Asked | None:
    """Return the question that a record asked, None where it does not say enough to judge it.

    `instrument` stands in where the record names none.
    """
    own = record.institution
    inquirer = record.inquirer or (own if record.act == "inquiry" else None)
    provider = record.provider or (own if record.act == "provision" else None)
    if not (inquirer and provider and record.affair and record.information):
        return None
    wanted = sorted({want.information: want for want in record.information}.items())
    named = record.instrument or instrument
    question = CodedQuestion(
        on=record.asked_at.astimezone(_JAPAN).date(),
        affair=record.affair,
        inquirer=inquirer,
        provider=provider,
        information=tuple(name for name, _ in wanted),
        instrument=named,
        basis=_BASIS.get(named, STATUTORY_BASIS),
        inquirer_delegator=record.inquirer_delegator,
        provider_delegator=record.provider_delegator,
        consent=record.consent,
    )
    items = tuple(tuple(sorted(want.items)) for _, want in wanted)
    return Asked(question=calendar.collapse(question), items=items)


class Calendar:
    """Days between which nothing changes that a decision depends on, so that they are alike.

    Every month begins such a run of days too: figures are counted by months.
    """

    __slots__ = ("_borders",)

    def __init__(self, institutions: Institutions, editions: Iterable[Edition]) -> None:
        """Note every day on which a class, an edition or a reading rule begins or ends."""
        days = {
            day
            for institution in institutions
            for worn in institution.memberships
            for day in (worn.valid_from, worn.valid_to)
        }
        for edition in editions:
            days |= {edition.key.valid_from, edition.key.valid_to, *edition.borders}
        self._borders = sorted(day for day in days if day is not None)

    def collapse(self, question: CodedQuestion) -> CodedQuestion:
        """Return the question as put on the first of the days that are like its own.

        A question under a delegation keeps its day.
        """
        if question.inquirer_delegator or question.provider_delegator:
            return question
        return replace(question, on=self.first_alike(question.on))

    def first_alike(self, on: date) -> date:
        """Return the first day of the run of days to which a day belongs."""
        place = bisect_right(self._borders, on)
        month = on.replace(day=1)
        return max(self._borders[place - 1], month) if place else month

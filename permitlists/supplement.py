"""附属, what stands beside the editions: holds, ordinance filings, withholdings, clause numbers."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

import msgspec

from permitlists.institutions import has_check_digit
from permitlists.model import Affair, PermitListError, Question, Side

HoldKind = Literal["article_28", "suspension"]
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_BRANCHES = r"(?:の[1-9][0-9]{0,3})*"
_OFFICIAL = re.compile(rf"(?:第[1-9][0-9]{{0,3}}項)?第[1-9][0-9]{{0,3}}号{_BRANCHES}")


class Dated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is in force on some days.

    `valid_from` is the first of them, `valid_to` the first day after them, None for an open end.
    """

    valid_from: date
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Tell whether the day is one of them."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def list_faults(self) -> Iterator[str]:
        """Yield what the types do not say and is wrong here."""
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            yield "it ends before it begins"


class Hold(Dated, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """保留, a dated refusal that beats every permission it covers.

    Each narrowing covers all where it is None: `institution` (six-digit code, either side or its
    delegator), `instrument` and `row`, `information`, `file` (id of a file of that institution).
    `reference` identifies the hold, `reason` says why it stands, `contact` whom to ask about it.
    """

    kind: HoldKind
    institution: str | None = None
    instrument: str | None = None
    row: str | None = None
    information: str | None = None
    file: str | None = None
    reference: str = ""
    reason: str = ""
    contact: str = ""

    def list_faults(self) -> Iterator[str]:
        """Yield what the types do not say and is wrong here."""
        yield from super().list_faults()
        if self.institution is not None and not has_check_digit(self.institution):
            yield "its institution is no code"
        if self.file is not None and self.institution is None:
            yield "a file is one of an institution, and none is named"

    def covers(self, question: Question) -> bool:
        """Tell whether the hold refuses the question."""
        return (
            self.in_force(question.on)
            and (self.row is None or self.row == question.affair.row)
            and (self.instrument is None or self.instrument == question.instrument)
            and (self.information is None or self.information in question.information)
            and (self._covers("inquirer", question) or self._covers("provider", question))
        )

    def _covers(self, side: Side, question: Question) -> bool:
        files = question.inquirer_files if side == "inquirer" else question.provider_files
        return (self.institution is None or self.institution in question.codes_of(side)) and (
            self.file is None or self.file in files
        )


class Base(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The statutory affair from which an ordinance affair derives, as it stood when filed."""

    edition: str
    row: str
    clause: str | None = None

    @property
    def affair(self) -> Affair:
        """The row and clause, without the edition."""
        return Affair(row=self.row, clause=self.clause)


class Filing(Dated, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """条例事務の届出, an affair that a municipality has fixed by ordinance and filed.

    `number` is what questions name as the affair. `providers` are classes and `information` terms
    of the base, never more than it grants. `reference` is the number under which the commission
    filed it, `notified_on` the first day on which the network knows of it.
    """

    number: str
    municipality: str
    ordinance: str
    label: str
    base: Base
    providers: tuple[str, ...]
    information: tuple[str, ...]
    reference: str
    notified_on: date

    def list_faults(self) -> Iterator[str]:
        """Yield what the types do not say and is wrong here."""
        yield from super().list_faults()
        if not has_check_digit(self.municipality):
            yield "its municipality is no code"
        if not _NUMBER.fullmatch(self.number):
            yield "its number is no number"
        if not self.providers or not self.information:
            yield "it names no provider or no information"

    def collides(self, other: "Filing") -> bool:
        """Tell whether another filing leaves open which of the two a number means on some day."""
        if self.number != other.number:
            return False
        first, second = sorted((self, other), key=lambda one: one.valid_from)
        return self.municipality != other.municipality or first.in_force(second.valid_from)


class Withholding(Dated, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """提供の制限, what an institution does not provide to ordinance affairs, by its own ordinance.

    `rows` are base rows of `instrument`, `information` terms; empty stands for all. It never
    touches a statutory affair.
    """

    provider: str
    ordinance: str
    instrument: str = "shourei-r6"
    rows: tuple[str, ...] = ()
    information: tuple[str, ...] = ()
    reference: str = ""

    def list_faults(self) -> Iterator[str]:
        """Yield what the types do not say and is wrong here."""
        yield from super().list_faults()
        if not has_check_digit(self.provider):
            yield "its provider is no code"


class NumberingCheck(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """号番号の確認, one clause number that somebody compared with the official text.

    `edition` is a label, `row` and `clause` how the edition numbers the clause, `official` how
    the law does, as in 第2号 or 第2項第1号の2. `evidence` says where it was looked up.
    """

    edition: str
    row: str
    clause: str
    official: str
    checked_by: str
    checked_on: date
    evidence: str

    def list_faults(self) -> Iterator[str]:
        """Yield what the types do not say and is wrong here."""
        if not _OFFICIAL.fullmatch(self.official):
            yield "an official number is written as 第2号 or 第2項第1号の2"


class Supplement(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """附属, everything that stands beside the editions of one permit list."""

    holds: tuple[Hold, ...] = ()
    filings: tuple[Filing, ...] = ()
    withholdings: tuple[Withholding, ...] = ()
    numbering: tuple[NumberingCheck, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: JSON with sorted keys and no white space, UTF-8."""
        return _encode(self)

    def check(self) -> None:
        """Check what the types do not say.

        Raises:
            PermitListError: an entry contradicts itself or another; the message names it.
        """
        for place, fault in _list_faults(self):
            raise PermitListError("permits.supplement_content", f"{place}: {fault}")


_decode = msgspec.json.Decoder(Supplement).decode
_encode = msgspec.json.Encoder(order="sorted").encode
EMPTY: Final = Supplement()


def decode_supplement(data: bytes) -> Supplement:
    """Return the supplement that canonical bytes hold.

    Raises:
        PermitListError: the bytes are no supplement, not in canonical form, or contradict
            themselves.
    """
    try:
        supplement = _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise PermitListError("permits.supplement_form", f"no supplement: {error}") from error
    if supplement.to_bytes() != data:
        raise PermitListError("permits.supplement_form", "the bytes are not in canonical form")
    supplement.check()
    return supplement


def _list_faults(supplement: Supplement) -> Iterator[tuple[str, str]]:
    lists: tuple[tuple[str, tuple[Dated | NumberingCheck, ...]], ...] = (
        ("hold", supplement.holds),
        ("filing", supplement.filings),
        ("withholding", supplement.withholdings),
        ("numbering", supplement.numbering),
    )
    for kind, entries in lists:
        for number, entry in enumerate(entries, start=1):
            for fault in entry.list_faults():
                yield f"{kind} {number}", fault
    for number, filing in enumerate(supplement.filings, start=1):
        if any(map(filing.collides, supplement.filings[: number - 1])):
            yield f"filing {number}", f"the number {filing.number} is taken"
    checked: set[tuple[str, str, str]] = set()
    for number, check in enumerate(supplement.numbering, start=1):
        place = (check.edition, check.row, check.clause)
        if place in checked:
            yield f"numbering {number}", "the clause stands twice"
        checked.add(place)

"""The values of a permit decision: what is asked, what is answered, and why."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, Self

import msgspec

FailedElement = Literal[
    "edition", "inquirer", "affair", "provider", "information", "hold", "consent"
]
Side = Literal["inquirer", "provider"]

STATUTORY_BASIS: Final = "19-8"
ORDINANCE_BASIS: Final = "19-9"
ORDINANCE: Final = "jorei-19-9"  # the instrument whose affairs are filings of municipalities
ALLOWED: Final = "permits.allowed"
# Every reason to refuse, and the element of the contract it belongs to.
REFUSALS: Final[dict[str, FailedElement]] = {
    "permits.edition.not_in_force": "edition",
    "permits.edition.no_ordinance_filing": "edition",
    "permits.inquirer.no_delegation": "inquirer",
    "permits.inquirer.not_in_row": "inquirer",
    "permits.inquirer.not_filed_by": "inquirer",
    "permits.affair.unknown_row": "affair",
    "permits.affair.deleted_row": "affair",
    "permits.affair.clause_missing": "affair",
    "permits.affair.unknown_clause": "affair",
    "permits.affair.unknown_filing": "affair",
    "permits.affair.filing_not_begun": "affair",
    "permits.affair.filing_ended": "affair",
    "permits.affair.not_notified": "affair",
    "permits.affair.base_missing": "affair",
    "permits.affair.base_deleted": "affair",
    "permits.affair.base_changed": "affair",
    "permits.provider.no_delegation": "provider",
    "permits.provider.not_in_row": "provider",
    "permits.provider.not_in_filing": "provider",
    "permits.provider.withholds": "provider",
    "permits.information.none_asked": "information",
    "permits.information.not_in_pair": "information",
    "permits.information.not_in_clause": "information",
    "permits.information.doubtful": "information",
    "permits.information.not_in_filing": "information",
    "permits.hold.article_28": "hold",
    "permits.hold.suspension": "hold",
    "permits.consent.tax": "consent",
}
_BRANCHED = r"[1-9][0-9]{0,3}(?:の[1-9][0-9]{0,3})*"
_AFFAIR = re.compile(rf"({_BRANCHED})(?:-({_BRANCHED}))?")


class PermitListError(ValueError):
    """Text or bytes that are no affair, edition, institution list or item catalogue.

    `code` is stable and dotted; the message names a place or a form, never a person. `text_ja`
    and `text_en` are what people read.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.text_ja = f"内容が正しくありません: {message}"
        self.text_en = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Affair:
    """事務, one affair of the table: a row (項) and, where the row has clauses, a clause (号).

    Both are written with Arabic digits and の for branches, as in `20の2` and `69-7`.
    """

    row: str
    clause: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the affair that a text such as `69-7` or `20の2` names.

        Raises:
            PermitListError: the text has another form.
        """
        match = _AFFAIR.fullmatch(text)
        if match is None:
            raise PermitListError("permits.affair_form", "an affair is ROW or ROW-CLAUSE")
        return cls(row=match[1], clause=match[2])

    def __str__(self) -> str:
        return self.row if self.clause is None else f"{self.row}-{self.clause}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """照会の可否, one question to the permit list as of one calendar date in Japan.

    `inquirer` and `provider` are the classes each side wears on that date, those of its delegator
    where one is named. The optional codes are six-digit institution codes. `basis` is the item of
    article 19 relied on, `19-8` or `19-9`; under the instrument `jorei-19-9` the affair is the
    number of a filing and the basis is always `19-9`. `consent` says that the person agreed.

    `inquirer_files` and `provider_files` are the files of each side that the question touches.
    `undelegated` names the sides whose delegator has delegated nothing that covers the question,
    `unreviewed` the classes that somebody claims for one of the sides and nobody has reviewed.
    """

    on: date
    affair: Affair
    inquirer: frozenset[str]
    provider: frozenset[str]
    information: tuple[str, ...]
    instrument: str = "shourei-r6"
    basis: str = STATUTORY_BASIS
    inquirer_code: str | None = None
    provider_code: str | None = None
    inquirer_delegator: str | None = None
    provider_delegator: str | None = None
    consent: bool = False
    inquirer_files: frozenset[str] = frozenset()
    provider_files: frozenset[str] = frozenset()
    undelegated: frozenset[Side] = frozenset()
    unreviewed: frozenset[str] = frozenset()

    def codes_of(self, side: Side) -> tuple[str | None, str | None]:
        """Return the codes of a side and of its delegator, None where there is none."""
        if side == "inquirer":
            return self.inquirer_code, self.inquirer_delegator
        return self.provider_code, self.provider_delegator


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionKey:
    """版, the identity of one edition: its instrument, its days in force and its content.

    `valid_to` is the first day it is no longer in force, None while no end is known. `sha256` is
    64 lower-case hexadecimal digits over the canonical bytes.
    """

    instrument: str
    valid_from: date
    valid_to: date | None
    sha256: str

    @property
    def label(self) -> str:
        """The name that commands and permits use, as in `shourei-r6@2024-05-27`."""
        return f"{self.instrument}@{self.valid_from.isoformat()}"

    def in_force(self, on: date) -> bool:
        """Tell whether the edition governs a question of that date."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


# An index holds hundreds of thousands of the next two: they are made ten times as fast as
# dataclasses, and without cycles they need no collector.
class Match(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One permitted information with the place of the law that permits it.

    `pair` counts the (provider, information) pairs of the row from 1. `basis` is the citation in
    Japanese. `items` are the item ids that may leave, None where the items of this information
    are not catalogued. `scopes` are the narrowings the clause states, empty for the whole term.
    """

    row: str
    clause: str | None
    pair: int
    basis: str
    information: str
    items: tuple[str, ...] | None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """A permitted row that agrees with a refused question in all elements but `differs`."""

    row: str
    clause: str | None
    pair: int
    information: str
    differs: FailedElement


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer of one edition to one question.

    `reason` is a stable dotted code. `failed` is the first element that refuses, None when
    allowed. `matched` has at least one match for each information asked when allowed and is
    empty otherwise. `nearest` is filled by `explain` only.
    """

    allowed: bool
    reason: str
    edition: EditionKey | None
    matched: tuple[Match, ...] = ()
    failed: FailedElement | None = None
    nearest: tuple[Nearest, ...] = ()

    def items(self, information: str) -> frozenset[str] | None:
        """Return the item ids of one information that may leave.

        Empty when the information is not permitted by this decision, None when it is permitted
        and its items are not catalogued.
        """
        found: set[str] = set()
        for match in self.matched:
            if match.information == information:
                if match.items is None:
                    return None
                found.update(match.items)
        return frozenset(found)


# The answer while no edition governs the day of a question.
NOT_IN_FORCE: Final = Decision(
    allowed=False, reason="permits.edition.not_in_force", edition=None, failed="edition"
)

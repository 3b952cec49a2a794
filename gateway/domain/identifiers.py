"""Identifiers of persons; each hides its value in `repr`, `str` and format strings.

The only way to the text is the attribute `value`, so that a leak must be written on purpose.
"""

from dataclasses import dataclass
from typing import ClassVar

from gateway.domain.errors import InvalidError


@dataclass(frozen=True, slots=True, repr=False)
class Masked:
    """A text that identifies a person, `length` ASCII characters unless the length is open."""

    value: str
    length: ClassVar[int | None] = None
    digits: ClassVar[bool] = True
    field: ClassVar[str] = ""

    def __post_init__(self) -> None:
        text = self.value
        wrong = not text.isascii() or (self.digits and not text.isdecimal())
        if wrong or not text or (self.length is not None and len(text) != self.length):
            raise InvalidError(field=self.field)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"


class IndividualNumber(Masked):
    """個人番号: 12 digits; the check digit is judged where the number enters (G5)."""

    __slots__ = ()
    length = 12
    field = "individual_number"


class ResidentCode(Masked):
    """住民票コード: 11 digits."""

    __slots__ = ()
    length = 11
    field = "resident_code"


class UnifiedNumber(Masked):
    """団体内統合宛名番号: 15 digits, one per person and institution (S6.1)."""

    __slots__ = ()
    length = 15
    field = "unified_number"


class LocalNumber(Masked):
    """宛名番号: 15 digits, zero-padded, one per person and business system."""

    __slots__ = ()
    length = 15
    field = "number"


class Symbol(Masked):
    """符号: 43 characters of base64url (32 random bytes), known to one institution and the core."""

    __slots__ = ()
    length = 43
    digits = False
    field = "symbol"


class ProcessNumber(Masked):
    """取得番号: joins the two legs of symbol acquisition, then is purged (番号法第21条の2)."""

    __slots__ = ()
    digits = False
    field = "process_number"

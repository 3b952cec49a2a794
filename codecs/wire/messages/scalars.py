"""The scalar types of messages: each says in one place what its text looks like on the wire.

A field of a message is annotated with one of these, which are plain `str`, `date`, `datetime`,
`bool` or `int` to everybody else. `network.xsd` says the same in its language; tests compare.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from wire.instants import DATE, INSTANT, read_date, read_instant, write_instant


@dataclass(frozen=True, slots=True)
class Scalar:
    """How one scalar travels.

    Attributes:
        pattern: What the whole text must match.
        write: Value to text.
        read: Text that matches `pattern` to value.
        escaped: Whether the text may hold characters that XML wants escaped.
    """

    pattern: re.Pattern[str]
    write: Callable[..., str] = str
    read: Callable[[str], object] = str
    escaped: bool = False


@dataclass(frozen=True, slots=True)
class Repeated:
    """A tuple of values, each in an element of this `tag`, at least `minimum` of them."""

    tag: str
    minimum: int = 0


def _write_flag(value: object) -> str:
    return "true" if value else "false"


def _code(pattern: str) -> Scalar:
    return Scalar(re.compile(pattern))


def _prose(pattern: str) -> Scalar:
    return Scalar(re.compile(pattern), escaped=True)


# What XML 1.0 can carry above the space: no control below it, no lone surrogate.
_ABOVE_SPACE = "!-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"

Uuid = Annotated[str, _code(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
"""36 characters, lower-case hexadecimal."""
Institution = Annotated[str, _code(r"[0-9]{6}")]
"""Institution code: 6 digits."""
Identifier = Annotated[str, _code(r"[0-9A-Za-z._\-]{1,64}")]
"""An identifier or code: 1 to 64 ASCII letters, digits, `.`, `_`, `-`."""
Symbol = Annotated[str, _code(r"[A-Za-z0-9_\-]{43}")]
"""符号: 32 random bytes as 43 characters of base64url."""
IndividualNumber = Annotated[str, _code(r"[0-9]{12}")]
"""個人番号: 12 digits; whether the check digit is right is the receiver's decision."""
ResidentCode = Annotated[str, _code(r"[0-9]{11}")]
"""住民票コード: 11 digits."""
SexCode = Annotated[str, _code(r"[0-9]")]
"""Sex code of the resident register: one digit."""
Token = Annotated[str, _prose(f"[{_ABOVE_SPACE}]{{1,60}}")]
"""A row, clause or item: 1 to 60 characters without white space."""
Text = Annotated[str, _prose(f"[\t\n\r {_ABOVE_SPACE}]{{1,4000}}")]
"""1 to 4000 characters, never empty."""
Day = Annotated[date, Scalar(re.compile(DATE), date.isoformat, read_date)]
"""A calendar date."""
Instant = Annotated[datetime, Scalar(re.compile(INSTANT), write_instant, read_instant)]
"""An aware UTC instant, written in whole milliseconds; finer digits are cut off."""
Flag = Annotated[bool, Scalar(re.compile("true|false"), _write_flag, "true".__eq__)]
"""True or false."""
Milliseconds = Annotated[int, Scalar(re.compile(r"0|-?[1-9][0-9]{0,14}"), str, int)]
"""A signed number of milliseconds."""
AnswerState = Annotated[Literal["answered", "not_provided"], _code("answered|not_provided")]
"""How an inquiry ended at the provider."""
ReceiptState = Annotated[Literal["sent", "held"], _code("sent|held")]
"""How far an inquiry came at the provider."""
ExchangeAct = Annotated[Literal["inquiry", "provision"], _code("inquiry|provision")]
"""On which side of an exchange an institution was."""
Retry = Annotated[Literal["never", "same_id", "after"], _code("never|same_id|after")]
"""Whether to try again: never, with the same id, or after an instant."""

"""Texts with a form that several requests and responses share."""

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

OPENING: Final = r"\A"
CLOSING: Final = r"\Z"


def form(regex: str, description: str) -> Meta:
    r"""Return the rule that a text must match `regex` as a whole.

    The validator searches, and its `$` lets a trailing line feed pass, so it gets `\A` and `\Z`;
    what is published says `^` and `$`, which mean the same to JSON Schema.
    """
    return Meta(pattern=rf"\A(?:{regex})\Z", description=description)


def publish_pattern(pattern: str) -> str:
    r"""Return a pattern of `form` as JSON Schema writes it."""
    return f"^{pattern.removeprefix(OPENING).removesuffix(CLOSING)}$"


def line(most: int) -> str:
    """Return the form of one line of text: no control characters, at most `most` characters."""
    return rf"[^\x00-\x1f\x7f]{{1,{most}}}"


_BRANCHED: Final = "[1-9][0-9]{0,3}(?:の[1-9][0-9]{0,3})*"

LocalNumberText = Annotated[
    str, form("[0-9]{1,15}", "宛名番号: digits of the business system's own number of a person.")
]
InstitutionCode = Annotated[str, form("[0-9]{6}", "機関: six digits, the last a check digit.")]
AffairText = Annotated[
    str, form(f"{_BRANCHED}(?:-{_BRANCHED})?", "事務: row, or row and clause, as in 69-7.")
]
InformationName = Annotated[str, form(line(100), "特定個人情報名: the law's short term.")]
ItemName = Annotated[str, form("[a-z][a-z0-9_]{0,63}", "項目: one field of an information.")]
Identifier = Annotated[
    str, form("[0-9A-Za-z_-]{1,64}", "An identifier that this gateway gave out.")
]
Reason = Annotated[str, form(line(200), "Why, in words of the office; no personal data.")]
Basis = Annotated[str, form("19-(?:8|9)", "根拠: the item of article 19 relied on.")]
Instrument = Annotated[
    Literal["beppyo2", "shourei-r6", "jorei-19-9"],
    Meta(description="法令: the list relied on; jorei-19-9 are affairs fixed by ordinance."),
]
Delegator = Annotated[
    str, form("[0-9]{6}", "委任元: the institution whose affair this side carries out.")
]
Consent = Annotated[bool, Meta(description="本人の同意: the person agreed to this inquiry.")]
Instant = Annotated[datetime, Meta(tz=True)]


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a caller sends; fields that are not declared are refused."""


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """What this gateway returns."""


class NoQuery(Request, frozen=True, kw_only=True):
    """No query parameters."""


class Cursor(Request, frozen=True, kw_only=True):
    """A page of a list: `after` is the `next` of the page before."""

    after: Annotated[str, form("[0-9]{1,18}", "Where the page begins.")] | None = None
    limit: Annotated[int, Meta(ge=1, le=500, description="How many at most.")] = 100

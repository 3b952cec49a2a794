"""Forms of texts that several requests and responses share."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

OPENING: Final = r"\A"
CLOSING: Final = r"\Z"
MOST_SEED: Final = (1 << 63) - 1


# What a refusal shows of a form, by its pattern.
SHOWN: dict[str, str] = {}


def form(
    regex: str, description: str, example: str | None = None, shown: str | None = None
) -> Meta:
    r"""Return the rule that a text must match `regex` as a whole; refusals show an example of it.

    The validator searches, and its `$` lets a trailing line feed pass, so it gets `\A` and `\Z`;
    what is published says `^` and `$`, which mean the same to JSON Schema.
    """
    pattern = rf"\A(?:{regex})\Z"
    if shown or example:
        SHOWN[pattern] = shown or example or ""
    return Meta(
        pattern=pattern,
        description=description,
        examples=None if example is None else [example],
    )


def publish_pattern(pattern: str) -> str:
    r"""Return a pattern of `form` as JSON Schema writes it."""
    return f"^{pattern.removeprefix(OPENING).removesuffix(CLOSING)}$"


SpaceName = Annotated[
    str,
    form(
        "[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", "スペース: the name of a unit of isolation.", "demo"
    ),
]
ScenarioName = Annotated[
    str,
    form(
        "[A-Z][0-9]{2,3}(?:(?:-[a-z0-9]{1,40}){1,8})?",
        "シナリオ: an id, or its number alone.",
        "S04-auto-response-prohibited",
    ),
]
PartyName = Annotated[
    str,
    form(
        "[a-z][a-z0-9_]{0,31}|[0-9]{6}",
        "参加者: its name in the scenario, or its institution code.",
        "core",
    ),
]
PersonName = Annotated[
    str, form("[A-Za-z][A-Za-z0-9_]{0,31}", "人: a name in the scenario or in the cast.", "p1")
]
RuleName = Annotated[str, form("[a-z][a-z0-9-]{0,63}", "規則: its id in its scenario.", "hold")]
OpName = Annotated[
    str,
    form(r"\*|[a-z_]{1,20}(?:\.[a-z_]{1,20}){0,2}", "行い: a word of scenarios.", "permit.issue"),
]
Correlation = Annotated[
    str, form("[0-9A-Za-z._:-]{1,64}", "取引: the request id of its first permit request.")
]
DurationText = Annotated[
    str,
    form(
        r"P[0-9A-Z.]{1,40}",
        "期間: ISO 8601 without months and years; BD are business days.",
        "P3BD",
        "PT90S, PT15M, P14D, P3BD",
    ),
]
RowNumber = Annotated[
    str, form("[1-9][0-9]{0,17}", "記録: the number of a row of the journal.", "17")
]
HoldName = Annotated[
    str, form("[1-9][0-9]{0,17}", "停止: the number of a request that is held.", "3")
]
Seed = Annotated[
    int, Meta(ge=0, le=MOST_SEED, description="Of all draws of the space.", examples=[42])
]
Count = Annotated[int, Meta(ge=0)]
Instant = Annotated[datetime, Meta(tz=True)]
Sha256 = Annotated[str, form("[0-9a-f]{64}", "SHA-256, hexadecimal.")]


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a caller sends; fields that are not declared are refused."""


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """What the admin API returns."""


class NoQuery(Request, frozen=True, kw_only=True):
    """No query parameters."""


class Texts(Resource, frozen=True, kw_only=True):
    """A text in both languages; `en` is empty where nobody wrote it."""

    ja: str
    en: str = ""

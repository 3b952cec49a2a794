"""What the admin API refuses: RFC 9457 problem details in both languages."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=0)]


class LintProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One finding in a scenario or a rule: where it stands, how grave it is, what to do."""

    code: str
    severity: Literal["error", "warning", "note"]
    line: Count
    column: Count
    path: str
    message_ja: str
    message_en: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A refusal; `code` is stable, `occurrence` names this one case, `path` the place at fault.

    `title` and `detail` are Japanese and equal `title_ja` and `detail_ja`. No value that was
    sent is ever repeated, but for the lines of a scenario in `problems`.
    """

    type: str
    status: int
    code: str
    occurrence: str
    title: str
    detail: str
    title_ja: str
    title_en: str
    detail_ja: str
    detail_en: str
    path: str | None = None
    expected: str | None = None
    accepted: tuple[str, ...] = ()
    problems: tuple[LintProblem, ...] = ()

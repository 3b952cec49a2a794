"""What is refused and not recorded: RFC 9457 problem details with our members."""

from typing import Literal

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A refusal; `code` is stable, `occurrence` names this one case, `path` the place at fault.

    `title` and `detail` are Japanese and equal `title_ja` and `detail_ja`. No value that was
    sent is ever repeated.
    """

    type: str
    status: int
    code: str
    occurrence: str
    retry: Literal["never", "same_id", "after"]
    fix_by: Literal["caller", "staff", "operator", "peer", "core"]
    title: str
    detail: str
    title_ja: str
    title_en: str
    detail_ja: str
    detail_en: str
    path: str | None = None
    expected: str | None = None
    accepted: tuple[str, ...] = ()
    required: str | None = None
    state: str | None = None
    error: str | None = None

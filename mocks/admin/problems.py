"""Refusals of the admin API: a code, its status and its texts from one table."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from aiohttp import web

from mocks.admin.schemas.problem import LintProblem, Problem
from mocks.engine import problems as lint

MEDIA_TYPE: Final = "application/problem+json"
UNFORESEEN: Final = "admin.failed"
_CHALLENGE: Final = 'Bearer realm="nakadachi mocks"'


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a code says, in both languages, and its HTTP status."""

    status: int
    ja: str
    en: str
    detail_ja: str
    detail_en: str


class AdminError(Exception):
    """A request that is refused; nothing was changed.

    `path` is the place at fault, `expected` what should stand there, `accepted` what could;
    `problems` are findings in a scenario. `headers` go with the reply.
    """

    def __init__(
        self,
        code: str,
        *,
        path: str | None = None,
        expected: str | None = None,
        accepted: Iterable[str] = (),
        problems: Iterable[LintProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.path, self.expected = code, path, expected
        self.accepted, self.problems = tuple(accepted), tuple(problems)
        self.headers = dict(headers or {})


@cache
def load_wordings() -> Mapping[str, Wording]:
    """Return what every code says."""
    text = (files("mocks") / "data" / "admin_problems.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Wording])


def describe(error: AdminError, occurrence: str) -> Problem:
    """Return the problem of an error.

    Raises:
        KeyError: the table has no such code.
    """
    wording = load_wordings()[error.code]
    return Problem(
        type=f"urn:nakadachi:mocks:problem:{error.code}",
        status=wording.status,
        code=error.code,
        occurrence=occurrence,
        title=wording.ja,
        detail=wording.detail_ja,
        title_ja=wording.ja,
        title_en=wording.en,
        detail_ja=wording.detail_ja,
        detail_en=wording.detail_en,
        path=error.path,
        expected=error.expected,
        accepted=error.accepted,
        problems=error.problems,
    )


def refuse(error: AdminError, occurrence: str) -> web.Response:
    """Return the HTTP response that tells an error."""
    problem = describe(error, occurrence)
    headers = {"Content-Type": MEDIA_TYPE, "Content-Language": "ja", **error.headers}
    if problem.status == web.HTTPUnauthorized.status_code:
        headers.setdefault("WWW-Authenticate", _CHALLENGE)
    return web.Response(status=problem.status, body=msgspec.json.encode(problem), headers=headers)


def list_findings(found: Iterable[lint.Problem]) -> tuple[LintProblem, ...]:
    """Return findings of the lint as the API says them."""
    return tuple(
        LintProblem(
            code=one.code,
            severity=one.severity,
            line=one.place.line,
            column=one.place.column,
            path=one.pointer,
            message_ja=one.ja,
            message_en=one.en,
        )
        for one in found
    )

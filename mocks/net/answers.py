"""Fixed answers of a stub: which belongs to a request, or which came nearest to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from http import HTTPStatus
from typing import Final

import msgspec

from mocks.engine.exchange import WhyNot
from mocks.net.requests import Asked

_NEAR: Final = 0.6  # how alike a path must be to be named


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said to one method and path, whatever the query; `name` is what the journal says."""

    name: str
    method: str
    path: str
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def render(self, *, kept: bool) -> bytes:
        """Return the whole response as it goes out; without `kept` it announces the end."""
        headers = {**self.headers, "Content-Length": str(len(self.body))}
        if not kept:
            headers["Connection"] = "close"
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        head = f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n{''.join(lines)}\r\n"
        return head.encode("latin-1") + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is said to a request, and what the journal says of it; without an answer no name."""

    said: bytes
    outcome: str
    name: str | None = None
    why_not: tuple[WhyNot, ...] = ()


class Answers:
    """Answers by method and path; of two for the same call the first counts."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = {(one.method, one.path): one for one in reversed(answers)}
        self._verdicts = {
            (*key, kept): Verdict(
                said=one.render(kept=kept), outcome=str(int(one.status)), name=one.name
            )
            for key, one in self._answers.items()
            for kept in (True, False)
        }

    def judge(self, asked: Asked) -> Verdict:
        """Return what is said to a request."""
        path = asked.target.partition("?")[0]
        known = self._verdicts.get((asked.method, path, asked.kept))
        return known or self._refuse(asked, path)

    def _refuse(self, asked: Asked, path: str) -> Verdict:
        near = self._find_nearest(asked.method, path)
        named = f"{near.method} {near.path}" if near else None
        said = _problem(HTTPStatus.NOT_FOUND, "stub.unmatched", nearest=named)
        return Verdict(
            said=said.render(kept=asked.kept),
            outcome="stub.unmatched",
            why_not=(_why_not(near, asked.method, path),) if near else (),
        )

    def _find_nearest(self, method: str, path: str) -> Answer | None:
        """Return the answer to the same or a like path, by the same method if there is one."""
        alike = get_close_matches(path, [one for _, one in self._answers], n=1, cutoff=_NEAR)
        fitting = [one for one in self._answers.values() if [one.path] == alike]
        return next((one for one in fitting if one.method == method), next(iter(fitting), None))


def refuse_malformed(code: str) -> bytes:
    """Return what is said to bytes that are no request."""
    return _problem(HTTPStatus.BAD_REQUEST, code).render(kept=False)


def _problem(status: HTTPStatus, code: str, **more: str | None) -> Answer:
    problem = {
        "type": "about:blank",
        "status": status.value,
        "title": status.phrase,
        "code": code,
        **more,
    }
    return Answer(
        name=code,
        method="",
        path="",
        status=status,
        headers={"Content-Type": "application/problem+json"},
        body=msgspec.json.encode(problem),
    )


def _why_not(near: Answer, method: str, path: str) -> WhyNot:
    if near.path != path:
        return WhyNot(rule=near.name, part="path", wanted=near.path, found=path)
    return WhyNot(rule=near.name, part="method", wanted=near.method, found=method)

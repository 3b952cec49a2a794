"""Refusals as RFC 9457 problem details: the code decides the status, the catalogue the texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web

from gateway.domain.catalogue import UNFORESEEN, explain
from gateway.domain.errors import GatewayError, InvalidError, Origin
from gateway.transport.schemas.problem import Problem

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = "2"
SHOWN: Final = frozenset({"path", "expected", "accepted", "required", "state", "error"})

_S = HTTPStatus
STATUSES: Final[Mapping[str, HTTPStatus]] = {
    "request.encoding": _S.UNSUPPORTED_MEDIA_TYPE,
    "request.media_type": _S.UNSUPPORTED_MEDIA_TYPE,
    "request.too_large": _S.REQUEST_ENTITY_TOO_LARGE,
    "batch.too_large": _S.REQUEST_ENTITY_TOO_LARGE,
    "request.timeout": _S.REQUEST_TIMEOUT,
    "request.route": _S.NOT_FOUND,
    "request.unknown": _S.NOT_FOUND,
    "request.method": _S.METHOD_NOT_ALLOWED,
    "request.conflict": _S.CONFLICT,
    "state.wrong": _S.CONFLICT,
    "staff.same_person": _S.CONFLICT,
    "storage.guard": _S.CONFLICT,
    "storage.duplicate": _S.CONFLICT,
    "storage.unavailable": _S.SERVICE_UNAVAILABLE,
    "permit_register.broken": _S.SERVICE_UNAVAILABLE,
    "peer.unreachable": _S.SERVICE_UNAVAILABLE,
    "address.unknown": _S.UNPROCESSABLE_ENTITY,
    "address.check_digit": _S.UNPROCESSABLE_ENTITY,
    "address.number_kind": _S.UNPROCESSABLE_ENTITY,
    "token.missing": _S.UNAUTHORIZED,
    "token.invalid": _S.UNAUTHORIZED,
    "token.expired": _S.UNAUTHORIZED,
    "token.client": _S.UNAUTHORIZED,
    "token.replayed": _S.UNAUTHORIZED,
    "token.scope": _S.FORBIDDEN,
    "token.institution": _S.FORBIDDEN,
}


class SetupError(GatewayError):
    """Clients, keys or routes are not as they must be; the API does not start."""

    code = "setup.invalid"


class RequestError(GatewayError):
    """A request breaks a rule of HTTP, of JSON or of access; `code` says which.

    Of `context`, the members of `SHOWN` are published. `headers` go with the reply.
    """

    origin = Origin.CALLER

    def __init__(
        self,
        code: str,
        *,
        headers: Mapping[str, str] | None = None,
        **context: str | int | bool | None,
    ) -> None:
        self.code = code  # type: ignore[misc]  # one class, many codes: the catalogue lists them
        self.headers = dict(headers or {})
        super().__init__(**context)


def lacks_scope(needed: str) -> RequestError:
    """Return the refusal of a token without a scope."""
    challenge = f'Bearer realm="nakadachi", error="insufficient_scope", scope="{needed}"'
    return RequestError("token.scope", required=needed, headers={"WWW-Authenticate": challenge})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refusal as it leaves: its problem, its status, and headers that belong to it."""

    problem: Problem
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_response(self) -> web.Response:
        """Return the HTTP response."""
        return web.Response(
            status=self.problem.status,
            body=msgspec.json.encode(self.problem),
            headers={"Content-Type": MEDIA_TYPE, "Content-Language": "ja", **self.headers},
        )


def status_of(code: str) -> HTTPStatus:
    """Return the HTTP status of a code: its own, or that of the side that broke the rule."""
    own = STATUSES.get(code)
    if own is not None:
        return own
    origin = explain(code).origin
    if origin is Origin.CALLER:
        return HTTPStatus.BAD_REQUEST
    if origin is Origin.PEER:
        return HTTPStatus.BAD_GATEWAY
    return HTTPStatus.INTERNAL_SERVER_ERROR


def refuse(error: GatewayError, *, occurrence: str) -> Refused:
    """Return what leaves for an error of ours."""
    headers = dict(error.headers) if isinstance(error, RequestError) else {}
    # What a use case finds invalid had the published form: the caller cannot see it beforehand.
    unusable = isinstance(error, InvalidError)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if unusable else status_of(error.code)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = RETRY_AFTER_SECONDS
    if status is HTTPStatus.UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="nakadachi"')
    shown = {name: value for name, value in error.context.items() if name in SHOWN and value}
    if "path" not in shown and "field" in error.context:
        shown["path"] = f"$.{error.context['field']}"
    return Refused(problem=describe(error.code, status, occurrence, shown), headers=headers)


def refuse_unforeseen(*, occurrence: str) -> Refused:
    """Return what leaves where nothing was foreseen; of the cause nothing is said."""
    return Refused(problem=describe(UNFORESEEN, HTTPStatus.INTERNAL_SERVER_ERROR, occurrence, {}))


def describe(
    code: str, status: int, occurrence: str, shown: Mapping[str, str | int | bool | None]
) -> Problem:
    """Return the problem of a code with the texts of the catalogue."""
    entry = explain(code)
    texts = {name: str(value) for name, value in shown.items() if name != "accepted"}
    accepted = tuple(str(shown["accepted"]).split()) if "accepted" in shown else ()
    return Problem(
        type=f"urn:nakadachi:problem:{code}",
        status=int(status),
        code=code,
        occurrence=occurrence,
        retry=entry.retry.value,
        fix_by=entry.fix_by.value,
        title=entry.title_ja,
        detail=entry.detail_ja,
        title_ja=entry.title_ja,
        title_en=entry.title_en,
        detail_ja=entry.detail_ja,
        detail_en=entry.detail_en,
        accepted=accepted,
        **texts,
    )

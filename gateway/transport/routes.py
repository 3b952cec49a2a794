"""What an operation of the API is: its path, its scope, its types, its samples, its handler."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Generic, TypeVar

import msgspec
from aiohttp import web

from gateway.ports import Ports
from gateway.transport.clients import Client
from gateway.transport.problems import lacks_scope
from gateway.transport.schemas.common import NoQuery

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
INQUIRY_FILE: Final = "text/x-nakadachi-dat"  # the fixed-format file of inquiries, .DAT
FORM: Final = "application/x-www-form-urlencoded"
EVENTS: Final = "text/event-stream"
MIB: Final = 1 << 20

B = TypeVar("B")
Q = TypeVar("Q")


class Public(Enum):
    """The one scope of operations that anybody may call: tokens, health, the description."""

    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who calls, proven by an access token, and the ports of the institution it is bound to."""

    client: Client
    ports: Ports
    scopes: frozenset[str] = frozenset()  # of the token, as `system:resource:operation`

    def demand(self, scope: str) -> None:
        """Return if the token carries a scope beyond that of its operation.

        Raises:
            RequestError: `token.scope`.
        """
        needed = f"{self.client.system}:{scope}"
        if needed not in self.scopes or needed not in self.client.scopes:
            raise lacks_scope(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[B, Q]):
    """One validated request."""

    request: web.Request
    access: Access
    body: B
    query: Q

    @property
    def ports(self) -> Ports:
        """The ports of the caller's institution."""
        return self.access.ports

    @property
    def system(self) -> str:
        """The business system that calls."""
        return self.access.client.system

    def named(self, name: str) -> str:
        """Return a variable part of the path."""
        return self.request.match_info[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCall(Generic[B, Q]):
    """One validated request of somebody unknown."""

    request: web.Request
    body: B
    query: Q


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a handler returns: a status, a resource, headers; `media_type` only for bytes."""

    status: int = 200
    body: msgspec.Struct | bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON

    def to_response(self) -> web.Response:
        """Return the HTTP response."""
        body = self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)
        return web.Response(
            status=self.status,
            body=body,
            headers={"Content-Type": self.media_type, **self.headers},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One response of an operation as it is published: its type and an instance of it."""

    text: str
    value: msgspec.Struct | None = None
    media_type: str = JSON
    headers: tuple[str, ...] = ()  # names of headers that it always carries


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRule:
    """A request header that an operation reads; `pattern` is the form that is demanded of it."""

    name: str
    text: str
    sample: str
    pattern: str | None = None
    required: bool = False


Handler = Callable[[Any], Awaitable[Reply | web.StreamResponse]]  # Any: each names its own Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    `scope` is `resource:operation`; there is no default, so nothing is open by omission.
    `body` is the type of a JSON or form body, `lines` that of one line of an NDJSON body. With
    `line_types` the handler itself reads the lines of a body of one of these media types, while
    they come. `sample` is an example body, `replies` the good responses by status.
    """

    name: str
    method: str
    path: str
    scope: str | Public
    handler: Handler
    summary_ja: str
    summary_en: str
    replies: Mapping[int, Sample]
    body: type[msgspec.Struct] | None = None
    lines: type[msgspec.Struct] | None = None
    line_types: tuple[str, ...] = ()
    form: bool = False
    sample: msgspec.Struct | None = None
    query: type[msgspec.Struct] = NoQuery
    headers: tuple[HeaderRule, ...] = ()
    more_scopes: tuple[str, ...] = ()  # needed for some of its requests only
    published: bool = True  # stands in the OpenAPI document
    streams: bool = False  # may answer as server-sent events
    may_refuse: tuple[int, ...] = ()  # statuses of problems beyond those of every operation
    most_bytes: int = MIB
    most_bytes_streamed: int = 64 * MIB
    read_seconds: float = 30.0  # how long the body may take to arrive

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types of the body, empty where there is none."""
        if self.body is None:
            return self.line_types
        if self.form:
            return (FORM,)
        return (JSON,) if self.lines is None else (JSON, NDJSON)

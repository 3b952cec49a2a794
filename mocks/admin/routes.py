"""What an operation of the admin API is: its path, its types, its samples, its handler."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec
from aiohttp import web

from mocks.admin.problems import AdminError
from mocks.admin.schemas import common
from mocks.admin.schemas.common import NoQuery

if TYPE_CHECKING:
    from mocks.admin.desk import Desk
    from mocks.admin.room import Room

PREFIX: Final = "/__mocks/v1"
JSON: Final = "application/json"
YAML: Final = "application/yaml"
JSONL: Final = "application/x-ndjson"
SNAPSHOT: Final = "application/vnd.nakadachi.snapshot+json"
EVENTS: Final = "text/event-stream"
TEXT: Final = "text/plain"
MIB: Final = 1 << 20

# What each variable of a path may be, and what is said where it is something else.
VARIABLES: Final[Mapping[str, tuple[Any, str]]] = {  # Any: a type with its form
    "space": (common.SpaceName, "space.unknown"),
    "scenario": (common.ScenarioName, "scenario.unknown"),
    "party": (common.PartyName, "party.unknown"),
    "row": (common.RowNumber, "journal.unknown"),
    "fault": (common.RuleName, "fault.unknown"),
    "hold": (common.HoldName, "hold.unknown"),
}
B = TypeVar("B")
Q = TypeVar("Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[B, Q]):
    """One validated request of somebody who may do everything here."""

    request: web.Request
    desk: "Desk"
    body: B
    query: Q

    def named(self, name: str) -> str:
        """Return a variable part of the path.

        Raises:
            AdminError: it has not its form, so nothing can be called that.
        """
        kind, code = VARIABLES[name]
        try:
            return str(msgspec.convert(self.request.match_info[name], type=kind))
        except msgspec.ValidationError:
            raise AdminError(code) from None

    @property
    def room(self) -> "Room":
        """The space that the path names.

        Raises:
            AdminError: `space.unknown`.
        """
        return self.desk.load_room(self.named("space"))

    def demand(self, etag: str) -> None:
        """Return if the caller knows the state that it changes, or does not care.

        Raises:
            AdminError: `request.precondition`.
        """
        given = self.request.headers.get("If-Match")
        if given is None or given.strip() == "*":
            return
        if etag not in {one.strip() for one in given.split(",")}:
            raise AdminError("request.precondition", headers={"ETag": etag})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a handler returns: a status, a resource or bytes, headers; None has no body."""

    status: int = 200
    body: msgspec.Struct | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON

    def to_response(self) -> web.Response:
        """Return the HTTP response."""
        if self.body is None:
            return web.Response(status=self.status, headers=self.headers)
        body = self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)
        headers = {"Content-Type": self.media_type, **self.headers}
        return web.Response(status=self.status, body=body, headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One good response as it is published: its type by an instance; None has no type.

    Without an instance there is no body, unless a media type is said; `others` are further ones.
    """

    text: str
    value: msgspec.Struct | None = None
    media_type: str = JSON
    others: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRule:
    """A request header that an operation reads."""

    name: str
    text: str
    sample: str


IF_MATCH: Final = HeaderRule(
    name="If-Match",
    text="The ETag of the state that is to be changed; without it nothing is compared.",
    sample='"3f2a9c0d1b7e4856"',
)

Handler = Callable[[Any], Awaitable[Reply | web.StreamResponse]]  # Any: each names its own Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path below the prefix.

    `body` is the type of a JSON body; `texts` are media types of a body that the handler reads as
    bytes. `replies` are the good responses by status. `public` needs no token.
    """

    name: str
    method: str
    path: str
    handler: Handler
    ja: str
    en: str
    replies: Mapping[int, Sample]
    body: type[msgspec.Struct] | None = None
    texts: tuple[str, ...] = ()
    sample: msgspec.Struct | None = None
    text_sample: str = ""
    query: type[msgspec.Struct] = NoQuery
    headers: tuple[HeaderRule, ...] = ()
    may_refuse: tuple[int, ...] = ()
    most_bytes: int = MIB
    read_seconds: float = 30.0
    public: bool = False
    streams: bool = False  # long-lived: Origin is proven as for a write

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types of the body, empty where there is none."""
        return ((JSON,) if self.body is not None else ()) + self.texts

    @property
    def route(self) -> str:
        """The whole path."""
        return f"{PREFIX}{self.path}"

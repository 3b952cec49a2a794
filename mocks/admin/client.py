"""Calls the admin API from a command: blocking, from the standard library only, quick to import."""

import http.client
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

PREFIX: Final = "/__mocks/v1"
DEFAULT_PORT: Final = 9401
URL_VARIABLE: Final = "NAKADACHI_MOCKS_URL"
TOKEN_VARIABLE: Final = "NAKADACHI_MOCKS_TOKEN"  # noqa: S105  # the name of a variable
JSON: Final = "application/json"
CALL_SECONDS: Final = 120.0
REFUSED: Final = 400
UNAUTHORISED: Final = 401
BROKEN: Final = 500
Json = Any  # a decoded JSON document: each caller knows which


class UnreachableError(Exception):
    """The server does not answer, or lets nobody in; the text says what to do."""


class RefusedError(Exception):
    """The server refused; `problem` is its RFC 9457 document."""

    def __init__(self, problem: Mapping[str, Json]) -> None:
        super().__init__(str(problem.get("code")))
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the server is, and the admin token."""

    url: str
    token: str = field(repr=False)


def token_file(port: int) -> Path:
    """Return where a server on a port of this machine leaves its token for its user's commands."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(runtime) if runtime else Path.home() / ".cache"
    return folder / "nakadachi" / f"mocks-{port}.token"


def find_target(url: str | None, environment: Mapping[str, str]) -> Target:
    """Return the server that an option, or else the environment, or else the default names.

    Raises:
        UnreachableError: there is no token for it.
    """
    chosen = url or environment.get(URL_VARIABLE) or f"http://127.0.0.1:{DEFAULT_PORT}"
    token = environment.get(TOKEN_VARIABLE)
    if not token:
        file = token_file(_port_of(chosen))
        try:
            token = file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            message = (
                f"{chosen}: サーバーが動いていません（{file} がない）。"
                "nakadachi mocks up で起動するか、--admin-url を確かめてください"
                " / no server runs there; start `nakadachi mocks up` or check --admin-url"
            )
            raise UnreachableError(message) from error
    return Target(url=chosen.rstrip("/"), token=token)


def _port_of(url: str) -> int:
    message = f"{url}: http://ホスト:ポート と書いてください / write http://host:port"
    try:
        place = urlsplit(url)
        port = place.port
    except ValueError as error:
        raise UnreachableError(message) from error
    if place.scheme not in {"http", "https"} or not place.hostname:
        raise UnreachableError(message)
    return port or DEFAULT_PORT


@dataclass(slots=True)
class AdminClient:
    """Calls one server; every call has a connection of its own."""

    target: Target

    def ask(self, method: str, path: str, body: Json = None) -> Json:
        """Return the JSON document that the server replies with, None where it has no body.

        Raises:
            RefusedError: it refused.
            UnreachableError: it does not answer, or the token is another one.
        """
        octets = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        said = self.send(method, path, octets, {"Content-Type": JSON} if octets else {})
        return json.loads(said) if said else None

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        """Return the bytes that the server replies with.

        Raises:
            RefusedError: it refused.
            UnreachableError: it does not answer, or the token is another one.
        """
        with self._open(method, path, body, headers, CALL_SECONDS) as response:
            return response.read()

    def follow(self, path: str, last: str | None = None) -> Iterator[tuple[str, str, Json]]:
        """Yield name, id and content of server-sent events until the server ends them.

        Raises:
            RefusedError: it refused.
            UnreachableError: it does not answer.
        """
        headers = {} if last is None else {"Last-Event-ID": last}
        fields: dict[str, str] = {}
        with self._open("GET", path, None, headers, None) as response:
            for line in response:
                name, _, value = line.decode("utf-8").rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "event" in fields:
                    yield fields["event"], fields.get("id", ""), json.loads(fields["data"])
                    fields = {}

    @contextmanager
    def _open(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        seconds: float | None,
    ) -> Iterator[http.client.HTTPResponse]:
        """Give the response to a request; the connection is closed at the end."""
        place = urlsplit(self.target.url)
        secure = place.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        sent = {"Authorization": f"Bearer {self.target.token}", "Connection": "close", **headers}
        connection = None
        try:
            connection = kind(place.netloc, timeout=seconds)
            connection.request(method, f"{PREFIX}{path}", body=body, headers=sent)
            with connection.getresponse() as response:
                if response.status >= REFUSED:
                    raise self._refusal(response)
                yield response
        except (OSError, http.client.HTTPException) as error:
            said = getattr(error, "strerror", None) or type(error).__name__
            message = (
                f"{self.target.url}: つながりません（{said}）。"
                "サーバーが動いているか、--admin-url を確かめてください"
                " / no connection; check that the server runs, and --admin-url"
            )
            raise UnreachableError(message) from error
        finally:
            if connection is not None:
                connection.close()

    def _refusal(self, response: http.client.HTTPResponse) -> Exception:
        text = response.read()
        try:
            problem = json.loads(text)
            code = str(problem["code"])
        except (ValueError, KeyError, TypeError):
            return UnreachableError(f"{self.target.url}: HTTP {response.status}")
        if response.status == UNAUTHORISED or response.status >= BROKEN:
            said = f"{problem.get('title_ja')} / {problem.get('title_en')}"
            return UnreachableError(f"{self.target.url}: {code}: {said}")
        return RefusedError(problem)


def in_space(space: str, *parts: str, **query: str | int | bool | None) -> str:
    """Return the path of something in a space; parameters that are None are left out.

    Whatever a part holds stays in that part: names come from whoever types them.
    """
    given = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in query.items()
        if value is not None
    }
    path = "".join(f"/{quote(part, safe='')}" for part in ("spaces", space, *parts))
    return f"{path}{'?' + urlencode(given) if given else ''}"

"""Who may use the admin API: a token, or a cookie that a one-time link gave; never another site.

Three holes are closed: a foreign name that resolves to this machine (the Host header must be one
of ours), a page of another site (Origin and Sec-Fetch-Site), and a page of another port of this
machine, which shares our cookies (Origin has the port; a cookie alone changes nothing).
"""

import hashlib
import hmac
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web

from mocks.admin.problems import AdminError

TOKEN_BYTES: Final = 32
LINK_SECONDS: Final = 300.0
SESSION_SECONDS: Final = 12 * 3600.0
MOST_LINKS, MOST_SESSIONS = 16, 64
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_HOST: Final = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(?::[0-9]{1,5})?")
_OWN_SITE: Final = frozenset({"same-origin", "none"})  # none: typed, or a program


def make_token() -> str:
    """Return a new secret of 43 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def write_token(file: Path, token: str) -> None:
    """Write the token into a new file that only its owner can read.

    Raises:
        OSError: the file exists, or cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(f"{token}\n")


@dataclass(slots=True)
class Secrets:
    """Secrets with an end, kept as hashes; the oldest gives way when there are too many."""

    seconds: float
    most: int
    clock: Callable[[], float]
    kept: dict[bytes, float] = field(default_factory=dict)

    def issue(self) -> str:
        """Return a new secret."""
        now, secret = self.clock(), make_token()
        self.kept = {one: end for one, end in self.kept.items() if end > now}
        while len(self.kept) >= self.most:
            del self.kept[next(iter(self.kept))]
        self.kept[_hash(secret)] = now + self.seconds
        return secret

    def holds(self, secret: str) -> bool:
        """Return whether a secret is one of these and has not ended."""
        return self.kept.get(_hash(secret), 0.0) > self.clock()

    def spend(self, secret: str) -> bool:
        """Take a secret out; return whether it was good until now."""
        good = self.holds(secret)
        self.kept.pop(_hash(secret), None)
        return good


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class Gate:
    """Lets requests in; `hosts` are the names that this server goes by beside loopback's."""

    def __init__(
        self,
        token: str,
        *,
        hosts: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token = token.encode("ascii")
        self._hosts = LOOPBACK | {host.lower() for host in hosts}
        self._links = Secrets(LINK_SECONDS, MOST_LINKS, clock)
        self._sessions = Secrets(SESSION_SECONDS, MOST_SESSIONS, clock)
        self.port = 0  # cookies of one machine are shared by its ports, hence their name

    @property
    def cookie(self) -> str:
        """The name of the cookie."""
        return f"nakadachi_mocks_{self.port}"

    def check_host(self, request: web.Request) -> None:
        """Refuse a name that is none of ours.

        Raises:
            AdminError: `request.host`.
        """
        given = request.headers.getall("Host", [])
        match = _HOST.fullmatch(given[0].lower()) if len(given) == 1 else None
        if match is None or match[1] not in self._hosts:
            raise AdminError("request.host")

    def check_site(self, request: web.Request) -> None:
        """Refuse what a browser sends for another site or another port.

        Raises:
            AdminError: `request.origin`.
        """
        site = request.headers.get("Sec-Fetch-Site", "none")
        origins = request.headers.getall("Origin", [])
        if site not in _OWN_SITE or any(one != _origin(request) for one in origins):
            raise AdminError("request.origin")

    def admit(self, request: web.Request, *, proof: bool) -> None:
        """Let in who has the token or a session; with `proof` a session alone does not do.

        A write or an event stream needs a browser's word that our own page asks for it.

        Raises:
            AdminError: `token.missing`, `token.invalid` or `request.origin`.
        """
        self.check_site(request)
        given = request.headers.getall("Authorization", [])
        if given:
            self._check_token(given)
        elif not self._sessions.holds(request.cookies.get(self.cookie, "")):
            raise AdminError("token.missing")
        elif proof and not self._proves(request):
            raise AdminError("request.origin")

    def knows(self, request: web.Request) -> bool:
        """Return whether a request carries a live session."""
        return self._sessions.holds(request.cookies.get(self.cookie, ""))

    def make_link(self) -> str:
        """Return the code of a new login link."""
        return self._links.issue()

    def log_in(self, code: str) -> str:
        """Return the cookie's value for the code of a link, which is spent by that.

        Raises:
            AdminError: `login.spent`.
        """
        if not self._links.spend(code):
            raise AdminError("login.spent")
        return self._sessions.issue()

    def log_out(self, request: web.Request) -> None:
        """End the session of a request, if it has one."""
        self._sessions.spend(request.cookies.get(self.cookie, ""))

    def _check_token(self, given: list[str]) -> None:
        scheme, _, token = given[0].partition(" ")
        if len(given) != 1 or scheme.lower() != "bearer" or not token.strip():
            raise AdminError("token.missing")
        octets = token.strip().encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(octets, self._token):
            raise AdminError("token.invalid")

    def _proves(self, request: web.Request) -> bool:
        # check_site has refused wrong ones: either header suffices, absence of both does not.
        return "Origin" in request.headers or (
            request.headers.get("Sec-Fetch-Site") == "same-origin"
        )


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.headers['Host'].lower()}"

"""The admin API of a house on a real loopback server, and a client that has its token."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse, ClientSession, DummyCookieJar

from mocks.admin.server import AdminServer
from mocks.net.house import House

PREFIX = "/__mocks/v1"


@dataclass(slots=True)
class Said:
    """One reply, read to its end."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any

    @property
    def code(self) -> str:
        """The code of a problem."""
        return str(self.body["code"])


@dataclass(slots=True)
class Admin:
    """A running server and a session that keeps no cookies."""

    server: AdminServer
    house: House
    session: ClientSession

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
        **content: Any,  # noqa: ANN401  # whatever aiohttp takes
    ) -> Said:
        """Return the reply to a request below the prefix, with the token if none is given."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.server.token}"
        url = f"{self.server.url}{path if path.startswith('/login?') else PREFIX + path}"
        async with self.session.request(
            method, url, headers=sent, allow_redirects=False, **content
        ) as response:
            return await _read(response)

    async def open(self, name: str = "demo", **more: Any) -> Any:  # noqa: ANN401  # JSON
        """Return a new space as the API shows it."""
        said = await self.ask("POST", "/spaces", json={"name": name, **more})
        assert said.status == 201, said.text
        return said.body


async def _read(response: ClientResponse) -> Said:
    text = await response.text()
    body = await response.json(content_type=None) if "json" in response.content_type else None
    return Said(status=response.status, headers=response.headers, text=text, body=body)


@asynccontextmanager
async def serve_admin() -> AsyncIterator[Admin]:
    """Serve the admin API of an empty house."""
    async with (
        House() as house,
        AdminServer(house, version="0") as server,
        ClientSession(cookie_jar=DummyCookieJar()) as session,
    ):
        yield Admin(server, house, session)

"""The counter (窓口) of a gateway under test: passes on what the tested business system calls.

A gateway lists nobody's inquiries, so whoever judges a test must see which were made; the calls are
also what the report of a failed test shows first.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import aiohttp
from aiohttp import web

from mocks.gateway_files import LOOPBACK

LARGEST: Final = 64 * 1024 * 1024
# Of one connection only, or said anew by whoever passes the message on.
_OWN: Final = frozenset(
    {"connection", "content-length", "date", "host", "keep-alive", "server", "transfer-encoding"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCall:
    """One call of the tested system; `said` is the decoded reply, if it was JSON."""

    at: datetime
    method: str
    path: str
    asked: bytes = field(repr=False)
    status: int
    said: Any = field(repr=False)

    @property
    def state(self) -> str:
        """The state or the error code that the gateway replied."""
        if not isinstance(self.said, Mapping):
            return ""
        return str(self.said.get("state") or self.said.get("code") or "")


@dataclass(slots=True)
class Counter:
    """Serves the business API of a gateway at a URL of its own, and hears every call."""

    target: str
    now: Callable[[], datetime] = field(repr=False)
    hear: Callable[[BusinessCall], None] | None = field(default=None, repr=False)
    url: str = ""
    calls: list[BusinessCall] = field(default_factory=list, repr=False)
    _runner: web.AppRunner | None = field(default=None, repr=False)
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        self._session = aiohttp.ClientSession(trust_env=False, auto_decompress=False)
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, 0).start()
        self.url = f"http://{LOOPBACK}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close the port."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        asked = await request.read()
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _OWN}
        if self._session is None:
            raise web.HTTPServiceUnavailable
        try:
            async with self._session.request(
                request.method,
                f"{self.target}{request.raw_path}",
                data=asked or None,
                headers=headers,
                allow_redirects=False,
            ) as reply:
                return await self._pass_back(request, asked, reply)
        except aiohttp.ClientError as error:
            raise web.HTTPBadGateway(text=type(error).__name__) from error

    async def _pass_back(
        self, request: web.Request, asked: bytes, reply: aiohttp.ClientResponse
    ) -> web.StreamResponse:
        kept = {k: v for k, v in reply.headers.items() if k.lower() not in _OWN}
        if reply.content_type == "text/event-stream":
            stream = web.StreamResponse(status=reply.status, headers=kept)
            await stream.prepare(request)
            async for piece in reply.content.iter_any():
                await stream.write(piece)
            return stream
        body = await reply.read()
        call = BusinessCall(
            at=self.now(),
            method=request.method,
            path=request.path,
            asked=asked,
            status=reply.status,
            said=_decode(body) if reply.content_type.endswith("json") else None,
        )
        self.calls.append(call)
        if self.hear is not None:
            self.hear(call)
        return web.Response(status=reply.status, headers=kept, body=body)


def _decode(body: bytes) -> Any:  # noqa: ANN401  # any JSON value
    try:
        return json.loads(body)
    except ValueError:
        return None

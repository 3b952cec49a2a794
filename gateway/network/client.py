"""The calling end of the network API: one POST of a document stream, its replies matched."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from ssl import SSLContext
from typing import Final

import aiohttp

from gateway.domain.errors import PeerUnreachableError
from gateway.network.directory import Trust
from gateway.network.lanes import Lane, Limits
from gateway.network.tls import TlsFiles, client_context
from gateway.ports import Runner
from wire.documents import MEDIA_TYPE, Document, decode_stream, encode_stream
from wire.errors import WireError

PATH: Final = "/network/v1/documents"

_OK: Final = 200
_HEADERS: Final = {"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE, "Accept-Encoding": "identity"}
_CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one call may take: seconds to connect, bytes of a reply, seconds of any call."""

    connect_seconds: float = 10.0
    call_seconds: float = 20.0  # shorter than a lease: whoever waits still holds its work
    reply_bytes: int = 64 << 20


class DocumentsClient:
    """Sends documents of one institution, as whom its TLS certificate names, to its peers."""

    def __init__(
        self,
        files: TlsFiles,
        trust: Trust,
        runner: Runner,
        *,
        limits: Limits | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._files, self._trust, self._runner = files, trust, runner
        self._limits, self._bounds = limits or Limits(), bounds or Bounds()
        self._lanes: dict[tuple[str, str, bool], Lane] = {}
        self._contexts: dict[str, SSLContext] = {}
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, documents: Sequence[Document], *, hop: str, seconds: float, bulk: bool = False
    ) -> Document:
        """Send documents in one POST to `hop`; return the reply to the first of them.

        Documents for different recipients never share a POST, so that a slow provider behind
        the hop delays nobody else's inquiries.

        Raises:
            PeerUnreachableError: no usable reply came in time.
            RefusedError: `peer.unknown`, the trust configuration does not name the hop.
        """
        first = documents[0]
        key = (hop, first.recipient, bulk)
        lane = self._lanes.get(key)
        if lane is None:
            self._trust.directory.load_peer(hop)
            lane = Lane(partial(self._post, hop), self._runner, self._limits)
            self._lanes[key] = lane
        seconds = min(seconds, self._bounds.call_seconds)
        return await lane.send(first.message_id, encode_stream(documents), seconds=seconds)

    async def close(self) -> None:
        """Close all connections; calls under way fail as unreachable."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, hop: str, stream: bytes, seconds: float) -> dict[str, Document]:
        url = self._trust.directory.load_peer(hop).url + PATH
        try:
            async with (
                asyncio.timeout(seconds),
                self._open().post(
                    url,
                    data=stream if len(stream) < 1 << 20 else BytesIO(stream),
                    headers=_HEADERS,
                    ssl=self._context(hop),
                    allow_redirects=False,
                ) as response,
            ):
                content = await self._read(response, hop)
            return _match(decode_stream(content))
        except (aiohttp.ClientError, OSError) as error:
            reason = type(error).__name__
            raise PeerUnreachableError(institution=hop, reason=reason) from error
        except WireError as error:
            raise PeerUnreachableError(institution=hop, reason=error.code) from error

    async def _read(self, response: aiohttp.ClientResponse, hop: str) -> bytes:
        """Return the body of a reply, refused by its headers where possible."""
        if response.status != _OK:
            raise PeerUnreachableError(institution=hop, status=response.status)
        most = self._bounds.reply_bytes
        headers = response.headers
        if headers.get("Content-Type") != MEDIA_TYPE or "Content-Encoding" in headers:
            raise PeerUnreachableError(institution=hop, reason="content_type")
        if (response.content_length or 0) > most:
            raise PeerUnreachableError(institution=hop, reason="reply_size")
        content = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > most:
                raise PeerUnreachableError(institution=hop, reason="reply_size")
        return bytes(content)

    def _context(self, hop: str) -> SSLContext:
        context = self._contexts.get(hop)
        if context is None:
            context = client_context(self._files, self._trust, hop)
            self._contexts[hop] = context
        return context

    def _open(self) -> aiohttp.ClientSession:
        """Return the session; it can only be made where an event loop runs."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=None, connect=self._bounds.connect_seconds)
            # The lanes bound the connections; a second bound would let bulk delay the others.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=timeout,
                auto_decompress=False,
                trust_env=False,
            )
        return self._session


def _match(found: Sequence[Document | WireError]) -> dict[str, Document]:
    """Return replies by the message they reply to; two replies to one message are none."""
    named = [one for one in found if isinstance(one, Document) and one.in_reply_to]
    counts = Counter(one.in_reply_to for one in named)
    return {
        one.in_reply_to: one for one in named if one.in_reply_to and counts[one.in_reply_to] == 1
    }

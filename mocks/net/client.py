"""The calling end: one POST of a document stream, and the documents that came back."""

import ssl
from collections.abc import Callable, Sequence

import aiohttp

from mocks.net.tls import TlsFiles, client_context
from mocks.trust import Directory
from wire.documents import MEDIA_TYPE, Document, decode_stream
from wire.errors import WireError

PATH = "/network/v1/documents"
OK = 200
CALL_SECONDS = 60.0


class DocumentsClient:
    """Posts as one institution; connections are kept."""

    def __init__(self, files: TlsFiles, directory: Callable[[], Directory]) -> None:
        self._files, self._directory = files, directory
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._session: aiohttp.ClientSession | None = None
        self.closed = False

    async def post(self, to: str, documents: Sequence[bytes]) -> list[Document] | None:
        """Return the documents that `to` replied with, or None if there is no usable reply.

        Once this is closed there is none.
        """
        peer = self._directory().find(to)
        if peer is None or self.closed:
            return None
        try:
            async with self._open().post(
                f"{peer.url}{PATH}",
                data=b"".join(documents),
                headers={"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE},
                ssl=self._context(to),
                allow_redirects=False,
            ) as response:
                content = await response.read()
                if response.status != OK:
                    return None
            found = decode_stream(content)
        except (aiohttp.ClientError, OSError, TimeoutError, WireError):
            return None
        return [one for one in found if isinstance(one, Document)]

    async def close(self) -> None:
        """Close all connections and open no more."""
        self.closed = True
        if self._session is not None:
            await self._session.close()

    def _context(self, to: str) -> ssl.SSLContext:
        if to not in self._contexts:
            self._contexts[to] = client_context(self._files, self._directory, to)
        return self._contexts[to]

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
                trust_env=False,
            )
        return self._session

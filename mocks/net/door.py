"""The listener of a party; whoever connects while it is shut is refused."""

import socket
import ssl
from typing import Final

from aiohttp import web

from mocks.net.faulty import reset

HOST: Final = "127.0.0.1"


class Door:
    """Where a party listens on this machine; shut as often as told, it opens when all have let go.

    A socket that is bound and never listens holds the port all the time: nobody else takes it
    while the door is shut, and the machine itself refuses who connects.
    """

    def __init__(self, runner: web.AppRunner, context: ssl.SSLContext | None = None) -> None:
        """`runner` must have been set up."""
        self._runner, self._context = runner, context
        self._holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._site: web.TCPSite | None = None
        self._shut = 0

    @property
    def port(self) -> int:
        """The port, whether it is open or shut."""
        port: int = self._holder.getsockname()[1]
        return port

    @property
    def is_open(self) -> bool:
        """Whether who connects is let in."""
        return self._site is not None

    async def install(self, port: int = 0) -> None:
        """Take a port, 0 for any, and open.

        Raises:
            OSError: somebody has that port.
        """
        try:
            self._holder.bind((HOST, port))
            await self._listen()
        except OSError:
            self._holder.close()
            raise

    async def shut(self) -> None:
        """Refuse who connects from now on, and reset every connection that stands."""
        self._shut += 1
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()
        server = self._runner.server
        for one in server.connections if server is not None else ():
            if one.transport is not None:
                reset(one.transport)

    async def open(self) -> None:
        """Take back one `shut`; the last one opens the door."""
        self._shut -= 1
        if not self._shut:
            await self._listen()

    async def remove(self) -> None:
        """Give up the port; connections stand until the runner is cleaned up."""
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()
        self._holder.close()

    async def _listen(self) -> None:
        site = web.TCPSite(self._runner, HOST, self.port, ssl_context=self._context)
        await site.start()
        self._site = site

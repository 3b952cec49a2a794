"""The admin server: one listener on this machine, unless it is told to listen elsewhere."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from mocks.admin.app import SERVER_OPTIONS, Extension, build_app
from mocks.admin.auth import Gate, make_token
from mocks.admin.desk import Desk
from mocks.net.house import House

LOOPBACK: Final = "127.0.0.1"


class ExposureError(Exception):
    """An address that other machines can reach, and nobody said that this is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen; `remote` allows an address that other machines reach.

    `names` are the host names under which they reach it: any other is refused.
    """

    host: str = LOOPBACK
    port: int = 0
    remote: bool = False
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class AdminServer:
    """The admin API of a house, from start to stop; an asynchronous context manager."""

    house: House
    version: str
    address: Address = field(default_factory=Address)
    extensions: Sequence[Extension] = ()
    token: str = field(default_factory=make_token, repr=False)
    desk: Desk = field(init=False)
    _runner: web.AppRunner | None = None

    def __post_init__(self) -> None:
        names = (self.address.host, *self.address.names)
        self.desk = Desk(self.house, Gate(self.token, hosts=names), version=self.version)

    @property
    def url(self) -> str:
        """Where it is served, without path."""
        return self.desk.url

    async def start(self) -> None:
        """Listen.

        Raises:
            ExposureError: the address is not this machine's alone, and that was not allowed.
            OSError: somebody has the port.
        """
        if not is_loopback(self.address.host) and not self.address.remote:
            raise ExposureError(self.address.host)
        app = build_app(self.desk, extensions=self.extensions)
        self._runner = web.AppRunner(app, **SERVER_OPTIONS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self.address.host, self.address.port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        port = self._runner.addresses[0][1]
        host = f"[{self.address.host}]" if ":" in self.address.host else self.address.host
        self.desk.gate.port, self.desk.url = port, f"http://{host}:{port}"

    async def stop(self) -> None:
        """Let listeners go and close the port."""
        self.desk.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def make_link(self) -> str:
        """Return a URL that logs a browser in, once."""
        return f"{self.url}/login?code={self.desk.gate.make_link()}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


def is_loopback(host: str) -> bool:
    """Return whether an address is reached from this machine alone; names but localhost are not."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

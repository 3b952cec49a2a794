"""A space: parties with their sockets, one clock, one directory; the unit of isolation."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from mocks.engine.clock import SpaceClock
from mocks.engine.party import Party
from mocks.net.client import DocumentsClient
from mocks.net.host import Host
from mocks.net.tls import TlsFiles
from mocks.parties.core import Core
from mocks.parties.desk import Keys
from mocks.pki import Identity, Pki
from mocks.trust import Directory, Peer, Place, describe

POLL_SECONDS = 0.25  # how late a timer of a party may be, in real time


@dataclass(slots=True)
class Space:
    """All counterparties of one sandbox; use as an asynchronous context manager."""

    pki: Pki
    clock: SpaceClock
    core: Core
    keys: Keys
    parties: Mapping[str, Party]
    hosts: dict[str, Host] = field(default_factory=dict)
    peers: tuple[Peer, ...] = ()
    tasks: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup)
    running: set[asyncio.Task[None]] = field(default_factory=set)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        await self.tasks.__aenter__()
        for code, party in self.parties.items():
            identity = self.pki.identity(code)
            files = tls_files(self.pki, identity)
            client = DocumentsClient(files, self.directory)
            host = self.hosts[code] = Host(party, files, self, client)
            await host.start()
            self.admit(identity, f"https://127.0.0.1:{host.port}")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for host in self.hosts.values():
            await host.stop()
        for task in self.running:
            task.cancel()
        await self.tasks.__aexit__(kind, error, trace)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that ends with the space at the latest; its failure ends the space."""
        task = self.tasks.create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    def admit(self, identity: Identity, url: str) -> None:
        """Put a party, or a gateway that runs elsewhere, into the directory."""
        issues = identity.code == self.core.code
        peer = describe(Place(identity=identity, url=url, issues_permits=issues))
        self.peers = (*(old for old in self.peers if old.institution != identity.code), peer)
        self.keys.pin(self.directory())

    def directory(self) -> Directory:
        """Return the trust configuration in force; its number is how many parties there are."""
        return Directory(sequence=len(self.peers), peer=self.peers)

    async def advance(self, step: timedelta) -> None:
        """Move the clock and wait until everybody was told."""
        self.clock.advance(step)
        self.changed()
        told = [peer.institution for peer in self.peers if peer.institution != self.core.code]
        effects = self.core.tell_time(self.clock.offset, told, now=self.clock.now())
        await self.hosts[self.core.code].perform(effects)

    async def advance_to(self, instant: datetime) -> None:
        """Move the clock forward to an instant."""
        await self.advance(max(instant - self.clock.now(), timedelta()))

    async def wait_until(self, instant: datetime) -> None:
        """Return once the clock has reached an instant."""
        while self.clock.now() < instant:
            await self.news(min(POLL_SECONDS, (instant - self.clock.now()).total_seconds()))

    async def news(self, seconds: float) -> None:
        """Return when any party changed or the clock moved, at the latest after real seconds."""
        event = self._news
        try:
            async with asyncio.timeout(max(seconds, 0.001)):
                await event.wait()
        except TimeoutError:
            return

    def changed(self) -> None:
        """Wake everybody who waits for news."""
        event, self._news = self._news, asyncio.Event()
        event.set()


def tls_files(pki: Pki, identity: Identity) -> TlsFiles:
    """Return the TLS files of an identity under its authority."""
    return TlsFiles(
        certificate=identity.tls_certificate, key=identity.tls_key, authority=pki.authority
    )

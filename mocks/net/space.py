"""A space: parties with their sockets, one clock, script and directory; the unit of isolation."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import msgspec

from mocks.engine.agenda import Agenda, Entry
from mocks.engine.clock import SpaceClock
from mocks.engine.journal import Journal
from mocks.engine.party import Party
from mocks.engine.scenario import Scenario
from mocks.engine.script import Script
from mocks.net.clerk import not_taken
from mocks.net.client import DocumentsClient
from mocks.net.holds import Holds
from mocks.net.host import Host
from mocks.net.journal_entries import JournalFileError
from mocks.net.journal_file import JournalFile
from mocks.net.keeping import (
    VERSION,
    exchange_script,
    keep_parties,
    put_parties,
    read_wakes,
    write_wakes,
)
from mocks.net.passing import Passing, State
from mocks.net.telling import Telling
from mocks.net.timers import Timers
from mocks.net.tls import TlsFiles
from mocks.parties.core import Core
from mocks.parties.desk import Keys
from mocks.pki import Identity, Pki
from mocks.trust import Directory, Peer, Place, describe
from wire.documents import Document, encode_stream

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Space(Passing):
    """All counterparties of one sandbox; use as an asynchronous context manager.

    Nothing of it is shared with another space: not keys, ports, time, rules, journal or people.
    `peers` are its parties and whoever was admitted, gateways mostly. `on_step` is asked to take
    the steps of a scenario that are not of a party here; without it they are rows only.
    """

    pki: Pki
    clock: SpaceClock
    core: Core
    keys: Keys
    parties: Mapping[str, Party]
    name: str = "default"
    file: JournalFile | None = None
    first_port: int = 0  # of the parties, one after another; 0 takes any
    on_step: Callable[[Entry], Awaitable[None]] | None = None
    hosts: dict[str, Host] = field(default_factory=dict)
    peers: tuple[Peer, ...] = ()
    holds: Holds = field(default_factory=Holds)
    state: State = "ready"
    closing: bool = False
    tasks: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup)
    running: set[asyncio.Task[Any]] = field(default_factory=set)
    telling: Telling = field(init=False)
    fresh: dict[str, Any] = field(default_factory=dict, repr=False)  # memories at the beginning
    timers: Timers = field(default_factory=Timers)
    parked: set[asyncio.Task[Any]] = field(default_factory=set)
    woken: set[asyncio.Task[Any]] = field(default_factory=set)
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)
    latest_news: asyncio.Event = field(default_factory=asyncio.Event)
    planned: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.telling = Telling(self.core, self.clock)
        self.holds.changed = self.changed

    @property
    def script(self) -> Script:
        """The rules, names and journal that all parties here share."""
        return self.core.script

    @property
    def journal(self) -> Journal:
        """What happened, in order."""
        return self.script.journal

    @property
    def agenda(self) -> Agenda:
        """What the scenarios let parties do later."""
        return self.script.agenda

    async def __aenter__(self) -> Self:
        await self.tasks.__aenter__()
        for code, party in self.parties.items():
            await self._settle_in(code, party)
        self.fresh = keep_parties(self.parties)
        self.spawn(self.keep_time())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing = True
        for task in {*self.running, *self.parked}:
            task.cancel()
        self.holds.release_all()
        await asyncio.gather(*(host.stop() for host in self.hosts.values()))
        # An error of whoever is in the space stays as it is; only those of its tasks are a group.
        own = isinstance(error, asyncio.CancelledError)
        await self.tasks.__aexit__(*((kind, error, trace) if own else (None, None, None)))

    def admit(self, identity: Identity, url: str) -> None:
        """Put a party, or a gateway that runs elsewhere, into the directory."""
        issues = identity.code == self.core.code
        peer = describe(Place(identity=identity, url=url, issues_permits=issues))
        self.peers = (*(old for old in self.peers if old.institution != identity.code), peer)
        self.keys.pin(self.directory())

    async def noted(self) -> None:
        """Return once what happened so far is on disk, where the journal is kept there.

        Raises:
            JournalFileError: it cannot be written.
        """
        if self.file is not None:
            await self.file.flushed()

    async def _is_noted(self) -> bool:
        """Return whether what happened so far is on disk; whoever sends tries again if not."""
        try:
            await self.noted()
        except JournalFileError as error:
            _log.warning("the journal of the space %s cannot be written: %s", self.name, error)
            return False
        return True

    def directory(self) -> Directory:
        """Return the trust configuration in force; its number is how many parties there are."""
        return Directory(sequence=len(self.peers), peer=self.peers)

    async def post(self, sender: str, to: str, documents: Sequence[bytes]) -> list[Document] | None:
        """Return what an institution replies to a party's documents, None if that is unusable.

        What goes to parties here they note themselves; the rest is noted as an exchange. Like a
        reply, nothing leaves before the journal is on disk; what cannot be noted is not sent.
        """
        host = self.hosts[sender]
        if host.off:
            return None
        if to in self.hosts:
            return await host.client.post(to, documents) if await self._is_noted() else None
        called, journal = self.script.names.called, self.journal
        raw = b"".join(documents)
        exchange = journal.begin(called(sender), called(to), "out", raw, self.clock.now())
        if not await self._is_noted():
            return None
        found = await host.client.post(to, documents)
        if found is not None:
            journal.end(exchange, encode_stream([one.raw for one in found]))
        return found

    async def switch(self, code: str, *, on: bool) -> None:
        """Turn a party off or on again; while off, it refuses connections and sends nothing.

        Raises:
            KeyError: no party of this space has the institution code.
        """
        await self.hosts[code].switch(on=on)
        self.changed()

    def load(self, scenario: Scenario, *, now: datetime | None = None) -> None:
        """Let a scenario run from now on; one with the same id is replaced at once.

        Its core and registry are those of the space. `now` is when the run began, by default the
        present instant.
        """
        self.core.load(scenario, now=now or self.clock.now())
        self.changed()

    def unload(self, scenario: str) -> bool:
        """Let a scenario end; return whether it ran."""
        found = self.script.unload(scenario)
        self.changed()
        return found

    async def join(self, party: Party) -> None:
        """Let one more party take part; gateways learn of it from their next directory."""
        self.parties = {**self.parties, party.code: party}
        await self._settle_in(party.code, party)
        self.fresh |= keep_parties({party.code: party})

    def snapshot(self) -> dict[str, Any]:
        """Return everything this space knows as JSON values, sandbox numbers included."""
        return {
            "version": VERSION,
            "at": self.clock.now().isoformat(),
            "script": self.script.snapshot(),
            "parties": keep_parties(self.parties),
            "wakes": write_wakes(self.timers.wakes),
        }

    async def restore(self, kept: Mapping[str, Any]) -> None:
        """Let this space know what a snapshot holds, of itself or of one with the same parties.

        Time goes on: it is moved forward to the instant of the snapshot, never back. So do the
        journal, unless it is empty, and exchanges under way.

        Raises:
            ScenarioError: a scenario in it is none.
            ValueError: it has another shape, or is of another version.
        """
        if kept.get("version") != VERSION:
            message = "not a snapshot of this version"
            raise ValueError(message)
        try:
            wakes, at = read_wakes(kept["wakes"]), datetime.fromisoformat(kept["at"])
            for code in wakes:
                _ = self.hosts[code]
            put_parties(self.parties, kept["parties"])
            exchange_script(self.script, kept["script"])
        except (KeyError, TypeError, msgspec.MsgspecError) as error:
            message = "not the shape of a snapshot"
            raise ValueError(message) from error
        for code, instants in wakes.items():
            for instant in instants:
                self.wake(code, instant)
        await self.advance_to(at)

    def reset_state(self) -> None:
        """Let every party forget what it learned since the space was opened."""
        put_parties(self.parties, self.fresh)
        self.changed()

    async def _settle_in(self, code: str, party: Party) -> None:
        identity = self.pki.identity(code)
        files = tls_files(self.pki, identity)
        client = DocumentsClient(files, self.directory)
        host = self.hosts[code] = Host(party, files, self, client)
        await host.start(self.first_port and self.first_port + len(self.hosts) - 1)
        self.admit(identity, f"https://127.0.0.1:{host.port}")

    async def tell(self, *, missed: bool = False) -> None:
        """Tell the clock to everybody who is not here, or to those who missed it."""
        outside = [one.institution for one in self.peers if one.institution not in self.hosts]
        if missed:
            outside = [code for code in outside if code in self.telling.missed]
        else:
            self.changed()
        if outside:
            await self.telling.tell(outside, self.hosts[self.core.code].client)

    async def take_step(self, entry: Entry) -> None:
        """Let a party do what a scenario wants of it now; what it cannot do is a row."""
        host = self.hosts.get(self.script.names.code_of(entry.party) or entry.party)
        if host is not None:
            await host.clerk.take_step(entry)
        elif self.on_step is not None:
            await self.on_step(entry)
        else:
            self.journal.add(not_taken(entry, self.clock.now(), "nobody here takes this step"))
            self.changed()


def tls_files(pki: Pki, identity: Identity) -> TlsFiles:
    """Return the TLS files of an identity under its authority."""
    return TlsFiles(
        certificate=identity.tls_certificate, key=identity.tls_key, authority=pki.authority
    )

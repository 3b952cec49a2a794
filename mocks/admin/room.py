"""A space and what the admin API keeps beside it: files, rules for the moment, switches, events."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from mocks.admin.feed import Feed
from mocks.admin.moments import Company
from mocks.admin.views import show_row
from mocks.engine.evidence import Evidence
from mocks.engine.journal import Row
from mocks.engine.people import Resident
from mocks.engine.scenario import PartySetup, Persons
from mocks.engine.scenario_terms import PartyKind
from mocks.engine.sightings import Sighting
from mocks.net.space import Space
from mocks.world import World

MOST_SIGHTINGS: Final = 100_000


@dataclass(slots=True)
class Room:
    """One space, from when the admin API first sees it until it is closed.

    `sources` are the files of loaded scenarios by id, `made` counts rules for the moment; `ends`
    says until when a party is switched off, None for no end; `sightings` are what testers reported
    of the system under test. `look` and what follows are of whoever attends
    that system here.
    """

    name: str
    space: Space
    world: World
    feed: Feed
    sources: dict[str, bytes] = field(default_factory=dict)
    made: int = 0
    ends: dict[str, datetime | None] = field(default_factory=dict)
    sightings: list[Sighting] = field(default_factory=list)
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)
    seen: dict[str, object] = field(default_factory=dict)  # how things stood when last looked at
    look: Callable[[], Awaitable[None]] | None = None
    advance: Callable[[datetime], Awaitable[None]] | None = None
    finish: Callable[[], Awaitable[None]] | None = None
    evidence: Callable[[], Evidence] | None = None
    leave: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        """Return the present instant of the space."""
        return self.space.clock.now()

    def hear(self, row: Row) -> None:
        """Tell listeners of a row that came or changed."""
        self.feed.publish("row", lambda: show_row(row), key=f"row {row.id}")

    def tell(self, name: str, make: Callable[[], msgspec.Struct]) -> None:
        """Tell listeners how something stands; `make` is asked when they read."""
        self.feed.publish(name, make, key=name)

    @property
    def evicted(self) -> int:
        """How many rows gave way to newer ones."""
        return self.space.journal.gone

    def name_party(self, name: str) -> str:
        """Return how the journal calls a party, by its name or its institution code."""
        return self.space.script.names.called(name)

    def name_everybody(self) -> None:
        """Give parties that no scenario names the short names of their institutions."""
        names = self.space.script.names
        for one in self.world.institutions:
            if names.party_of(one.code) is None and names.code_of(one.short) is None:
                names.bind_party(one.short, one.code)

    def kinds(self) -> dict[str, PartyKind]:
        """Return what kind of party stands behind each institution code."""
        known: dict[str, PartyKind] = {
            self.world.core.code: "core",
            self.world.registry.code: "registry",
        }
        return {
            peer.institution: known.get(
                peer.institution, "agency" if peer.institution in self.space.hosts else "sut"
            )
            for peer in self.space.peers
        }

    def company(self) -> Company:
        """Return whom rules for the moment may name."""
        parties = {
            name: PartySetup(kind=kind, code=code)
            for code, kind in self.kinds().items()
            if (name := self.name_party(code)) != code
        }
        people: dict[str, Persons] = {}
        for scenario in self.space.script.scenarios.values():
            parties.update(scenario.parties)
            people.update(scenario.people)
        rules = self.space.script.rules_by_hand
        return Company(parties=parties, people=people, rules=rules)

    def find_resident(self, number: str) -> Resident | None:
        """Return who has an individual number, as the resident registry knows it."""
        return self.world.registry.state.residents.get(number)

    async def switch_off(self, code: str, until: datetime | None) -> None:
        """Let a party (its institution code) refuse connections, until an instant if one is given.

        The last word counts: an end that was said before is forgotten.
        """
        self.ends[code] = until
        await self.space.switch(code, on=False)
        if until is not None:
            self.space.timers.add(until, lambda: self.space.spawn(self._end(code, until)))
            self.space.planned.set()

    async def switch_on(self, code: str) -> None:
        """Let a party answer again."""
        self.ends.pop(code, None)
        await self.space.switch(code, on=True)

    async def _end(self, code: str, until: datetime) -> None:
        if self.ends.get(code) == until:
            await self.switch_on(code)

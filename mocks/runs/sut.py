"""The system under test as a run drives it: our gateway, by its business API, command line and log.

It takes the steps that a scenario leaves to the tester, and tells what it shows of itself.
"""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mocks.engine.names import Somebody
from mocks.engine.scenario_rules import Act, Step
from mocks.engine.sightings import Sighting
from mocks.gateway import Gateway, Json
from mocks.runs.crew import Cast
from mocks.runs.plan import RunPlan
from mocks.runs.population import Population
from mocks.runs.records import Records
from mocks.runs.seen import Asked, Book

BATCH_FROM: Final = 100  # people about whom an office asks with a batch
PAGE: Final = 500
AT_ONCE: Final = 16
NOT_FOUND: Final = 404
REFUSED: Final = 400
CHANGE: Final = 123_000


@dataclass(slots=True)
class Batch:
    """One batch: its rows by line, from 1, and what was last seen of it."""

    id: str
    people: Sequence[Cast]
    updated: tuple[str, ...] = ()


@dataclass(slots=True)
class GatewaySut:
    """Our gateway under test."""

    gateway: Gateway
    plan: RunPlan
    population: Population
    book: Book
    records: Records
    batches: list[Batch] = field(default_factory=list)
    alarms_after: str = ""
    asks: int = 0
    crashed: bool = False
    changed: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def take(self, step: Step, now: datetime) -> None:
        """Take a step of the scenario.

        Raises:
            GatewayFailedError: the system under test refused it.
        """
        people = self.population.crew.of(step.act.person)
        if step.action == "ask":
            await self._ask(people, step.act, now)
        elif step.action == "register":
            await self.population.load(people, self.changed)
        elif step.action == "change_original":
            self._change_originals(people)

    async def close_the_day(self) -> None:
        """Do what the business system does every evening: have its replicas compared.

        Raises:
            GatewayFailedError: the system under test refused it.
        """
        await self.population.compare(self.changed)

    async def glance(self, now: datetime, touched: AbstractSet[Somebody]) -> None:
        """Take over the states of inquiries about whom something has happened."""
        if not self.is_alive(now):
            return
        await self._look_at_inquiries(now, touched)
        if touched:
            for batch in self.batches:
                await self._look_at_batch(batch, now)

    async def look(self, now: datetime) -> None:
        """Take over everything that the system under test shows: states, records, alarms."""
        if not self.is_alive(now):
            return
        await self._look_at_inquiries(now, {one.cast.who for one in self.book.asked.values()})
        for batch in self.batches:
            await self._look_at_batch(batch, now)
        await self.records.look(now)
        await self._look_at_alarms(now)

    def is_alive(self, now: datetime) -> bool:
        """Return whether the process runs; that it ended by itself is a sighting."""
        process = self.gateway.process
        if process is None or process.returncode is None:
            return True
        if not self.crashed:
            self.crashed = True
            what = str(process.returncode)
            self.book.add(Sighting(at=now, subject="crash", what=what))
        return False

    async def _ask(self, people: Sequence[Cast], act: Act, now: datetime) -> None:
        for one in people:
            if "no_symbol" in one.tags:
                await self.population.start_symbol(one)
        self.asks += 1
        if len(people) * self.plan.scale >= BATCH_FROM:
            await self._ask_in_batch(people, act)
            return
        for one in people:
            await self._ask_about(one, act, now)

    async def _ask_about(self, one: Cast, act: Act, now: datetime) -> None:
        key = f"{one.who.name}-{one.who.member}-{self.asks}"
        path = "/v1/inquiries"
        headers = {"Idempotency-Key": key}
        said = await self.gateway.call("POST", path, self._question(one, act), headers)
        if said.status >= REFUSED:
            self.book.text("error_messages", str(said.body), now, one)
        shown = said.demand(path)
        asked = self.book.asked[shown["id"]] = Asked(one, shown["id"])
        self.book.show(asked, shown, now)

    async def _ask_in_batch(self, people: Sequence[Cast], act: Act) -> None:
        path = "/v1/batches"
        rows = [self._question(one, act) | {"key": f"row-{at}"} for at, one in enumerate(people)]
        said = await self.gateway.hand_over(path, rows, {"Idempotency-Key": f"batch-{self.asks}"})
        self.batches.append(Batch(said.demand(path)["id"], people))

    def _question(self, one: Cast, act: Act) -> Json:
        return {
            "number": self.population.local_number(one),
            "affair": act.affair or self.plan.topic.affair,
            "provider": self.plan.provider,
            "information": [{"information": act.information, "items": list(act.items)}],
        }

    def _change_originals(self, people: Sequence[Cast]) -> None:
        """Let the business system know better than its replica."""
        topic = self.plan.topic
        for one in people:
            known = self.population.crew.values(one, topic.information)[topic.item] or "0"
            self.changed[one.number] = {topic.item: str(int(known) + CHANGE)}

    async def _look_at_inquiries(self, now: datetime, touched: AbstractSet[Somebody]) -> None:
        own = [one for one in self.book.asked.values() if not one.final and not one.lost]
        single = [one for one in own if one.cast.who in touched and "batch" not in one.shown]
        await asyncio.gather(*(self._look_at(one, now) for one in single))

    async def _look_at(self, one: Asked, now: datetime) -> None:
        async with self.gate:
            said = await self.gateway.call("GET", f"/v1/inquiries/{one.id}")
        if said.status == NOT_FOUND:
            self.book.lose(one, now)
        else:
            self.book.show(one, said.demand("/v1/inquiries"), now)

    async def _look_at_batch(self, batch: Batch, now: datetime) -> None:
        """Take over the rows of a batch that changed."""
        path = f"/v1/batches/{batch.id}"
        said = (await self.gateway.call("GET", path)).demand(path)
        seen = (said["updated_at"], str(said["counts"]))
        if seen == batch.updated:
            return
        batch.updated = seen
        if said["counts"]["total"] != len(batch.people):
            self.book.add(Sighting(at=now, subject="queue", what="lost"))
        for line, row in enumerate(await self._rows(batch), 1):
            self._show_row(batch.people[line - 1], row, now)

    async def _rows(self, batch: Batch) -> list[Json]:
        found: list[Json] = []
        while len(found) < len(batch.people):
            path = f"/v1/batches/{batch.id}/results?limit={PAGE}&after={len(found)}"
            page = (await self.gateway.call("GET", path)).demand(path)
            if not page:
                break
            found += page
        return found

    def _show_row(self, one: Cast, row: Json, now: datetime) -> None:
        shown = row["inquiry"]
        if shown is None:
            return
        asked = self.book.asked.get(shown["id"])
        if asked is None:
            asked = self.book.asked[shown["id"]] = Asked(one, shown["id"])
        self.book.show(asked, {**shown, "batch": True}, now)

    async def _look_at_alarms(self, now: datetime) -> None:
        after = f"&after={self.alarms_after}" if self.alarms_after else ""
        path = f"/v1/alarms?limit={PAGE}{after}"
        page = (await self.gateway.call("GET", path)).demand(path)
        self.alarms_after = page["last"] or self.alarms_after
        for alarm in page["alarms"]:
            peer = alarm["peer"]
            self.book.add(
                Sighting(
                    at=min(datetime.fromisoformat(alarm["at"]), now),
                    subject="alarm",
                    what=alarm["kind"],
                    party=self.book.names.called(peer) if peer else None,
                    value=float(alarm["details"].get("seconds", alarm["count"])),
                )
            )

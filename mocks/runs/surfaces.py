"""Where one could read about a person: what the system under test shows, writes and exports."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from mocks.engine.examples import load_examples
from mocks.engine.journal import Journal
from mocks.engine.sightings import Sighting
from mocks.gateway import Gateway, GatewayFailedError
from mocks.runs.crew import Cast, Crew
from mocks.runs.plan import RunPlan
from mocks.runs.seen import Asked, Book

LOOKS: Final = 15  # how often an answer of the system under test is timed, and
REPEATS: Final = 5  # of how many the fastest counts
PHONE: Final = "090-0000-{:04}"
CAUSES: Final = ("protected_person", "staff_refused", "hold_expired", "nothing_registered")
_UNKNOWN: Final = "00000000-0000-4000-8000-000000000000"


def hidden_values(plan: RunPlan, crew: Crew) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return, by person and field, the values that must not be told."""
    told = [
        values["address"]
        for example in load_examples().values()
        for values in example.values.values()
        if "address" in values
    ]
    return {
        name: _hidden(crew.of(name), told)
        for one in plan.scenario.expect
        if one.no_disclosure is not None
        for name in [one.no_disclosure.person]
    }


def _hidden(members: Sequence[Cast], told: Sequence[str]) -> Mapping[str, Sequence[str]]:
    stays = [one.resident.last_stay for one in members]
    return {
        "address": [*told, *(stay.address for stay in stays)],
        "municipality_code": [stay.municipality for stay in stays],
        "phone": [PHONE.format(one.who.member) for one in members],
        "reason": CAUSES,
        "flag": CAUSES[:1],
    }


@dataclass(slots=True)
class Surfaces:
    """Looks at everything that the system under test shows, once at the end of a run.

    The history of an exchange is what its inquirer and the `network` between both keep of it.
    """

    gateway: Gateway
    plan: RunPlan
    book: Book
    journal: Journal
    network: Iterable[Mapping[str, object]]

    async def look(self, now: datetime) -> None:
        """Note the texts of every surface, if the scenario hides anything, and time answers."""
        if any(one.no_disclosure is not None for one in self.plan.scenario.expect):
            for one in self.book.asked.values():
                await self._look_at(one, now)
            await self._look_around(now)
            self._read_answers(now)
        if any(one.count and one.count.compare_to for one in self.plan.scenario.expect):
            await self._time(now)

    async def _look_at(self, one: Asked, now: datetime) -> None:
        """Note what is shown and said of one inquiry, also when it is asked for wrongly."""
        path = f"/v1/inquiries/{one.id}"
        shown = await self.gateway.call("GET", path)
        self.book.text("sut_api", _written(shown.body), now, one.cast)
        stream = await self.gateway.call("GET", path, headers={"Accept": "text/event-stream"})
        self.book.text("history", _written(stream.body), now, one.cast)
        refused = await self.gateway.call("POST", f"{path}/cancel")
        self.book.text("error_messages", _written(refused.body), now, one.cast)

    async def _look_around(self, now: datetime) -> None:
        """Note what is about nobody in particular: lists, exports, the log, pages, errors."""
        said = await self.gateway.call("GET", "/v1/alarms?limit=500")
        self.book.text("sut_api", _written(said.body), now)
        kept = await self.gateway.call("GET", "/v1/records?limit=500&act=inquiry")
        for surface in ("sut_api", "history"):
            self.book.text(surface, _written(kept.body), now)
        for row in self.network:
            self.book.text("history", _written(row), now)
        page = await self.gateway.call("GET", "/console")
        self.book.text("sut_ui", _written(page.body), now)
        unknown = await self.gateway.call("GET", f"/v1/inquiries/{_UNKNOWN}")
        self.book.text("error_messages", _written(unknown.body), now)
        log = self.gateway.plan.log.read_text(encoding="utf-8", errors="replace")
        self.book.text("sut_logs", log, now)
        try:
            exported = _written(await self.gateway.run("records", "search", "--limit", "500"))
        except GatewayFailedError as error:
            exported = str(error)
        self.book.text("sut_export", exported, now)

    def _read_answers(self, now: datetime) -> None:
        """Note the bytes of every answer that the system under test sent."""
        for row in self.journal.rows(party=self.plan.sut, op="inquiry.answer"):
            asked, answered = self.journal.raw(row.exchange)
            text = (asked + answered).decode("utf-8", "replace")
            self.book.add(
                Sighting(
                    at=now,
                    subject="text",
                    what="answer",
                    text=text,
                    person=row.person,
                    member=row.member,
                    correlation=row.correlation,
                )
            )

    async def _time(self, now: datetime) -> None:
        """Time how long the system under test takes to show each inquiry, turn by turn."""
        everybody = list(self.book.asked.values())
        for turn in range(LOOKS):
            for one in everybody if turn % 2 else everybody[::-1]:
                took = [await self._time_once(one) for _ in range(REPEATS)]
                best = min(took) * 1000  # what else the machine does is not its doing
                self.book.measure(one, "response_time_ms", best, now)

    async def _time_once(self, one: Asked) -> float:
        begun = monotonic()
        await self.gateway.call("GET", f"/v1/inquiries/{one.id}")
        return monotonic() - begun


def _written(body: object) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)

"""Makes everybody of a scenario known to the system under test and to its counterparties.

The system under test is told over its business API, as an office would: addresses, symbols,
replicas, controls. Counterparties are told directly; they are ours.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from mocks.engine.clock import day_of
from mocks.gateway import Gateway, GatewayFailedError, Json
from mocks.runs.crew import Cast, Crew
from mocks.runs.plan import RunPlan

LOAD: Final = 500  # entries of one request
AT_ONCE: Final = 16
PATIENCE_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.02
REVIEW_ON: Final = "2099-12-31"
NOTHING: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({})


@dataclass(slots=True)
class Population:
    """The people of a run at the system under test."""

    gateway: Gateway
    plan: RunPlan
    crew: Crew
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def settle(self) -> None:
        """Register everybody, acquire symbols, load replicas and set controls.

        Raises:
            GatewayFailedError: the system under test refused something.
        """
        everybody = list(self.crew)
        await asyncio.gather(*(self._register(one) for one in everybody))
        await self._acquire(one for one in everybody if "no_symbol" not in one.tags)
        ours = self.plan.asks_us - self.plan.registered_later
        provided = [one for one in everybody if one.who.name in ours]
        await self.load(one for one in provided if "unregistered" not in one.tags)
        await asyncio.gather(*(self._control(one) for one in provided))

    def local_number(self, one: Cast) -> str:
        """Return the local number of somebody in the business system under test."""
        plan = self.gateway.plan
        return self.crew.people.local_number(one.resident.index, plan.code, plan.system)

    async def start_symbol(self, one: Cast) -> str:
        """Start the acquisition of a symbol and return its receipt."""
        said = await self._post("/v1/symbols", {"number": self.local_number(one)})
        return str(said["receipt"])

    async def load(
        self, people: Iterable[Cast], changed: Mapping[str, Mapping[str, str]] = NOTHING
    ) -> None:
        """Register replicas of what the office knows of people, `changed` by individual number.

        Raises:
            GatewayFailedError: one was rejected.
        """
        entries = [self.entry(one, changed.get(one.number, {})) for one in people]
        for start in range(0, len(entries), LOAD):
            part = entries[start : start + LOAD]
            said = await self._post("/v1/replicas", {"entries": part})
            if said["applied"] != len(part):
                raise GatewayFailedError(str(said["rejected"][:3]))

    async def compare(self, changed: Mapping[str, Mapping[str, str]]) -> None:
        """Hand over the originals of everybody whose replica was registered, to be compared.

        Raises:
            GatewayFailedError: they were refused.
        """
        known = self.plan.registered_later
        entries = [
            self.entry(one, changed.get(one.number, {}))
            for one in self.crew
            if one.who.name in known
        ]
        for start in range(0, len(entries), LOAD):
            await self._post("/v1/replica-comparisons", {"entries": entries[start : start + LOAD]})

    def entry(self, one: Cast, changed: Mapping[str, str]) -> Json:
        """Return the replica entry of somebody, with values that have changed since."""
        information = self.plan.topic.information
        values = {**self.crew.values(one, information), **changed}
        on = self._on.isoformat()
        return {
            "number": self.local_number(one),
            "information": information,
            "record_key": str(self._on.year),
            "as_of": on,
            "public_from": on,
            "items": [_item(name, value) for name, value in values.items()],
        }

    @property
    def _on(self) -> date:
        return day_of(self.plan.start).replace(month=1, day=1)

    async def _register(self, one: Cast) -> None:
        """Register an address; the office knows a former one, never where a person lives now."""
        resident = one.resident
        body = {
            "number": self.local_number(one),
            "individual_number": resident.individual_number,
            "basic": {
                "name": resident.name,
                "kana": resident.kana,
                "born_on": resident.born_on.isoformat(),
                "sex_code": resident.sex_code,
                "address": f"旧住所{one.who.member + 1}番地",
            },
            "residence": "resident",
        }
        await self._post("/v1/addresses", body)

    async def _acquire(self, people: Iterable[Cast]) -> None:
        receipts = await asyncio.gather(*(self.start_symbol(one) for one in people))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.gather(*(self._linked(receipt) for receipt in receipts))
        except TimeoutError as error:
            message = f"not all of {len(receipts)} symbols came"
            raise GatewayFailedError(message) from error

    async def _linked(self, receipt: str) -> None:
        path = f"/v1/symbols/{receipt}"
        while True:
            async with self.gate:
                said = (await self.gateway.call("GET", path)).demand(path)
            if said["state"] == "linked":
                return
            if said["state"] == "failed":
                raise GatewayFailedError(str(said["reason"]))
            await asyncio.sleep(POLL_SECONDS)

    async def _control(self, one: Cast) -> None:
        topic = self.plan.topic
        kinds: Sequence[tuple[str, str | None, str | None]] = (
            ("dv_protected", None, None),
            ("auto_response_prohibited", topic.information, topic.item),
        )
        names = {
            "dv_protected": "protected_person",
            "auto_response_prohibited": "no_automatic_answer",
        }
        for tag, information, item in kinds:
            if tag in one.tags:
                body = {
                    "number": self.local_number(one),
                    "kind": names[tag],
                    "information": information,
                    "item": item,
                    "reason": "scenario",
                    "set_by": "clerk-1",
                    "review_on": REVIEW_ON,
                }
                await self._post("/v1/controls", body)

    async def _post(self, path: str, body: Json) -> Json:
        async with self.gate:
            return (await self.gateway.call("POST", path, body)).demand(path)


def _item(name: str, value: str | None) -> Json:
    if value:
        return {"item": name, "value": value}
    return {"item": name, "value": None, "reason": "not_registered"}

"""What the cases of the demo are made of: asking as A, waiting, staff acts, the core's journal."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mocks.demo.registering import Register
from mocks.engine.cast import Member
from mocks.engine.party import Effect
from mocks.gateway import Gateway, Json, Said
from mocks.parties.agency import Agency
from mocks.parties.agency_state import Ask, Asked
from mocks.sandbox import Sandbox
from wire.messages import RequestedInformation

WAIT_SECONDS = 10
PATIENCE_SECONDS = 15.0
POLL_SECONDS = 0.05
FINAL = frozenset({"answered", "not_provided", "denied", "expired", "failed", "cancelled"})


class UnexpectedError(Exception):
    """Something in a case is not as it must be."""


def demand(claim: str, *, holds: bool) -> None:
    """Return if a claim about a case holds.

    Raises:
        UnexpectedError: it does not.
    """
    if not holds:
        raise UnexpectedError(claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What municipality A asks: whom (short key), under which affair, which information."""

    provider: str
    affair: str
    information: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a case ended: one of the contract's outcomes, and why in a few words."""

    outcome: str
    reason: str


@dataclass(slots=True)
class Stage:
    """The sandbox with what the cases remember of one another."""

    sandbox: Sandbox
    inquiries: dict[str, Json] = field(default_factory=dict)  # by case, as A shows them

    def member(self, case: str) -> Member:
        """Return the person of a case."""
        return self.sandbox.world.cast[case]

    def number(self, short: str, case: str) -> str:
        """Return the local number of a case's person in a municipality."""
        return Register(self.sandbox, short).number(self.member(case).resident)

    async def inquire(self, case: str, wish: Wish, wait: int = WAIT_SECONDS) -> Said:
        """Return what A's business API says to an inquiry about the case's person."""
        body = {
            "number": self.number("a", case),
            "affair": wish.affair,
            "provider": self.sandbox.world.code(wish.provider),
            "information": [{"information": wish.information}],
        }
        headers = {"Idempotency-Key": case}
        if wait:
            headers["Prefer"] = f"wait={wait}"
        said = await self.sandbox.a.call("POST", "/v1/inquiries", body, headers)
        if said.body and "id" in said.body:
            self.inquiries[case] = said.body
        return said

    async def settled(self, case: str, is_so: Callable[[Json], bool] | None = None) -> Json:
        """Return A's inquiry of a case once it is final, or as the condition wants it.

        Raises:
            UnexpectedError: it does not get there.
        """
        shown = self.inquiries[case]
        look = is_so or (lambda found: found["state"] in FINAL)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not look(shown):
                    await asyncio.sleep(POLL_SECONDS)
                    shown = (await self.sandbox.a.call("GET", f"/v1/inquiries/{shown['id']}")).body
        except TimeoutError:
            claim = f"the inquiry stays {shown['state']}"
            raise UnexpectedError(claim) from None
        self.inquiries[case] = shown
        return shown

    async def ask(self, case: str, wish: Wish, *, own_check: bool) -> Asked:
        """Return the inquiry of the prefecture about the case's person."""
        agency = self.agency
        row, _, clause = wish.affair.partition("-")
        command = Ask(
            request_id=case if own_check else f"{case}-unchecked",
            provider=self.sandbox.world.code(wish.provider),
            row=row,
            clause=clause or None,
            information=(RequestedInformation(name=wish.information),),
            individual_number=self.member(case).resident.individual_number,
            own_check=own_check,
        )
        await self.perform(agency.ask(command, now=self.sandbox.space.clock.now()))
        return agency.state.asked[command.request_id]

    @property
    def agency(self) -> Agency:
        """The prefecture, the scripted inquirer."""
        return self.sandbox.world.agencies["prefecture"]

    async def perform(self, effects: Sequence[Effect]) -> None:
        """Carry out effects of the prefecture."""
        await self.sandbox.space.hosts[self.agency.code].perform(effects)

    def journal(self, **equals: str | None) -> list[Json]:
        """Return the records of the core's log whose fields are as given."""
        log = self.sandbox.world.core.state.log
        return [
            row
            for row in log.export()
            if all(row.get(name) == value for name, value in equals.items())
        ]

    async def decide(self, gateway: Gateway, transaction: str, action: str) -> None:
        """Let two members of staff decide on a held provision at the command line."""
        await gateway.run(
            "held",
            "propose",
            transaction,
            "--action",
            action,
            "--reason",
            "demo",
            "--staff",
            "clerk-1",
        )
        await gateway.run("held", action, transaction, "--staff", "clerk-2")


def values_of(shown: Json) -> dict[str, str | None]:
    """Return the items of an inquiry that A shows as answered."""
    return {item["item"]: item["value"] for part in shown["information"] for item in part["items"]}

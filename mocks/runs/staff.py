"""The members of staff of the office under test: two of them refuse what concerns the protected."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mocks.engine.journal import Journal
from mocks.gateway import Gateway
from mocks.runs.crew import Crew
from mocks.runs.plan import RunPlan

PROTECTED: Final = "dv_protected"
REASON: Final = "scenario"
WAITS: Final = frozenset({"sent", "held"})


@dataclass(slots=True)
class Staff:
    """Looks into the list of what is held whenever a protected person was asked about."""

    gateway: Gateway
    plan: RunPlan
    crew: Crew
    journal: Journal
    correlation_of: Callable[[str], str | None]
    decided: set[str] = field(default_factory=set)  # exchanges

    async def act(self) -> bool:
        """Refuse what is held about the protected; return whether there was anything.

        Raises:
            GatewayFailedError: the command line refused.
        """
        waiting = self._list_waiting() - self.decided
        if not waiting:
            return False
        for held in await self.gateway.run("held", "list"):
            number = held["transaction_number"]
            if self.correlation_of(number) in waiting:
                await self._refuse(number)
        self.decided |= waiting
        return True

    def _list_waiting(self) -> set[str]:
        """Return the exchanges about protected people that got a receipt."""
        names = {one.who.name for one in self.crew if PROTECTED in one.tags}
        return {
            row.correlation
            for name in names & self.plan.asks_us
            for row in self.journal.rows(op="inquiry.relay", person=name)
            if row.correlation is not None and row.outcome in WAITS
        }

    async def _refuse(self, number: str) -> None:
        await self.gateway.run(
            "held",
            "propose",
            number,
            "--action",
            "refuse",
            "--reason",
            REASON,
            "--staff",
            "clerk-1",
        )
        await self.gateway.run("held", "refuse", number, "--staff", "clerk-2")

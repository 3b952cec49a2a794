"""What is measured beside the system under test: how much lies at each counterparty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mocks.engine.journal import Row
from mocks.engine.sightings import Sighting
from mocks.runs.seen import Book
from mocks.runs.stage import Stage

WAITING: Final = "waiting"
OPEN: Final = "open_exchanges"


@dataclass(slots=True)
class Gauge:
    """Notes every new maximum of what a party has waiting and of what it has under way."""

    stage: Stage
    book: Book
    most: dict[tuple[str, str], int] = field(default_factory=dict)

    def start(self) -> None:
        """Measure from now on, at every row of the journal."""
        self.stage.space.journal.subscribe(self._measure)

    def _measure(self, _row: Row) -> None:
        names = self.stage.script.names
        core = self.stage.world.core
        for code, host in self.stage.space.hosts.items():
            figures: Mapping[str, int] = {
                WAITING: len(core.state.open) if code == core.code else 0,
                OPEN: host.clerk.under_way,
            }
            for name, value in figures.items():
                if value > self.most.get((code, name), 0):
                    self.most[code, name] = value
                    self._note(name, value, names.called(code))

    def _note(self, name: str, value: int, party: str) -> None:
        now = self.stage.space.clock.now()
        self.book.add(
            Sighting(at=now, subject="metric", what=name, value=float(value), party=party)
        )

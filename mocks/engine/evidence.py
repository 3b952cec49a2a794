"""What expectations are judged on, and what judging them says.

Evidence is the journal of a run, what was seen of the system under test, and the instant at which
both are looked at. A verdict says of one expectation whether it is met, broken or still open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from mocks.engine.scenario import Scenario
from mocks.engine.sightings import Sighting

Outcome = Literal["met", "broken", "open"]


class Row(Protocol):
    """What is read of a row of the journal: who did which act about whom, and how it ended.

    Names are those of the scenario. `faults` are `rule:kind@point`; `outcome` is a dotted code
    where the act was refused; `before`, `after` and `decoded` are read for a few keys only:
    `permit` and `inquiry` (states), `nbf` and `exp` (ISO 8601 or seconds since 1970), `items`,
    `file`, `message_id`, `digest`.
    """

    @property
    def id(self) -> int:
        """The number of the row."""

    @property
    def at(self) -> datetime:
        """When it happened, aware UTC."""

    @property
    def party(self) -> str:
        """Who acted."""

    @property
    def peer(self) -> str | None:
        """With whom."""

    @property
    def op(self) -> str | None:
        """Which act; None where nothing fits."""

    @property
    def person(self) -> str | None:
        """About whom."""

    @property
    def member(self) -> int:
        """Which member of a crowd, from 0."""

    @property
    def correlation(self) -> str | None:
        """In which exchange."""

    @property
    def matched(self) -> Sequence[str]:
        """Which rules matched."""

    @property
    def faults(self) -> Sequence[str]:
        """What went wrong on purpose."""

    @property
    def before(self) -> Mapping[str, str]:
        """What held before."""

    @property
    def after(self) -> Mapping[str, str]:
        """What held afterwards."""

    @property
    def outcome(self) -> str | None:
        """How it ended."""

    @property
    def decoded(self) -> Mapping[str, object]:
        """What its document said, masked."""

    @property
    def note(self) -> str | None:
        """What is special about the row; `evicted` stands for rows that had to go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that expectations are judged on, as it stands at `now`.

    `rows` and `sightings` come in any order. `hidden` are the values that must not be disclosed,
    by person and by field (`address`, `phone`, …); a value is compared without regard to width,
    case, spaces and hyphens. Crowds are as large as `scenario` says: whoever scales a run passes
    the scaled scenario.
    """

    scenario: Scenario
    rows: Sequence[Row]
    sightings: Sequence[Sighting]
    now: datetime
    started_at: datetime
    hidden: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one expectation comes to; `index` is its place among those of the scenario, from 0.

    `rows` are the journal rows that decide it (at most 50, the first ones), `said_ja` and `said_en`
    what was expected and what was seen, `why` the harm that the scenario says it prevents.
    """

    index: int
    kind: str
    outcome: Outcome
    rows: tuple[int, ...] = ()
    said_ja: str
    said_en: str
    why: str | None = None

"""What expectations are judged on, and what judging them says.

Evidence is the journal of a run, what was seen of the system under test, and the instant at which
both are looked at. A verdict says of one expectation whether it is met, broken or still open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from mocks.engine.rows import Row
from mocks.engine.scenario import Scenario
from mocks.engine.sightings import Sighting

Outcome = Literal["met", "broken", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that expectations are judged on, as it stands at `now`.

    `rows` and `sightings` come in any order. Of `before`, `after` and `decoded` of a row a few keys
    are read where they are there: `permit` (a state), `nbf` and `exp` (ISO 8601, or seconds since
    1970), `items`, `file` or `name`, `message_id` and `digest`. `hidden` are the values that must
    not be disclosed, by person and by field (`address`, `phone`, …); they are compared without
    regard to width, case, spaces and hyphens. Crowds are as large as `scenario`
    says: whoever scales a run passes the scaled scenario.
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

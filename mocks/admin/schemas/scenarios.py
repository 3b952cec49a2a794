"""Scenarios and single rules: shipped, loaded, changed while they run, judged."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from mocks.admin.schemas.common import (
    Correlation,
    Count,
    DurationText,
    Instant,
    OpName,
    PartyName,
    PersonName,
    Request,
    Resource,
    RuleName,
    ScenarioName,
    Seed,
    Sha256,
    Texts,
    form,
)
from mocks.admin.schemas.problem import LintProblem

Level = Literal["must", "should", "may"]
Words = Annotated[
    dict[str, Any],  # Any: the words of scenarios, which their own schema checks
    Meta(description="As in a scenario; the schema of scenarios says what may stand here."),
]
Subject = Literal[
    "inquiry", "permit", "file", "queue", "crash", "effect", "alarm", "audit", "metric"
]
What = Annotated[str, form("[a-z][a-z0-9_.]{0,63}", "A word of scenarios.", "answered")]
Counter = Annotated[int, Meta(ge=0, le=1_000_000_000)]
MOST_SOURCE = 1 << 20


class ShippedResource(Resource, frozen=True, kw_only=True):
    """A scenario that is shipped."""

    id: ScenarioName
    title: Texts
    level: Level
    sha256: Sha256
    parties: dict[str, str]
    rules: Count
    expect: Count


class ShippedList(Resource, frozen=True, kw_only=True):
    """Every scenario that is shipped."""

    scenarios: tuple[ShippedResource, ...] = ()


class ScenarioRequest(Request, frozen=True, kw_only=True):
    """A scenario to load: its YAML, or nothing for the shipped one of the id in the path."""

    source: Annotated[str, Meta(max_length=MOST_SOURCE)] | None = None


class RuleResource(Resource, frozen=True, kw_only=True):
    """A rule and its counters.

    `seen` counts the calls that matched everything but `nth`, `matched` those that matched;
    `ends` are the ends of its faults that last, of which those in the past are over.
    """

    id: RuleName
    party: PartyName
    op: OpName
    person: str | None = None
    nth: str | None = None
    seen: Count = 0
    matched: Count = 0
    ends: tuple[Instant, ...] = ()


class ExpectationResource(Resource, frozen=True, kw_only=True):
    """What is expected; `index` counts from 0, `words` is the expectation as its file says it."""

    index: Count
    kind: str
    words: Words
    why: str | None = None


class ScenarioResource(Resource, frozen=True, kw_only=True):
    """A scenario that is loaded: rules with their counters, expectations, weaknesses, its YAML."""

    id: ScenarioName
    title: Texts
    level: Level
    seed: Seed
    sha256: Sha256
    rules: tuple[RuleResource, ...] = ()
    expect: tuple[ExpectationResource, ...] = ()
    problems: tuple[LintProblem, ...] = ()
    source: str = ""


class ScenarioList(Resource, frozen=True, kw_only=True):
    """Every scenario that is loaded."""

    scenarios: tuple[ScenarioResource, ...] = ()


class StateRequest(Request, frozen=True, kw_only=True):
    """The counters of one rule as they are to be; its faults that last begin anew."""

    rule: RuleName
    seen: Counter = 0
    matched: Counter = 0


class FaultRequest(Request, frozen=True, kw_only=True):
    """A rule for the moment (臨時の障害): what a rule of a scenario says, and for how long.

    `when` needs at least `party` and `op`. `ttl` is counted by the space's clock.
    """

    when: Words
    fault: Annotated[tuple[Words, ...], Meta(max_length=20)] = ()
    then: Words | None = None
    later: Annotated[tuple[Words, ...], Meta(max_length=20)] = ()
    ttl: DurationText | None = None


class FaultResource(Resource, frozen=True, kw_only=True):
    """A rule for the moment; `until` is None when it has no end."""

    id: RuleName
    rule: Words
    until: Instant | None = None
    problems: tuple[LintProblem, ...] = ()


class FaultList(Resource, frozen=True, kw_only=True):
    """Every rule for the moment, in the order in which they are asked."""

    faults: tuple[FaultResource, ...] = ()


class SightingRequest(Request, frozen=True, kw_only=True):
    """Something seen of the system under test now: `what` about its subject.

    `what` is a state of an inquiry, the kind of an alarm, the event of an audit entry, the name of
    an effect, or of a metric with its `value`. `person` is the name in the scenario.
    """

    subject: Subject
    what: What
    person: PersonName | None = None
    member: Counter = 0
    correlation: Correlation | None = None
    reason: What | None = None
    value: Annotated[float, Meta(ge=-1e15, le=1e15)] | None = None


class SightingResource(Resource, frozen=True, kw_only=True):
    """Something that was seen, at an instant of the space's clock."""

    at: Instant
    subject: str
    what: str
    person: str | None = None
    member: Count = 0
    correlation: str | None = None
    reason: str | None = None
    value: float | None = None


class SightingList(Resource, frozen=True, kw_only=True):
    """What was reported, in its order."""

    sightings: tuple[SightingResource, ...] = ()


class VerifyRequest(Request, frozen=True, kw_only=True):
    """How to judge: as it stands, or, with `over`, as if nothing more were to come."""

    over: bool = False


class VerdictResource(Resource, frozen=True, kw_only=True):
    """The verdict on one expectation and the rows of the journal that decide it."""

    scenario: ScenarioName
    index: Count
    kind: str
    outcome: Literal["met", "broken", "open"]
    said: Texts
    why: str | None = None
    rows: tuple[int, ...] = ()


class VerdictList(Resource, frozen=True, kw_only=True):
    """What the oracles say at an instant of the space's clock; `ok` is that none is broken.

    With `over` an open one is not ok either.
    """

    at: Instant
    over: bool
    ok: bool
    digest: Sha256
    verdicts: tuple[VerdictResource, ...] = ()

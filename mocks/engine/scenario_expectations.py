"""Expectations of a scenario: what must and must never be seen of the system under test."""

from dataclasses import dataclass, field, fields
from typing import Literal

from mocks.engine.conditions import Condition
from mocks.engine.durations import Duration
from mocks.engine.scenario_terms import Moment, Same, State
from mocks.engine.typed_values import KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is seen of the system under test."""

    inquiry: State | None = None
    permit: State | None = None
    file: State | None = None
    state: State | None = None
    person: str | None = None
    reason: str | None = None
    fix_by: str | None = None
    queue: Literal["lost"] | None = None
    crash: Literal["any"] | None = None
    at: Literal["record_and_byte"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Something that may be observed; every field that is set must fit."""

    op: str | None = None
    party: str | None = None
    person: str | None = None
    file: tuple[str, ...] = ()
    correlation: Same | None = None
    with_permit: State | None = None
    effect: str | None = None
    items: tuple[str, ...] = ()
    between: tuple[Moment, ...] = ()
    less_than: int | None = None
    replacements: tuple[str, ...] = field(default=(), metadata={KEY: "with"})
    same_day: bool = False
    when: Condition | None = None
    sut: Seen | None = None
    within: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often an act may happen, or how large a metric may be."""

    op: str | None = None
    metric: str | None = None
    party: str | None = None
    person: str | None = None
    correlation: Same | None = None
    result: Literal["ok", "error"] | None = None
    min: int | None = None
    max: int | None = None
    max_rate: str | None = None
    max_ratio: float | None = None
    compare_to: str | None = None
    within: Duration | None = None
    after: Moment | None = None
    per: Duration | None = None
    during: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactlyOnce:
    """An effect that happens once for each key."""

    effect: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One act of an order."""

    op: str
    party: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDisclosure:
    """What of a person must not be seen where."""

    person: str
    hidden: tuple[str, ...] = field(metadata={KEY: "fields"})
    surfaces: tuple[str, ...] = field(metadata={KEY: "in"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """An entry that the audit log must hold."""

    event: str
    person: str | None = None
    keeps_old_value: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm that must be raised."""

    kind: str
    when: Condition | None = None
    over: Duration | None = None
    within: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation: exactly one of its kinds, and why."""

    count: Count | None = None
    never: Observation | None = None
    eventually: Observation | None = None
    exactly_once: ExactlyOnce | None = None
    order: tuple[Position, ...] | None = None
    no_disclosure: NoDisclosure | None = None
    audit: Audit | None = None
    alarm: Alarm | None = None
    why: str | None = None

    @property
    def kind(self) -> str:
        """Which kind it is, as the file names it."""
        return next(
            one.name
            for one in fields(self)
            if one.name != "why" and getattr(self, one.name) is not None
        )

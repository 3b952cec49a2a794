"""A scenario as typed values: who takes part, what they do differently, what is expected.

Made by `mocks.engine.loading` only, from files that the schema has passed. Names that are words of
Python in the files have another one here (`for` is `lasting`, `in` is `surfaces`, …).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from mocks.engine.durations import Duration
from mocks.engine.scenario_expectations import Expectation
from mocks.engine.scenario_rules import Rule, Step
from mocks.engine.scenario_terms import PartyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time of a run: where it starts, and how far from the machine's when it does not."""

    start: datetime | None = None
    calendar: Literal["jp-municipal"] | None = None
    offset: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a party can take: exchanges at once, inquiries that wait."""

    at_once: int | None = None
    waiting: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartySetup:
    """Who takes part; `closed` are closing days beside the calendar's, `hours` opening hours."""

    kind: PartyKind
    code: str | None = None
    hours: str | None = None
    closed: tuple[date, ...] = ()
    clock_offset: Duration = field(default_factory=Duration)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """A fictitious person, or a crowd of `count` of them, with what is special about them."""

    tags: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSetup:
    """A file of the dedicated line: layout, number of records, encoding and line ends."""

    layout: str
    records: int
    encoding: str | None = None
    newline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario, as its file says it; `seed` is of all draws."""

    mocks: Literal["1"]
    id: str
    title: Mapping[str, str]
    about: str | None = None
    level: Literal["must", "should", "may"] = "must"
    clock: Clock = field(default_factory=Clock)
    seed: int = 0
    parties: Mapping[str, PartySetup]
    people: Mapping[str, Persons] = field(default_factory=dict)
    files: Mapping[str, FileSetup] = field(default_factory=dict)
    begin: tuple[Step, ...] = ()
    rules: tuple[Rule, ...]
    expect: tuple[Expectation, ...]

    @property
    def steps(self) -> Sequence[Step]:
        """Every step: from the beginning, then of each rule."""
        return [*self.begin, *(step for rule in self.rules for step in rule.later)]

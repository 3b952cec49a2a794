"""A scenario as typed values: who takes part, what they do differently, what is expected.

Made by `mocks.engine.loading` only, from files that the schema has passed. Names that are words of
Python in the files have another one here (`for` is `lasting`, `in` is `surfaces`, …).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Literal

from mocks.engine.conditions import Condition
from mocks.engine.durations import Duration
from mocks.engine.templates import Template
from mocks.engine.typed_values import KEY

State = Literal[
    "accepted",
    "permit_requested",
    "permitted",
    "sent",
    "held",
    "answered",
    "not_provided",
    "denied",
    "expired",
    "failed",
    "cancelled",
]
PartyKind = Literal["sut", "core", "registry", "agency", "federation", "insurers", "portal"]
FaultPoint = Literal[
    "before_effect", "after_effect", "mid_response", "after_response", "on_file", "on_clock"
]
Same = Literal["same", "other"]
Limit = Literal["at_once", "waiting"]
Moment = datetime | Template  # an instant, or a template that gives one


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrences:
    """Which occurrences of a call are meant, from 1; `last` None is without end."""

    first: int
    last: int | None

    def holds(self, nth: int) -> bool:
        """Return whether the n-th occurrence is meant."""
        return self.first <= nth and (self.last is None or nth <= self.last)


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
class Match:
    """What the content of a call must say."""

    name: str | None = None
    information: str | None = None
    affair: str | None = None
    inquirer: str | None = None
    provider: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """What must hold when a call comes: of its permit or inquiry, of the party, or of the run."""

    permit: State | None = None
    inquiry: State | None = None
    open: bool | None = None
    since: str | None = None
    limit: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Which calls a rule is about; `nth` counts the calls that match everything else."""

    party: str
    op: str
    nth: Occurrences | None = None
    person: str | None = None
    match: Match = field(default_factory=Match)
    state: RuleState = field(default_factory=RuleState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What a party answers: a state with a receipt, or an error and whether to come again."""

    state: State | None = None
    error: str | None = None
    retry: Literal["never", "same_id", "after"] | None = None
    receipt: Template | None = None
    reopen_at: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitTerms:
    """How long a permit lives, and from when on, counted from its issue."""

    ttl: Duration | None = None
    not_before: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Residency:
    """From which day to before which day a person lived in a municipality."""

    code: str
    from_on: date = field(metadata={KEY: "from"})
    to_on: date | None = field(metadata={KEY: "to"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the header of an answer says."""

    non_disclosure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What a party says or makes instead of what it should."""

    reply: Answering | None = None
    permit: PermitTerms | None = None
    example: str | None = None
    add_items: tuple[str, ...] = ()
    header: Header | None = None
    history: tuple[Residency, ...] = ()
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong on the wire, where, and in how many percent of the occurrences.

    `kept` is how much still comes (bytes, or percent as text), `step` how far a clock moves.
    """

    at: FaultPoint
    kind: str
    chance: int = 100
    lasting: Duration | None = field(default=None, metadata={KEY: "for"})
    after: Duration | None = None
    times: int = 1
    vary: tuple[str, ...] = ()
    partner: Literal["next"] | None = field(default=None, metadata={KEY: "with"})
    ways: tuple[str, ...] = field(default=(), metadata={KEY: "as"})
    bytes: int | str | None = None
    framing: str | None = None
    total: str | None = field(default=None, metadata={KEY: "field"})
    delta: int | None = None
    to: str | None = None
    declare: str | None = None
    send: str | None = None
    split_multibyte_at: str | None = None
    step: Duration | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What an act of a step needs to know."""

    person: str | None = None
    information: str | None = None
    affair: str | None = None
    items: tuple[str, ...] = ()
    correlation: Literal["same"] | None = None
    example: str | None = None
    flag: str | None = None
    limit: Limit | None = None
    code: str | None = None
    to: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a party does after a while: one party, one act."""

    after: Duration
    do: Mapping[str, Mapping[str, Act]]

    @property
    def party(self) -> str:
        """Who acts."""
        return next(iter(self.do))

    @property
    def action(self) -> str:
        """What it does."""
        return next(iter(self.do[self.party]))

    @property
    def act(self) -> Act:
        """What it needs to know for that."""
        return self.do[self.party][self.action]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Something a party does differently, and when."""

    id: str
    when: When
    then: Reaction | None = None
    fault: tuple[Fault, ...] = ()
    later: tuple[Step, ...] = ()


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

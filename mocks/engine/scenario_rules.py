"""Rules of a scenario: when something is done differently, what is said, what goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from mocks.engine.durations import Duration
from mocks.engine.scenario_terms import FaultPoint, Limit, Moment, State
from mocks.engine.templates import Template
from mocks.engine.typed_values import KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrences:
    """Which occurrences of a call are meant, from 1; `last` None is without end."""

    first: int
    last: int | None

    def holds(self, nth: int) -> bool:
        """Return whether the n-th occurrence is meant."""
        return self.first <= nth and (self.last is None or nth <= self.last)


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

"""What a party is asked to do or does by itself, and what the rules of a scenario make of it.

A call names things as the scenario does: parties and people by their names in it. Where the
scenario has no name, a party goes by its institution code and a person is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mocks.engine.scenario_rules import Answering, Fault, PermitTerms, Reaction, Step
from mocks.engine.scenario_terms import Limit, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a call is about, as far as its documents say."""

    name: str | None = None
    information: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    affair: str | None = None
    inquirer: str | None = None
    provider: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What holds when a call comes: of its permit and inquiry, and of the party."""

    permit: State | None = None
    inquiry: State | None = None
    open: bool | None = None
    full: frozenset[Limit] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One act (`op`, a word of the vocabulary) of one party, with one peer, in one exchange.

    `correlation` names the exchange: the request id of its first permit request, the same for
    repeats, fresh permits and late answers. `message_id` is of the document that asks for the act.
    `member` is the place of the person in a crowd, from 0.
    """

    party: str
    op: str
    peer: str | None = None
    person: str | None = None
    member: int = 0
    correlation: str | None = None
    message_id: str | None = None
    content: Content = field(default_factory=Content)
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why a rule did not match: the first part of its `when` that differs, and both values."""

    rule: str
    part: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFault:
    """A fault that a rule calls for and that the draw let happen; `turn` counts from 0.

    `until` is the end of a fault that lasts (`for`), an instant of the space's clock.
    """

    rule: str
    fault: Fault
    turn: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the rules make of a call; without a matching rule a party does what it should.

    `reaction` is of the first matching rule that has one, with its name in `rule`; `matched` are
    all that matched. `faults` and `later` are of every matching rule. `row` is the journal's.
    """

    row: int
    rule: str | None = None
    reaction: Reaction | None = None
    matched: tuple[str, ...] = ()
    why_not: tuple[WhyNot, ...] = ()
    faults: tuple[DrawnFault, ...] = ()
    later: tuple[Step, ...] = ()
    texts: Mapping[str, str | datetime] = field(default_factory=dict)  # evaluated templates

    @property
    def reply(self) -> Answering | None:
        """What the party answers instead, if a rule says so."""
        return self.reaction.reply if self.reaction else None

    @property
    def permit(self) -> PermitTerms | None:
        """The terms of the permit, if a rule sets them."""
        return self.reaction.permit if self.reaction else None

    def at(self, point: str) -> tuple[DrawnFault, ...]:
        """Return the faults of one point, in the order of the rules."""
        return tuple(one for one in self.faults if one.fault.at == point)

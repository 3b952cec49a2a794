"""What an agency knows and how it is set up, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mocks.engine.behaviour import Behaviour
from mocks.engine.hours import Hours
from mocks.parties.desk import Desk
from mocks.parties.judging import Judge
from wire.documents import Document
from wire.messages import Answer, PermitRequest, Refusal

Holdings = Mapping[str, Mapping[str, str | None]]  # information -> item -> value


@dataclass(slots=True, kw_only=True)
class Asked:
    """One inquiry of an agency: what it asked, and how far it came.

    `state` is permit_requested, sent, held, answered, not_provided, denied or failed.
    """

    request: PermitRequest = field(repr=False)
    state: str = "permit_requested"
    code: str | None = None
    failed: str | None = None
    permit: bytes = b""
    permits_asked: int = 1
    transaction_number: str | None = None
    inquiry: Document | None = None
    answer: Answer | None = field(default=None, repr=False)
    refusal: Refusal | None = None
    replies: list[Document] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A `not_provided` answer that leaves at its slot; `inquiry` is (sender, message id)."""

    inquiry: tuple[str, str]
    at: datetime
    to: str
    document: bytes


@dataclass(slots=True, kw_only=True)
class AgencyState:
    """Symbols under way and acquired, what is known of people, inquiries of both directions."""

    requested: dict[str, str] = field(default_factory=dict)  # request id -> individual number
    processes: dict[str, str] = field(default_factory=dict)  # process number -> individual number
    people: dict[str, str] = field(default_factory=dict)  # symbol -> individual number
    symbols: dict[str, str] = field(default_factory=dict)  # individual number -> symbol
    holdings: dict[str, Holdings] = field(default_factory=dict)  # by individual number
    hours: Hours = field(default_factory=Hours)
    replies: dict[tuple[str, str], tuple[bytes, bytes]] = field(default_factory=dict)
    permits_used: set[str] = field(default_factory=set)
    waiting: list[Waiting] = field(default_factory=list)
    provided: dict[str, str] = field(default_factory=dict)  # transaction -> outcome
    asked: dict[str, Asked] = field(default_factory=dict)  # by request id
    behaviour: Behaviour = field(default_factory=Behaviour)


@dataclass(slots=True, kw_only=True)
class Bureau:
    """An agency's keys, rules and state; a `not_provided` leaves `slot` after its inquiry came."""

    desk: Desk
    judge: Judge
    core: str
    registry: str
    slot: timedelta = timedelta(seconds=300)
    state: AgencyState = field(default_factory=AgencyState, repr=False)

    @property
    def code(self) -> str:
        """The institution code."""
        return self.desk.code

"""What an agency knows and how it is set up, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mocks.engine.exchange import Call
from mocks.engine.scenario_rules import Reaction
from mocks.engine.scenario_terms import State
from mocks.parties.judging import Judge
from mocks.parties.player import Player
from wire.documents import Document
from wire.messages import Answer, Inquiry, PermitRequest, Refusal, RequestedInformation
from wire.permit import PermitGrant

Holdings = Mapping[str, Mapping[str, str | None]]  # information -> item -> value


INSTRUMENT = "shourei-r6"
BASIS = "19-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What to ask: whom, under which affair (row and clause), which information, about whom.

    Without `own_check` the agency does not look into its own copy of the permit list. One that
    `polls` asks once a business day how its inquiry stands.
    """

    request_id: str
    provider: str
    row: str
    clause: str | None
    information: tuple[RequestedInformation, ...]
    individual_number: str = field(repr=False)
    own_check: bool = True
    polls: bool = False
    instrument: str = INSTRUMENT
    basis: str = BASIS
    inquirer_delegator: str | None = None
    provider_delegator: str | None = None
    consent: bool = False


@dataclass(slots=True, kw_only=True)
class Asked:
    """One inquiry of an agency: what it asked, and how far it came.

    `state` is permit_requested, sent, held, answered, not_provided, denied or failed.
    """

    request: PermitRequest = field(repr=False)
    number: str = field(default="", repr=False)
    polls: bool = False
    state: str = "permit_requested"
    code: str | None = None
    failed: str | None = None
    permit: bytes = b""
    permit_ends: datetime | None = None
    permits_asked: int = 1
    transaction_number: str | None = None
    inquiry: Document | None = None
    answer: Answer | None = field(default=None, repr=False)
    refusal: Refusal | None = None
    replies: list[Document] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Received:
    """One inquiry that came in and was accepted; `call` is the act that brought it.

    `state` is sent, held, answered or not_provided. An answer that leaves by itself does so at
    `due_at` (the agency's own clock), and `gives` says whether it holds what is known. `receipted`
    inquiries got a receipt first: who repeats one asks how it stands.
    """

    inquiry: Inquiry
    message_id: str
    call: Call
    number: str = field(repr=False)
    granted: Sequence[PermitGrant]
    reaction: Reaction | None = None
    state: State = "accepted"
    receipted: bool = False
    due_at: datetime | None = None
    gives: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """Sender and message id of the inquiry."""
        return self.inquiry.inquirer, self.message_id


@dataclass(slots=True, kw_only=True)
class AgencyState:
    """Symbols under way and acquired, what is known of people, inquiries of both directions."""

    requested: dict[str, str] = field(default_factory=dict)  # request id -> individual number
    processes: dict[str, str] = field(default_factory=dict)  # process number -> individual number
    people: dict[str, str] = field(default_factory=dict)  # symbol -> individual number
    symbols: dict[str, str] = field(default_factory=dict)  # individual number -> symbol
    holdings: dict[str, Holdings] = field(default_factory=dict)  # by individual number
    flags: dict[str, set[str]] = field(default_factory=dict)  # by individual number
    replies: dict[tuple[str, str], tuple[bytes, bytes]] = field(default_factory=dict)
    permits_used: set[str] = field(default_factory=set)
    received: dict[str, Received] = field(default_factory=dict)  # by transaction
    due: list[tuple[datetime, str]] = field(default_factory=list)  # a heap; transactions
    waiting: set[str] = field(default_factory=set)  # transactions without an answer
    provided: dict[str, str] = field(default_factory=dict)  # transaction -> outcome
    asked: dict[str, Asked] = field(default_factory=dict)  # by request id
    transactions: dict[str, str] = field(default_factory=dict)  # number -> request id of ours
    planned: dict[str, list[Ask]] = field(default_factory=dict)  # number -> until its symbol came
    polls: list[tuple[datetime, str]] = field(default_factory=list)  # request ids


@dataclass(slots=True, kw_only=True)
class Bureau(Player):
    """An agency's keys, rules and state; a `not_provided` leaves `slot` after its inquiry came."""

    judge: Judge
    core: str
    registry: str
    slot: timedelta = timedelta(seconds=300)
    state: AgencyState = field(default_factory=AgencyState, repr=False)

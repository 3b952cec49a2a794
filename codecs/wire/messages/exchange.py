"""Messages of one exchange of information: asked, permitted, relayed, answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from wire.errors import WireError
from wire.messages.scalars import (
    AnswerState,
    Day,
    Flag,
    Identifier,
    Instant,
    Institution,
    ReceiptState,
    Repeated,
    Symbol,
    Text,
    Token,
    Uuid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedInformation:
    """One information (特定個人情報名) asked for; no items means all that are permitted."""

    name: Text
    items: Annotated[tuple[Token, ...], Repeated("item")] = ()

    def __post_init__(self) -> None:
        _each_once(self.items, "items")


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitRequest:
    """提供許可要求: the inquirer asks the core for a permit; `symbol` is the inquirer's own.

    Delegators (委任元) are those for whom a side acts; `consent` says that the person agreed.
    """

    request_id: Identifier
    inquirer: Institution
    provider: Institution
    instrument: Identifier
    row: Token
    clause: Token | None
    basis: Identifier
    information: Annotated[tuple[RequestedInformation, ...], Repeated("information", 1)]
    symbol: Symbol = field(repr=False)
    requested_at: Instant
    inquirer_delegator: Institution | None = None
    provider_delegator: Institution | None = None
    consent: Flag = False
    period_from: Day | None
    period_to: Day | None
    nondisclosure: Flag

    def __post_init__(self) -> None:
        _each_once([part.name for part in self.information], "information")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """情報照会: the inquirer asks the provider, under a permit; it names no person.

    It says all that the provider needs to judge by its own copy of the permit list.
    """

    transaction_number: Uuid
    permit_id: Uuid
    inquirer: Institution
    provider: Institution
    instrument: Identifier
    row: Token
    clause: Token | None
    basis: Identifier = "19-8"
    information: Annotated[tuple[RequestedInformation, ...], Repeated("information", 1)]
    requested_at: Instant
    inquirer_delegator: Institution | None = None
    provider_delegator: Institution | None = None
    consent: Flag = False
    period_from: Day | None
    period_to: Day | None
    nondisclosure: Flag

    def __post_init__(self) -> None:
        _each_once([part.name for part in self.information], "information")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """提供許可の通知: the core tells the provider whom it is about, by the provider's symbol.

    `route` is the institution to send a late answer to; `inquiry_message_id` names the relayed
    document.
    """

    transaction_number: Uuid
    permit_id: Uuid
    symbol: Symbol = field(repr=False)
    route: Institution
    inquirer: Institution
    inquiry_message_id: Uuid


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredItem:
    """One item (項目): either its value as text, or the reason why there is none; never both."""

    id: Token
    value: Text | None = field(default=None, repr=False)
    reason: Identifier | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise WireError("wire.message.rule", "", "An item has a value or a reason.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredInformation:
    """One information as it stood on the day `as_of`."""

    name: Text
    as_of: Day
    items: Annotated[tuple[AnsweredItem, ...], Repeated("item", 1)]

    def __post_init__(self) -> None:
        _each_once([item.id for item in self.items], "items")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """情報提供: the provider's answer.

    A `not_provided` answer has no information and is the same length whatever its cause (G12).
    `nondisclosure` (不開示) says of what is told that it is to be shown to nobody without need;
    absent means that the provider says nothing about that.
    """

    transaction_number: Uuid
    permit_id: Uuid
    state: AnswerState
    information: Annotated[tuple[AnsweredInformation, ...], Repeated("information")] = ()
    nondisclosure: Flag | None = None

    def __post_init__(self) -> None:
        if (self.state == "answered") != bool(self.information):
            raise WireError("wire.message.rule", "state", "Only an answer holds information.")
        _each_once([part.name for part in self.information], "information")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """受付: the provider has the inquiry and will answer later; `held` awaits its staff."""

    transaction_number: Uuid
    state: ReceiptState


def _each_once(names: Sequence[str], path: str) -> None:
    """Refuse a list in which a name stands twice."""
    if len(set(names)) != len(names):
        raise WireError("wire.message.duplicate", path, "A name or id stands twice.")

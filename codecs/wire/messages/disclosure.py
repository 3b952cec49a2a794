"""Messages of the citizen's view (N4): what was exchanged about a person, and what is held."""

from dataclasses import dataclass, field
from typing import Annotated

from wire.messages.exchange import AnsweredInformation
from wire.messages.scalars import (
    Day,
    ExchangeAct,
    Identifier,
    Instant,
    Institution,
    Repeated,
    Symbol,
    Text,
    Token,
    Uuid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRequest:
    """情報提供等記録の開示請求: a person asks an institution for its records of exchanges.

    `symbol` is that of whoever the document goes to; days are Japan's, both included.
    """

    request_id: Identifier
    symbol: Symbol = field(repr=False)
    from_on: Day | None = None
    to_on: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedRecord:
    """One exchange as it is disclosed: when, with whom, under which affair, which information."""

    transaction_number: Uuid
    act: ExchangeAct
    at: Instant
    counterpart: Institution
    row: Token
    clause: Token | None = None
    information: Annotated[tuple[Text, ...], Repeated("information", 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordList:
    """情報提供等記録: the reply to a request for records, by instant; none is no refusal."""

    request_id: Identifier
    records: Annotated[tuple[DisclosedRecord, ...], Repeated("record")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRequest:
    """自己情報の開示請求: a person asks an institution for what it holds about the person."""

    request_id: Identifier
    symbol: Symbol = field(repr=False)
    information: Annotated[tuple[Text, ...], Repeated("information", 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnInformation:
    """自己情報: what is held and disclosed; whatever the cause, what is not disclosed is absent."""

    request_id: Identifier
    information: Annotated[tuple[AnsweredInformation, ...], Repeated("information")] = ()

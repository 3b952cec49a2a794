"""Messages of symbol acquisition; only the process number joins its two legs."""

from dataclasses import dataclass, field

from wire.errors import WireError
from wire.messages.scalars import (
    Identifier,
    IndividualNumber,
    Institution,
    ResidentCode,
    Symbol,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessNumberRequest:
    """取得番号の要求: a gateway asks the core for a process number."""

    request_id: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessNumber:
    """取得番号の通知: the core's process number for that request."""

    request_id: Identifier
    process_number: Identifier = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryLink:
    """The gateway tells the resident registry whose process number it is (G5: this leg only)."""

    process_number: Identifier = field(repr=False)
    individual_number: IndividualNumber = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentLink:
    """The registry passes the process number on to the core, for `institution`."""

    process_number: Identifier = field(repr=False)
    resident_code: ResidentCode = field(repr=False)
    institution: Institution


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolNotice:
    """符号の通知: the core gives the institution its symbol, or the reason why there is none."""

    process_number: Identifier = field(repr=False)
    symbol: Symbol | None = field(default=None, repr=False)
    reason: Identifier | None = None

    def __post_init__(self) -> None:
        if (self.symbol is None) == (self.reason is None):
            raise WireError("wire.message.rule", "", "A notice has a symbol or a reason.")

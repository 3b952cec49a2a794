"""Symbols (符号): their bindings with history, and their two-legged acquisition (S5.1)."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.identifiers import ProcessNumber, Symbol, UnifiedNumber
from gateway.domain.states import AcquisitionState, SymbolState


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolBinding:
    """One symbol bound to exactly one unified number; ended bindings stay as history."""

    symbol: Symbol
    unified_number: UnifiedNumber
    state: SymbolState
    linked_at: datetime
    ended_at: datetime | None = None
    reason: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """One run of symbol acquisition; the process number is erased when it ends."""

    receipt: str
    unified_number: UnifiedNumber
    process_number: ProcessNumber | None
    state: AcquisitionState
    requested_at: datetime
    deadline_at: datetime
    ended_at: datetime | None = None
    reason: str | None = None
    version: int = 0

"""A unit of work as the writer sees it: statements with parameters, sealed records, an outcome."""

import asyncio
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.domain.errors import GatewayError
from gateway.storage.mapping import Cell


class Step(NamedTuple):
    """One statement; `failure` is the refusal of the unit when it does not touch exactly a row."""

    text: str
    parameters: tuple[Cell, ...]
    table: str
    failure: type[GatewayError] | None = None
    returns: bool = False


class SealedRecord(NamedTuple):
    """A record ready to be numbered: its plain columns, its leaf, its sealed body."""

    columns: tuple[Cell, ...]
    leaf: bytes
    sealed: bytes


class Head(NamedTuple):
    """How many records an institution's log holds and its last chain value."""

    size: int
    chain: bytes


@dataclass(slots=True, eq=False)
class WriteUnit:
    """What one caller waits for; the writer leaves `rows` or an `error`."""

    institution: str
    steps: list[Step]
    records: list[SealedRecord]
    outcome: asyncio.Future[list[tuple[Cell, ...]]]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    error: GatewayError | None = None

    def refuse(self, step: Step) -> None:
        """Note that a step's guard failed."""
        if step.failure is not None:
            self.error = step.failure(table=step.table)

    def settle(self) -> None:
        """Tell the caller, who may have gone."""
        if self.outcome.done():
            return
        if self.error is not None:
            self.outcome.set_exception(self.error)
        else:
            self.outcome.set_result(self.rows)

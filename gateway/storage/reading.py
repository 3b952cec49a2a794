"""What the store needs of a database connection to read."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import Dialect

from gateway.domain.errors import EvidenceUnavailableError
from gateway.storage.mapping import Cell
from gateway.storage.sessions import StorageFailure
from gateway.storage.statements import Statement


class Reader(Protocol):
    """Where rows are read from, each query its own short transaction."""

    dialect: Dialect

    async def fetch(self, text: str, parameters: Sequence[Cell]) -> list[tuple[Cell, ...]]:
        """Return all rows of a query.

        Raises:
            StorageFailure: the database cannot be read.
        """
        ...


async def fetch(
    reader: Reader, statement: Statement, values: Mapping[str, Cell]
) -> list[tuple[Cell, ...]]:
    """Return all rows of a query.

    Raises:
        EvidenceUnavailableError: the database does not answer.
    """
    try:
        return await reader.fetch(statement.text, statement.bind(values))
    except StorageFailure as failure:
        raise EvidenceUnavailableError(reason=failure.reason) from failure

"""A party's own record log: canonical bytes, RFC 6962 leaves, a chain, a root."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from wire.records import START, Frontier, canonical, chain, leaf_hash

Record = Mapping[str, Any]  # texts, numbers, lists and mappings of these, as canonical() takes


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it stands: canonical bytes, leaf hash, chain value."""

    content: bytes
    leaf: bytes
    chain: bytes


@dataclass(slots=True)
class RecordLog:
    """An append-only log; `frontier` is the right edge of its tree."""

    rows: list[Row] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)

    def append(self, record: Record) -> None:
        """Add a record."""
        content = canonical(record)
        leaf = leaf_hash(content)
        head = self.rows[-1].chain if self.rows else START
        self.rows.append(Row(content, leaf, chain(head, leaf)))
        self.frontier = self.frontier.append(leaf)

    def export(self) -> Iterator[dict[str, Any]]:
        """Yield the records in order."""
        for row in self.rows:
            yield msgspec.json.decode(row.content)

    def verify(self) -> bool:
        """Return whether bytes, leaves, chain and tree still agree."""
        head, frontier = START, Frontier()
        for row in self.rows:
            leaf = leaf_hash(row.content)
            head = chain(head, leaf)
            if (leaf, head) != (row.leaf, row.chain):
                return False
            frontier = frontier.append(leaf)
        return frontier == self.frontier

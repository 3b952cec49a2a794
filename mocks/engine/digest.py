"""The digest of a journal: what happened to whom, whatever the interleaving and the clock.

Rows of one exchange make one text: act by act, repeats with the same rule, faults and outcome
once. The texts are sorted, so neither ids nor times nor the order of exchanges count.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

_Exchange = tuple[str, int, str]  # person, member, correlation
_Act = tuple[str, str]  # party, op


class Judged(Protocol):
    """What of a row counts."""

    @property
    def party(self) -> str:
        """Who was called or acted."""
        ...

    @property
    def peer(self) -> str | None:
        """With whom."""
        ...

    @property
    def direction(self) -> str:
        """Which way."""
        ...

    @property
    def op(self) -> str | None:
        """Which act it was."""
        ...

    @property
    def person(self) -> str | None:
        """About whom."""
        ...

    @property
    def member(self) -> int:
        """Which one of a crowd."""
        ...

    @property
    def correlation(self) -> str | None:
        """In which exchange; only tells exchanges apart."""
        ...

    @property
    def rule(self) -> str | None:
        """Which rule decided the reaction."""
        ...

    @property
    def faults(self) -> tuple[str, ...]:
        """What was drawn to go wrong."""
        ...

    @property
    def outcome(self) -> str | None:
        """What became of it."""
        ...


@dataclass(slots=True)
class DigestBook:
    """What counts of rows, in 16 bytes each; repeats take no room."""

    _exchanges: dict[_Exchange, dict[_Act, dict[bytes, None]]] = field(default_factory=dict)

    def add(self, row: Judged) -> None:
        """Take one row into account; rows of one exchange must come in their order."""
        exchange = (row.person or "", row.member, row.correlation or "")
        acts = self._exchanges.setdefault(exchange, {})
        seen = acts.setdefault((row.party, row.op or ""), {})
        seen.setdefault(_hash_seen(row.peer, row.direction, row.rule, row.faults, row.outcome))

    def copy(self) -> "DigestBook":
        """Return a book that can go on by itself."""
        made = DigestBook()
        for exchange, acts in self._exchanges.items():
            made._exchanges[exchange] = {act: dict(seen) for act, seen in acts.items()}
        return made

    def snapshot(self) -> list[Any]:
        """Return everything as JSON values."""
        return [
            [list(exchange), list(act), [one.hex() for one in seen]]
            for exchange, acts in self._exchanges.items()
            for act, seen in acts.items()
        ]

    @classmethod
    def restore(cls, kept: Iterable[Any]) -> "DigestBook":
        """Return the book that a snapshot holds."""
        book = cls()
        for (person, member, correlation), (party, op), seen in kept:
            acts = book._exchanges.setdefault((person, member, correlation), {})
            acts[party, op] = dict.fromkeys(map(bytes.fromhex, seen))
        return book

    def digest(self) -> str:
        """Return 64 hex digits that belong to everything that was taken into account."""
        texts = sorted(self._texts())
        return _hash(texts, 32).hex()

    def _texts(self) -> Iterable[tuple[str, int, str]]:
        for (person, member, correlation), acts in self._exchanges.items():
            lines = [
                [*act, *(one.hex() for one in (seen if correlation else sorted(seen)))]
                for act, seen in sorted(acts.items())
            ]
            yield person, member, _hash(lines, 32).hex()


@lru_cache(maxsize=4096)  # what happens is much alike, whoever it happens to
def _hash_seen(
    peer: str | None, direction: str, rule: str | None, faults: tuple[str, ...], outcome: str | None
) -> bytes:
    return _hash([peer, direction, rule, faults, outcome], 16)


def _hash(value: object, size: int) -> bytes:
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return hashlib.sha256(text).digest()[:size]

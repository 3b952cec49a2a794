"""The journal of a space: every exchange as raw bytes, every call as a row, in order, bounded."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from mocks.engine.digest import DigestBook
from mocks.engine.masking import mask_numbers, mask_values
from mocks.engine.rows import EVICTED, Direction, Exchange, Row, Store

__all__ = ["EVICTED", "Direction", "Exchange", "Journal", "Row", "Store", "Subscriber"]

MAX_ROWS: Final = 100_000
MAX_BYTES: Final = 256 * 1024 * 1024


Subscriber = Callable[[Row], None]


@dataclass(slots=True)
class Journal:
    """Rows in order, with bounds; what goes for lack of room leaves a marker.

    Individual numbers that could be real are masked before anything is kept; `true_numbers`
    counts them.
    """

    store: Store | None = None
    max_rows: int = MAX_ROWS
    max_bytes: int = MAX_BYTES
    true_numbers: int = 0
    _rows: dict[int, Row] = field(default_factory=dict)
    _exchanges: dict[int, Exchange] = field(default_factory=dict)
    _digest: DigestBook = field(default_factory=DigestBook)
    _subscribers: list[Subscriber] = field(default_factory=list)
    _bytes: int = 0
    _last_row: int = 0
    _last_exchange: int = 0
    _gone: int = 0
    _marker: Row | None = None

    def begin(
        self,
        party: str,
        peer: str | None,
        direction: Direction,
        raw: bytes,
        at: datetime,
        *,
        answered: bytes | None = None,
    ) -> int:
        """Keep the bytes of a new exchange and return its number, from 1.

        With `answered` it has ended at once.
        """
        self._last_exchange += 1
        self._put(
            Exchange(
                id=self._last_exchange,
                at=at,
                party=party,
                peer=peer,
                direction=direction,
                asked=self._mask(raw),
                answered=None if answered is None else self._mask(answered),
            )
        )
        return self._last_exchange

    def end(self, exchange: int, raw: bytes) -> None:
        """Keep what was said in return; an exchange that is gone stays gone."""
        known = self._exchanges.get(exchange)
        if known is not None:
            self._put(
                Exchange(  # `replace` takes three times as long
                    id=known.id,
                    at=known.at,
                    party=known.party,
                    peer=known.peer,
                    direction=known.direction,
                    asked=known.asked,
                    answered=self._mask(raw),
                )
            )

    def raw(self, exchange: int) -> tuple[bytes, bytes]:
        """Return what was asked and answered; empty where there is nothing, or no more."""
        known = self._exchanges.get(exchange)
        return (known.asked, known.answered or b"") if known else (b"", b"")

    @property
    def gone(self) -> int:
        """How many rows are gone for lack of room."""
        return self._gone

    @property
    def last_row(self) -> int:
        """The id of the last row, 0 before the first."""
        return self._last_row

    def find_exchange(self, exchange: int) -> Exchange | None:
        """Return an exchange, or None when it is unknown or gone."""
        return self._exchanges.get(exchange)

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return every exchange that is kept, in order."""
        return tuple(self._exchanges.values())

    @property
    def next_row(self) -> int:
        """The id that the next row will have."""
        return self._last_row + 1

    def add(self, row: Row) -> int:
        """Append a row and return its id, which counts from 1."""
        self._last_row += 1
        self._write(row if row.id == self._last_row else replace(row, id=self._last_row))
        while len(self._rows) > self.max_rows:
            self._evict()
        return self._last_row

    def amend(self, row: int, **changes: Any) -> Row | None:  # noqa: ANN401  # fields of a row
        """Change fields of a row and return it; None when it is unknown or gone."""
        known = self._rows.get(row)
        if known is None:
            return None
        self._write(replace(known, **changes))
        return self._rows[row]

    def find(self, row: int) -> Row | None:
        """Return a row by its id, or None when it is unknown or gone."""
        return self._rows.get(row)

    def rows(
        self,
        since: int = 0,
        *,
        unmatched: bool = False,
        correlation: str | None = None,
        party: str | None = None,
        op: str | None = None,
        person: str | None = None,
    ) -> list[Row]:
        """Return rows with ids over `since`, in order, that fit whatever is given.

        The marker of rows that are gone comes first if any of them is over `since`.
        """
        wanted = {"correlation": correlation, "party": party, "op": op, "person": person}
        given = {name: value for name, value in wanted.items() if value is not None}
        marker = [self._marker] if self._marker and self._marker.id > since else []
        return marker + [
            row
            for row in self._after(since)
            if not (unmatched and row.op is not None)
            and all(getattr(row, name) == value for name, value in given.items())
        ]

    def digest(self) -> str:
        """Return SHA-256, 64 hex digits: of what happened to whom, not when or in which order.

        Rows that are gone still count, so a bound does not change it.
        """
        book = self._digest.copy()
        for row in self._after(0):
            book.add(row)
        return book.digest()

    def clear(self) -> None:
        """Forget everything; ids go on counting."""
        self._rows.clear()
        self._exchanges.clear()
        self._digest, self._marker = DigestBook(), None
        self._bytes = self._gone = self.true_numbers = 0
        if self.store is not None:
            self.store.clear()

    def snapshot(self) -> dict[str, Any]:
        """Return everything as JSON values, bytes in base64."""
        return {
            "rows": [msgspec.to_builtins(row) for row in self._after(0)],
            "exchanges": [msgspec.to_builtins(one) for one in self._exchanges.values()],
            "last_row": self._last_row,
            "last_exchange": self._last_exchange,
            "gone": self._gone,
            "marker": msgspec.to_builtins(self._marker),
            "digest": self._digest.snapshot(),
            "true_numbers": self.true_numbers,
            "max_rows": self.max_rows,
            "max_bytes": self.max_bytes,
        }

    @classmethod
    def restore(cls, kept: Mapping[str, Any]) -> "Journal":
        """Return the journal that a snapshot holds, without store and subscribers."""
        journal = cls(max_rows=kept["max_rows"], max_bytes=kept["max_bytes"])
        journal.resume(kept)
        return journal

    def resume(self, kept: Mapping[str, Any]) -> None:
        """Put what a snapshot holds in the place of everything; bounds and store stay.

        The store is told everything, subscribers nothing.
        """
        rows = msgspec.convert(kept["rows"], list[Row])
        exchanges = msgspec.convert(kept["exchanges"], list[Exchange])
        marker, book = msgspec.convert(kept["marker"], Row | None), kept["digest"]
        self.clear()
        self._digest, self._marker = DigestBook.restore(book), marker
        self._rows = {row.id: row for row in rows}
        self._exchanges = {one.id: one for one in exchanges}
        self._bytes = sum(map(_size, exchanges))
        self._last_row, self._last_exchange = kept["last_row"], kept["last_exchange"]
        self._gone, self.true_numbers = kept["gone"], kept["true_numbers"]
        for exchange in exchanges:
            self._keep(exchange)
        for row in rows:
            self._keep(row)

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call somebody with every row that is added or amended, until the result is called."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    def _after(self, since: int) -> Iterator[Row]:
        first = self._last_row - len(self._rows) + 1  # only the oldest ever go
        return (self._rows[at] for at in range(max(first, since + 1), self._last_row + 1))

    def _write(self, row: Row) -> None:
        kept = replace(row, decoded=mask_values(row.decoded)) if row.decoded else row
        self._rows[kept.id] = kept
        self._keep(kept)
        for subscriber in tuple(self._subscribers):
            subscriber(kept)

    def _keep(self, entry: Row | Exchange) -> None:
        if self.store is not None:
            self.store.keep(entry)

    def _evict(self) -> None:
        row = self._rows.pop(self._last_row - len(self._rows) + 1)
        self._digest.add(row)
        self._gone += 1
        self._marker = Row(
            id=row.id, at=row.at, party="", note=EVICTED, decoded={"rows": self._gone}
        )

    def _put(self, exchange: Exchange) -> None:
        former = self._exchanges.get(exchange.id)
        self._bytes += _size(exchange) - (_size(former) if former else 0)
        self._exchanges[exchange.id] = exchange
        self._keep(exchange)
        while self._bytes > self.max_bytes or len(self._exchanges) > self.max_rows:
            oldest = self._last_exchange - len(self._exchanges) + 1
            self._bytes -= _size(self._exchanges.pop(oldest))

    def _mask(self, raw: bytes) -> bytes:
        masked, found = mask_numbers(raw)
        self.true_numbers += found
        return masked


def _size(exchange: Exchange) -> int:
    return len(exchange.asked) + len(exchange.answered or b"")

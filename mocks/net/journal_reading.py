"""Reads a journal file: what it holds, whether it was changed, and as JSON lines or HAR."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from mocks.engine.rows import Exchange, Row
from mocks.net.journal_entries import (
    START,
    Entry,
    Evicted,
    JournalFileError,
    Kind,
    list_entries,
    read_exchange,
    read_row,
)
from wire.documents import MEDIA_TYPE

_URL: Final = "https://{}/network/v1/documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a journal file holds: the last version of each, by id; `evicted` entries are gone."""

    rows: tuple[Row, ...]
    exchanges: tuple[Exchange, ...]
    evicted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEntry:
    """The first entry that is not what was written: its number, and the row or exchange it is of.

    `gap`: entries before it are missing; `chain`: it was changed; `content`: it was written so.
    """

    number: int
    kind: Kind
    id: int
    reason: Literal["gap", "chain", "content"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What checking every entry found; `head` is the last good chain value, 64 hex digits."""

    entries: int
    evicted: int
    head: str
    bad: BadEntry | None = None

    @property
    def good(self) -> bool:
        """Whether nothing was changed or taken out."""
        return self.bad is None


def load(path: Path) -> Kept:
    """Return what a journal file holds, after its last clearing.

    Raises:
        JournalFileError: the file cannot be read, or an entry is none of a journal's.
    """
    rows: dict[int, Row] = {}
    exchanges: dict[int, Exchange] = {}
    evicted = 0
    try:
        for _, entry, _ in list_entries(path):
            if entry.kind == "row":
                rows[entry.id] = read_row(entry)
            elif entry.kind == "exchange":
                exchanges[entry.id] = _merge(exchanges.get(entry.id), entry)
            elif entry.kind == "evicted":
                evicted = entry.id
            else:
                rows, exchanges = {}, {}
    except msgspec.MsgspecError as error:
        raise JournalFileError(str(error)) from error
    return Kept(rows=tuple(rows.values()), exchanges=tuple(exchanges.values()), evicted=evicted)


def verify(path: Path) -> Verified:
    """Check the chain from the first entry to the last; the first that is wrong ends it.

    Entries cut off at the end leave no trace but another head.

    Raises:
        JournalFileError: the file cannot be read.
    """
    evicted, head = _beginning(path)
    expected = evicted + 1
    for number, entry, chain in list_entries(path):
        reason = _judge(number == expected, entry, entry.chain(head) == chain)
        if reason is not None:
            bad = BadEntry(number=number, kind=entry.kind, id=entry.id, reason=reason)
            return Verified(
                entries=expected - 1 - evicted, evicted=evicted, head=head.hex(), bad=bad
            )
        expected, head = number + 1, chain
    return Verified(entries=expected - 1 - evicted, evicted=evicted, head=head.hex())


def write_lines(kept: Kept) -> Iterator[bytes]:
    """Yield exchanges, then rows, each as one line of JSON with its `type`; bodies in base64."""
    for exchange in kept.exchanges:
        yield _json({"type": "exchange", **msgspec.to_builtins(exchange)})
    for row in kept.rows:
        yield _json({"type": "row", **msgspec.to_builtins(row)})


def write_har(kept: Kept) -> bytes:
    """Return exchanges as HAR 1.2, with the rows of each under `_rows`.

    How long they took is not in a journal, so all times are 0.
    """
    rows: dict[int, list[object]] = {}
    for row in kept.rows:
        rows.setdefault(row.exchange, []).append(msgspec.to_builtins(row))
    log = {
        "version": "1.2",
        "creator": {"name": "nakadachi mocks", "version": version("nakadachi")},
        "entries": [_har(one, rows.get(one.id, [])) for one in kept.exchanges],
    }
    return _json({"log": log})


def _json(value: object) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def _merge(former: Exchange | None, entry: Entry) -> Exchange:
    """Return an exchange with the question that a former entry holds."""
    found = read_exchange(entry)
    return replace(found, asked=former.asked) if former and entry.asked is None else found


def _beginning(path: Path) -> tuple[int, bytes]:
    """Return how many entries are gone, and the chain value of the last of them."""
    found = 0, START
    for _, entry, _ in list_entries(path):
        if entry.kind == "evicted":
            try:
                marker = msgspec.json.decode(entry.content, type=Evicted)
                found = marker.until, bytes.fromhex(marker.chain)
            except (msgspec.MsgspecError, ValueError):
                continue  # its own chain value is wrong then
    return found


def _judge(
    in_order: bool,  # noqa: FBT001  # one call
    entry: Entry,
    chained: bool,  # noqa: FBT001  # one call
) -> Literal["gap", "chain", "content"] | None:
    if not in_order:
        return "gap"
    if not chained:
        return "chain"
    readers = {"row": read_row, "exchange": read_exchange}
    try:
        if reader := readers.get(entry.kind):
            reader(entry)
    except msgspec.MsgspecError:
        return "content"
    return None


def _har(exchange: Exchange, rows: list[object]) -> dict[str, Any]:
    party, peer = exchange.party, exchange.peer or "unknown"
    asked = party if exchange.direction == "in" else peer
    request = {
        "method": "POST",
        "url": _URL.format(asked),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": "Content-Type", "value": MEDIA_TYPE}],
        "queryString": [],
        "postData": {"mimeType": MEDIA_TYPE, **_body(exchange.asked)},
        "headersSize": -1,
        "bodySize": len(exchange.asked),
    }
    answered = exchange.answered
    size = len(answered or b"")
    response: dict[str, Any] = {
        "status": 0 if answered is None else 200,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "content": {"size": size, "mimeType": MEDIA_TYPE, **_body(answered or b"")},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1 if answered is None else size,
    }
    return {
        "startedDateTime": exchange.at.isoformat(),
        "time": 0,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "_direction": exchange.direction,
        "_rows": rows,
    }


def _body(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": b64encode(data).decode("ascii"), "encoding": "base64"}

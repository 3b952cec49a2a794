"""The journal as a file: JSON lines, or HAR 1.2."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from mocks.admin.room import Room
from mocks.admin.routes import JSON, JSONL
from mocks.net.journal_reading import Kept, write_har, write_lines


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its media type and who writes it."""

    media_type: str
    write: Callable[[Kept], bytes]


def take(room: Room) -> Kept:
    """Return what the journal of a space holds."""
    journal = room.space.journal
    rows = tuple(row for row in journal.rows() if not row.is_marker)
    return Kept(rows=rows, exchanges=journal.exchanges(), evicted=room.evicted)


EXPORTS: Final[Mapping[str, Form]] = {
    "jsonl": Form(JSONL, lambda kept: b"".join(write_lines(kept))),
    "har": Form(JSON, write_har),
}

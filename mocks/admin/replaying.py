"""Gives a request that a party received to it once more, through the same rules and faults."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mocks.admin.problems import AdminError
from mocks.admin.room import Room
from mocks.admin.schemas.journal import ReplayResource
from mocks.engine.exchange import DrawnFault
from mocks.engine.journal import Row
from wire.documents import Document, decode_stream
from wire.errors import WireError


@dataclass(slots=True)
class _Ear:
    """The connection of a replay: nobody is at its other end, so faults break nothing."""

    said: list[str] = field(default_factory=list)

    def refuse(self, status: int, code: str) -> bytes:
        self.said.append(f"{status} {code}")
        return b""

    async def interrupt(self, drawn: DrawnFault) -> bytes | None:
        self.said.append(drawn.fault.kind)
        return b""

    async def respond(self, body: bytes, faults: Sequence[DrawnFault]) -> bytes:
        self.said += [one.fault.kind for one in faults]
        return body


async def replay(room: Room, row: Row) -> ReplayResource:
    """Return what a party made of the request of a row, given to it once more.

    Raises:
        AdminError: `journal.no_bytes`, or `replay.peer` where no party here received it.
    """
    journal, names = room.space.journal, room.space.script.names
    exchange = journal.find_exchange(row.exchange)
    if exchange is None:
        raise AdminError("journal.no_bytes")
    host = room.space.hosts.get(names.code_of(exchange.party) or exchange.party)
    sender = names.code_of(exchange.peer or "") or exchange.peer
    if exchange.direction != "in" or host is None or sender is None:
        raise AdminError("replay.peer")
    last = max((one.id for one in journal.rows()), default=0)
    ear = _Ear()
    body = await host.clerk.serve(sender, exchange.asked, ear)
    rows = journal.rows(last)
    return ReplayResource(
        exchange=max((one.exchange for one in rows), default=0),
        rows=tuple(one.id for one in rows if not one.is_marker),
        replies=_count(body),
        said=tuple(ear.said),
    )


def _count(body: bytes) -> int:
    try:
        return sum(1 for one in decode_stream(body) if isinstance(one, Document)) if body else 0
    except WireError:
        return 0

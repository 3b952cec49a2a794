"""Gives a request that a party received to it once more, through the same rules and faults."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from mocks.admin.problems import AdminError
from mocks.admin.room import Room
from mocks.admin.schemas.journal import ReplayRequest, ReplayResource
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A request: the code of the party it is for, of who sent it, and its bytes."""

    party: str
    sender: str
    octets: bytes


def read_row(room: Room, row: Row) -> Letter:
    """Return the request of a row.

    Raises:
        AdminError: `journal.no_bytes`, or `replay.peer` where no party here received it.
    """
    exchange = room.space.journal.find_exchange(row.exchange)
    if exchange is None:
        raise AdminError("journal.no_bytes")
    if exchange.direction != "in" or exchange.peer is None:
        raise AdminError("replay.peer")
    return _address(room, exchange.party, exchange.peer, exchange.asked)


def read_request(room: Room, wanted: ReplayRequest) -> Letter:
    """Return a request that was exported.

    Raises:
        AdminError: `replay.incomplete`, or `replay.peer` where no party here can receive it.
    """
    if wanted.party is None or wanted.peer is None or wanted.request is None:
        raise AdminError("replay.incomplete", expected="row, or party, peer and request")
    try:
        octets = base64.b64decode(wanted.request, validate=True)
    except ValueError:
        raise AdminError("replay.incomplete", path="$.request", expected="base64") from None
    return _address(room, wanted.party, wanted.peer, octets)


def _address(room: Room, party: str, peer: str, octets: bytes) -> Letter:
    names = room.space.script.names
    code, sender = names.code_of(party) or party, names.code_of(peer) or peer
    known = {one.institution for one in room.space.peers}
    if code not in room.space.hosts or sender not in known:
        raise AdminError("replay.peer")
    return Letter(party=code, sender=sender, octets=octets)


async def replay(room: Room, letter: Letter) -> ReplayResource:
    """Return what a party made of a request, given to it once more."""
    journal = room.space.journal
    last = journal.last_row
    ear = _Ear()
    host = room.space.hosts[letter.party]
    body = await host.clerk.serve(letter.sender, letter.octets, ear)
    rows = [one for one in journal.rows(last) if not one.is_marker]
    return ReplayResource(
        exchange=max((one.exchange for one in rows), default=0),
        rows=tuple(one.id for one in rows),
        replies=_count(body),
        said=tuple(ear.said),
    )


def _count(body: bytes) -> int:
    try:
        return sum(1 for one in decode_stream(body) if isinstance(one, Document)) if body else 0
    except WireError:
        return 0

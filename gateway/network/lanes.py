"""Lanes: documents that wait for the same destination travel together in one POST.

Nothing waits on purpose. What arrives while all POSTs of a lane are under way is coalesced into
the next one, so a busy lane grows its POSTs and an idle one sends at once; bulk has its own lane.
Where replies are slow, more POSTs are under way: who has waited a moment does not wait for them,
or a slow provider would get everything that gathered meanwhile at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from gateway.domain.errors import PeerUnreachableError
from gateway.ports import Runner
from wire.documents import Document

Post = Callable[[bytes, float], Awaitable[Mapping[str, Document]]]
"""Sends a stream within so many seconds; returns replies by the message id they reply to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one lane: parcels and bytes per POST, waiting parcels, POSTs under way.

    The fewer POSTs are under way, the more documents share one: a POST costs as much as several
    documents. But a slow reply to one of them then holds up more of the others: after `patience`
    seconds what waits leaves in a POST more, up to `most_in_flight`.
    """

    parcels: int = 64
    post_bytes: int = 1 << 20
    waiting: int = 2000
    in_flight: int = 4
    most_in_flight: int = 64
    patience: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Documents that must share a POST; the reply is to the one of `message_id`."""

    message_id: str
    raw: bytes
    until: float  # on the event loop's clock
    reply: asyncio.Future[Document]


class Lane:
    """One destination's queue of parcels and its POSTs under way."""

    def __init__(self, post: Post, runner: Runner, limits: Limits) -> None:
        self._post, self._runner, self._limits = post, runner, limits
        self._waiting: deque[Parcel] = deque()
        self._in_flight = 0
        self._scheduled = False
        self._impatient: asyncio.TimerHandle | None = None

    async def send(self, message_id: str, raw: bytes, *, seconds: float) -> Document:
        """Return the reply to a document within `seconds`.

        Raises:
            PeerUnreachableError: no reply came in time, or too much waits already.
        """
        if len(self._waiting) >= self._limits.waiting:
            raise PeerUnreachableError(reason="lane_full")
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        reply: asyncio.Future[Document] = loop.create_future()
        self._waiting.append(Parcel(message_id=message_id, raw=raw, until=until, reply=reply))
        if not self._scheduled:
            # Once per turn of the loop: whatever else becomes ready in this turn goes along.
            self._scheduled = True
            loop.call_soon(self._flush)
        try:
            async with asyncio.timeout_at(until):
                return await reply
        except TimeoutError as error:
            raise PeerUnreachableError(reason="deadline") from error

    def _flush(self) -> None:
        self._scheduled = False
        while self._in_flight < self._limits.in_flight and self._post_next():
            pass
        if self._waiting and self._impatient is None:
            loop = asyncio.get_running_loop()
            self._impatient = loop.call_later(self._limits.patience, self._lose_patience)

    def _lose_patience(self) -> None:
        """Send what waits beside the slow POSTs that are under way."""
        self._impatient = None
        if self._in_flight < self._limits.most_in_flight:
            self._post_next()
        self._flush()

    def _post_next(self) -> bool:
        """Start a POST of what waits; return whether anything did."""
        parcels = self._take()
        if parcels:
            self._in_flight += 1
            self._runner.spawn(self._carry(parcels))
        return bool(parcels)

    def _take(self) -> list[Parcel]:
        """Return the next parcels that somebody still waits for, within the limits of a POST."""
        taken: list[Parcel] = []
        size = 0
        while self._waiting and len(taken) < self._limits.parcels:
            size += len(self._waiting[0].raw)
            if taken and size > self._limits.post_bytes:
                break
            parcel = self._waiting.popleft()
            if parcel.reply.done():
                size -= len(parcel.raw)
            else:
                taken.append(parcel)
        return taken

    async def _carry(self, parcels: list[Parcel]) -> None:
        failure: PeerUnreachableError | None = None
        replies: Mapping[str, Document] = {}
        seconds = max(parcel.until for parcel in parcels) - asyncio.get_running_loop().time()
        try:
            replies = await self._post(b"".join(parcel.raw for parcel in parcels), seconds)
        except PeerUnreachableError as error:
            failure = error
        finally:
            for parcel in parcels:
                _settle(parcel, replies.get(parcel.message_id), failure)
            self._in_flight -= 1
            self._flush()


def _settle(parcel: Parcel, reply: Document | None, failure: PeerUnreachableError | None) -> None:
    if parcel.reply.done():
        return
    if reply is not None:
        parcel.reply.set_result(reply)
        return
    # Each waiter gets its own error: a shared one would collect all their tracebacks.
    error = PeerUnreachableError(**(failure.context if failure else {"reason": "no_reply"}))
    error.__cause__ = failure.__cause__ if failure else None
    parcel.reply.set_exception(error)

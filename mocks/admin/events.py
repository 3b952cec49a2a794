"""Server-sent events of a space: rows as they come and change, clock, parties, warnings."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import msgspec
from aiohttp import web

from mocks.admin.feed import RESET, Feed, write_event
from mocks.admin.problems import AdminError
from mocks.admin.room import Room
from mocks.admin.routes import EVENTS, Call, HeaderRule, Operation, Sample
from mocks.admin.schemas.common import NoQuery
from mocks.admin.watching import look

BEAT_SECONDS: Final = 15.0
LOOK_SECONDS: Final = 0.5  # how late a change that nobody tells of may be seen
MOST_LISTENERS: Final = 64
_LAST: Final = HeaderRule(
    name="Last-Event-ID",
    text="The id of the last event that was seen: what came since follows.",
    sample="a1b2c3d40-17",
)


class _Listening:
    """The requests that follow events at present."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()


_LISTENING: Final = web.AppKey("listening", _Listening)


def prepare(app: web.Application) -> None:
    """Have event streams ended at shutdown."""
    listening = app[_LISTENING] = _Listening()

    async def stop(_app: web.Application) -> None:
        for task in list(listening.tasks):
            task.cancel()

    app.on_shutdown.append(stop)


async def follow(call: Call[None, NoQuery]) -> web.StreamResponse:
    """Send what happens until the caller leaves or the space is closed.

    Raises:
        AdminError: `space.unknown`, `events.full`.
    """
    room, listening = call.room, call.request.config_dict[_LISTENING].tasks
    if len(listening) >= MOST_LISTENERS:
        raise AdminError("events.full", headers={"Retry-After": "5"})
    response = web.StreamResponse(headers={"Content-Type": EVENTS, "X-Accel-Buffering": "no"})
    response.headers["Cache-Control"] = "no-store"
    tasks = {task for task in [asyncio.current_task()] if task is not None}
    listening |= tasks
    try:
        with suppress(ConnectionResetError):
            await response.prepare(call.request)
            await _send(call, room, response)
    finally:
        listening.difference_update(tasks)
    return response


async def _send(call: Call[None, NoQuery], room: Room, response: web.StreamResponse) -> None:
    """Send the events after the last one seen, or from now on, and a comment now and then."""
    feed, loop, last = room.feed, asyncio.get_running_loop(), call.request.headers.get(_LAST.name)
    look(room)
    number = feed.last if last is None else feed.find(last)
    await response.write(b"retry: 1000\n\n" if last else _greet(feed))
    spoken = loop.time()
    while not feed.closed and not _is_gone(call.request):
        call.desk.sweep()
        look(room)
        events = None if number is None else feed.after(number)
        if events is None:
            number, text = feed.last, _restart(feed)
        else:
            number = events[-1].number if events else number
            text = b"".join(
                write_event(one.name, feed.name_of(one.number), msgspec.json.encode(one.make()))
                for one in events
            )
        if not text and loop.time() - spoken >= BEAT_SECONDS:
            text = b": still here\n\n"
        if text:
            spoken = loop.time()
            await response.write(text)
        await feed.wait(number or 0, LOOK_SECONDS)


def _is_gone(request: web.Request) -> bool:
    """Return whether the caller has left, which otherwise shows only when something is sent."""
    return request.transport is None or request.transport.is_closing()


def _greet(feed: Feed) -> bytes:
    """Return the first event: it has an id, so that whoever loses the line can come back."""
    return b"retry: 1000\n" + write_event("hello", feed.name_of(feed.last), b"{}")


def _restart(feed: Feed) -> bytes:
    """Return the event that says: read everything anew, some of it was missed."""
    return write_event(RESET, feed.name_of(feed.last), b"{}")


OPERATIONS: Final = (
    Operation(
        name="follow_events",
        method="GET",
        path="/spaces/{space}/events",
        handler=follow,
        ja="起きたことを順に受け取る（SSE）",
        en="Follow what happens, as server-sent events: `hello`, `row` (as a row of the journal;"
        " the same id replaces it), `clock`, `party`, `scenarios`, `faults`, `warning`, `holds`,"
        " `cleared`, and `reset`, which says to read everything anew.",
        headers=(_LAST,),
        replies={200: Sample(text="Events, until the caller leaves.", media_type=EVENTS)},
        may_refuse=(503,),
        streams=True,
    ),
)

"""The clock of a space: look, set, freeze, run at a rate, advance by business days."""

from datetime import datetime
from typing import Final

from mocks.admin.desk import etag_of
from mocks.admin.problems import AdminError
from mocks.admin.room import Room
from mocks.admin.routes import IF_MATCH, Call, Operation, Reply, Sample
from mocks.admin.samples import CLOCK
from mocks.admin.schemas.common import NoQuery
from mocks.admin.schemas.spaces import AdvanceRequest, ClockRequest
from mocks.admin.space_views import show_clock
from mocks.admin.watching import look
from mocks.engine.calendar import BusinessCalendar, CalendarError
from mocks.engine.durations import Duration, DurationError, parse_duration

FROZEN, REAL = 0.0, 1.0


async def show(call: Call[None, NoQuery]) -> Reply:
    """Return the clock.

    Raises:
        AdminError: `space.unknown`.
    """
    return _reply(call.room)


async def set_clock(call: Call[ClockRequest, NoQuery]) -> Reply:
    """Change how the clock goes on, after moving it to an instant if one is given.

    Raises:
        AdminError: `space.unknown`, `clock.past`, `space.busy`, `request.precondition`.
    """
    room, wanted = call.room, call.body
    call.demand(tag_of(room))
    rate = _rate(room, wanted)
    if wanted.at is not None:
        if wanted.at < room.now():
            raise AdminError("clock.past", path="$.at")
        await _move(room, wanted.at)
    if rate is not None:
        await room.space.run(rate)
    return _reply(room)


async def advance(call: Call[AdvanceRequest, NoQuery]) -> Reply:
    """Move the clock forward; what falls due on the way is done, in its order, before the reply.

    Raises:
        AdminError: `space.unknown`, `clock.duration`, `clock.far`, `space.busy`.
    """
    room = call.room
    call.demand(tag_of(room))
    await _move(room, after(room.now(), read_duration(call.body.by)))
    return _reply(room)


def read_duration(text: str) -> Duration:
    """Return a duration that is not negative.

    Raises:
        AdminError: `clock.duration`.
    """
    try:
        duration = parse_duration(text)
    except DurationError:
        raise AdminError("clock.duration", expected="PT90S, P14D, P3BD") from None
    if duration.negative:
        raise AdminError("clock.duration", expected="PT90S, P14D, P3BD")
    return duration


def after(now: datetime, duration: Duration) -> datetime:
    """Return the instant after a duration, by the calendar of municipalities.

    Raises:
        AdminError: `clock.far`.
    """
    try:
        return BusinessCalendar().shift(now, duration)
    except (CalendarError, OverflowError):
        raise AdminError("clock.far") from None


def tag_of(room: Room) -> str:
    """Return the tag of the clock's setting; that time passes does not change it."""
    clock = room.space.clock
    return etag_of({"pace": clock.pace, "offset": clock.offset_milliseconds})


async def _move(room: Room, instant: datetime) -> None:
    if room.moving.locked():
        raise AdminError("space.busy")
    async with room.moving:
        await (room.advance or room.space.advance_to)(instant)


def _rate(room: Room, wanted: ClockRequest) -> float | None:
    """Return the rate that a request says, None if it says none."""
    if wanted.mode == "frozen":
        return FROZEN
    if wanted.mode == "real":
        return REAL
    if wanted.mode == "rate" and wanted.rate is None:
        return room.space.clock.rate or REAL
    return wanted.rate


def _reply(room: Room) -> Reply:
    look(room)
    return Reply(body=show_clock(room), headers={"ETag": tag_of(room)})


_SHOWN: Final = Sample(text="The clock.", value=CLOCK, headers=("ETag",))
OPERATIONS: Final = (
    Operation(
        name="show_clock",
        method="GET",
        path="/spaces/{space}/clock",
        handler=show,
        ja="スペースの時計を見る",
        en="Show the clock of a space.",
        replies={200: _SHOWN},
    ),
    Operation(
        name="set_clock",
        method="POST",
        path="/spaces/{space}/clock",
        handler=set_clock,
        ja="時計を止める・進め方を変える・時刻を合わせる",
        en="Freeze the clock, change its rate, or move it to an instant that is not past.",
        body=ClockRequest,
        sample=ClockRequest(mode="rate", rate=60.0),
        headers=(IF_MATCH,),
        replies={200: _SHOWN},
        may_refuse=(409, 422),
    ),
    Operation(
        name="advance_clock",
        method="POST",
        path="/spaces/{space}/clock/advance",
        handler=advance,
        ja="時計を進める（開庁日でも指定できる）",
        en="Advance the clock, also by business days (P3BD); what falls due is done in order.",
        body=AdvanceRequest,
        sample=AdvanceRequest(by="P3BD"),
        headers=(IF_MATCH,),
        replies={200: _SHOWN},
        may_refuse=(409, 422),
    ),
)

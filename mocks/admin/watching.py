"""Finds what changed in a space without anybody telling: clock, parties, holds, warnings."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec

from mocks.admin.party_views import list_shown
from mocks.admin.room import Room
from mocks.admin.space_views import show_clock, show_holds, show_warnings

State = Any  # a value that is compared with the one before


def _clock(room: Room) -> State:
    clock = room.space.clock
    return clock.pace, clock.offset, room.space.state


def _parties(room: Room) -> State:
    hosts = room.space.hosts.items()
    off = tuple(code for code, host in hosts if host.off)
    return off, room.space.peers, tuple(room.space.script.scenarios)


def _holds(room: Room) -> State:
    return tuple(held.id for held in room.space.holds.held)


def _warnings(room: Room) -> State:
    return room.space.journal.true_numbers, bool(room.evicted)


_WATCHED: Final[dict[str, tuple[Callable[[Room], State], Callable[[Room], msgspec.Struct]]]] = {
    "clock": (_clock, show_clock),
    "parties": (_parties, list_shown),
    "holds": (_holds, show_holds),
    "warnings": (_warnings, show_warnings),
}


def look(room: Room) -> None:
    """Tell listeners what is not as it was when somebody looked last."""
    for name, (find, show) in _WATCHED.items():
        state = find(room)
        if room.seen.get(name, state) != state:
            room.tell(name, partial(show, room))
        room.seen[name] = state

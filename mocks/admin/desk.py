"""What the admin API works on: a house of spaces and the gate in front of it."""

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec

from mocks.admin.auth import Gate, make_token
from mocks.admin.feed import Feed
from mocks.admin.problems import AdminError
from mocks.admin.room import Room
from mocks.net.house import House
from mocks.net.space import Space

MOST_SPACES: Final = 64
_RUN_LENGTH: Final = 8


class Desk:
    """Finds spaces; what is asked of one never touches another.

    `version` is that of the distribution, `url` where the API is served, without path.
    """

    def __init__(self, house: House, gate: Gate, *, version: str) -> None:
        self.house, self.gate, self.version, self.url = house, gate, version, ""
        self._run = make_token()[:_RUN_LENGTH].translate({ord("-"): "x", ord("_"): "y"})
        self._entered = 0
        self._rooms: dict[str, Room] = {}

    def list_rooms(self) -> list[Room]:
        """Return every space, oldest first."""
        return [self.load_room(name) for name in self.house.spaces]

    def load_room(self, name: str) -> Room:
        """Return a space by name.

        Raises:
            AdminError: `space.unknown`.
        """
        self.sweep()
        space = self.house.find(name)
        if space is None:
            raise AdminError("space.unknown")
        if name not in self._rooms:
            self._rooms[name] = self._enter(name, space)
        return self._rooms[name]

    def close(self) -> None:
        """Let every listener go."""
        for name in list(self._rooms):
            self._leave(name)

    def _enter(self, name: str, space: Space) -> Room:
        self._entered += 1
        room = Room(name, space, self.house.world(name), Feed(f"{self._run}{self._entered}"))
        room.leave = space.journal.subscribe(room.hear)
        return room

    def sweep(self) -> None:
        """Forget what was kept about spaces that are no more, also where the name came back."""
        for name, room in list(self._rooms.items()):
            if self.house.find(name) is not room.space:
                self._leave(name)

    def _leave(self, name: str) -> None:
        room = self._rooms.pop(name)
        room.leave()
        room.feed.close()


def etag_of(value: msgspec.Struct | Mapping[str, object] | bytes) -> str:
    """Return the entity tag of a state: strong, 16 hexadecimal digits."""
    octets = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return f'"{hashlib.sha256(octets).hexdigest()[:16]}"'

"""How parties look from outside."""

from mocks.admin.room import Room
from mocks.admin.schemas.spaces import PartyList, PartyResource
from mocks.engine.calendar import CalendarError


def list_shown(room: Room) -> PartyList:
    """Return every party of a space, gateways and other systems under test included."""
    return PartyList(parties=tuple(show_party(room, peer.institution) for peer in room.space.peers))


def show_party(room: Room, code: str) -> PartyResource:
    """Return a party by its institution code."""
    name = room.name_party(code)
    setup = room.space.script.setup_of(name)
    institution = room.world.institutions.find(code)
    peer = room.space.directory().find(code)
    host = room.space.hosts.get(code)
    down = host is not None and host.off
    return PartyResource(
        name=name,
        code=code,
        kind=setup.kind if setup else room.kinds().get(code, "sut"),
        title=institution.name_ja if institution else code,
        url=peer.url if peer else "",
        state="down" if down else "up",
        down_until=room.ends.get(code) if down else None,
        open=_is_open(room, name),
        hours=setup.hours if setup else None,
    )


def _is_open(room: Room, name: str) -> bool | None:
    """Return whether a party is open now; None where it has no hours, or no calendar says."""
    offices = room.space.script.offices
    if name not in offices.openings:
        return None
    try:
        return offices.is_open(name, room.now())
    except CalendarError:
        return None

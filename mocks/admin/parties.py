"""Parties of a space over HTTP: who they are, where they listen, switching them off and on."""

from typing import Final

from mocks.admin.clock import after, read_duration
from mocks.admin.party_views import list_shown, show_party
from mocks.admin.problems import AdminError
from mocks.admin.room import Room
from mocks.admin.routes import Call, Operation, Reply, Sample
from mocks.admin.samples import PARTIES, PARTY
from mocks.admin.schemas.common import NoQuery
from mocks.admin.schemas.spaces import DownRequest


async def list_parties(call: Call[None, NoQuery]) -> Reply:
    """Return every party of a space.

    Raises:
        AdminError: `space.unknown`.
    """
    return Reply(body=list_shown(call.room))


async def switch_off(call: Call[DownRequest, NoQuery]) -> Reply:
    """Let a party refuse every connection, for a while or until it is switched on.

    Raises:
        AdminError: `space.unknown`, `party.unknown`, `party.under_test`, `clock.duration`.
    """
    room = call.room
    code = load_code(room, call.named("party"))
    until = None
    if call.body.ttl is not None:
        until = after(room.now(), read_duration(call.body.ttl))
    await room.switch_off(code, until)
    return Reply(body=show_party(room, code))


async def switch_on(call: Call[None, NoQuery]) -> Reply:
    """Let a party answer again; one that is up stays up.

    Raises:
        AdminError: `space.unknown`, `party.unknown`, `party.under_test`.
    """
    room = call.room
    code = load_code(room, call.named("party"))
    await room.switch_on(code)
    return Reply(body=show_party(room, code))


def load_code(room: Room, name: str) -> str:
    """Return the institution code of a counterparty by its name or code.

    Raises:
        AdminError: `party.unknown`, or `party.under_test` for what is no counterparty.
    """
    code = room.space.script.names.code_of(name) or name
    if code in room.space.hosts:
        return code
    if any(peer.institution == code for peer in room.space.peers):
        raise AdminError("party.under_test")
    raise AdminError("party.unknown")


OPERATIONS: Final = (
    Operation(
        name="list_parties",
        method="GET",
        path="/spaces/{space}/parties",
        handler=list_parties,
        ja="参加者を一覧にする",
        en="List the parties: where they listen, whether they are up and open.",
        replies={200: Sample(text="Everybody.", value=PARTIES)},
    ),
    Operation(
        name="switch_off",
        method="POST",
        path="/spaces/{space}/parties/{party}/down",
        handler=switch_off,
        ja="参加者を止める（接続を拒否する）",
        en="Switch a party off: its port refuses connections, until `ttl` or until switched on.",
        body=DownRequest,
        sample=DownRequest(ttl="PT10M"),
        replies={200: Sample(text="The party.", value=PARTY)},
        may_refuse=(409, 422),
    ),
    Operation(
        name="switch_on",
        method="DELETE",
        path="/spaces/{space}/parties/{party}/down",
        handler=switch_on,
        ja="参加者を動かす",
        en="Switch a party on.",
        replies={200: Sample(text="The party.", value=PARTY)},
        may_refuse=(409,),
    ),
)

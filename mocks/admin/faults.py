"""Rules for the moment over HTTP: list, add, remove, clear."""

import dataclasses
from typing import Final

from mocks.admin.clock import after, read_duration
from mocks.admin.moments import Moment, list_moments, name_moment, read_moment
from mocks.admin.problems import AdminError
from mocks.admin.room import Room
from mocks.admin.routes import Call, Operation, Reply, Sample
from mocks.admin.samples import CLEARED, FAULT, FAULTS
from mocks.admin.schemas.common import NoQuery
from mocks.admin.schemas.journal import ClearedResource
from mocks.admin.schemas.scenarios import FaultList, FaultRequest, FaultResource
from mocks.engine.scenario_writing import write_value

MOST_MOMENTS: Final = 200


async def list_faults(call: Call[None, NoQuery]) -> Reply:
    """Return every rule for the moment that has not ended.

    Raises:
        AdminError: `space.unknown`.
    """
    return Reply(body=list_shown(call.room))


async def add(call: Call[FaultRequest, NoQuery]) -> Reply:
    """Let a rule apply from now on, before those of scenarios.

    Raises:
        AdminError: `space.unknown`, `rule.invalid`, `clock.duration`, `clock.far`, `fault.full`.
    """
    room, wanted = call.room, call.body
    if len(list_present(room)) >= MOST_MOMENTS:
        raise AdminError("fault.full")
    now = room.now()
    until = None if wanted.ttl is None else after(now, read_duration(wanted.ttl))
    script = room.space.script
    moment = read_moment(wanted, name_moment(script, room.made), room.company())
    script.add_rule(moment.rule, None if until is None else until - now, now=now)
    room.made += 1
    room.tell("faults", lambda: list_shown(room))
    shown = show_moment(dataclasses.replace(moment, until=until))
    return Reply(status=201, body=shown, headers={"Location": f"{call.request.path}/{shown.id}"})


async def remove(call: Call[None, NoQuery]) -> Reply:
    """Remove a rule for the moment.

    Raises:
        AdminError: `space.unknown`, `fault.unknown`.
    """
    room, name = call.room, call.named("fault")
    if not room.space.script.remove_rule(name):
        raise AdminError("fault.unknown")
    room.tell("faults", lambda: list_shown(room))
    return Reply(status=204)


async def clear(call: Call[None, NoQuery]) -> Reply:
    """Remove every rule for the moment.

    Raises:
        AdminError: `space.unknown`.
    """
    room = call.room
    present = list_present(room)
    for moment in present:
        room.space.script.remove_rule(moment.rule.id)
    room.tell("faults", lambda: list_shown(room))
    return Reply(body=ClearedResource(cleared="faults", count=len(present)))


def list_present(room: Room) -> list[Moment]:
    """Return every rule for the moment that has not ended, in the order of their making."""
    now = room.now()
    found = list_moments(room.space.script)
    return [moment for moment in found if moment.until is None or now < moment.until]


def list_shown(room: Room) -> FaultList:
    """Return every rule for the moment that has not ended."""
    return FaultList(faults=tuple(map(show_moment, list_present(room))))


def show_moment(moment: Moment) -> FaultResource:
    """Return a rule for the moment."""
    words = {name: value for name, value in write_value(moment.rule).items() if name != "id"}
    return FaultResource(
        id=moment.rule.id, rule=words, until=moment.until, problems=moment.findings
    )


OPERATIONS: Final = (
    Operation(
        name="list_faults",
        method="GET",
        path="/spaces/{space}/faults",
        handler=list_faults,
        ja="臨時の規則（障害）を一覧にする",
        en="List the rules for the moment.",
        replies={200: Sample(text="Those that have not ended.", value=FAULTS)},
    ),
    Operation(
        name="add_fault",
        method="POST",
        path="/spaces/{space}/faults",
        handler=add,
        ja="臨時の規則（障害）を加える",
        en="Add a rule for the moment, in the words of scenarios; it applies before their rules.",
        body=FaultRequest,
        sample=FaultRequest(
            when={"party": "core", "op": "permit.issue", "nth": 1},
            fault=({"at": "after_effect", "kind": "reset"},),
            ttl="PT10M",
        ),
        replies={201: Sample(text="It applies.", value=FAULT, headers=("Location",))},
        may_refuse=(409, 422),
    ),
    Operation(
        name="clear_faults",
        method="DELETE",
        path="/spaces/{space}/faults",
        handler=clear,
        ja="臨時の規則（障害）をすべて除く",
        en="Remove every rule for the moment.",
        replies={200: Sample(text="What was removed.", value=CLEARED)},
    ),
    Operation(
        name="remove_fault",
        method="DELETE",
        path="/spaces/{space}/faults/{fault}",
        handler=remove,
        ja="臨時の規則（障害）を一つ除く",
        en="Remove one rule for the moment.",
        replies={204: Sample(text="It is gone.")},
    ),
)

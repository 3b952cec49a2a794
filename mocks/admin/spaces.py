"""Spaces over HTTP: list, open, look at, reseed, close."""

from typing import Final

from mocks.admin.desk import MOST_SPACES, etag_of
from mocks.admin.problems import AdminError
from mocks.admin.room import Room
from mocks.admin.routes import IF_MATCH, Call, Operation, Reply, Sample
from mocks.admin.samples import SPACE, SPACES
from mocks.admin.scenarios import keep_source
from mocks.admin.schemas.common import NoQuery
from mocks.admin.schemas.spaces import SeedRequest, SpaceList, SpaceRequest
from mocks.admin.sources import Source, find_source
from mocks.admin.space_views import show_space
from mocks.engine.clock import SpaceClock
from mocks.net.house import Plot, SpaceError


async def list_spaces(call: Call[None, NoQuery]) -> Reply:
    """Return every space."""
    return Reply(body=SpaceList(spaces=tuple(map(show_space, call.desk.list_rooms()))))


async def open_space(call: Call[SpaceRequest, NoQuery]) -> Reply:
    """Open a space; with a shipped scenario it starts at its time, with its seed and its rules.

    Raises:
        AdminError: `space.exists`, `space.full`, `scenario.unknown`.
    """
    wanted, house = call.body, call.desk.house
    if house.find(wanted.name) is not None:
        raise AdminError("space.exists", path="$.name")
    if len(house.spaces) >= MOST_SPACES:
        raise AdminError("space.full")
    source = None if wanted.scenario is None else find_source(wanted.scenario)
    try:
        await house.open(plan(wanted.name, source, wanted.seed))
    except SpaceError as error:
        raise AdminError(error.code) from error
    room = call.desk.load_room(wanted.name)
    room.name_everybody()
    if source is not None:
        keep_source(room, source)
    headers = {"Location": f"{call.request.path}/{wanted.name}", **_tag(room)}
    return Reply(status=201, body=show_space(room), headers=headers)


def plan(name: str, source: Source | None, seed: int | None) -> Plot:
    """Return what a space is made from: the seed that was asked for, or the scenario's, or 0.

    A scenario that says when it starts has a frozen clock: its time moves when it is told to.
    """
    scenario = source.scenario if source else None
    chosen = seed if seed is not None else scenario.seed if scenario else 0
    start = scenario.clock.start if scenario else None
    clock = None if start is None else SpaceClock.starting(start, pace=0)
    return Plot(name=name, seed=chosen, scenario=scenario, clock=clock)


async def show(call: Call[None, NoQuery]) -> Reply:
    """Return a space.

    Raises:
        AdminError: `space.unknown`.
    """
    room = call.room
    return Reply(body=show_space(room), headers=_tag(room))


async def reseed(call: Call[SeedRequest, NoQuery]) -> Reply:
    """Let all draws from now on be of another seed; the counters of rules begin anew.

    Raises:
        AdminError: `space.unknown`, `request.precondition`.
    """
    room = call.room
    call.demand(tag_of(room))
    room.space.script.seed = str(call.body.seed)
    room.space.script.reset_counters()
    return Reply(body=show_space(room), headers=_tag(room))


async def close(call: Call[None, NoQuery]) -> Reply:
    """Close a space and forget all that was in it.

    Raises:
        AdminError: `space.unknown`, `request.precondition`.
    """
    room = call.room
    call.demand(tag_of(room))
    await call.desk.house.close(room.name)
    call.desk.sweep()
    return Reply(status=204)


def tag_of(room: Room) -> str:
    """Return the tag of what was decided about a space; that its journal grows changes nothing."""
    script = room.space.script
    return etag_of({"name": room.name, "seed": script.seed, "scenarios": list(script.scenarios)})


def _tag(room: Room) -> dict[str, str]:
    return {"ETag": tag_of(room)}


_SHOWN: Final = Sample(text="The space.", value=SPACE, headers=("ETag",))
OPERATIONS: Final = (
    Operation(
        name="list_spaces",
        method="GET",
        path="/spaces",
        handler=list_spaces,
        ja="スペースを一覧にする",
        en="List the spaces.",
        replies={200: Sample(text="The spaces.", value=SPACES)},
    ),
    Operation(
        name="open_space",
        method="POST",
        path="/spaces",
        handler=open_space,
        ja="スペースを作る（状態・記録・時計・種を他と分け合わない）",
        en="Open a space, which shares nothing with others; with a scenario its clock starts"
        " frozen at the scenario's time.",
        body=SpaceRequest,
        sample=SpaceRequest(name="demo", scenario="S04", seed=42),
        replies={201: Sample(text="The space.", value=SPACE, headers=("Location", "ETag"))},
        may_refuse=(404, 409, 422),
    ),
    Operation(
        name="show_space",
        method="GET",
        path="/spaces/{space}",
        handler=show,
        ja="スペースを見る",
        en="Show a space.",
        replies={200: _SHOWN},
    ),
    Operation(
        name="close_space",
        method="DELETE",
        path="/spaces/{space}",
        handler=close,
        ja="スペースを消す",
        en="Close a space and forget all that was in it.",
        headers=(IF_MATCH,),
        replies={204: Sample(text="It is gone.")},
    ),
    Operation(
        name="set_seed",
        method="POST",
        path="/spaces/{space}/seed",
        handler=reseed,
        ja="乱数の種を変える（規則の回数も戻る）",
        en="Set the seed of all draws; the counters of rules begin anew.",
        body=SeedRequest,
        sample=SeedRequest(seed=7),
        headers=(IF_MATCH,),
        replies={200: _SHOWN},
    ),
)

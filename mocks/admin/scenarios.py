"""Scenarios of a space: list those shipped, load, replace, look at, unload; counters of rules."""

from typing import Final

from mocks.admin.desk import etag_of
from mocks.admin.problems import AdminError
from mocks.admin.room import Room
from mocks.admin.routes import IF_MATCH, MIB, YAML, Call, Operation, Reply, Sample
from mocks.admin.samples import SCENARIO, SCENARIOS, SHIPPED
from mocks.admin.scenario_views import show_scenario, show_shipped
from mocks.admin.schemas.common import NoQuery
from mocks.admin.schemas.scenarios import (
    ScenarioList,
    ScenarioRequest,
    ScenarioResource,
    ShippedList,
    StateRequest,
)
from mocks.admin.sources import Source, read_named
from mocks.engine.rulebook import Progress
from mocks.scenarios.library import list_shipped


async def list_all_shipped(_call: Call[None, NoQuery]) -> Reply:
    """Return every scenario that is shipped."""
    return Reply(body=ShippedList(scenarios=tuple(map(show_shipped, list_shipped()))))


async def list_loaded(call: Call[None, NoQuery]) -> Reply:
    """Return every scenario that is loaded.

    Raises:
        AdminError: `space.unknown`.
    """
    return Reply(body=list_shown(call.room))


async def show(call: Call[None, NoQuery]) -> Reply:
    """Return a scenario that is loaded.

    Raises:
        AdminError: `space.unknown`, `scenario.unknown`.
    """
    room = call.room
    return _reply(room, load_id(room, call.named("scenario")))


async def put(call: Call[ScenarioRequest | bytes, NoQuery]) -> Reply:
    """Load a scenario, or replace it at once; the journal stays, its counters begin anew.

    Raises:
        AdminError: `space.unknown`, `scenario.unknown`, `scenario.invalid`, `scenario.id`,
            `request.precondition`.
    """
    room, name = call.room, call.named("scenario")
    body = call.body if isinstance(call.body, bytes) else call.body.source
    source = read_named(name, body.encode() if isinstance(body, str) else body)
    known = source.scenario.id in room.space.script.scenarios
    call.demand(tag_of(show_scenario(room, source.scenario.id)) if known else "")
    await call.desk.house.load(source.scenario, room.name)
    keep_source(room, source)
    return _reply(room, source.scenario.id, 200 if known else 201)


async def remove(call: Call[None, NoQuery]) -> Reply:
    """Unload a scenario, with what it still had on the agenda.

    Raises:
        AdminError: `space.unknown`, `scenario.unknown`, `request.precondition`.
    """
    room = call.room
    name = load_id(room, call.named("scenario"))
    call.demand(tag_of(show_scenario(room, name)))
    room.space.unload(name)
    room.sources.pop(name, None)
    room.tell("scenarios", lambda: list_shown(room))
    return Reply(status=204)


async def change(call: Call[StateRequest, NoQuery]) -> Reply:
    """Set the counters of one rule; 0 lets it begin anew.

    Raises:
        AdminError: `space.unknown`, `scenario.unknown`, `scenario.rule`, `request.precondition`.
    """
    room, wanted = call.room, call.body
    name = load_id(room, call.named("scenario"))
    call.demand(tag_of(show_scenario(room, name)))
    if wanted.rule not in room.space.script.progress(name):
        raise AdminError("scenario.rule", path="$.rule")
    room.space.script.set_progress(
        name, wanted.rule, Progress(seen=wanted.seen, matched=wanted.matched)
    )
    room.tell("scenarios", lambda: list_shown(room))
    return _reply(room, name)


def keep_source(room: Room, source: Source) -> None:
    """Keep the file of a scenario that runs from now on, and tell listeners."""
    room.sources[source.scenario.id] = source.octets
    room.tell("scenarios", lambda: list_shown(room))


def list_shown(room: Room) -> ScenarioList:
    """Return every scenario that is loaded."""
    return ScenarioList(
        scenarios=tuple(show_scenario(room, name) for name in room.space.script.scenarios)
    )


def load_id(room: Room, name: str) -> str:
    """Return the id of a loaded scenario by its id or its number.

    Raises:
        AdminError: `scenario.unknown`.
    """
    for loaded in room.space.script.scenarios:
        if name in {loaded, loaded.partition("-")[0]}:
            return loaded
    raise AdminError("scenario.unknown")


def tag_of(shown: ScenarioResource) -> str:
    """Return the tag of a scenario: its file and its counters."""
    return etag_of(shown)


def _reply(room: Room, name: str, status: int = 200) -> Reply:
    shown = show_scenario(room, name)
    return Reply(status=status, body=shown, headers={"ETag": tag_of(shown)})


_TAG: Final = ("ETag",)
_LOADED: Final = Sample(text="The scenario.", value=SCENARIO, headers=_TAG)
OPERATIONS: Final = (
    Operation(
        name="list_shipped",
        method="GET",
        path="/scenarios",
        handler=list_all_shipped,
        ja="同梱のシナリオを一覧にする",
        en="List the scenarios that are shipped.",
        replies={200: Sample(text="Those shipped.", value=SHIPPED)},
    ),
    Operation(
        name="list_scenarios",
        method="GET",
        path="/spaces/{space}/scenarios",
        handler=list_loaded,
        ja="読み込んだシナリオを一覧にする",
        en="List the scenarios that are loaded into a space.",
        replies={200: Sample(text="Those loaded.", value=SCENARIOS)},
    ),
    Operation(
        name="show_scenario",
        method="GET",
        path="/spaces/{space}/scenarios/{scenario}",
        handler=show,
        ja="シナリオと規則の回数を見る",
        en="Show a scenario with the counters of its rules.",
        replies={200: _LOADED},
    ),
    Operation(
        name="load_scenario",
        method="PUT",
        path="/spaces/{space}/scenarios/{scenario}",
        handler=put,
        ja="シナリオを読み込む・差し替える（点検に通らなければ何も変わらない）",
        en="Load or replace a scenario in one step; one with errors changes nothing and comes"
        " back with its problems. As JSON without source: the shipped one.",
        body=ScenarioRequest,
        texts=(YAML,),
        sample=ScenarioRequest(),
        text_sample='mocks: "1"\n',
        headers=(IF_MATCH,),
        most_bytes=2 * MIB,
        replies={200: _LOADED, 201: _LOADED},
        may_refuse=(422,),
    ),
    Operation(
        name="unload_scenario",
        method="DELETE",
        path="/spaces/{space}/scenarios/{scenario}",
        handler=remove,
        ja="シナリオを外す",
        en="Unload a scenario and what it still had on the agenda.",
        headers=(IF_MATCH,),
        replies={204: Sample(text="It is gone.")},
    ),
    Operation(
        name="change_counters",
        method="PATCH",
        path="/spaces/{space}/scenarios/{scenario}/state",
        handler=change,
        ja="規則の回数を変える・戻す",
        en="Set the counters of one rule; 0 lets it begin anew.",
        body=StateRequest,
        sample=StateRequest(rule="hold"),
        headers=(IF_MATCH,),
        replies={200: _LOADED},
    ),
)

"""A space as one JSON document: export, and import into it."""

from typing import Final

import msgspec

from mocks.admin.json_body import read_json
from mocks.admin.problems import AdminError
from mocks.admin.routes import IF_MATCH, SNAPSHOT, Call, Operation, Reply, Sample
from mocks.admin.samples import SPACE
from mocks.admin.scenarios import list_shown
from mocks.admin.schemas.common import NoQuery
from mocks.admin.space_views import show_space
from mocks.admin.spaces import tag_of
from mocks.engine.problems import ScenarioError

MOST_BYTES: Final = 512 << 20


async def export(call: Call[None, NoQuery]) -> Reply:
    """Return everything that a space knows, sandbox numbers included.

    Raises:
        AdminError: `space.unknown`.
    """
    room = call.room
    name = f'attachment; filename="{room.name}.snapshot.json"'
    headers = {"Content-Disposition": name, "ETag": tag_of(room)}
    body = msgspec.json.encode(room.space.snapshot())
    return Reply(body=body, media_type=SNAPSHOT, headers=headers)


async def put(call: Call[bytes, NoQuery]) -> Reply:
    """Let a space know what a snapshot holds; its clock moves forward to it, never back.

    Raises:
        AdminError: `space.unknown`, `space.busy`, `snapshot.invalid`, `request.precondition`.
    """
    room = call.room
    call.demand(tag_of(room))
    kept = read_json(call.body)
    if not isinstance(kept, dict):
        raise AdminError("snapshot.invalid")
    if room.moving.locked():
        raise AdminError("space.busy")
    async with room.moving:
        try:
            await room.space.restore(kept)
        except (ScenarioError, ValueError, LookupError, TypeError, AttributeError):
            raise AdminError("snapshot.invalid") from None
    room.sources.clear()
    room.tell("scenarios", lambda: list_shown(room))
    return Reply(body=show_space(room), headers={"ETag": tag_of(room)})


OPERATIONS: Final = (
    Operation(
        name="export_snapshot",
        method="GET",
        path="/spaces/{space}/snapshot",
        handler=export,
        ja="スペースのすべてを書き出す",
        en="Export everything that a space knows, sandbox numbers included.",
        replies={
            200: Sample(text="The snapshot.", media_type=SNAPSHOT, headers=("ETag",)),
        },
    ),
    Operation(
        name="import_snapshot",
        method="PUT",
        path="/spaces/{space}/snapshot",
        handler=put,
        ja="書き出したものを読み込む",
        en="Let a space know what a snapshot holds; its clock moves forward to it, never back.",
        texts=(SNAPSHOT,),
        headers=(IF_MATCH,),
        most_bytes=MOST_BYTES,
        read_seconds=300.0,
        replies={200: Sample(text="The space.", value=SPACE, headers=("ETag",))},
        may_refuse=(409, 422),
    ),
)

"""Requests that are held (breakpoints) over HTTP: list, release."""

from typing import Final

from mocks.admin.problems import AdminError
from mocks.admin.routes import Call, Operation, Reply, Sample
from mocks.admin.samples import HOLDS
from mocks.admin.schemas.common import NoQuery
from mocks.admin.space_views import show_holds


async def list_holds(call: Call[None, NoQuery]) -> Reply:
    """Return every request that is held.

    Raises:
        AdminError: `space.unknown`.
    """
    return Reply(body=show_holds(call.room))


async def release(call: Call[None, NoQuery]) -> Reply:
    """Let a request go on.

    Raises:
        AdminError: `space.unknown`, `hold.unknown`.
    """
    if not call.room.space.holds.release(int(call.named("hold"))):
        raise AdminError("hold.unknown")
    return Reply(status=204)


OPERATIONS: Final = (
    Operation(
        name="list_holds",
        method="GET",
        path="/spaces/{space}/holds",
        handler=list_holds,
        ja="止めている要求を一覧にする",
        en="List the requests that a fault of kind `hold` keeps.",
        replies={200: Sample(text="Those held.", value=HOLDS)},
    ),
    Operation(
        name="release_hold",
        method="POST",
        path="/spaces/{space}/holds/{hold}/release",
        handler=release,
        ja="止めている要求を進める",
        en="Let a request that is held go on.",
        replies={204: Sample(text="It goes on.")},
    ),
)

"""What testers see of a system under test that runs elsewhere, reported over HTTP."""

from typing import Final

from mocks.admin.problems import AdminError
from mocks.admin.room import MOST_SIGHTINGS
from mocks.admin.routes import Call, Operation, Reply, Sample
from mocks.admin.samples import SIGHTINGS
from mocks.admin.schemas.common import NoQuery
from mocks.admin.schemas.scenarios import SightingList, SightingRequest, SightingResource
from mocks.engine.sightings import Sighting


async def list_sightings(call: Call[None, NoQuery]) -> Reply:
    """Return what was reported, in its order.

    Raises:
        AdminError: `space.unknown`.
    """
    return Reply(body=SightingList(sightings=tuple(map(_show, call.room.sightings))))


async def report(call: Call[SightingRequest, NoQuery]) -> Reply:
    """Take something that was seen into the evidence, as of this instant of the space's clock.

    Raises:
        AdminError: `space.unknown`, `sighting.full`.
    """
    room, seen = call.room, call.body
    if len(room.sightings) >= MOST_SIGHTINGS:
        raise AdminError("sighting.full")
    sighting = Sighting(
        at=room.now(),
        subject=seen.subject,
        what=seen.what,
        person=seen.person,
        member=seen.member,
        correlation=seen.correlation,
        reason=seen.reason,
        value=seen.value,
    )
    room.sightings.append(sighting)
    return Reply(status=201, body=SightingList(sightings=(_show(sighting),)))


def _show(sighting: Sighting) -> SightingResource:
    return SightingResource(
        at=sighting.at,
        subject=sighting.subject,
        what=sighting.what,
        person=sighting.person,
        member=sighting.member,
        correlation=sighting.correlation,
        reason=sighting.reason,
        value=sighting.value,
    )


OPERATIONS: Final = (
    Operation(
        name="list_sightings",
        method="GET",
        path="/spaces/{space}/sightings",
        handler=list_sightings,
        ja="試験対象について報告されたことを一覧にする",
        en="List what was reported of the system under test.",
        replies={200: Sample(text="The sightings.", value=SIGHTINGS)},
    ),
    Operation(
        name="report_sighting",
        method="POST",
        path="/spaces/{space}/sightings",
        handler=report,
        ja="試験対象について見たことを報告する（判定の材料になる）",
        en="Report something that is seen of an external system under test: a state of an inquiry,"
        " an alarm, an audit entry, a figure. Verdicts take it into account.",
        body=SightingRequest,
        sample=SightingRequest(subject="inquiry", what="answered", person="p1"),
        replies={201: Sample(text="It counts.", value=SIGHTINGS)},
        may_refuse=(409,),
    ),
)

"""Every operation of the admin API, in the order of the published description."""

from typing import Final

from mocks.admin import (
    clearing,
    clock,
    events,
    faults,
    holds,
    journal,
    parties,
    people,
    scenarios,
    service,
    sightings,
    snapshots,
    spaces,
    verify,
)
from mocks.admin.routes import Operation

OPERATIONS: Final[tuple[Operation, ...]] = (
    *service.OPERATIONS,
    *spaces.OPERATIONS,
    *scenarios.OPERATIONS,
    *clock.OPERATIONS,
    *faults.OPERATIONS,
    *parties.OPERATIONS,
    *people.OPERATIONS,
    *journal.OPERATIONS,
    *sightings.OPERATIONS,
    *verify.OPERATIONS,
    *events.OPERATIONS,
    *holds.OPERATIONS,
    *snapshots.OPERATIONS,
    *clearing.OPERATIONS,
)

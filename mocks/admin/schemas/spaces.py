"""Spaces: the unit of isolation, its clock, its seed, and what needs a tester's eye."""

from typing import Annotated, Literal

from msgspec import Meta

from mocks.admin.schemas.common import (
    Count,
    DurationText,
    Instant,
    PartyName,
    Request,
    Resource,
    ScenarioName,
    Seed,
    Sha256,
    SpaceName,
    Texts,
)

Mode = Annotated[
    Literal["real", "frozen", "rate"],
    Meta(description="進み方: as fast as the machine's clock, not at all, or faster."),
]
Rate = Annotated[
    float, Meta(ge=0.001, le=86_400, description="Seconds of the space in one real second.")
]


class ClockResource(Resource, frozen=True, kw_only=True):
    """The time of a space, which all its parties and a gateway of ours follow.

    `offset_ms` is how far it is before the machine's clock. While `status` is `advancing`, what
    falls due on the way is being done.
    """

    now: Instant
    mode: Mode
    rate: Annotated[float, Meta(ge=0)] = 1.0
    offset_ms: int = 0
    status: Literal["ready", "advancing"] = "ready"
    business_day: bool = True
    next_due: Instant | None = None


class ClockRequest(Request, frozen=True, kw_only=True):
    """How the clock goes on, and from which instant; what is absent stays as it is."""

    mode: Mode | None = None
    rate: Rate | None = None
    at: Annotated[Instant, Meta(description="Not before the present instant.")] | None = None


class AdvanceRequest(Request, frozen=True, kw_only=True):
    """How far to move the clock: by a duration."""

    by: DurationText


class WarningResource(Resource, frozen=True, kw_only=True):
    """Something that a tester must look at, such as numbers that could be real people's."""

    code: Literal["number.real", "journal.evicted"]
    count: Count
    text: Texts


class WarningList(Resource, frozen=True, kw_only=True):
    """Everything that a tester must look at."""

    warnings: tuple[WarningResource, ...] = ()


class LoadedResource(Resource, frozen=True, kw_only=True):
    """A scenario that is loaded, in short."""

    id: ScenarioName
    sha256: Sha256
    title: Texts


class SpaceRequest(Request, frozen=True, kw_only=True):
    """A new space; without a seed it takes that of its scenario, or 0.

    Parties of a scenario exist from the beginning, so name it here.
    """

    name: SpaceName
    scenario: ScenarioName | None = None
    seed: Seed | None = None


class SpaceResource(Resource, frozen=True, kw_only=True):
    """A space at a glance; `journal_end` is the number of its last row."""

    name: SpaceName
    seed: Seed
    clock: ClockResource
    scenarios: tuple[LoadedResource, ...] = ()
    journal_end: Count = 0
    unmatched: Count = 0
    evicted: Count = 0
    faults: Count = 0
    holds: Count = 0
    warnings: tuple[WarningResource, ...] = ()
    repeat: str = ""


class SpaceList(Resource, frozen=True, kw_only=True):
    """Every space of the server."""

    spaces: tuple[SpaceResource, ...] = ()


class SeedRequest(Request, frozen=True, kw_only=True):
    """The seed of all draws from now on; counters start anew."""

    seed: Seed


class AboutResource(Resource, frozen=True, kw_only=True):
    """What runs here."""

    version: str
    spaces: tuple[SpaceName, ...] = ()
    scenarios: Count = 0


class LoginResource(Resource, frozen=True, kw_only=True):
    """A link that logs a browser in, once, within `seconds`."""

    url: str
    seconds: Count


class PartyResource(Resource, frozen=True, kw_only=True):
    """A party (参加者) of a space: where it is, whether it answers, what limits it.

    `name` is that of the scenario, or else its institution code. `down_until` is None while a
    switch without end holds it down.
    """

    name: PartyName
    code: str
    kind: str
    title: str
    url: str
    state: Literal["up", "down"] = "up"
    down_until: Instant | None = None
    open: bool | None = None
    hours: str | None = None


class PartyList(Resource, frozen=True, kw_only=True):
    """Every party of a space."""

    parties: tuple[PartyResource, ...] = ()


class DownRequest(Request, frozen=True, kw_only=True):
    """How a party is down, and for how long by the space's clock; without `ttl` until further."""

    ttl: DurationText | None = None


class HoldResource(Resource, frozen=True, kw_only=True):
    """A request that a fault of kind `hold` keeps at a point until it is released."""

    id: Annotated[int, Meta(ge=1)]
    party: PartyName
    op: str
    at: Instant
    rule: str
    point: str
    row: Count
    correlation: str | None = None


class HoldList(Resource, frozen=True, kw_only=True):
    """Every request that is held."""

    holds: tuple[HoldResource, ...] = ()

"""What is to be brought up: a space, a scenario or none, who is under test, where things listen."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from mocks.admin.server import Address
from mocks.admin.sources import Source
from mocks.engine.scenario import PartySetup, Persons, Scenario
from mocks.runs.plan import RunPlan, plan_run
from mocks.runs.scaling import pick_scale
from mocks.runs.topic import TAX, Topic
from permitlists import load_institutions

PEOPLE: Final = 5  # whom a system under test knows where no scenario names anybody
_ALONE: Final = Scenario(
    mocks="1",
    id="M00-no-scenario",
    title={"ja": "シナリオなし", "en": "no scenario"},
    parties={"gw": PartySetup(kind="sut"), "core": PartySetup(kind="core")},
    people={f"p{number}": Persons() for number in range(1, PEOPLE + 1)},
    rules=(),
    expect=(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to bring up; without a `source` no scenario runs and the clock is the machine's.

    With `business` under test the tester's own business system asks, through our gateway. An
    external system under test listens at `sut_url` and finds its keys and the directory in
    `folder`; `port` is the first one of the parties, 0 takes any. `topic` is what is asked.
    """

    space: str = "demo"
    source: Source | None = None
    seed: int | None = None
    port: int = 0
    address: Address = field(default_factory=Address)
    sut: Literal["gateway", "business", "external"] = "gateway"
    sut_url: str = "https://127.0.0.1:9443"
    folder: Path | None = None
    panel: bool = True
    version: str = ""
    topic: Topic = TAX


def plan_up(wanted: Wanted) -> RunPlan:
    """Return the run that is brought up; without a scenario nothing begins by itself.

    Raises:
        PlanError: the scenario needs parties that there are not.
    """
    if wanted.source is None:
        plan = plan_run(_ALONE, load_institutions(), seed=wanted.seed or 0, topic=wanted.topic)
        return replace(plan, begin=(), scenario=replace(plan.scenario, begin=()))
    scenario = wanted.source.scenario
    plan = plan_run(
        scenario,
        load_institutions(),
        by=pick_scale(scenario),
        seed=wanted.seed,
        topic=wanted.topic,
    )
    if wanted.sut != "business":
        return plan
    # Who is asked about stays planned, so that everybody is known; nobody asks in its place.
    theirs = tuple(step for step in plan.begin if step.party != plan.sut)
    return replace(plan, scenario=replace(plan.scenario, begin=theirs))

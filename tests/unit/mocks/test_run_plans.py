"""What a run is made of: codes, begin, end, scale, people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mocks.engine.durations import Duration
from mocks.engine.loading import load_scenario
from mocks.engine.people import Municipality, People
from mocks.engine.scenario import PartySetup, Persons, Scenario
from mocks.engine.scenario_rules import Act, Step
from mocks.engine.script import Script
from mocks.pki import Pki
from mocks.runs.crew import Crew
from mocks.runs.plan import PlanError, find_obstacle, plan_run
from mocks.runs.scaling import pick_scale, scale
from mocks.runs.stage import assign_roles
from mocks.scenarios.library import find_shipped
from mocks.world import Setup, make_world
from permitlists import load_institutions

TOWNS = (
    Municipality(code="991015", name="仲立市"),
    Municipality(code="991023", name="架橋市"),
    Municipality(code="993417", name="渡し町"),
)


def shipped(number: str) -> Scenario:
    octets = find_shipped(number)
    assert octets is not None
    return load_scenario(octets).scenario


def test_without_begin_the_system_under_test_asks_once_about_everybody() -> None:
    plan = plan_run(shipped("S02"), load_institutions())
    acts = [(step.party, step.action, step.act.person, step.act.affair) for step in plan.begin]
    assert acts == [("gw", "ask", "p1", "69-7"), ("gw", "ask", "p2", "69-7")]
    assert plan.asked_by_us == {"p1", "p2"}
    assert not plan.asks_us


def test_without_people_the_run_is_about_one_person() -> None:
    plan = plan_run(replace(shipped("S06"), people={}), load_institutions())
    assert plan.scenario.people == {"p1": Persons()}


@pytest.mark.parametrize(
    ("number", "sut", "provider"),
    [("S01", "991015", "991031"), ("S02", "991015", "991023"), ("S03", "991023", "991015")],
)
def test_the_system_under_test_is_somebody_who_takes_no_other_part(
    number: str, sut: str, provider: str
) -> None:
    plan = plan_run(shipped(number), load_institutions())
    assert (plan.code, plan.provider) == (sut, provider)
    assert plan.codes["core"] == "999989"


@pytest.mark.parametrize(
    ("sut", "called"), [("gw", "prov"), ("prov", "991023")], ids=["spare", "the name is taken"]
)
def test_who_is_asked_takes_part_where_a_scenario_names_nobody(
    sut: str, called: str, tmp_path: Path
) -> None:
    parties = {sut: PartySetup(kind="sut"), "core": PartySetup(kind="core")}
    plan = plan_run(replace(shipped("S06"), parties=parties), load_institutions())
    script = Script.silent(space="s06", seed=1)
    world = make_world(
        Setup(pki=Pki(tmp_path, now=datetime(2027, 6, 1, tzinfo=UTC)), seed="1", script=script)
    )
    assign_roles(plan, world)
    assert world.find_agency(plan.provider) is not None
    assert script.names.code_of(called) == plan.provider
    assert script.names.code_of(sut) == plan.code


def test_a_run_ends_after_everything_that_is_awaited() -> None:
    four = plan_run(shipped("S04"), load_institutions())  # within P4BD from a Friday
    assert four.end == datetime(2027, 6, 10, 7, 50, 1, tzinfo=UTC)
    plan = plan_run(replace(shipped("S05"), expect=()), load_institutions())
    assert plan.end == plan.start + timedelta(minutes=15, seconds=1)


def test_a_scenario_that_no_run_can_play_says_why() -> None:
    one = shipped("S01")
    nobody = replace(one, parties={"gw": PartySetup(kind="sut"), "x": PartySetup(kind="core")})
    assert find_obstacle(nobody) is None
    for parties, why in (
        ({**nobody.parties, "f": PartySetup(kind="federation")}, "federation"),
        ({"gw": PartySetup(kind="sut")}, "kind: core の参加者が要ります"),
    ):
        with pytest.raises(PlanError, match=why):
            plan_run(replace(one, parties=parties), load_institutions())


def test_institutions_must_be_known_and_enough() -> None:
    one = shipped("S01")
    unknown = {**one.parties, "prov": PartySetup(kind="agency", code="991074")}
    with pytest.raises(PlanError, match="991074"):
        plan_run(replace(one, parties=unknown), load_institutions())
    many = {f"prov{nth}": PartySetup(kind="agency") for nth in range(6)}
    with pytest.raises(PlanError, match="more parties than institutions"):
        plan_run(replace(one, parties={**one.parties, **many}), load_institutions())


def test_evenings_are_those_of_business_days() -> None:
    plan = plan_run(shipped("S14"), load_institutions(), by=10)
    evenings = [at.strftime("%m-%d %H:%M") for at in plan.list_evenings()]
    assert evenings == ["06-01 10:00", "06-02 10:00", "06-03 10:00", "06-04 10:00"]
    assert plan.drifts


def test_crowds_and_what_counts_people_shrink_together() -> None:
    source = shipped("S13")
    assert pick_scale(source) == 10_000
    small = scale(source, 10_000)
    assert {name: one.count for name, one in small.people.items()} == {"crowd": 38, "urgent": 1}
    assert small.parties["core"].limits.waiting == 20
    assert small.expect[0].count is not None
    assert small.expect[0].count.max == 20
    assert small.expect[2].count == source.expect[2].count, "a time stays"
    assert scale(source, 1) is source


def test_what_is_taken_at_once_or_in_a_second_stays() -> None:
    source = shipped("S17")
    small = scale(source, 100)
    assert small.parties["prov"].limits.at_once == 30
    assert [one.count for one in small.expect] == [one.count for one in source.expect]
    changed = Step(after=Duration(), do={"core": {"set_limit": Act(limit="waiting", to=5000)}})
    assert scale(replace(source, begin=(changed,)), 100).begin[0].act.to == 50


def test_a_crew_lives_apart_and_the_protected_live_elsewhere() -> None:
    people = People(seed="7", municipalities=TOWNS)
    wanted = {"p1": Persons(tags=("dv_protected",)), "crowd": Persons(count=60)}
    crew = Crew.choose(people, wanted, away={"991015", "991023"})
    everybody = list(crew)
    assert len({one.resident.household for one in everybody}) == len(everybody) == 61
    assert crew.of("p1")[0].resident.last_stay.municipality == "993417"
    assert all(one.resident.died_on is None for one in everybody)
    assert [one.who.member for one in crew.of("crowd")] == list(range(60))
    assert crew.of(None) == ()
    again = Crew.choose(people, wanted, away={"991015", "991023"})
    assert [one.number for one in again] == [one.number for one in everybody]
    assert everybody[0].number not in repr(everybody[0])

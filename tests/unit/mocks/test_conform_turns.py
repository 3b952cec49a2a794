"""Whose turn it is at a system elsewhere: at which instants, what, and until what is seen."""

from datetime import UTC, datetime, timedelta

import pytest

from mocks.conform.turns import list_turns
from mocks.engine.loading import load_scenario
from mocks.engine.rows import Row
from mocks.runs.plan import RunPlan, plan_run
from mocks.scenarios.library import find_shipped
from permitlists import load_institutions

START = datetime(2027, 12, 28, 8, 14, tzinfo=UTC)


def plan(number: str) -> RunPlan:
    scenario = load_scenario(find_shipped(number) or b"").scenario
    return plan_run(scenario, load_institutions())


def row(person: str, member: int = 0, *, peer: str = "gw", op: str | None = "permit.issue") -> Row:
    return Row(
        at=START, party="core", peer=peer, direction="in", op=op, person=person, member=member
    )


TURNS = [
    ("S03", [0, 5, 10], ["early", "first_late", "late"]),
    ("S05", [0], ["p1"]),
    ("S10", [0], ["事務 69-10"]),
    ("S16", [], []),
]


@pytest.mark.parametrize(("number", "minutes", "said"), TURNS, ids=[one[0] for one in TURNS])
def test_turns_come_at_the_instants_of_the_scenario(
    number: str, minutes: list[int], said: list[str]
) -> None:
    turns = list_turns(plan(number), START)
    assert [one.at - START for one in turns] == [timedelta(minutes=one) for one in minutes]
    assert all(word in turn.ja for word, turn in zip(said, turns, strict=True))


def test_a_turn_is_taken_when_the_system_has_asked_about_everybody() -> None:
    asked = plan("S05")
    [turn] = list_turns(asked, START)
    rows = [row("p1"), row("p2")]
    assert not turn.is_taken(asked, rows)
    assert not turn.is_taken(asked, [*rows, row("p3", peer="prov")])
    assert not turn.is_taken(asked, [*rows, row("p3", op=None)])
    assert not turn.is_taken(asked, [*rows, row("p3", op="symbol.acquire")])
    assert turn.is_taken(asked, [*rows, row("p3")])


def test_every_member_of_a_crowd_has_to_be_asked_about() -> None:
    asked = plan("S03")
    turn = list_turns(asked, START)[-1]
    rows = [row("late", member) for member in range(asked.scenario.people["late"].count)]
    assert turn.is_taken(asked, rows)
    assert not turn.is_taken(asked, rows[:-1])


def test_of_acts_that_only_the_system_sees_the_person_speaks() -> None:
    changed = plan("S14")
    [first, *_] = list_turns(changed, START)
    assert "副本の登録" in first.ja
    assert not first.is_taken(changed, [row("asked"), row("drifted")])

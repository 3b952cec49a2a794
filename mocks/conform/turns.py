"""Whose turn it is when a scenario is played for a system elsewhere: what a person does, and when.

Time stands still until the turn is taken, so that somebody who types is not overtaken by days.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from mocks.engine.calendar import BusinessCalendar
from mocks.engine.clock import JST
from mocks.engine.rows import Row
from mocks.engine.scenario_rules import Step
from mocks.runs.plan import RunPlan

ASK: Final = "ask"
_ASKED: Final = frozenset({"permit.issue", "inquiry.send"})  # what the core sees of it
_WORDS: Final[Mapping[str, str]] = {
    ASK: "照会",
    "register": "副本の登録",
    "change_original": "原本だけの変更",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the system under test does at one instant of the space, aware UTC."""

    at: datetime
    steps: tuple[Step, ...]

    @property
    def ja(self) -> str:
        """What is said of it to whoever sits at the system."""
        told = "、".join(_tell(step) for step in self.steps)
        return f"（模擬の時刻 {self.at.astimezone(JST):%Y-%m-%d %H:%M} に: {told}）"

    def is_taken(self, plan: RunPlan, rows: Iterable[Row]) -> bool:
        """Return whether the system has asked about everybody; of other acts nobody else sees."""
        if any(step.action != ASK for step in self.steps):
            return False
        seen = {
            (row.person, row.member)
            for row in rows
            if plan.sut in {row.party, row.peer} and row.op in _ASKED
        }
        people = {step.act.person for step in self.steps if step.act.person is not None}
        return list_members(plan, people) <= seen


def list_members(plan: RunPlan, people: AbstractSet[str]) -> set[tuple[str, int]]:
    """Return everybody of the people and crowds of these names."""
    counts = {name: one.count for name, one in plan.scenario.people.items() if name in people}
    return {(name, member) for name, count in counts.items() for member in range(count)}


def list_turns(plan: RunPlan, start: datetime) -> list[Turn]:
    """Return the turns of the system under test in a scenario that begins at an instant."""
    calendar = BusinessCalendar()
    mine = sorted(
        (
            Turn(at=calendar.shift(start, step.after), steps=(step,))
            for step in plan.begin
            if step.party == plan.sut
        ),
        key=attrgetter("at"),
    )
    return [
        Turn(at=at, steps=tuple(step for turn in turns for step in turn.steps))
        for at, turns in groupby(mine, key=attrgetter("at"))
    ]


def _tell(step: Step) -> str:
    act = step.act
    affair = f"（事務 {act.affair}）" if act.affair else ""
    return f"{act.person} の{act.information or ''} {_WORDS.get(step.action, step.action)}{affair}"

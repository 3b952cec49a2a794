"""What a run is made of: the scenario as it is played, who takes part under which code, until when.

A scenario without `begin` starts with the system under test asking its question once about
everybody; one without people is about one person.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from mocks.engine.calendar import BusinessCalendar
from mocks.engine.clock import JST
from mocks.engine.durations import Duration
from mocks.engine.scenario import Persons, Scenario
from mocks.engine.scenario_rules import Act, Step
from mocks.runs.scaling import scale
from mocks.runs.topic import TAX, Topic, restate
from permitlists import Institutions

START: Final = datetime(2027, 6, 1, 10, 0, tzinfo=JST)
# Municipalities that can be the system under test or the provider that nobody named, in order.
SPARE: Final = ("991015", "991023", "991031", "991040", "991058", "991066")
EVENING: Final = time(19)  # when a business system has its replicas compared
SHORTEST: Final = timedelta(minutes=15)  # how long a run goes on at least, by its own clock
AFTERWARDS: Final = timedelta(seconds=1)  # what must come in time has come or not by then
PLAYABLE: Final = frozenset({"sut", "agency", "core", "registry", "portal"})
_HOUSES: Final = {
    "core": "core",
    "registry": "registry",
    "portal": "portal",
}  # parties with a code of their own


class PlanError(Exception):
    """A scenario that cannot be played against a gateway; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """A run: `scenario` is what is played and judged, `codes` are institution codes by party.

    `topic` is what is asked, of the system under test and by it.
    `provider` is who is asked by the system under test; `begin` are the steps that nobody waits
    for, and `end` is when what is expected must have come.
    """

    scenario: Scenario
    scale: int
    seed: int
    sut: str
    codes: Mapping[str, str]
    provider: str
    start: datetime
    end: datetime
    begin: tuple[Step, ...]
    topic: Topic = TAX

    @property
    def code(self) -> str:
        """The institution code of the system under test."""
        return self.codes[self.sut]

    @property
    def asks_us(self) -> frozenset[str]:
        """The people about whom others ask the system under test."""
        steps = (step for step in self.begin if step.party != self.sut and step.action == "ask")
        return frozenset(step.act.person for step in steps if step.act.person)

    @property
    def asked_by_us(self) -> frozenset[str]:
        """The people about whom the system under test asks."""
        steps = (step for step in self.begin if step.party == self.sut and step.action == "ask")
        return frozenset(step.act.person for step in steps if step.act.person)

    @property
    def drifts(self) -> bool:
        """Whether originals change without their replicas."""
        return any(step.action == "change_original" for step in self.begin)

    def list_evenings(self) -> Iterator[datetime]:
        """Yield the ends of the business days of the run, aware UTC."""
        calendar, day = BusinessCalendar(), self.start.astimezone(JST).date()
        while (evening := datetime.combine(day, EVENING, JST)) <= self.end:
            if calendar.is_open_day(day) and evening > self.start:
                yield evening.astimezone(UTC)
            day += timedelta(days=1)

    @property
    def registered_later(self) -> frozenset[str]:
        """The people whose replica a step of the scenario registers."""
        steps = (step for step in self.begin if step.action == "register")
        return frozenset(step.act.person for step in steps if step.act.person)


def plan_run(
    source: Scenario,
    institutions: Institutions,
    *,
    by: int = 1,
    seed: int | None = None,
    topic: Topic = TAX,
) -> RunPlan:
    """Return the run of a scenario, its crowds divided by a number, about a topic.

    Raises:
        PlanError: it has parties that no run has, or more institutions than there are.
    """
    obstacle = find_obstacle(source)
    if obstacle is not None:
        raise PlanError(obstacle)
    people = source.people or {"p1": Persons()}
    scenario = scale(restate(replace(source, people=people), topic), by)
    sut = next(name for name, one in scenario.parties.items() if one.kind == "sut")
    scenario = replace(scenario, begin=scenario.begin or _ask_about_all(scenario, sut, topic))
    codes = _list_codes(scenario, sut, institutions)
    agencies = [name for name, one in scenario.parties.items() if one.kind == "agency"]
    provider = codes[agencies[0]] if agencies else _spare(codes.values())
    start = scenario.clock.start or START
    return RunPlan(
        scenario=scenario,
        scale=by,
        seed=source.seed if seed is None else seed,
        sut=sut,
        codes=codes,
        provider=provider,
        start=start,
        end=_find_end(scenario, start),
        begin=scenario.begin,
        topic=topic,
    )


def find_obstacle(scenario: Scenario) -> str | None:
    """Return why no run can play a scenario, or None: files and residency are not in them yet."""
    kinds = {one.kind for one in scenario.parties.values()}
    unknown = sorted(kinds - PLAYABLE)
    if unknown:
        return (
            f"kind: {unknown[0]} の参加者がいるシナリオは、まだ実行できません（点検と図はできます）"
            f" / a party of the kind {unknown[0]} cannot be played yet, only checked and drawn"
        )
    if "core" not in kinds:
        return "kind: core の参加者が要ります / a party of the kind core is needed"
    if not scenario.files:
        return None
    return "ファイルのシナリオは、まだ実行できません / scenarios about files cannot be played yet"


def _ask_about_all(scenario: Scenario, sut: str, topic: Topic) -> tuple[Step, ...]:
    asked = Act(information=topic.information, affair=topic.affair)
    return tuple(
        Step(after=Duration(), do={sut: {"ask": replace(asked, person=name)}})
        for name in scenario.people
    )


def _list_codes(scenario: Scenario, sut: str, institutions: Institutions) -> dict[str, str]:
    codes = {}
    for name, setup in scenario.parties.items():
        house = institutions.find_short(_HOUSES.get(setup.kind, ""))
        code = house.code if house is not None else setup.code
        if code is not None:
            codes[name] = code
    for name in (sut, *scenario.parties):
        if name not in codes:
            codes[name] = _spare(codes.values())
    unknown = [code for code in codes.values() if institutions.find(code) is None]
    if unknown:
        message = (
            f"団体コード {unknown[0]} の機関は模擬環境にありません"
            f" / the sandbox has no institution {unknown[0]}"
        )
        raise PlanError(message)
    return codes


def _spare(taken: Iterable[str]) -> str:
    used = set(taken)
    found = next((code for code in SPARE if code not in used), None)
    if found is None:
        message = "参加者が模擬環境の機関より多くいます / more parties than institutions"
        raise PlanError(message)
    return found


def _find_end(scenario: Scenario, start: datetime) -> datetime:
    """Return when the longest of what is awaited, and of what parties do by themselves, is over."""
    calendar = BusinessCalendar()
    spans = [step.after for step in scenario.begin]
    begun = max((calendar.shift(start, one) for one in spans), default=start)
    ends = [start + SHORTEST, begun + SHORTEST]
    for one in scenario.expect:
        for part in (one.eventually, one.alarm, one.count, one.never):
            within = part.within if part is not None else None
            if within is not None:
                ends.append(calendar.shift(start, within))
    return max(ends) + AFTERWARDS

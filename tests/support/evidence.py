"""Evidence made by hand: acts and sightings of a run, added one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mocks.engine.evidence import Evidence, Verdict
from mocks.engine.oracles import judge
from mocks.engine.rows import Row
from mocks.engine.scenario import Scenario
from mocks.engine.sightings import Sighting, Subject
from mocks.scenarios.library import load_shipped
from tests.support.scenarios import load_text

START = datetime(2027, 6, 4, 7, 50, tzinfo=UTC)  # Friday, 16:50 in Japan
HOUR = 3600.0
DAY = 24 * HOUR
FEW = 3

SCENARIO = """\
mocks: "1"
id: T01-evidence
title: {{ja: "判定の例", en: "something to judge"}}
clock: {{start: "2027-06-04T16:50:00+09:00", calendar: jp-municipal}}
parties:
  gw: {{kind: sut}}
  core: {{kind: core{skew}}}
  prov: {{kind: agency, code: "991031", hours: "08:30-17:15"}}
people: {{p1: {{}}, control: {{}}, crowd: {{count: 3}}}}
files: {{f1: {{layout: hdt-fixed, records: 10}}}}
rules:
  - id: broken
    when: {{party: core, op: permit.issue, nth: 1}}
    fault: [{{at: before_effect, kind: down, for: PT10M}}]
  - id: again
    when: {{party: prov, op: inquiry.answer, nth: 1}}
    fault: [{{at: after_response, kind: duplicate, after: PT2S, vary: [message_id]}}]
  - id: altered
    when: {{party: prov, op: inquiry.answer, nth: 2}}
    fault: [{{at: after_response, kind: duplicate, after: PT2S, vary: [body]}}]
expect:
  - {expectation}
"""


@dataclass
class Run:
    """A run as it is noted down; seconds count from its beginning."""

    scenario: Scenario
    started_at: datetime = START
    rows: list[Row] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    hidden: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    ends: float = 30 * DAY

    def act(  # what is said are fields of a row
        self,
        op: str | None,
        party: str = "gw",
        *,
        at: float = 1.0,
        times: int = 1,
        **said: Any,  # noqa: ANN401  # any field
    ) -> "Run":
        """Note an act, or several at the same instant."""
        for _ in range(times):
            row = Row(
                id=len(self.rows) + 1,
                at=self.started_at + timedelta(seconds=at),
                party=party,
                op=op,
                **{"person": "p1", "correlation": "c1", **said},
            )
            self.rows.append(row)
        return self

    def see(  # what is said are fields of a sighting
        self,
        subject: Subject,
        what: str,
        *,
        at: float = 1.0,
        **said: Any,  # noqa: ANN401  # any field
    ) -> "Run":
        """Note something seen."""
        when = self.started_at + timedelta(seconds=at)
        if subject in {"inquiry", "permit", "effect", "audit", "text", "queue"}:
            said = {"person": "p1", "correlation": "c1", **said}
        self.sightings.append(Sighting(at=when, subject=subject, what=what, **said))
        return self

    def without(self, *names: str) -> "Run":
        """Return the run without acts, or without sightings that say one of these words."""
        rows = [one for one in self.rows if one.op not in names]
        sightings = [one for one in self.sightings if not {one.what, one.subject} & set(names)]
        return replace(self, rows=rows, sightings=sightings)

    def copy(self) -> "Run":
        """Return a run to add to without changing this one."""
        return replace(self, rows=list(self.rows), sightings=list(self.sightings))

    def until(self, seconds: float) -> "Run":
        """Return the run as it stands after so many seconds."""
        return replace(self, ends=seconds)

    def evidence(self) -> Evidence:
        """Return what is judged."""
        return Evidence(
            scenario=self.scenario,
            rows=self.rows,
            sightings=self.sightings,
            now=self.started_at + timedelta(seconds=self.ends),
            started_at=self.started_at,
            hidden=self.hidden,
        )

    def judge(self, *, over: bool = True) -> tuple[Verdict, ...]:
        """Return the verdicts on it."""
        return judge(self.scenario.expect, self.evidence(), over=over)

    def outcome(self, *, over: bool = True) -> str:
        """Return the outcome of its only expectation."""
        (verdict,) = self.judge(over=over)
        return verdict.outcome


Change = Callable[[Run], Run]


def run_of(expectation: str, *, skew: str = "") -> Run:
    """Return an empty run with one expectation, written as in a scenario."""
    return Run(load_text(SCENARIO.format(expectation=expectation, skew=skew)).scenario)


def run_of_shipped(identifier: str) -> Run:
    """Return an empty run of a scenario that is shipped."""
    scenario = load_shipped(identifier).scenario
    return Run(scenario, started_at=scenario.clock.start or START)


def with_small_crowds(run: Run) -> Run:
    """Return a run of a scenario whose crowds are no larger than three."""
    people = {
        name: replace(one, count=min(one.count, FEW)) for name, one in run.scenario.people.items()
    }
    return replace(run, scenario=replace(run.scenario, people=people))

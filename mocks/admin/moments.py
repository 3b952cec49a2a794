"""Rules for the moment: read in the words of scenarios, checked like a scenario, with an end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from mocks.admin.problems import AdminError, list_findings
from mocks.admin.schemas.problem import LintProblem
from mocks.admin.schemas.scenarios import FaultRequest
from mocks.engine.loading import load_scenario
from mocks.engine.problems import Problem, ScenarioError
from mocks.engine.scenario import PartySetup, Persons
from mocks.engine.scenario_lint import lint
from mocks.engine.scenario_rules import Rule
from mocks.engine.scenario_writing import write_value
from mocks.engine.script import Script

PREFIX: Final = "moment-"
_EXPECT: Final = ({"never": {"sut": {"crash": "any"}}},)  # a scenario has to expect something
_SUT: Final = "gw"
Words = dict[str, Any]  # Any: the words of scenarios, which their schema checks


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A rule for the moment, until when (None: without end), and what is weak in it."""

    rule: Rule
    until: datetime | None = None
    findings: tuple[LintProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Whom a rule may name: parties, people, and (by `since`) other rules for the moment."""

    parties: Mapping[str, PartySetup]
    people: Mapping[str, Persons]
    rules: tuple[Rule, ...] = ()


def read_moment(wanted: FaultRequest, name: str, company: Company) -> Moment:
    """Return the rule that a request says, called `name`, without an end.

    Raises:
        AdminError: `rule.invalid`; its problems say where and why.
    """
    scenario = _frame(_words(wanted), name, company)
    octets = json.dumps(scenario, ensure_ascii=False).encode()
    try:
        loaded = load_scenario(octets)
    except ScenarioError as error:
        raise AdminError("rule.invalid", problems=list_findings(error.problems)) from error
    findings = list_findings(one for one in lint(loaded) if _concerns(one))
    if any(one.severity == "error" for one in findings):
        raise AdminError("rule.invalid", problems=findings)
    return Moment(rule=loaded.scenario.rules[0], findings=findings)


def list_moments(script: Script) -> list[Moment]:
    """Return the rules for the moment that run, in the order of their making."""
    ends = script.shelf.ends_of()
    return [Moment(rule=rule, until=ends.get(rule.id)) for rule in script.rules_by_hand]


def name_moment(script: Script, made: int) -> str:
    """Return a name that no rule for the moment has or, after `made` of them, had."""
    numbers = [rule.id.removeprefix(PREFIX) for rule in script.rules_by_hand]
    taken = [int(one) for one in numbers if one.isascii() and one.isdigit()]
    return f"{PREFIX}{max([made, *taken]) + 1}"


def _words(wanted: FaultRequest) -> Words:
    words: Words = {"when": wanted.when}
    if wanted.fault:
        words["fault"] = list(wanted.fault)
    if wanted.then is not None:
        words["then"] = wanted.then
    if wanted.later:
        words["later"] = list(wanted.later)
    return words


def _frame(words: Words, name: str, company: Company) -> Words:
    """Return a scenario whose first rule is this one, so that the checks of scenarios apply."""
    parties = {one: write_value(setup) for one, setup in company.parties.items()}
    if not any(setup.kind == "sut" for setup in company.parties.values()):
        parties[_SUT] = {"kind": "sut"}
    frame: Words = {
        "mocks": "1",
        "id": "M00-for-the-moment",
        "title": {"ja": "臨時の規則"},
        "parties": parties,
        "rules": [{"id": name, **words}, *map(write_value, company.rules)],
        "expect": list(_EXPECT),
    }
    if company.people:
        frame["people"] = {one: write_value(persons) for one, persons in company.people.items()}
    return frame


def _concerns(problem: Problem) -> bool:
    """Return whether a finding is about the rule; its frame is ours, others were checked before."""
    return problem.path[:2] == ("rules", 0)

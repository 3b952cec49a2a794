"""点検, the lint of scenarios: what cannot happen, is about nobody, or can never fail."""

from collections.abc import Callable, Sequence
from typing import Final

from mocks.engine.lint_acts import list_act_problems
from mocks.engine.lint_cast import list_cast_problems
from mocks.engine.lint_expectations import list_expectation_problems
from mocks.engine.lint_rules import list_rule_problems
from mocks.engine.lint_subject import Problems, Subject
from mocks.engine.lint_texts import list_template_problems, list_time_problems
from mocks.engine.loading import Loaded, load_scenario
from mocks.engine.problems import Problem, ScenarioError
from mocks.engine.vocabulary import load_vocabulary

_RULES: Final[Sequence[Callable[[Subject], Problems]]] = (
    list_cast_problems,
    list_rule_problems,
    list_act_problems,
    list_expectation_problems,
    list_template_problems,
    list_time_problems,
)


def lint(loaded: Loaded) -> list[Problem]:
    """Return what is wrong with a scenario that could be read, in the order of its file."""
    subject = Subject(scenario=loaded.scenario, places=loaded.places, words=load_vocabulary())
    found = [problem for rule in _RULES for problem in rule(subject)]
    return sorted(found, key=lambda one: (one.place.line, one.place.column, one.code))


def lint_bytes(octets: bytes) -> list[Problem]:
    """Return what is wrong with a file, be it no scenario at all or one with weaknesses."""
    try:
        loaded = load_scenario(octets)
    except ScenarioError as error:
        return list(error.problems)
    return lint(loaded)

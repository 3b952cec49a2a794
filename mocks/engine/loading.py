"""From the bytes of a file to a scenario: YAML, schema, typed values; errors carry places."""

import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeVar, cast

from mocks.engine.calendar import parse_hours
from mocks.engine.conditions import Condition, parse_condition
from mocks.engine.durations import Duration, parse_duration
from mocks.engine.problems import ScenarioError
from mocks.engine.scenario import Scenario
from mocks.engine.scenario_rules import Act, Occurrences, Rule, Step
from mocks.engine.schema_problems import list_schema_problems
from mocks.engine.templates import Template, parse_template
from mocks.engine.typed_values import Parsers, build
from mocks.engine.yaml_tree import Places, read_yaml

T = TypeVar("T")
_YEARS: Final = range(1900, 2200)
_NTH: Final = re.compile(r"([1-9][0-9]{0,5})(\.\.([1-9][0-9]{0,5})?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A scenario with the places of everything in its file."""

    scenario: Scenario
    places: Places


@cache
def load_schema() -> Mapping[str, Any]:
    """Return the JSON Schema of scenarios, as it is shipped."""
    text = (files("mocks") / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


def load_scenario(octets: bytes) -> Loaded:
    """Return the scenario that a file holds.

    Raises:
        ScenarioError: it holds none; the problems say where and why.
    """
    tree = read_yaml(octets)
    problems = list_schema_problems(_validator(), tree)
    if problems:
        raise ScenarioError(*problems)
    value = cast("Mapping[str, object]", tree.value)  # the schema passes objects only
    scenario = build(Scenario, value, _PARSERS)
    return Loaded(scenario=scenario, places=tree.places)


def load_rule(octets: bytes) -> Rule:
    """Return the single rule that a text holds, such as one that is added to a running space.

    Raises:
        ScenarioError: it holds none; the problems say where and why.
    """
    return _load_part("rule", Rule, octets)


def load_step(octets: bytes) -> Step:
    """Return the single step that a text holds.

    Raises:
        ScenarioError: it holds none; the problems say where and why.
    """
    return _load_part("step", Step, octets)


def _load_part(name: str, kind: type[T], octets: bytes) -> T:
    tree = read_yaml(octets)
    problems = list_schema_problems(_validator(name), tree)
    if problems:
        raise ScenarioError(*problems)
    return build(kind, cast("Mapping[str, object]", tree.value), _PARSERS)


def parse_occurrences(value: object) -> Occurrences:
    """Return the occurrences that `nth` says: `1`, `3..` or `2..4`.

    Raises:
        ValueError: it says something else.
    """
    match = _NTH.fullmatch(str(value))
    if match is None:
        message = "not N, N.. or N..M"
        raise ValueError(message)
    first = int(match[1])
    last = int(match[3]) if match[3] else None if match[2] else first
    return Occurrences(first=first, last=last)


def parse_instant(text: str) -> datetime:
    """Return an instant with its offset, of the years 1900 to 2199.

    Raises:
        ValueError: the text is none, has no offset, or is of another time.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or len(text) < len("2027-01-01T00:00Z"):
        message = "no offset"
        raise ValueError(message)
    if instant.year not in _YEARS:  # so that no zone and no duration leads out of all calendars
        message = "not of our time"
        raise ValueError(message)
    return instant


def parse_moment(text: str) -> datetime | Template:
    """Return an instant, or the template that gives one.

    Raises:
        ValueError: the text is neither.
    """
    if "{{" not in text:
        return parse_instant(text)
    template = parse_template(text)
    if template.single is None:
        message = "more than one expression"
        raise ValueError(message)
    return template


def _check_delay(text: str) -> None:
    if parse_duration(text).negative:
        message = "negative"
        raise ValueError(message)


def _check_day(value: str) -> None:
    if date.fromisoformat(value).isoformat() != value:
        message = "not YYYY-MM-DD"
        raise ValueError(message)


_FORMATS: Final = {
    "duration": parse_duration,
    "delay": _check_delay,
    "instant": parse_instant,
    "moment": parse_moment,
    "template": parse_template,
    "condition": parse_condition,
    "day": _check_day,
    "hours": parse_hours,
    "nth": parse_occurrences,
}


def _act_on(name: str) -> Act:
    """Return the act that is written as a name alone: a person."""
    return Act(person=name)


_PARSERS: Final[Parsers] = {
    Act: _act_on,
    Duration: parse_duration,
    Template: parse_template,
    Condition: parse_condition,
    Occurrences: parse_occurrences,
    datetime: parse_instant,
    date: date.fromisoformat,
    datetime | Template: parse_moment,  # how a moment is annotated
}


def _passes(name: str, value: object) -> bool:
    if name == "nth" and not isinstance(value, bool):
        _FORMATS[name](str(value))
    elif isinstance(value, str):
        _FORMATS[name](value)
    return True


@cache
def _validator(part: str = "") -> Any:  # noqa: ANN401  # of a library imported when needed only
    library = importlib.import_module("jsonschema")
    checker = library.FormatChecker(formats=())
    for name in _FORMATS:
        checker.checks(name, raises=ValueError)(lambda value, name=name: _passes(name, value))
    schema = load_schema()
    if part:
        schema = {"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
    return library.Draft202012Validator(schema, format_checker=checker)

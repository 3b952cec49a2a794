"""Lint of templates and times: unknown names, wrong arguments, durations that cannot be."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from mocks.engine.calendar import FIRST_YEAR, LAST_YEAR
from mocks.engine.clock import JST
from mocks.engine.durations import Duration, DurationError, parse_duration
from mocks.engine.lint_subject import Problems, Subject, nearest
from mocks.engine.problems import Path
from mocks.engine.scenario_expectations import Observation
from mocks.engine.scenario_rules import Rule
from mocks.engine.templates import Call, Expression, Template, Text, Variable
from mocks.engine.typed_values import walk

_MAY_BE_EMPTY: Final = frozenset({"after", "offset", "clock_offset", "not_before"})


def list_template_problems(subject: Subject) -> Problems:
    """Yield what is wrong with templates: a moment is an instant, a receipt any text."""
    for path, value in walk(subject.scenario):
        if isinstance(value, Template):
            for one in value.expressions:
                wanted = "text" if path[-1] == "receipt" else "instant"
                yield from _expression(subject, path, one, wanted)


def _expression(subject: Subject, path: Path, one: Expression, wanted: str) -> Problems:
    if wanted == "party":
        yield from _party(subject, path, one)
    elif isinstance(one, Call):
        yield from _call(subject, path, one, wanted)
    elif isinstance(one, Variable):
        yield from _variable(subject, path, one, wanted)
    elif wanted not in {"text", "correlation"} and not _is_duration(one, wanted):
        yield subject.say_at("template.kind", path, one.offset, value=one.value, hint=wanted)


def _is_duration(one: Text, wanted: str) -> bool:
    try:
        parse_duration(one.value)
    except DurationError:
        return False
    return wanted == "duration"


def _party(subject: Subject, path: Path, one: Expression) -> Problems:
    name = one.name if isinstance(one, Variable) else None
    party = subject.scenario.parties.get(name) if name else None
    if name is None:
        said = one.value if isinstance(one, Text) else "…"
        yield subject.say_at("template.kind", path, one.offset, value=said, hint="party")
    elif party is None:
        hint = nearest(name, subject.scenario.parties)
        yield subject.say_at("party.undeclared", path, one.offset, value=name, hint=hint)
    elif party.hours is None:
        yield subject.say_at("template.hours", path, one.offset, value=name)


def _variable(subject: Subject, path: Path, one: Variable, wanted: str) -> Problems:
    known = subject.words.variable.get(one.name)
    if known is None:
        hint = nearest(one.name, subject.words.variable)
        yield subject.say_at("template.variable", path, one.offset, value=one.name, hint=hint)
    elif not _fits(known.gives, wanted):
        yield subject.say_at("template.kind", path, one.offset, value=one.name, hint=wanted)


def _call(subject: Subject, path: Path, one: Call, wanted: str) -> Problems:
    known = subject.words.function.get(one.name)
    if known is None:
        hint = nearest(one.name, subject.words.function)
        yield subject.say_at("template.function", path, one.offset, value=one.name, hint=hint)
        return
    if not _fits(known.gives, wanted):
        yield subject.say_at("template.kind", path, one.offset, value=one.name, hint=wanted)
    if len(one.arguments) != len(known.arguments):
        count = str(len(known.arguments))
        yield subject.say_at("template.count", path, one.offset, value=one.name, hint=count)
        return
    for argument, kind in zip(one.arguments, known.arguments, strict=True):
        yield from _expression(subject, path, argument, kind)


def _fits(gives: str, wanted: str) -> bool:
    return wanted in {gives, "text"}


def list_time_problems(subject: Subject) -> Problems:
    """Yield what is wrong with durations, instants and the calendar."""
    yield from _empty(subject)
    yield from _calendar(subject)
    yield from _years(subject)
    for at, expectation in enumerate(subject.scenario.expect):
        for kind in ("never", "eventually"):
            observation = getattr(expectation, kind)
            if observation is not None:
                yield from _between(subject, observation, ("expect", at, kind, "between"))
        if expectation.eventually is not None:
            path = ("expect", at, "eventually", "within")
            yield from _too_soon(subject, expectation.eventually, path)


def _durations(subject: Subject) -> Iterator[tuple[Path, Duration]]:
    """Yield the durations that the file says; those that are only defaults have no place."""
    for path, value in walk(subject.scenario):
        if isinstance(value, Duration) and path in subject.places.values:
            yield path, value


def _empty(subject: Subject) -> Problems:
    for path, duration in _durations(subject):
        if duration.empty and path[-1] not in _MAY_BE_EMPTY:
            yield subject.say("time.empty", path, value=duration)


def _calendar(subject: Subject) -> Problems:
    if subject.scenario.clock.calendar is not None:
        return
    for path, duration in _durations(subject):
        if duration.business_days:
            yield subject.say("time.calendar", path)
    for name, party in subject.scenario.parties.items():
        if party.hours is not None:
            yield subject.say("time.calendar", ("parties", name, "hours"))


def _years(subject: Subject) -> Problems:
    start = subject.scenario.clock.start
    if start is None:
        return
    longest = max((one.longest for _, one in _durations(subject)), default=timedelta())
    first = start.astimezone(JST).year
    if first < FIRST_YEAR or first > LAST_YEAR or (start + longest).year > LAST_YEAR:
        yield subject.say("time.years", ("clock", "start"))


def _between(subject: Subject, observation: Observation, path: Path) -> Problems:
    if len(observation.between) == 0:
        return
    first, second = observation.between
    if isinstance(first, datetime) and isinstance(second, datetime) and second <= first:
        yield subject.say("time.backwards", path)


def _too_soon(subject: Subject, observation: Observation, path: Path) -> Problems:
    within, seen = observation.within, observation.sut
    if within is None or seen is None or seen.inquiry != "answered":
        return
    for rule in subject.scenario.rules:
        earliest = _earliest_answer(rule)
        about_it = (observation.person or seen.person) in {None, rule.when.person}
        if earliest and about_it and within.longest < earliest.shortest:
            yield subject.say("time.too_soon", path, value=within, hint=str(earliest))


def _earliest_answer(rule: Rule) -> Duration | None:
    """Return when a rule that always holds answers back lets the first one go, or None."""
    always = rule.when.nth is None
    reply = rule.then.reply if rule.then else None
    if not always or reply is None or reply.state is None:
        return None
    answers = [step.after for step in rule.later if step.action == "answer"]
    return min(answers, key=lambda one: one.shortest, default=None)

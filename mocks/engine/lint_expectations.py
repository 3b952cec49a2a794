"""Lint of expectations: those that can never fail, never hold, or are about nobody."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mocks.engine.conditions import Condition, list_unknown
from mocks.engine.lint_rules import check_code, check_op
from mocks.engine.lint_subject import Problems, Subject
from mocks.engine.problems import Path
from mocks.engine.scenario_expectations import (
    Alarm,
    Audit,
    Count,
    ExactlyOnce,
    Expectation,
    NoDisclosure,
    Observation,
    Position,
    Seen,
)


def list_expectation_problems(subject: Subject) -> Problems:
    """Yield what is wrong with what is expected."""
    for at, expectation in enumerate(subject.scenario.expect):
        path = ("expect", at)
        yield from _one(subject, expectation, path)
        if expectation.why is None:
            yield subject.say("expect.why", path)


def _one(subject: Subject, expectation: Expectation, path: Path) -> Problems:
    kind = expectation.kind
    yield from _KINDS[kind](subject, getattr(expectation, kind), (*path, kind))


def _observation(subject: Subject, seen: Observation, path: Path) -> Problems:
    yield from _who(subject, seen, path)
    for at, name in enumerate(seen.file):
        inner = (*path, "file", at) if (*path, "file", at) in subject.places.values else None
        yield from subject.check_file(name, inner or (*path, "file"))
    yield from subject.check_word(seen.effect, subject.words.effect, (*path, "effect"))
    yield from _condition(subject, seen.when, (*path, "when"))
    if seen.sut is not None:
        yield from _sut(subject, seen.sut, (*path, "sut"))


def _who(subject: Subject, seen: Observation | Count | Position, path: Path) -> Problems:
    if seen.op is not None:
        yield from check_op(subject, seen.op, seen.party, (*path, "op"))
    yield from subject.check_party(seen.party, (*path, "party"))
    yield from subject.check_person(seen.person, (*path, "person"))


def _sut(subject: Subject, seen: Seen, path: Path) -> Problems:
    yield from subject.check_person(seen.person, (*path, "person"))
    yield from check_code(subject, seen.reason, (*path, "reason"))
    if seen.state is not None and seen.person is None:
        yield subject.say("expect.state", (*path, "state"))


def _condition(subject: Subject, condition: Condition | None, path: Path) -> Problems:
    for name in list_unknown(condition) if condition else ():
        yield subject.say("expect.condition", path, value=name)


def _count(subject: Subject, count: Count, path: Path) -> Problems:
    yield from _who(subject, count, path)
    yield from subject.check_person(count.compare_to, (*path, "compare_to"))
    yield from subject.check_word(count.metric, subject.words.metric, (*path, "metric"))
    if (count.op is None) == (count.metric is None):
        yield subject.say("expect.subject", path)
    bounds = (count.min, count.max, count.max_rate, count.max_ratio)
    if all(one is None for one in bounds):
        yield subject.say("expect.vacuous", path)
    if count.min is not None and count.max is not None and count.min > count.max:
        yield subject.say("expect.bounds", (*path, "min"), value=count.min, hint=str(count.max))
    if (count.max_ratio is None) != (count.compare_to is None):
        yield subject.say("expect.ratio", path)
    faults = {fault.kind for rule in subject.scenario.rules for fault in rule.fault}
    if count.during is not None and count.during not in faults:
        yield subject.say("expect.during", (*path, "during"), value=count.during)


def _exactly_once(subject: Subject, once: ExactlyOnce, path: Path) -> Problems:
    yield from subject.check_word(once.effect, subject.words.effect, (*path, "effect"))


def _order(subject: Subject, order: Sequence[Position], path: Path) -> Problems:
    for at, position in enumerate(order):
        yield from _who(subject, position, (*path, at))


def _no_disclosure(subject: Subject, hidden: NoDisclosure, path: Path) -> Problems:
    yield from subject.check_person(hidden.person, (*path, "person"))


def _audit(subject: Subject, audit: Audit, path: Path) -> Problems:
    yield from subject.check_word(audit.event, subject.words.event, (*path, "event"))
    yield from subject.check_person(audit.person, (*path, "person"))


def _alarm(subject: Subject, alarm: Alarm, path: Path) -> Problems:
    yield from subject.check_word(alarm.kind, subject.words.alarm, (*path, "kind"))
    yield from _condition(subject, alarm.when, (*path, "when"))


# Each function takes the value of its own kind, which no common type describes.
_Check = Callable[[Subject, Any, Path], Problems]
_KINDS: Final[Mapping[str, _Check]] = {
    "count": _count,
    "never": _observation,
    "eventually": _observation,
    "exactly_once": _exactly_once,
    "order": _order,
    "no_disclosure": _no_disclosure,
    "audit": _audit,
    "alarm": _alarm,
}

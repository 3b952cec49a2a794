"""Lint of faults and steps: what cannot happen there, what is missing, what has no use."""

from collections.abc import Collection
from dataclasses import fields
from typing import Final

from mocks.engine.lint_rules import check_example
from mocks.engine.lint_subject import Problems, Subject, nearest
from mocks.engine.problems import Path
from mocks.engine.scenario_rules import Act, Fault, Rule, Step
from mocks.engine.typed_values import KEY

_OF_EVERY_FAULT: Final = frozenset({"at", "kind", "chance"})
_FILE_PARTIES: Final = frozenset({"federation", "insurers"})
_WAITING: Final = frozenset({"held", "sent"})


def list_act_problems(subject: Subject) -> Problems:
    """Yield what is wrong with faults and steps."""
    for at, rule in enumerate(subject.scenario.rules):
        for number, fault in enumerate(rule.fault):
            yield from _fault(subject, rule, fault, ("rules", at, "fault", number))
        for number, step in enumerate(rule.later):
            yield from _step(subject, step, ("rules", at, "later", number))
        yield from _answered(subject, rule, ("rules", at, "later"))
    for number, step in enumerate(subject.scenario.begin):
        yield from _step(subject, step, ("begin", number))


def _fault(subject: Subject, rule: Rule, fault: Fault, path: Path) -> Problems:
    known = subject.words.fault[fault.kind]
    if fault.at not in known.points:
        hint = ", ".join(known.points)
        yield subject.say("fault.point", (*path, "at"), value=fault.kind, hint=hint)
    op = subject.words.op.get(rule.when.op)
    has_file = op.file if op else subject.kind_of(rule.when.party) in _FILE_PARTIES
    if fault.at == "on_file" and not has_file:
        yield subject.say("fault.no_file", (*path, "at"))
    said = _said(fault) - _OF_EVERY_FAULT
    yield from _told(subject, "fault", (fault.kind, known.needs, known.takes), said, path)


def _said(value: Fault | Act) -> set[str]:
    """Return the keys that are set to something else than their default."""
    return {
        one.metadata.get(KEY, one.name)
        for one in fields(value)
        if getattr(value, one.name) != one.default
    }


def _told(
    subject: Subject,
    what: str,
    wanted: tuple[str, Collection[str], Collection[str]],
    said: set[str],
    path: Path,
) -> Problems:
    name, needs, takes = wanted
    missing = [key for key in needs if key not in said]
    if missing:
        yield subject.say(f"{what}.needs", path, value=name, hint=", ".join(missing))
    for key in sorted(said - {*needs, *takes}):
        yield subject.say(f"{what}.pointless", (*path, key), value=key, hint=name)


def _step(subject: Subject, step: Step, path: Path) -> Problems:
    yield from subject.check_party(step.party, (*path, "do", step.party))
    inner = (*path, "do", step.party, step.action)
    known = subject.words.action.get(step.action)
    if known is None:
        hint = nearest(step.action, subject.words.action)
        yield subject.say("step.unknown", inner, value=step.action, hint=hint)
        return
    kind = subject.kind_of(step.party)
    if kind and kind not in known.kinds:
        hint = ", ".join(known.kinds)
        yield subject.say("step.kind", inner, value=step.action, hint=hint)
    yield from subject.check_person(step.act.person, (*inner, "person"))
    yield from check_example(subject, step.act.example, (*inner, "example"))
    wanted = (step.action, known.needs, known.takes)
    yield from _told(subject, "step", wanted, _said(step.act), inner)
    if step.action == "answer" and not _holds_back(subject, step.party):
        yield subject.say("step.held", inner, value=step.party)


def _answered(subject: Subject, rule: Rule, path: Path) -> Problems:
    """Warn of a second answer to one exchange: after the first nothing waits for it."""
    seen = set()
    for number, step in enumerate(rule.later):
        if step.action == "answer" and step.party in seen:
            inner = (*path, number, "do", step.party, step.action)
            yield subject.say("step.answered", inner, value=step.party)
        elif step.action == "answer":
            seen.add(step.party)


def _holds_back(subject: Subject, party: str) -> bool:
    return any(
        rule.then and rule.then.reply and rule.then.reply.state in _WAITING
        for rule in subject.scenario.rules
        if rule.when.party == party
    )

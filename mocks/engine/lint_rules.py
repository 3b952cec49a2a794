"""Lint of rules: those that can never match, say nothing, or come too late to be heard."""

from collections import Counter
from dataclasses import fields, replace
from typing import Final

from mocks.engine.examples import load_examples
from mocks.engine.lint_subject import Problems, Subject, nearest
from mocks.engine.problems import Path
from mocks.engine.scenario_rules import Match, Reaction, Rule, RuleState, When
from mocks.engine.vocabulary import list_codes

EVERY_OP: Final = "*"


def list_rule_problems(subject: Subject) -> Problems:
    """Yield what is wrong with the rules themselves; faults and steps have a lint of their own."""
    rules = subject.scenario.rules
    counted = Counter(rule.id for rule in rules)
    for at, rule in enumerate(rules):
        path = ("rules", at)
        if counted[rule.id] > 1:
            yield subject.say("rule.duplicate", (*path, "id"), value=rule.id)
        yield from _when(subject, rule.when, (*path, "when"))
        yield from _since(subject, rule, (*path, "when", "state", "since"))
        yield from _reaction(subject, rule, (*path, "then"))
        yield from _shadow(subject, at)
        if not (rule.then or rule.fault or rule.later):
            yield subject.say("rule.empty", path, value=rule.id)


def _when(subject: Subject, when: When, path: Path) -> Problems:
    yield from subject.check_party(when.party, (*path, "party"))
    yield from subject.check_person(when.person, (*path, "person"))
    yield from subject.check_file(when.match.name, (*path, "match", "name"))
    yield from subject.check_party(when.match.inquirer, (*path, "match", "inquirer"))
    yield from subject.check_party(when.match.provider, (*path, "match", "provider"))
    yield from check_op(subject, when.op, when.party, (*path, "op"))
    yield from _pointless(subject, when, path)
    yield from _state(subject, when, (*path, "state"))
    if when.nth and when.nth.last is not None and when.nth.last < when.nth.first:
        yield subject.say("rule.nth", (*path, "nth"), value=f"{when.nth.first}..{when.nth.last}")
    if subject.kind_of(when.party) == "sut":
        yield subject.say("rule.sut", (*path, "party"), value=when.party)


def check_op(subject: Subject, op: str, party: str | None, path: Path) -> Problems:
    """Yield a problem if an act does not exist, or a party or nobody there ever does it."""
    known = subject.words.op.get(op)
    if op == EVERY_OP:
        return
    if known is None:
        hint = nearest(op, subject.words.op)
        yield subject.say("rule.op_unknown", path, value=op, hint=hint)
        return
    kind = subject.kind_of(party) if party else None
    if kind and kind not in known.kinds:
        yield subject.say("rule.op_kind", path, value=op, hint=", ".join(known.kinds))
    elif not party and not subject.kinds & set(known.kinds):
        yield subject.say("expect.op", path, value=op)
    elif known.core and "core" not in subject.kinds:
        yield subject.say("rule.core_missing", path, value=op)


def _pointless(subject: Subject, when: When, path: Path) -> Problems:
    op = subject.words.op.get(when.op)
    if op is None:
        return
    if when.person and not op.person:
        yield subject.say("rule.person_pointless", (*path, "person"), value=when.op)
    for one in fields(Match):
        belongs = op.file if one.name == "name" else op.person
        if getattr(when.match, one.name) is not None and not belongs:
            inner = (*path, "match", one.name)
            yield subject.say("rule.match_pointless", inner, value=when.op, hint=one.name)


def _state(subject: Subject, when: When, path: Path) -> Problems:
    party = subject.scenario.parties.get(when.party)
    if party is None:
        return
    if when.state.open is False and party.hours is None:
        yield subject.say("rule.always_open", (*path, "open"), value=when.party)
    limit = when.state.limit
    if limit and getattr(party.limits, limit) is None:
        yield subject.say("rule.no_limit", (*path, "limit"), value=limit)


def _since(subject: Subject, rule: Rule, path: Path) -> Problems:
    since = rule.when.state.since
    others = [one.id for one in subject.scenario.rules if one.id != rule.id]
    if since is not None and since not in others:
        yield subject.say("rule.since", path, value=since, hint=nearest(since, others))


def _reaction(subject: Subject, rule: Rule, path: Path) -> Problems:
    then = rule.then
    if then is None:
        return
    yield from subject.check_file(then.file, (*path, "file"))
    if then.file and rule.when.op not in {"file.receive", EVERY_OP}:
        yield subject.say("rule.file", (*path, "file"), value=then.file)
    yield from check_example(subject, then.example, (*path, "example"))
    yield from _reply(subject, then, (*path, "reply"))


def _reply(subject: Subject, then: Reaction, path: Path) -> Problems:
    if then.reply is None:
        return
    yield from check_code(subject, then.reply.error, (*path, "error"))
    if then.reply.retry == "after" and then.reply.reopen_at is None:
        yield subject.say("rule.retry", (*path, "retry"))


def check_example(subject: Subject, name: str | None, path: Path) -> Problems:
    """Yield a problem if there is no known answer of that name."""
    known = load_examples()
    if name is not None and name not in known:
        yield subject.say("word.unknown", path, value=name, hint=nearest(name, known))


def check_code(subject: Subject, code: str | None, path: Path) -> Problems:
    """Yield a problem if an error code or reason does not exist."""
    if code is not None and code not in list_codes():
        yield subject.say("code.unknown", path, value=code, hint=nearest(code, list_codes()))


def _shadow(subject: Subject, at: int) -> Problems:
    rule = subject.scenario.rules[at]
    if rule.then is None:
        return
    for earlier in subject.scenario.rules[:at]:
        if earlier.then is not None and _covers(earlier.when, rule.when):
            yield subject.say("rule.shadowed", ("rules", at, "then"), value=earlier.id)
            return


def _covers(broad: When, narrow: When) -> bool:
    """Return whether every call that one describes is also one that the other describes."""
    if broad.nth is not None:
        same = replace(broad, nth=None) == replace(narrow, nth=None)
        if not same or narrow.nth is None:
            return False
        first, last = broad.nth.first, broad.nth.last
        within = last is None or (narrow.nth.last is not None and narrow.nth.last <= last)
        return first <= narrow.nth.first and within
    return (
        broad.party == narrow.party
        and broad.op in {EVERY_OP, narrow.op}
        and broad.person in {None, narrow.person}
        and _allows(broad.match, narrow.match)
        and _allows(broad.state, narrow.state)
    )


def _allows(broad: Match | RuleState, narrow: Match | RuleState) -> bool:
    asked = [(getattr(broad, one.name), getattr(narrow, one.name)) for one in fields(broad)]
    return all(wide in {None, small} for wide, small in asked)

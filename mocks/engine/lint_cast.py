"""Lint of who and what takes part: parties, people, files, and whether anything is about them."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from mocks.engine.lint_subject import Problems, Subject, nearest
from mocks.engine.templates import Call, Expression, Template, Variable
from mocks.engine.typed_values import walk
from wire.numbers import is_municipality_code, municipality_digit

_ALWAYS_THERE: Final = frozenset({"sut", "core", "registry", "agency"})  # act without a rule


def list_cast_problems(subject: Subject) -> Problems:
    """Yield what is wrong with parties, people and files."""
    yield from _sut(subject)
    yield from _codes(subject)
    yield from _tags(subject)
    yield from _unused(subject)
    if "en" not in subject.scenario.title:
        yield subject.say("title.en", ("title",))


def _sut(subject: Subject) -> Problems:
    kinds = [one.kind for one in subject.scenario.parties.values()]
    if kinds.count("sut") != 1:
        yield subject.say("party.sut", ("parties",))


def _codes(subject: Subject) -> Problems:
    for path, value in walk(subject.scenario):
        code = getattr(value, "code", None)
        if isinstance(code, str) and not is_municipality_code(code):
            right = code[:5] + municipality_digit(code[:5])
            yield subject.say("party.check_digit", (*path, "code"), value=code, hint=right)
    parties = subject.scenario.parties
    counted = Counter(one.code for one in parties.values() if one.code)
    for name, party in parties.items():
        if party.code is not None and counted[party.code] > 1:
            yield subject.say("party.code_twice", ("parties", name, "code"), value=party.code)


def _tags(subject: Subject) -> Problems:
    known = subject.words.tag
    for name, person in subject.scenario.people.items():
        for at, tag in enumerate(person.tags):
            if tag not in known:
                path = ("people", name, "tags", at)
                yield subject.say("person.tag", path, value=tag, hint=nearest(tag, known))


def _unused(subject: Subject) -> Problems:
    used = _list_used(subject)
    declared: Mapping[str, Mapping[str, object]] = {
        "party": subject.scenario.parties,
        "person": subject.scenario.people,
        "file": subject.scenario.files,
    }
    sections = {"party": "parties", "person": "people", "file": "files"}
    for what, names in declared.items():
        for name in names:
            if name not in used and not _needs_no_use(subject, what, name):
                yield subject.say(f"{what}.unused", (sections[what], name), value=name)


def _needs_no_use(subject: Subject, what: str, name: str) -> bool:
    """Tell of parties that act without a rule, and of people with nothing special about them."""
    if what == "party":
        return subject.kind_of(name) in _ALWAYS_THERE
    return what == "person" and not subject.scenario.people[name].tags


def _list_used(subject: Subject) -> frozenset[str]:
    """Return every name, and the name of every party whose code, that is used anywhere."""
    used: set[str] = set()
    for _, value in walk((subject.scenario.begin, subject.scenario.rules, subject.scenario.expect)):
        used |= _names_in(value)
    by_code = {one.code: name for name, one in subject.scenario.parties.items() if one.code}
    return frozenset(used | {by_code[code] for code in used & by_code.keys()})


def _names_in(value: object) -> set[str]:
    """Return the names that one value itself says."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, Mapping):
        return set(value)
    if isinstance(value, Template):
        return {name for one in value.expressions for name in _variables(one)}
    return set()


def _variables(expression: Expression) -> set[str]:
    if isinstance(expression, Call):
        return {name for one in expression.arguments for name in _variables(one)}
    return {expression.name} if isinstance(expression, Variable) else set()

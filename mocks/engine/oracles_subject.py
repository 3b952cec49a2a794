"""What an expectation is about, in words: acts, states and effects, and what narrows them."""

from collections.abc import Iterable, Iterator, Sequence

from mocks.engine.oracles_said import fill, in_brackets, join, load_texts, spell, word
from mocks.engine.scenario_expectations import Observation, Seen
from mocks.engine.scenario_terms import Moment
from mocks.engine.templates import Call, Expression, Text
from mocks.engine.vocabulary import Word, load_vocabulary

_SHOWN = 5


def act(op: str) -> Word:
    """Return what an act is called, its name beside it."""
    known = load_vocabulary().op.get(op)
    return Word(ja=f"{known.ja} {op}", en=f"{known.en} {op}") if known else Word(ja=op, en=op)


def person_of(wanted: Observation) -> str | None:
    """Return whom an observation is about, or None."""
    return wanted.person or (wanted.sut.person if wanted.sut else None)


def subject_of(wanted: Observation) -> Word:
    """Return what an observation describes, without what narrows it."""
    if wanted.effect is not None:
        known = load_vocabulary().effect.get(wanted.effect)
        return known or Word(ja=wanted.effect, en=wanted.effect)
    if wanted.op is not None:
        return act(wanted.op)
    return _state(wanted.sut) if wanted.sut else load_texts().expected["seen"]


def shown_by(wanted: Observation) -> Word:
    """Return what must have come up before it can be told that something never happened."""
    seen = wanted.sut or Seen()
    if wanted.effect is not None:
        known = load_texts().touching.get(wanted.effect)
        return join(map(act, known.ops)) if known else word("anything")
    if wanted.op is not None:
        return join(act(one) for one in (wanted.op, *load_texts().instead.get(wanted.op, ())))
    if seen.crash is not None:
        return word("exchange")
    return word(next((name for name in ("permit", "file") if getattr(seen, name)), "inquiry"))


def parts_of(wanted: Observation) -> Word:
    """Return what narrows an observation, in brackets."""
    return in_brackets(_parts(wanted))


def part(name: str, value: Word | str | int = "", other: Word | str = "") -> Word:
    """Return one part of what narrows something."""
    return fill(load_texts().part[name], {"value": value, "other": other})


def say_moment(moment: Moment) -> Word | str:
    """Return how an instant of a scenario is said; a template as it is written."""
    if not hasattr(moment, "parts"):
        return fill(Word(ja="{at}", en="{at}"), {"at": moment})
    return " ".join(one if isinstance(one, str) else _written(one) for one in moment.parts)


def list_some(names: Iterable[str]) -> Word:
    """Return the first few names in brackets."""
    listed = list(names)
    text = ", ".join(listed[:_SHOWN]) + (" …" if len(listed) > _SHOWN else "")
    return in_brackets([Word(ja=text, en=text)]) if text.strip() else Word(ja="", en="")


def words(names: Sequence[str]) -> Word:
    """Return several words of the table as one text."""
    return join(word(name) for name in names)


def _written(expression: Expression) -> str:
    if isinstance(expression, Call):
        return f"{expression.name}({', '.join(map(_written, expression.arguments))})"
    return f"'{expression.value}'" if isinstance(expression, Text) else expression.name


def _state(seen: Seen) -> Word:
    if seen.queue is not None or seen.crash is not None:
        return word("queue" if seen.queue else "crash")
    for name in ("inquiry", "permit", "file", "state"):
        state = getattr(seen, name)
        if state is not None:
            values = {"what": word(name), "state": word(state)}
            return fill(load_texts().expected["becomes"], values)
    return load_texts().expected["seen"]


def _parts(wanted: Observation) -> Iterator[Word]:
    seen = wanted.sut or Seen()
    person = person_of(wanted)
    named = {"person": person, "party": wanted.party, "reason": seen.reason, "fix_by": seen.fix_by}
    lists = {"file": wanted.file, "items": wanted.items, "replacements": wanted.replacements}
    yield from (part(name, value) for name, value in named.items() if value is not None)
    yield from (part(name, ", ".join(value)) for name, value in lists.items() if value)
    if wanted.correlation is not None:
        yield part(wanted.correlation)
    if wanted.with_permit is not None:
        yield part("with_permit", word(wanted.with_permit))
    if wanted.less_than is not None:
        yield part("less_than", wanted.less_than)
    yield from (part("between", *map(say_moment, wanted.between)) for _ in wanted.between[:1])
    yield from (part("when", spell(one)) for one in [wanted.when] if one is not None)
    yield from (part(name) for name in ("same_day",) if wanted.same_day)
    yield from (part("at") for _ in [seen.at] if seen.at is not None)

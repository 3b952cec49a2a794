"""What an expectation expects, in one sentence of each language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from mocks.engine.oracles_metric import metric
from mocks.engine.oracles_said import fill, in_brackets, join, load_texts, speak, spell, word
from mocks.engine.oracles_subject import act, part, parts_of, say_moment, subject_of, words
from mocks.engine.scenario_expectations import (
    Alarm,
    Audit,
    Count,
    ExactlyOnce,
    Expectation,
    NoDisclosure,
    Observation,
    Position,
)
from mocks.engine.vocabulary import Word, load_vocabulary


def expected(expectation: Expectation) -> Word:
    """Return what an expectation expects."""
    kind = expectation.kind
    values = _KINDS[kind](getattr(expectation, kind))
    return fill(load_texts().expected[kind], values)


def _observation(wanted: Observation) -> Mapping[str, Word]:
    within = speak(wanted.within) if wanted.within else Word(ja="", en="")
    return {"what": subject_of(wanted), "parts": parts_of(wanted), "deadline": within}


def _count(count: Count) -> Mapping[str, Word]:
    what = act(count.op) if count.op is not None else metric(count)
    return {
        "what": what,
        "bounds": join(_bounds(count)),
        "parts": in_brackets(_narrowing(count)),
    }


def _bounds(count: Count) -> Iterator[Word]:
    units = load_texts().unit
    for name, number in (("min", count.min), ("max", count.max)):
        if number is not None:
            yield part(name, fill(units["times"], {"n": number}) if count.op else str(number))
    if count.max_rate is not None:
        number_of, _, unit = count.max_rate.partition("/")
        yield part("max_rate", fill(units[f"rate_{unit}"], {"n": number_of}))
    if count.max_ratio is not None:
        yield part("max_ratio", f"{count.max_ratio:g}", count.compare_to or "")


def _narrowing(count: Count) -> Iterator[Word]:
    named = {"person": count.person, "party": count.party, "during": count.during}
    yield from (part(name, value) for name, value in named.items() if value is not None)
    yield from (part(one) for one in (count.correlation,) if one is not None)
    yield from (part(f"result_{one}") for one in (count.result,) if one is not None)
    yield from (part("after", say_moment(one)) for one in (count.after,) if one is not None)
    spans = {"within": count.within, "per": count.per}
    yield from (part(name, speak(span)) for name, span in spans.items() if span is not None)


def _exactly_once(once: ExactlyOnce) -> Mapping[str, Word]:
    return {"what": _known(load_vocabulary().effect, once.effect), "key": word(once.key)}


def _order(order: Sequence[Position]) -> Mapping[str, Word]:
    return {"what": join((act(one.op) for one in order), ja=" → ", en=" → ")}


def _no_disclosure(hidden: NoDisclosure) -> Mapping[str, Word]:
    return {
        "person": Word(ja=hidden.person, en=hidden.person),
        "fields": words(hidden.hidden),
        "surfaces": words(hidden.surfaces),
    }


def _audit(audit: Audit) -> Mapping[str, Word]:
    person = [part("person", audit.person)] if audit.person else []
    kept = [part("keeps_old_value")] if audit.keeps_old_value else []
    what = _known(load_vocabulary().event, audit.event)
    return {"what": what, "parts": in_brackets([*person, *kept])}


def _alarm(alarm: Alarm) -> Mapping[str, Word]:
    when = [part("when", spell(alarm.when))] if alarm.when else []
    spans = {"over": alarm.over, "by": alarm.within}
    timed = [part(name, speak(span)) for name, span in spans.items() if span is not None]
    what = _known(load_vocabulary().alarm, alarm.kind)
    return {"what": what, "parts": in_brackets([*when, *timed])}


def _known(table: Mapping[str, Word], name: str) -> Word:
    known = table.get(name)
    return Word(ja=f"{known.ja} {name}", en=f"{known.en}, {name}") if known else act(name)


# Each function takes the value of its own kind, which no common type describes.
_Describe = Callable[[Any], Mapping[str, Word]]
_KINDS: Final[Mapping[str, _Describe]] = {
    "count": _count,
    "never": _observation,
    "eventually": _observation,
    "exactly_once": _exactly_once,
    "order": _order,
    "no_disclosure": _no_disclosure,
    "audit": _audit,
    "alarm": _alarm,
}

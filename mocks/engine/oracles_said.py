"""What is said of expectations: sentences in both languages, from one table."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

import msgspec

from mocks.engine.clock import JST
from mocks.engine.conditions import Condition, Term
from mocks.engine.durations import Duration
from mocks.engine.vocabulary import Word

Value = Word | str | int | float | datetime | Duration


class Touching(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The acts that an effect can follow from; of the system under test, of others, or of all."""

    ops: tuple[str, ...]
    sut: bool | None = None


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table: single words, parts and wholes of what is expected, what was seen, units."""

    word: dict[str, Word]
    part: dict[str, Word]
    expected: dict[str, Word]
    seen: dict[str, Word]
    unit: dict[str, Word]
    touching: dict[str, Touching]
    instead: dict[str, tuple[str, ...]]
    telling: dict[str, tuple[str, ...]]


@cache
def load_texts() -> Texts:
    """Return the table that is shipped."""
    text = (files("mocks") / "data" / "oracle_texts.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Texts)


def word(name: str) -> Word:
    """Return what a word of the table is called; one that is not there stands for itself."""
    return load_texts().word.get(name) or Word(ja=name, en=name)


def fill(pattern: Word, values: Mapping[str, Value]) -> Word:
    """Return a sentence with its values, each in the language of the sentence."""
    spoken = {name: speak(value) for name, value in values.items()}
    return Word(
        ja=pattern.ja.format_map({name: one.ja for name, one in spoken.items()}),
        en=pattern.en.format_map({name: one.en for name, one in spoken.items()}),
    )


def speak(value: Value) -> Word:
    """Return how a value is said: instants in Japan's time, durations in words."""
    if isinstance(value, Word):
        return value
    if isinstance(value, Duration):
        return _duration(value)
    if isinstance(value, datetime):
        text = value.astimezone(JST).isoformat(sep=" ", timespec="seconds").removesuffix("+09:00")
        return Word(ja=text, en=text)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return Word(ja=text, en=text)


def join(parts: Iterable[Word], *, ja: str = "、", en: str = ", ") -> Word:
    """Return several texts as one."""
    listed = list(parts)
    return Word(ja=ja.join(one.ja for one in listed), en=en.join(one.en for one in listed))


def in_brackets(parts: Iterable[Word]) -> Word:
    """Return texts in brackets, or nothing when there is none."""
    listed = list(parts)
    if not listed:
        return Word(ja="", en="")
    whole = join(listed)
    return Word(ja=f"（{whole.ja}）", en=f" ({whole.en})")


def spell(condition: Condition) -> str:
    """Return a condition as its scenario writes it."""
    signs = ("", *(f" {sign} " for sign in condition.signs))
    return "".join(
        f"{sign}{_term(term)}" for sign, term in zip(signs, condition.terms, strict=True)
    )


def _term(term: Term) -> str:
    return f"{term.instant} {term.direction} {term.length}" if term.direction else term.instant


def _duration(duration: Duration) -> Word:
    length = abs(duration.span)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    amounts: dict[str, float] = {
        "business_days": abs(duration.business_days),
        "days": length.days,
        "hours": hours,
        "minutes": minutes,
        "seconds": seconds + length.microseconds / 1_000_000,
    }
    units = load_texts().unit
    said = [fill(units[name], {"n": float(n)}) for name, n in amounts.items() if n]
    return join(said, ja="", en=" ") if said else fill(units["seconds"], {"n": 0})

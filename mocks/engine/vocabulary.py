"""The words of scenarios as a table: acts, faults, steps, tags, effects, functions, codes."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word and what it means."""

    ja: str
    en: str


class Op(Word, frozen=True, forbid_unknown_fields=True):
    """An act: who does it, whether it is for one person or about one file, and needs the core.

    What a party `sends` goes out from it; any other act answers what comes in.
    """

    kinds: tuple[str, ...]
    sends: bool = False
    person: bool = False
    file: bool = False
    core: bool = False


class FaultKind(Word, frozen=True, forbid_unknown_fields=True):
    """A fault: the points where it can happen, what it must and what it may be told."""

    points: tuple[str, ...]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


class Action(Word, frozen=True, forbid_unknown_fields=True):
    """What a step can do: who can do it, what it must and what it may be told."""

    kinds: tuple[str, ...]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


class Function(Word, frozen=True, forbid_unknown_fields=True):
    """A function of templates: the kinds of its arguments, and what it gives."""

    arguments: tuple[str, ...]
    gives: str


class TemplateVariable(Word, frozen=True, forbid_unknown_fields=True):
    """A variable of templates, and what it gives."""

    gives: str


class Reason(Word, frozen=True, forbid_unknown_fields=True):
    """An error code or reason; `scenario_only` is one that no gateway of ours knows yet."""

    scenario_only: bool = False


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every word, by kind of word."""

    op: dict[str, Op]
    fault: dict[str, FaultKind]
    action: dict[str, Action]
    tag: dict[str, Word]
    effect: dict[str, Word]
    metric: dict[str, Word]
    alarm: dict[str, Word]
    event: dict[str, Word]
    reason: dict[str, Reason]
    function: dict[str, Function]
    variable: dict[str, TemplateVariable]


@cache
def load_vocabulary() -> Vocabulary:
    """Return the table that is shipped."""
    return msgspec.convert(_table("scenario_words.toml"), Vocabulary)


@cache
def list_codes() -> Mapping[str, Word]:
    """Return every error code and reason that a scenario may name, with its meaning."""
    refusals = msgspec.convert(_table("refusals.toml"), dict[str, dict[str, str]])
    words = {code: Word(ja=text["ja"], en=text["en"]) for code, text in refusals.items()}
    return {**words, **load_vocabulary().reason}


def _table(name: str) -> dict[str, object]:
    return tomllib.loads((files("mocks") / "data" / name).read_text(encoding="utf-8"))

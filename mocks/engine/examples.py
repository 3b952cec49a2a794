"""Known answers by name: what a rule means by `example`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from mocks.engine.vocabulary import Word

Values = Mapping[str, Mapping[str, str | None]]  # information -> item -> value


class Example(Word, frozen=True, forbid_unknown_fields=True):
    """A known answer: what it is good for, and its values by information and item."""

    values: dict[str, dict[str, str]]


@cache
def load_examples() -> Mapping[str, Example]:
    """Return all known answers by name."""
    text = (files("mocks") / "data" / "examples.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Example])


def find_example(name: str) -> Values:
    """Return the values of a known answer; one that nobody knows has none."""
    found = load_examples().get(name)
    return found.values if found else {}

"""Reads YAML 1.2 of strangers into plain values, and remembers where each one stands.

Only what JSON has, and comments: no anchors, tags, directives, second documents or keys that are
no text. A number with leading zeros is refused, because a code would lose them.
"""

import importlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from mocks.engine.problems import Path, Place, ScenarioError, problem
from mocks.engine.yaml_trouble import explain, find_wide

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 24
MAX_NODES: Final = 20_000
_MAX_DIGITS: Final = 18
_NULL: Final = re.compile(r"null|Null|NULL|~|")
_BOOLEAN: Final = re.compile(r"true|True|TRUE|false|False|FALSE")
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]+")
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_OTHER_NUMBER: Final = re.compile(
    r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)

# The library ships no precise types for its events.
Event = Any


@dataclass(slots=True)
class Places:
    """Where values and keys of a text stand, by path."""

    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def find(self, path: Path) -> Place:
        """Return the place of a value, or of the nearest one that holds it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place())

    def find_key(self, path: Path) -> Place:
        """Return the place of the key that a value stands under, or of the value."""
        return self.keys.get(path) or self.find(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A text that was read: its value, and where everything in it stands."""

    value: object
    places: Places


def read_yaml(octets: bytes) -> Tree:
    """Return the value of one YAML 1.2 document.

    Raises:
        ScenarioError: it is none, or holds what scenarios do not need, with the place.
    """
    if len(octets) > MAX_BYTES:
        raise ScenarioError(problem("file.too_large", Place(), value=len(octets)))
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError(
            problem("file.encoding", _place_of_byte(octets, error.start))
        ) from error
    return _Reader(text).read()


def _place_of_byte(octets: bytes, start: int) -> Place:
    before = octets[:start].decode("utf-8")
    line = before.rpartition("\n")[2]
    return Place(line=before.count("\n") + 1, column=len(line) + 1)


def _list_events(text: str) -> Iterator[Event]:
    """Yield the events of the parser; whatever it raises becomes a problem."""
    library = importlib.import_module("ruamel.yaml")  # only when a scenario is really read
    reader = library.YAML(typ="safe", pure=True)
    last = Place()
    try:
        for event in reader.parse(text):
            last = _place(event)
            yield event
    except Exception as error:  # strangers' bytes: the library raises far more than its own errors
        raise ScenarioError(explain(error, text, last)) from error


def _place(event: Event) -> Place:
    return Place(line=event.start_mark.line + 1, column=event.start_mark.column + 1)


class _Reader:
    """One reading; the stack of paths is the only state."""

    def __init__(self, text: str) -> None:
        self._events = _list_events(text)
        self._places = Places()
        self._nodes = 0

    def read(self) -> Tree:
        value: object = None
        documents = 0
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                self._check_document(event, documents)
            elif kind not in {"StreamStartEvent", "StreamEndEvent", "DocumentEndEvent"}:
                value = self._node(event, ())
        if not documents:
            raise ScenarioError(problem("yaml.empty", Place()))
        return Tree(value=value, places=self._places)

    def _check_document(self, event: Event, documents: int) -> None:
        if documents > 1:
            raise ScenarioError(problem("yaml.documents", _place(event)))
        if event.version not in {None, (1, 2)} or event.tags:
            raise ScenarioError(problem("yaml.directive", _place(event)))

    def _node(self, event: Event, path: Path) -> object:
        self._check_node(event, path)
        self._places.values[path] = _place(event)
        match type(event).__name__:
            case "ScalarEvent":
                return _scalar(event, path)
            case "SequenceStartEvent":
                return self._sequence(path)
            case _:
                return self._mapping(path)

    def _check_node(self, event: Event, path: Path) -> None:
        self._nodes += 1
        refused = {
            "yaml.anchor": type(event).__name__ == "AliasEvent" or event.anchor is not None,
            "yaml.tag": getattr(event, "ctag", None) is not None,
            "yaml.depth": len(path) > MAX_DEPTH,
            "yaml.nodes": self._nodes > MAX_NODES,
        }
        for code, holds in refused.items():
            if holds:
                raise ScenarioError(problem(code, _place(event), path))

    def _sequence(self, path: Path) -> list[object]:
        values: list[object] = []
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            values.append(self._node(event, (*path, len(values))))
        return values

    def _mapping(self, path: Path) -> dict[str, object]:
        values: dict[str, object] = {}
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            key = self._key(event, path)
            inner = (*path, key)
            if key in values:
                raise ScenarioError(problem("yaml.duplicate_key", _place(event), inner, value=key))
            self._places.keys[inner] = _place(event)
            values[key] = self._node(next(self._events), inner)
        return values

    def _key(self, event: Event, path: Path) -> str:
        self._check_node(event, path)
        key = _scalar(event, path) if type(event).__name__ == "ScalarEvent" else None
        if not isinstance(key, str):
            raise ScenarioError(problem("yaml.key", _place(event), path))
        wide = find_wide(key, _place(event))
        if wide is not None:
            raise ScenarioError(wide)
        return key


def _scalar(event: Event, path: Path) -> object:
    """Return a scalar as the core schema of YAML 1.2 reads it; quoted ones are text."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOLEAN.fullmatch(text):
        return text.lower() == "true"
    refusal = _refusal_of_number(text)
    if refusal is not None:
        raise ScenarioError(problem(refusal, _place(event), path, value=text))
    if _INTEGER.fullmatch(text):
        return int(text)
    return _float(event, path) if _FLOAT.fullmatch(text) else text


def _refusal_of_number(text: str) -> str | None:
    if _LEADING_ZERO.fullmatch(text):
        return "yaml.leading_zero"
    too_long = len(text) > _MAX_DIGITS and (_INTEGER.fullmatch(text) or _FLOAT.fullmatch(text))
    return "yaml.number" if too_long or _OTHER_NUMBER.fullmatch(text) else None


def _float(event: Event, path: Path) -> float:
    number = float(event.value)
    if not math.isfinite(number):
        raise ScenarioError(problem("yaml.number", _place(event), path, value=event.value))
    return number

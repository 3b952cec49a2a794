"""Values of this program as JSON values that say what they are, and back.

Only plain data of the counterparties and of the wire can come back: dataclasses of modules that are
loaded already, collections, texts, bytes, numbers, instants, days and spans. Nothing is executed.
"""

import base64
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

_PACKAGES: Final = ("mocks.", "wire.", "permitlists.")
_PLAIN: Final = (str, int, float, bool, type(None))
_MICROSECOND: Final = timedelta(microseconds=1)
Json = Any  # JSON values


def write(value: object) -> Json:
    """Return a value as JSON values.

    Raises:
        TypeError: it holds something that is no plain data.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        return [write(one) for one in value]
    if isinstance(value, Mapping):
        return {"$": "dict", "of": [[write(key), write(one)] for key, one in value.items()]}
    if is_dataclass(value) and not isinstance(value, type):
        found = {one.name: write(getattr(value, one.name)) for one in fields(value)}
        return {"$": f"{type(value).__module__}:{type(value).__qualname__}", "of": found}
    for name, (kind, written, _) in _KINDS.items():
        if type(value) is kind:
            return {"$": name, "of": written(value)}
    raise TypeError(type(value).__name__)


def read(value: Json) -> Any:  # noqa: ANN401  # whatever was written
    """Return the value that JSON values say.

    Raises:
        ValueError: they say none, or one of a kind that is not let in.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        return [read(one) for one in value]
    try:
        tag, content = value["$"], value["of"]
        if tag == "dict":
            return {read(key): read(one) for key, one in content}
        if tag in _KINDS:
            return _KINDS[tag][2](content)
        return _make(tag, content)
    except (KeyError, TypeError, AttributeError) as error:
        message = "not the shape of kept values"
        raise ValueError(message) from error


def _make(tag: str, content: Mapping[str, Json]) -> object:
    module, _, name = tag.partition(":")
    found: Any = sys.modules[module] if module.startswith(_PACKAGES) else None
    for part in name.split("."):
        found = getattr(found, part)
    if not (isinstance(found, type) and is_dataclass(found) and found.__module__ == module):
        message = "not a kind of value that is kept"
        raise ValueError(message)
    values = {name: read(one) for name, one in content.items()}
    given = {one.name: values.pop(one.name) for one in fields(found) if one.init}
    made = found(**given)
    for name, one in values.items():
        object.__setattr__(made, name, one)
    return made


def _set(value: Any) -> Json:  # noqa: ANN401  # a set of anything
    return sorted((write(one) for one in value), key=repr)


_KINDS: Final[Mapping[str, tuple[type, Callable[[Any], Json], Callable[[Any], Any]]]] = {
    "tuple": (tuple, lambda found: list(map(write, found)), lambda kept: tuple(map(read, kept))),
    "set": (set, _set, lambda kept: set(map(read, kept))),
    "frozenset": (frozenset, _set, lambda kept: frozenset(map(read, kept))),
    "bytes": (
        bytes,
        lambda found: base64.b64encode(found).decode("ascii"),
        lambda kept: base64.b64decode(kept, validate=True),
    ),
    "instant": (datetime, datetime.isoformat, datetime.fromisoformat),
    "day": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "span": (
        timedelta,
        lambda found: found // _MICROSECOND,
        lambda kept: timedelta(microseconds=kept),
    ),
}

"""Builds typed values from plain ones that a schema has passed, by the annotations of a class."""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeVar

from mocks.engine.problems import Path

T = TypeVar("T")
KEY: Final = "key"  # of a field's metadata: its name in files, where it is a word of Python


# Annotations are values without precise types of their own.
Annotation = Any
Parsers = Mapping[Annotation, Callable[[str], object]]


def build(kind: type[T], value: Mapping[str, object], parsers: Parsers) -> T:
    """Return an instance of a dataclass; `parsers` read text where the annotation is their key.

    Raises:
        ValueError: a text is refused by its parser.
        TypeError: the value does not have the fields of the class.
    """
    described: Annotation = kind
    fields = _fields(described)
    unknown = value.keys() - fields.keys()
    if unknown:
        message = f"no field for {sorted(unknown)}"
        raise TypeError(message)
    made = {
        name: _value(annotation, value[key], parsers)
        for key, (name, annotation) in fields.items()
        if key in value
    }
    return kind(**made)


@cache
def _fields(kind: Annotation) -> Mapping[str, tuple[str, Annotation]]:
    """Return name and annotation of every field by its key in files."""
    hints = typing.get_type_hints(kind)
    return {
        field.metadata.get(KEY, field.name): (field.name, hints[field.name])
        for field in dataclasses.fields(kind)
    }


def _value(annotation: Annotation, value: object, parsers: Parsers) -> object:
    wanted = _without_none(annotation)
    if value is None:
        return None
    if isinstance(value, Mapping):
        return _mapping(wanted, value, parsers)
    if wanted in parsers:
        return parsers[wanted](str(value))
    origin: Annotation = typing.get_origin(wanted)
    if origin is tuple:
        inner = typing.get_args(wanted)[0]
        listed = value if isinstance(value, list) else [value]
        return tuple(_value(inner, one, parsers) for one in listed)
    return value


def _mapping(wanted: Annotation, value: Mapping[str, object], parsers: Parsers) -> object:
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        return build(wanted, value, parsers)
    inner = typing.get_args(wanted)[1]
    return {key: _value(inner, one, parsers) for key, one in value.items()}


def _without_none(annotation: Annotation) -> Annotation:
    """Return an annotation without None; of several types that are left, their union."""
    if typing.get_origin(annotation) not in {types.UnionType, typing.Union}:
        return annotation
    left = tuple(one for one in typing.get_args(annotation) if one is not types.NoneType)
    return left[0] if len(left) == 1 else typing.Union[left]  # noqa: UP007  # built at run time


def walk(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield every value in a built one with its path in the file, the whole first."""
    yield path, value
    if isinstance(value, Mapping):
        inner: Iterable[tuple[str | int, object]] = value.items()
    elif isinstance(value, tuple):
        inner = enumerate(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = [
            (one.metadata.get(KEY, one.name), getattr(value, one.name))
            for one in dataclasses.fields(value)
        ]
    else:
        return
    for key, one in inner:
        yield from walk(one, (*path, key))

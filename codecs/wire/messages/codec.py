"""Turns the annotations of a message class into its encoder and its decoder, once per class.

An element per field, in the order of the class; the tag is the field's name with hyphens; a field
that is None has no element. Nothing else is written: no attribute, no white space.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from types import NoneType
from typing import Annotated, Union, cast, get_args, get_origin, get_type_hints

from lxml import etree

from wire.errors import WireError
from wire.messages.scalars import Repeated, Scalar
from wire.xml import NAMESPACE

_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """One field: its name, its element, how often it stands, and how one value travels."""

    name: str
    tag: str
    minimum: int = 1
    many: bool = False
    write: Callable[[object], str]
    read: Callable[[etree._Element], object]


class Codec:
    """Encoder and decoder of one message class, to and from the content of an element."""

    def __init__(self, message_class: type) -> None:
        hints = get_type_hints(message_class, include_extras=True)
        self._build = cast("Callable[..., object]", message_class)
        # Tags are spelled out here and not in the loops, which run for every message.
        self._fields = [
            (field, f"{{{NAMESPACE}}}{field.tag}", f"<{field.tag}>", f"</{field.tag}>")
            for field in (_field(item.name, hints[item.name]) for item in fields(message_class))
        ]

    def write(self, message: object) -> str:
        """Return the content of the message's element.

        Raises:
            WireError: `wire.message.value` or `wire.message.missing`: a field holds what its
                type does not allow, or nothing where something is needed.
        """
        parts: list[str] = []
        for field, _, opening, closing in self._fields:
            try:
                for value in _values(field, getattr(message, field.name)):
                    parts += (opening, field.write(value), closing)
            except WireError as error:
                raise error.below(field.name) from None
        return "".join(parts)

    def read(self, element: etree._Element) -> object:
        """Return the message that `element`, valid under the schema, holds.

        Raises:
            WireError: the message's own rules are broken, or a date does not exist.
        """
        children = iter(element)
        child = next(children, None)
        values: dict[str, object] = {}
        for field, tag, _, _ in self._fields:
            found: list[object] = []
            while child is not None and child.tag == tag:
                found.append(field.read(child))
                child = next(children, None)
            if field.many:
                values[field.name] = tuple(found)
            else:
                values[field.name] = found[0] if found else None
        return self._build(**values)


def _values(field: _Field, value: object) -> Sequence[object]:
    """Return what to write for a field: nothing, one value or several."""
    values: Sequence[object] = () if value is None else (value,)
    if field.many:
        values = cast("Sequence[object]", value)
    if len(values) < field.minimum:
        raise WireError("wire.message.missing", "", "A value is needed here.")
    return values


def _field(name: str, hint: object) -> _Field:
    """Return how the field `name` annotated with `hint` travels."""
    if get_origin(hint) is Union:
        inner = next(member for member in get_args(hint) if member is not NoneType)
        return replace(_field(name, inner), minimum=0)
    tag = name.replace("_", "-")
    if get_origin(hint) is not Annotated:
        codec = Codec(cast("type", hint))
        return _Field(name=name, tag=tag, write=codec.write, read=codec.read)
    base, mark = get_args(hint)
    if isinstance(mark, Repeated):
        inner = get_args(base)[0]
        return replace(_field(name, inner), tag=mark.tag, minimum=mark.minimum, many=True)
    scalar = cast("Scalar", mark)
    return _Field(name=name, tag=tag, write=_writer(scalar), read=_reader(scalar))


def _writer(scalar: Scalar) -> Callable[[object], str]:
    to_text, matches, escaped = scalar.write, scalar.pattern.fullmatch, scalar.escaped

    def write(value: object) -> str:
        text = to_text(value)
        if not matches(text):
            raise WireError("wire.message.value", "", "The value is not of the field's type.")
        return text.translate(_SPECIAL) if escaped else text

    return write


def _reader(scalar: Scalar) -> Callable[[etree._Element], object]:
    from_text = scalar.read

    def read(element: etree._Element) -> object:
        return from_text(element.text or "")

    return read

"""Turns the annotations of a message class into its encoder and its decoder, once per class.

An element per field, in the order of the class; the tag is the field's name with hyphens; a field
that is None has no element. Nothing else is written: no attribute, no white space.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from types import NoneType
from typing import Annotated, Union, cast, get_args, get_origin, get_type_hints

from lxml import etree

from wire.errors import WireError
from wire.messages.scalars import Repeated, Scalar
from wire.xml import NAMESPACE

_needs_escape = re.compile("[&<>\r]").search
_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


Write = Callable[[object, list[str]], None]
Read = Callable[[etree._Element], object]  # noqa: SLF001  lxml's only name for the type


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """One field: its element, how often it stands, and how it travels.

    Attributes:
        tag: Name of the element, in its namespace as lxml writes it.
        optional: Whether the field may be None and its element absent.
        many: Whether the field is a tuple, with an element per value.
        write: Appends the element of one value, tags included.
        read: Element to one value.
        minimum: How many values a tuple must have.
    """

    tag: str
    optional: bool = False
    many: bool = False
    write: Write
    read: Read
    minimum: int = 0


class Codec:
    """Encoder and decoder of one message class, to and from the content of an element."""

    def __init__(self, message_class: type) -> None:
        hints = get_type_hints(message_class, include_extras=True)
        self._build = cast("Callable[..., object]", message_class)
        self._fields = [
            (item.name, _field(item.name.replace("_", "-"), hints[item.name]))
            for item in fields(message_class)
        ]

    def write(self, message: object, parts: list[str]) -> None:
        """Append the content of the message's element to `parts`.

        Raises:
            WireError: `wire.message.value` or `wire.message.missing`: a field holds what its
                type does not allow, or nothing where something is needed.
        """
        name = ""
        try:
            for name, field in self._fields:
                value = getattr(message, name)
                if field.many:
                    _write_many(field, cast("tuple[object, ...]", value), parts)
                elif value is not None:
                    field.write(value, parts)
                elif not field.optional:
                    raise _missing()
        except WireError as error:
            raise error.below(name) from None

    def read(self, element: etree._Element) -> object:
        """Return the message that `element`, valid under the schema, holds.

        Raises:
            WireError: the message's own rules are broken, or a date does not exist.
        """
        children = list(element)
        place, count = 0, len(children)
        values: dict[str, object] = {}
        for name, field in self._fields:
            if field.many:
                start = place
                while place < count and children[place].tag == field.tag:
                    place += 1
                values[name] = tuple(map(field.read, children[start:place]))
            elif field.optional and (place == count or children[place].tag != field.tag):
                values[name] = None
            else:  # valid under the schema, so it is this one
                values[name] = field.read(children[place])
                place += 1
        return self._build(**values)


def _write_many(field: _Field, values: tuple[object, ...], parts: list[str]) -> None:
    if len(values) < field.minimum:
        raise _missing()
    for place, value in enumerate(values, 1):
        try:
            field.write(value, parts)
        except WireError as error:
            raise error.below(f"[{place}]") from None


def _missing() -> WireError:
    return WireError("wire.message.missing", "", "A value is needed here.")


def _field(tag: str, hint: object) -> _Field:
    """Return how a field annotated with `hint` travels in elements of this tag."""
    if get_origin(hint) is Union:
        inner = next(member for member in get_args(hint) if member is not NoneType)
        return replace(_field(tag, inner), optional=True)
    full_tag = f"{{{NAMESPACE}}}{tag}"
    if get_origin(hint) is not Annotated:
        codec = Codec(cast("type", hint))
        return _Field(tag=full_tag, write=_nesting(tag, codec), read=codec.read)
    base, mark = get_args(hint)
    if isinstance(mark, Repeated):
        return replace(_field(mark.tag, get_args(base)[0]), many=True, minimum=mark.minimum)
    scalar = cast("Scalar", mark)
    return _Field(tag=full_tag, write=_writing(tag, scalar), read=_reading(scalar))


# What follows returns closures: they run for every field of every message.


def _nesting(tag: str, codec: Codec) -> Write:
    opening, closing = f"<{tag}>", f"</{tag}>"

    def write(value: object, parts: list[str]) -> None:
        parts.append(opening)
        codec.write(value, parts)
        parts.append(closing)

    return write


def _writing(tag: str, scalar: Scalar) -> Write:
    opening, closing = f"<{tag}>", f"</{tag}>"
    to_text, matches, escaped = scalar.write, scalar.pattern.fullmatch, scalar.escaped

    def write(value: object, parts: list[str]) -> None:
        text = to_text(value)
        if not matches(text):
            raise WireError("wire.message.value", "", "The value is not of the field's type.")
        if escaped and _needs_escape(text):
            text = text.translate(_SPECIAL)
        parts.append(f"{opening}{text}{closing}")

    return write


def _reading(scalar: Scalar) -> Read:
    from_text = scalar.read

    def read(element: etree._Element) -> object:
        return from_text(element.text or "")

    return read
